/* SPDX-License-Identifier: MIT */
/*
 * In: the sections of DWARF. Out: a source of types.
 *
 * find() goes through all units once. There it notes where structs, unions and enums are defined,
 * and computes a digest of each definition whose name is looked for; different digests are
 * different candidates. Then types are made on demand.
 */
#include "embedder/dwarf/dwarf_source.h"

#include <dwarf.h>
#include <stdlib.h>

#include "runtime/btf/btf_header.h"
#include "embedder/dwarf/dwarf_maker.h"
#include "embedder/dwarf/dwarf_walk.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* libbpf looks at each candidate for each relocation; a kernel has a few for a name. */
#define FOUND_MAX (UINT32_C(1) << 18)

/* A type that may be a candidate. */
struct found_type {
	uint64_t digest, place;
	uint32_t id;
};

struct dwarf_source {
	struct type_source types;
	struct dwarf_sections sections;
	struct dwarf_units units;
	struct dwarf_names names;
	struct dwarf_conversion conversion;
	const struct wanted_types *wanted;
	struct found_type *found;
	size_t found_count, found_capacity;
	uint64_t *seen; /* hash table: digests of found; 0: free */
	size_t seen_mask;
};

static struct dwarf_source *source_of(struct type_view *view)
{
	return (struct dwarf_source *)((char *)view - offsetof(struct dwarf_source, types.view));
}

/* --- definitions, for declarations ------------------------------------------------------------ */

/* Digests before and after all definitions are known are not the same. */
static void know_definitions(struct dwarf_source *source, bool known)
{
	source->conversion.digester.definitions = known ? &source->conversion.definitions : NULL;
	dwarf_digester_forget(&source->conversion.digester);
}

static bool is_composite(uint16_t tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
	       tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

/* --- find ------------------------------------------------------------------------------------- */

/* The kinds of BTF that a tag may become, as bits. */
static uint32_t kinds_of(uint16_t tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		return UINT32_C(1) << BTF_KIND_STRUCT | UINT32_C(1) << BTF_KIND_FWD;
	case DW_TAG_union_type:
		return UINT32_C(1) << BTF_KIND_UNION | UINT32_C(1) << BTF_KIND_FWD;
	case DW_TAG_enumeration_type:
		return UINT32_C(1) << BTF_KIND_ENUM | UINT32_C(1) << TYPE_VIEW_KIND_ENUM64;
	case DW_TAG_typedef:
		return UINT32_C(1) << BTF_KIND_TYPEDEF;
	default:
		return UINT32_C(1) << BTF_KIND_INT | UINT32_C(1) << BTF_KIND_FLOAT;
	}
}

/* Whether @digest is new; notes it. */
static int note_digest(struct dwarf_source *source, uint64_t digest)
{
	size_t mask = source->seen_mask, slot;

	if (source->found_count >= mask / 2) {
		uint64_t *seen = calloc(mask * 2 + 2, sizeof(*seen));

		if (!seen)
			return -ENOMEM;
		for (size_t i = 0; i < source->found_count; i++) {
			slot = (source->found[i].digest >> 7) & (mask * 2 + 1);
			while (seen[slot])
				slot = (slot + 1) & (mask * 2 + 1);
			seen[slot] = source->found[i].digest;
		}
		free(source->seen);
		source->seen = seen;
		source->seen_mask = mask = mask * 2 + 1;
	}
	for (slot = (digest >> 7) & mask; source->seen[slot]; slot = (slot + 1) & mask)
		if (source->seen[slot] == digest)
			return 0;
	source->seen[slot] = digest;
	return 1;
}

static int add_found(struct dwarf_source *source, uint64_t place, struct reason *why)
{
	uint64_t digest;
	int is_new, err = dwarf_digest(&source->conversion.digester, place, &digest, why);

	if (err)
		return err;
	is_new = note_digest(source, digest);
	if (is_new > 0 && source->found_count == FOUND_MAX)
		return reason_set(why, -E2BIG,
				  "DWARF: more than %u types of the names that are "
				  "looked for",
				  FOUND_MAX);
	if (is_new > 0 &&
	    array_reserve(source->found, source->found_capacity, source->found_count + 1))
		is_new = -ENOMEM;
	if (is_new > 0)
		source->found[source->found_count++] = (struct found_type){digest, place, 0};
	return is_new < 0 ? reason_set(why, is_new, "out of memory") : 0;
}

static int visit_named(void *context, const struct dwarf_spot *spot, struct reason *why)
{
	struct dwarf_source *source = context;
	uint16_t tag = spot->abbrev->tag;
	struct dwarf_name name;
	bool declaration;
	int err = dwarf_names_peek(&source->names, &source->units, spot, &name, &declaration, why);

	if (err || !*name.text)
		return err;
	if ((is_composite(tag) || tag == DW_TAG_base_type) && !declaration)
		err = dwarf_definitions_add(&source->conversion.definitions, tag, &name,
					    spot->place);
	if (err)
		return reason_set(why, err,
				  err == -ENOMEM
					  ? "out of memory"
					  : "DWARF: more names of types than any kernel has");
	if (!name.wanted || !(source->wanted->kinds & kinds_of(tag)))
		return 0;
	return add_found(source, spot->place, why);
}

