/* SPDX-License-Identifier: MIT */
/*
 * What a relocation requires of a target type, from the object's own BTF: a tree with just the
 * facts that libbpf compares. The object is not needed any more, and equal queries of different
 * objects have equal shapes.
 *
 * libbpf compares types in three ways, each to another depth:
 *   FIELD       the type of a member, for field relocations: shallow, structs are not entered
 *   COMPATIBLE  the root of type exists, size and target id: kinds, through pointers and
 *               prototypes; structs are not entered
 *   MATCHING    the root of type matches: names, sizes and members; a struct behind a pointer is
 *               not entered
 * Typedefs and qualifiers never count, so a shape has none.
 */
#ifndef COREBTF_RELO_SHAPE_H
#define COREBTF_RELO_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/types/type_view.h"
#include "embedder/util/arena.h"
#include "embedder/util/byte_buffer.h"
#include "runtime/util/reason.h"

/* A name, with the length it has without its flavour (___x). The text ends with a NUL. */
struct symbol {
	const char *text; /* never NULL; "" has no name */
	uint32_t length;
	uint32_t essential_length;
};

enum shape_mode {
	SHAPE_FIELD = 'F',
	SHAPE_COMPATIBLE = 'C',
	SHAPE_MATCHING = 'M',
};

/* Instead of a kind: libbpf gives up (-EINVAL) when it gets this far down. */
#define SHAPE_TOO_DEEP 255

struct shape {
	uint8_t kind;	     /* BTF_KIND_* after typedefs and qualifiers, or SHAPE_TOO_DEEP */
	bool behind_pointer; /* MATCHING: a pointer lies between the root and this type */
	bool flag;	     /* FWD: of a union; INT: signed */
	uint32_t size;	     /* INT, ENUM, ENUM64: bytes; ARRAY: elements; INT in FIELD and
			      * COMPATIBLE: its bit offset */
	struct symbol name;
	uint32_t child_count;
	/* PTR: what it points to; ARRAY: the element; FUNC_PROTO: the parameters, then the result;
	 * STRUCT, UNION: the members; ENUM: names only */
	struct shape_child {
		struct symbol name;
		const struct shape *shape;
	} * children;
};

/* Copies a string of @btf. NULL text on a bad offset or without memory (@why says which). */
int symbol_read(struct arena *arena, const struct type_view *btf, uint32_t offset,
		struct symbol *ret_symbol, struct reason *why);

/* Builds the shape of local type @id. Errors: -EBADMSG, -E2BIG, -ENOMEM. */
int shape_build(struct arena *arena, const struct type_view *btf, uint32_t id, enum shape_mode mode,
		const struct shape **ret_shape, struct reason *why);

/* Appends bytes that are equal for equal shapes and differ for others. */
void shape_write_key(const struct shape *shape, struct byte_buffer *key);
void symbol_write_key(const struct symbol *symbol, struct byte_buffer *key);

#endif
