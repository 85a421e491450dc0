/* SPDX-License-Identifier: MIT */
/*
 * A field path and a type with the name of its root -> where the field is in it. Members of
 * anonymous structs and unions are found as if they were members of what they are in.
 */
#ifndef COREBTF_FIELD_WALK_H
#define COREBTF_FIELD_WALK_H

#include "runtime/field/field_path.h"
#include "runtime/types/type_view.h"

/* Types of which anonymous ones are inside: what no compiler nests deeper, hostile BTF does. */
#define FIELD_DEPTH_MAX 64
/* Names compared; the largest enum of a kernel has some thousands. */
#define FIELD_NAMES_MAX (UINT64_C(1) << 24)

struct field_walk {
	const struct type_view *types;
	uint32_t pointer_size; /* bytes */
	/* Goes on in what a pointer points to. Then the place is in that type, and no offset from
	 * the root. */
	bool through_pointers;
	/* Called for what the result depends on; may be NULL. part(): member or enumerator @number
	 * of type @id. pointed(): a pointer led to type @id. Not 0 ends the walk. */
	int (*part)(void *context, uint32_t id, uint32_t number);
	int (*pointed)(void *context, uint32_t id);
	void *context;
	uint64_t names_left; /* starts as FIELD_NAMES_MAX */
	struct reason *why;
};

struct field_place {
	uint32_t type; /* id of the field's type, typedefs and all; of an enumerator: the enum */
	uint64_t bit_offset; /* from the start of the root, or of what the last pointer points to */
	uint32_t bit_size;   /* of a bit-field; 0: it is none */
	uint32_t number;     /* of the last member or enumerator in its type */
	bool is_enumerator;
	uint32_t steps; /* found: how many steps of the path; all of them, if it was found */
};

/*
 * Follows @path from type @root. Returns 1 found; 0 the type has no such field, and
 * @ret_place->steps says how far it got.
 * Errors: -EINVAL a step leads through a pointer, and through_pointers is not set; -EBADMSG damaged
 * types; -E2BIG the walk has no end; what a callback returned.
 */
int field_walk(struct field_walk *walk, const struct field_path *path, uint32_t root,
	       struct field_place *ret_place);

/* Whether type @id has the kind and the name of the path's root. */
bool field_path_starts_at(const struct field_path *path, const struct type_view *types,
			  uint32_t id);

/* The value of an enumerator, sign-extended if BTF says that the enum is signed. */
int64_t field_enumerator_value(const struct type_view *types, const struct field_place *place);

#endif