static void leave_unit(void *context)
{
	struct dwarf_source *source = context;

	dwarf_digester_forget(&source->conversion.digester);
}

static int walk(struct dwarf_source *source, const struct wanted_types *wanted, struct reason *why)
{
	const struct dwarf_walk named = {
		.tags = {[DW_TAG_structure_type] = true,
			 [DW_TAG_class_type] = true,
			 [DW_TAG_union_type] = true,
			 [DW_TAG_enumeration_type] = true,
			 [DW_TAG_typedef] = true,
			 [DW_TAG_base_type] = true},
		.visit = visit_named,
		.leave_unit = leave_unit,
		.context = source,
	};
	int err;

	if (dwarf_names_init(&source->names, wanted))
		return reason_set(why, -ENOMEM, "out of memory");
	source->wanted = wanted;
	source->found_count = 0;
	if (source->seen)
		memset(source->seen, 0, (source->seen_mask + 1) * sizeof(*source->seen));
	know_definitions(source, false);
	err = dwarf_walk(&source->units, &named, why);
	source->names.wanted = NULL; /* the caller's, who may free it */
	know_definitions(source, true);
	return err;
}

static void update_view(struct dwarf_source *source)
{
	struct type_view *view = &source->types.view;

	view->types = source->conversion.store.types;
	view->strings = source->conversion.store.strings;
	view->strings_size = source->conversion.store.strings_size;
	view->offsets = source->conversion.types.offsets;
	view->type_count = source->conversion.types.count;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t left = ((const struct found_type *)a)->id;
	uint32_t right = ((const struct found_type *)b)->id;

	return (left > right) - (left < right);
}

/* Gives ids to what was found; of those that are one type after all, one remains. */
static int number_found(struct dwarf_source *source, struct reason *why)
{
	size_t count = 0;

	for (size_t i = 0; i < source->found_count; i++) {
		int err = dwarf_conversion_id(&source->conversion, source->found[i].place,
					      &source->found[i].id, why);

		if (err)
			return err;
	}
	if (source->found_count)
		qsort(source->found, source->found_count, sizeof(*source->found), compare_ids);
	for (size_t i = 0; i < source->found_count; i++)
		if (source->found[i].id &&
		    (!count || source->found[count - 1].id != source->found[i].id))
			source->found[count++] = source->found[i];
	source->found_count = count;
	return 0;
}

static int find(struct type_source *types, const struct wanted_types *wanted, type_visit_fn visit,
		void *context, struct reason *why)
{
	struct dwarf_source *source = source_of(&types->view);
	int err = walk(source, wanted, why);

	if (!err)
		err = number_found(source, why);
	for (size_t i = 0; !err && i < source->found_count; i++) {
		uint32_t id = source->found[i].id;

		if (source->conversion.types.offsets[id] == TYPE_VIEW_NOT_MADE)
			err = dwarf_maker_make(&source->conversion, id, why);
		update_view(source);
		if (!err) {
			const struct btf_type *type = type_view_type(&types->view, id);

			err = visit(context, id, type,
				    type_view_string(&types->view,
						     type_view_name_offset(&types->view, type)));
		}
	}
	return err;
}

static const struct btf_type *make(struct type_view *view, uint32_t id)
{
	struct dwarf_source *source = source_of(view);
	int err = dwarf_maker_make(&source->conversion, id, &view->why);

	update_view(source);
	if (err) {
		view->failure = view->failure ? view->failure : err;
		return NULL;
	}
	return (const struct btf_type *)(view->types + view->offsets[id]);
}

/* --- source ----------------------------------------------------------------------------------- */

void dwarf_source_close(struct dwarf_source *source)
{
	if (!source)
		return;
	dwarf_library_close(source->conversion.library);
	dwarf_types_free(&source->conversion.types);
	dwarf_store_free(&source->conversion.store);
	dwarf_definitions_free(&source->conversion.definitions);
	dwarf_digester_free(&source->conversion.digester);
	dwarf_names_free(&source->names);
	dwarf_units_free(&source->units);
	free(source->found);
	free(source->seen);
	free(source);
}

static void close_source(struct dwarf_source **source)
{
	dwarf_source_close(*source);
}

static int init_conversion(struct dwarf_source *source)
{
	struct dwarf_conversion *conversion = &source->conversion;
	uint64_t void_digest;
	int err;

	conversion->digester = (struct dwarf_digester){
		.units = &source->units,
		.names = &source->names,
	};
	err = dwarf_digester_init(&conversion->digester);
	if (!err)
		err = dwarf_names_init(&source->names, NULL);
	if (!err)
		err = dwarf_digest(&conversion->digester, 0, &void_digest, NULL);
	if (!err)
		err = dwarf_types_init(&conversion->types, void_digest);
	return err ? err : dwarf_store_init(&conversion->store, source->units.swapped);
}

