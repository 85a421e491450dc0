/* SPDX-License-Identifier: MIT */
/*
 * In: a view whose header is read. Out: the offset of each type, and for the visitor those types
 * that may have a name it asks for.
 *
 * This pass is most of the cost of trimming a kernel. The place of a type is known only after a
 * word of the type before it was read, so a plain loop is a chain of loads and a multiplication,
 * some 16 cycles a type. Two things make it faster:
 *
 *  - Two thirds of a kernel's types are functions, prototypes and pointers, and they come in long
 *    runs. Branches for them are predicted, and the processor starts with the next type before
 *    it has read the word of this one.
 *  - Reading names would stop that, since they are scattered over megabytes of strings. So the
 *    loop only collects the types of wanted kinds, without a branch, and a second loop reads the
 *    names of a batch, where the loads do not depend on each other.
 */
#include <stdlib.h>

#include "runtime/btf/btf_source.h"

#define BATCH		  512
#define PREFETCH_DISTANCE 1024
#define TYPE_SIZE	  ((uint32_t)sizeof(struct btf_type))

struct scan {
	struct btf_source *source;
	const struct type_view *view; /* of the source */
	const struct wanted_types *wanted;
	type_visit_fn visit;
	void *context;
	struct reason *why;
	uint32_t batch[BATCH]; /* ids of types whose kind is wanted */
};

static int reserve_offsets(struct btf_source *source, struct reason *why)
{
	/* The smallest type has 12 bytes; pages that no offset is written to cost nothing. */
	uint32_t needed = source->types_size / TYPE_SIZE + 1;
	uint32_t *offsets;

	if (needed <= source->offsets_capacity)
		return 0;
	offsets = malloc((size_t)needed * sizeof(*offsets));
	if (!offsets)
		return reason_set(why, -ENOMEM, "out of memory for %u types", needed);
	free(source->offsets);
	source->offsets = offsets;
	source->offsets_capacity = needed;
	return 0;
}

/* Whether the name at @offset may be a wanted one. Near the end of the strings: perhaps. */
static bool passes(const struct scan *scan, uint32_t offset)
{
	uint32_t first_four, bit;

	if (scan->view->strings_size - offset < sizeof(first_four))
		return true;
	memcpy(&first_four, scan->view->strings + offset, sizeof(first_four));
	bit = name_prefix_hash(first_four);
	return scan->wanted->prefixes[bit >> 6] >> (bit & 63) & 1;
}

/* Calls the visitor for those of the first @count types of the batch whose names pass. */
static int visit_batch(struct scan *scan, uint32_t count)
{
	const struct type_view *view = scan->view;
	uint32_t passed = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t id = scan->batch[i];
		uint32_t offset = type_view_name_offset(view, type_view_type(view, id));

		if (offset >= view->strings_size)
			return reason_set(scan->why, -EBADMSG,
					  "type [%u]: string offset %u is past the end (%u)", id,
					  offset, view->strings_size);
		scan->batch[passed] = id;
		passed += offset && passes(scan, offset);
	}
	for (uint32_t i = 0; i < passed; i++) {
		const struct btf_type *type = type_view_type(view, scan->batch[i]);
		int err = scan->visit(scan->context, scan->batch[i], type,
				      view->strings + type_view_name_offset(view, type));

		if (err)
			return err;
	}
	return 0;
}

static int scan_error(const struct btf_source *source, uint32_t id, uint32_t kind,
		      struct reason *why)
{
	if (!source->kinds[kind].base)
		return reason_set(why, kind ? -EOPNOTSUPP : -EBADMSG,
				  "type [%u]: kind %u is not known and no layout describes it", id,
				  kind);
	return reason_set(why, -EBADMSG, "type [%u]: this %s is cut off by the end of the types",
			  id, type_view_kind_name(kind));
}

/* @swapped is given as a constant, so that each of the two byte orders gets a loop of its own. */
static inline __attribute__((always_inline)) int scan_types(struct scan *scan, uint32_t kinds,
							    bool swapped)
{
	struct btf_source *source = scan->source;
	struct type_view *view = &source->types.view;
	const unsigned char *types = view->types;
	uintptr_t strings = (uintptr_t)view->strings;
	uint32_t *offsets = source->offsets;
	uint32_t size = source->types_size;
	uint32_t offset = 0, id = 1, wanted = 0;
	int err;

	while (size - offset >= TYPE_SIZE) {
		const struct btf_type *type = (const struct btf_type *)(types + offset);
		uint32_t info = type->info, name_offset = type->name_off;
		uint32_t kind, parts, is_wanted;
		uint64_t length;

		/* The processor prefetches by itself, but not over the end of a page. */
		__builtin_prefetch((const char *)type + PREFETCH_DISTANCE);
		if (swapped) {
			info = bswap_32(info);
			name_offset = bswap_32(name_offset);
		}
		kind = info >> 24 & 0x7f;
		parts = info & 0xffffff;
		offsets[id] = offset;
		scan->batch[wanted] = id;
		is_wanted = kind < 32 && (kinds >> (kind & 31) & 1);
		wanted += is_wanted;
		/* visit_batch() will read it; an offset out of range does no harm here. */
		__builtin_prefetch((const void *)(strings + (is_wanted ? name_offset : 0)));
		if (kind == BTF_KIND_FUNC || kind == BTF_KIND_PTR)
			length = TYPE_SIZE;
		else if (kind == BTF_KIND_FUNC_PROTO)
			length = TYPE_SIZE + (uint64_t)parts * sizeof(struct btf_param);
		else
			length = source->kinds[kind].base +
				 (uint64_t)parts * source->kinds[kind].element;
		if (length > size - offset || !length)
			return scan_error(source, id, kind, scan->why);
		offset += length;
		id++;
		if (wanted == BATCH) {
			view->type_count = id;
			err = visit_batch(scan, wanted);
			if (err)
				return err;
			wanted = 0;
		}
	}
	if (offset != size)
		return reason_set(scan->why, -EBADMSG, "type [%u]: cut off by the end of the types",
				  id);
	view->type_count = id;
	return visit_batch(scan, wanted);
}

int btf_source_find(struct type_source *types, const struct wanted_types *wanted,
		    type_visit_fn visit, void *context, struct reason *why)
{
	struct btf_source *source =
		(struct btf_source *)((char *)types - offsetof(struct btf_source, types));
	struct scan scan = {
		.source = source,
		.view = &types->view,
		.wanted = wanted,
		.visit = visit,
		.context = context,
		.why = why,
	};
	uint32_t kinds = wanted ? wanted->kinds : 0;
	int err = reserve_offsets(source, why);

	if (err)
		return err;
	types->view.offsets = source->offsets;
	return types->view.swapped ? scan_types(&scan, kinds, true)
				   : scan_types(&scan, kinds, false);
}
