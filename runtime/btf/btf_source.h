/* SPDX-License-Identifier: MIT */
/*
 * Raw BTF, untrusted and of either byte order, as a source of types. Nothing is copied: the view
 * points into the caller's bytes, and one table holds the offset of each type.
 *
 *	header | types ... | (layout) | strings
 *	         ^ offsets[id]
 *
 * btf_source_open() checks the header. find() goes through the types once and proves that each lies
 * inside the type section with all its members; before that, no type may be asked for.
 */
#ifndef COREBTF_BTF_SOURCE_H
#define COREBTF_BTF_SOURCE_H

#include "runtime/types/type_source.h"

#define BTF_SOURCE_KINDS 128 /* what the seven bits of a new info word can name */

/* Starts zeroed; may be opened again for other bytes, and keeps its table's memory. */
struct btf_source {
	struct type_source types;
	/* Private to btf/. */
	uint32_t types_size;
	const unsigned char *layout; /* as the header has it */
	uint32_t layout_size;
	uint32_t *offsets;
	uint32_t offsets_capacity;
	/* Size of a type by kind: base + vlen * element; base 0: a kind that nothing describes. */
	struct {
		uint16_t base;
		uint16_t element;
	} kinds[BTF_SOURCE_KINDS];
};

/* Reads the header. @data must be aligned to 4 and outlive the source. Errors: -EBADMSG,
 * -EOPNOTSUPP another version. */
int btf_source_open(struct btf_source *source, const void *data, size_t size, struct reason *why);

/* Opens raw BTF and checks all its types. Errors: also -EOPNOTSUPP a kind that is not known,
 * -ENOMEM. */
int btf_source_open_all(struct btf_source *source, const void *data, size_t size,
			struct reason *why);

void btf_source_free(struct btf_source *source);

/* type_source.find of raw BTF (btf_scan.c). */
int btf_source_find(struct type_source *types, const struct wanted_types *wanted,
		    type_visit_fn visit, void *context, struct reason *why);

#endif