int dwarf_source_open(const struct dwarf_sections *sections, struct dwarf_source **ret_source,
		      struct reason *why)
{
	_cleanup_(close_source) struct dwarf_source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return reason_set(why, -ENOMEM, "out of memory");
	source->sections = *sections;
	err = dwarf_units_read(&source->units, &source->sections, why);
	if (err)
		return err;
	if (init_conversion(source))
		return reason_set(why, -ENOMEM, "out of memory");
	source->seen_mask = 0;
	source->types.find = find;
	source->types.view.make = make;
	source->types.view.swapped = source->units.swapped;
	update_view(source);
	*ret_source = TAKE_PTR(source);
	return 0;
}

struct type_source *dwarf_source_types(struct dwarf_source *source)
{
	return &source->types;
}

/* --- the full BTF ----------------------------------------------------------------------------- */

/* Integers of sizes that only appear in the compiler's expressions for locations. */
static bool is_odd_integer(const struct dwarf_entry *entry)
{
	uint64_t size = dwarf_entry_get(entry, DWARF_BYTE_SIZE, 0);

	return !size || size > 16 || (size & (size - 1));
}

/* The place of a function that was compiled and not only inlined: that of its name and
 * parameters. 0: the entry is none. */
static uint64_t find_function(const struct dwarf_entry *entry)
{
	if (!dwarf_entry_has(entry, DWARF_HAS_CODE))
		return 0;
	return dwarf_entry_has(entry, DWARF_NAME) ? entry->place
						  : dwarf_entry_get(entry, DWARF_ORIGIN, 0);
}

static int visit_all(void *context, const struct dwarf_spot *spot, struct reason *why)
{
	struct dwarf_source *source = context;
	uint16_t tag = spot->abbrev->tag;
	uint64_t place = spot->place;
	struct dwarf_entry entry;
	uint32_t id;

	if (tag == DW_TAG_base_type || tag == DW_TAG_subprogram) {
		int err = dwarf_entry_read(&source->units, spot->unit, spot->place, &entry, why);

		if (err || (tag == DW_TAG_base_type && is_odd_integer(&entry)))
			return err;
		if (tag == DW_TAG_subprogram)
			place = find_function(&entry);
	}
	return place ? dwarf_conversion_id(&source->conversion, place, &id, why) : 0;
}

/* Gives an id to every type. */
static int number_all(struct dwarf_source *source, struct reason *why)
{
	const struct dwarf_walk all = {
		.tags = {[DW_TAG_structure_type] = true,
			 [DW_TAG_class_type] = true,
			 [DW_TAG_union_type] = true,
			 [DW_TAG_enumeration_type] = true,
			 [DW_TAG_typedef] = true,
			 [DW_TAG_base_type] = true,
			 [DW_TAG_pointer_type] = true,
			 [DW_TAG_const_type] = true,
			 [DW_TAG_volatile_type] = true,
			 [DW_TAG_restrict_type] = true,
			 [DW_TAG_array_type] = true,
			 [DW_TAG_subroutine_type] = true,
			 [DW_TAG_subprogram] = true},
		.visit = visit_all,
		.leave_unit = leave_unit,
		.context = source,
	};

	return dwarf_walk(&source->units, &all, why);
}

/* Makes all types in the order of their ids, so that their bytes lie in that order. */
static int make_all(struct dwarf_source *source, struct reason *why)
{
	for (uint32_t id = 1; id < source->conversion.types.count; id++) {
		int err = dwarf_maker_make(&source->conversion, id, why);

		if (err)
			return err;
	}
	update_view(source);
	return 0;
}

static void append_word(const struct dwarf_source *source, struct byte_buffer *output,
			uint32_t value)
{
	byte_buffer_append_u32(output, dwarf_store_word(&source->conversion.store, value));
}

static int append(const struct dwarf_source *source, struct byte_buffer *output)
{
	const struct dwarf_store *store = &source->conversion.store;
	uint16_t magic = source->units.swapped ? __builtin_bswap16(BTF_MAGIC) : BTF_MAGIC;

	byte_buffer_append(output, &magic, sizeof(magic));
	byte_buffer_append_u8(output, BTF_VERSION);
	byte_buffer_append_u8(output, 0);
	append_word(source, output, BTF_HEADER_SIZE);
	append_word(source, output, 0);
	append_word(source, output, store->types_size);
	append_word(source, output, store->types_size);
	append_word(source, output, store->strings_size);
	byte_buffer_append(output, store->types, store->types_size);
	byte_buffer_append(output, store->strings, store->strings_size);
	return byte_buffer_failed(output) ? -ENOMEM : 0;
}

int dwarf_source_write(struct dwarf_source *source, struct byte_buffer *output, struct reason *why)
{
	int err;

	/* Types that were made before lie in the order of those requests. */
	if (source->conversion.types.count > 1)
		return reason_set(why, -EBUSY, "DWARF: types were asked for before");
	err = walk(source, NULL, why);
	if (!err)
		err = number_all(source, why);
	if (!err)
		err = make_all(source, why);
	if (!err && append(source, output))
		err = reason_set(why, -ENOMEM, "out of memory");
	return err;
}
