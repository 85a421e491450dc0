/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_source.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/pack/type_columns.h"
#include "runtime/util/array.h"

/* In marks[]; below it a bit for each of found[]. */
#define MARK_FIRST (1 << PACK_SOURCE_NAMES)

static struct pack_source *source_of(struct type_view *view)
{
	return (struct pack_source *)((char *)view - offsetof(struct pack_source, types.view));
}

static bool has_type(const struct pack_source *source, uint32_t type)
{
	uint32_t pattern = source->reader->patterns[type];

	return pattern != TYPE_COLUMNS_UNREAD && pack_cursor_has(&source->cursor, pattern);
}

static uint32_t find_in_slot(const struct pack_source *source, uint32_t slot)
{
	const struct type_set *set = &source->reader->set;

	for (uint32_t type = source->reader->slot_first[slot];
	     type && type <= set->type_count && set->slot_of[type] == slot; type++)
		if (has_type(source, type))
			return type;
	return 0;
}

/* The kernel's type in a slot; 0: it has none. */
static uint32_t type_in_slot(const struct pack_source *source, uint32_t slot)
{
	struct slot_content *content = &source->contents[slot];

	if (content->round != source->round)
		*content = (struct slot_content){source->round, find_in_slot(source, slot)};
	return content->type;
}

static const struct btf_type *note_unread(struct pack_source *source)
{
	struct type_view *view = &source->types.view;

	source->lacks_types = true;
	if (!view->failure)
		view->failure = reason_set(&view->why, -EAGAIN,
					   "not all types of the pack were "
					   "read");
	return NULL;
}

/* Slots come here, and types that were not read. */
static const struct btf_type *make(struct type_view *view, uint32_t id)
{
	struct pack_source *source = source_of(view);
	const struct type_set *set = &source->reader->set;
	uint32_t slot, type;

	if (!type_set_is_slot(set, id))
		return note_unread(source);
	slot = id - set->slot_base;
	type = type_in_slot(source, slot);
	if (!type) {
		if (!view->failure)
			view->failure = reason_set(&view->why, -EBADMSG,
						   "%s %s is referred to, and the kernel does not "
						   "have it",
						   type_view_kind_name(set->slots[slot].kind),
						   type_set_string(set, set->slots[slot].name));
		return NULL;
	}
	source->offsets[id] = set->first[type] * (uint32_t)sizeof(uint32_t);
	source->made[source->made_count++] = id;
	return (const struct btf_type *)type_set_words(set, type);
}

/* --- find ------------------------------------------------------------------------------------- */

/* Compares a name with one that is looked for, which may be followed by @end. */
static int compare_name(const char *name, const struct wanted_name *wanted, const char *end)
{
	int order = strncmp(name, wanted->text, wanted->length);

	return order ? order : strncmp(name + wanted->length, end, *end ? strlen(end) : 1);
}

static uint8_t mark_of(const struct pack_source *source, const struct found_ids *found)
{
	return (uint8_t)(1 << (found - source->found));
}

static int add_found(struct pack_source *source, struct found_ids *found, uint32_t id)
{
	if (source->marks[id] & mark_of(source, found))
		return 0;
	if (array_reserve(found->ids, found->capacity, (size_t)found->count + 1))
		return -ENOMEM;
	found->ids[found->count++] = id;
	source->marks[id] |= mark_of(source, found);
	return 0;
}

/* Slots with the name, or with it and a flavour ("___"): those of one kind are sorted. */
static int find_slots(struct pack_source *source, struct found_ids *found, uint32_t first,
		      uint32_t end, const struct wanted_name *wanted, const char *tail)
{
	const struct type_set *set = &source->reader->set;
	uint32_t low = first, high = end;
	int err = 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_name(type_set_string(set, set->slots[middle].name), wanted, tail) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; !err && low < end &&
	       compare_name(type_set_string(set, set->slots[low].name), wanted, tail) == 0;
	     low++)
		err = add_found(source, found, set->slot_base + low);
	return err;
}

/* Types with names and without slots: base types, of which there are few, and what no relocation
 * asks for. */
static int find_types(struct pack_source *source, struct found_ids *found,
		      const struct wanted_types *wanted, uint32_t type)
{
	const struct type_set *set = &source->reader->set;
	const char *name = type_set_string(set, type_set_words(set, type)[0]);
	int err = 0;

	if (!wanted_types_allows(wanted, name))
		return 0;
	for (size_t i = 0; !err && i < wanted->name_count; i++)
		if (compare_name(name, &wanted->names[i], "") == 0 ||
		    compare_name(name, &wanted->names[i], "___") == 0)
			err = add_found(source, found, type);
	return err;
}

static bool is_wanted(const struct wanted_types *wanted, uint32_t kind)
{
	return kind < 32 && wanted->kinds >> kind & 1;
}

/* All ids with one of the names, in any kernel. */
static int find_ids(struct pack_source *source, struct found_ids *found,
		    const struct wanted_types *wanted)
{
	const struct type_set *set = &source->reader->set;
	uint32_t first = 0;
	int err = 0;

	for (uint32_t i = 0; i < found->count; i++)
		source->marks[found->ids[i]] &= (uint8_t)~mark_of(source, found);
	found->count = 0;
	for (uint32_t end; !err && first < set->slot_count; first = end) {
		uint32_t kind = set->slots[first].kind;

		for (end = first; end < set->slot_count && set->slots[end].kind == kind;)
			end++;
		for (size_t i = 0; !err && is_wanted(wanted, kind) && i < wanted->name_count; i++) {
			err = find_slots(source, found, first, end, &wanted->names[i], "");
			if (!err)
				err = find_slots(source, found, first, end, &wanted->names[i],
						 "___");
		}
	}
	for (uint32_t type = 1; !err && type <= set->type_count; type++) {
		uint32_t kind = type_set_kind(set, type);

		if (type_set_words(set, type)[0] && !word_roles[kind].has_slots &&
		    is_wanted(wanted, kind))
			err = find_types(source, found, wanted, type);
	}
	found->wanted = err ? NULL : wanted;
	return err;
}

/* Those that were found for these names before, or else are now. */
static int get_ids(struct pack_source *source, const struct wanted_types *wanted,
		   struct found_ids **ret_found)
{
	unsigned int place;

	for (place = 0; place < PACK_SOURCE_NAMES; place++) {
		*ret_found = &source->found[place];
		if ((*ret_found)->wanted == wanted)
			return 0;
	}
	place = source->next_found++ % PACK_SOURCE_NAMES;
	*ret_found = &source->found[place];
	return find_ids(source, *ret_found, wanted);
}

static int visit_id(struct pack_source *source, uint32_t id, type_visit_fn visit, void *context)
{
	const struct type_set *set = &source->reader->set;
	const uint32_t *words;
	uint32_t type = id;

	if (type_set_is_slot(set, id))
		type = type_in_slot(source, id - set->slot_base);
	else if (!has_type(source, id))
		return 0;
	if (!type)
		return 0;
	words = type_set_words(set, type);
	return visit(context, id, (const struct btf_type *)words, type_set_string(set, words[0]));
}

static uint32_t id_of(const struct type_set *set, uint32_t type)
{
	return set->slot_of[type] == TYPE_SET_NO_SLOT ? type : set->slot_base + set->slot_of[type];
}

/* Those whose order matters come first, in the kernel's order; ids do not have it. */
static int find(struct type_source *types, const struct wanted_types *wanted, type_visit_fn visit,
		void *context, struct reason *why)
{
	struct pack_source *source = (struct pack_source *)types;
	const struct pack_kernel *kernel = source->kernel;
	const struct type_set *set = &source->reader->set;
	struct found_ids *found;
	int err;

	if (!wanted)
		return 0;
	err = get_ids(source, wanted, &found);
	if (err)
		return reason_errno(why, err, "cannot look for its types");
	for (uint32_t i = 0; !err && i < kernel->first_count; i++) {
		uint32_t id = id_of(set, kernel->first[i]);

		source->marks[id] |= MARK_FIRST;
		if (source->marks[id] & mark_of(source, found))
			err = visit_id(source, id, visit, context);
	}
	for (uint32_t i = 0; !err && i < found->count; i++)
		if (!(source->marks[found->ids[i]] & MARK_FIRST))
			err = visit_id(source, found->ids[i], visit, context);
	for (uint32_t i = 0; i < kernel->first_count; i++)
		source->marks[id_of(set, kernel->first[i])] &= (uint8_t)~MARK_FIRST;
	return err;
}

/* --- versions --------------------------------------------------------------------------------- */

static uint32_t version(struct type_source *types, uint32_t id)
{
	struct pack_source *source = (struct pack_source *)types;
	const struct type_set *set = &source->reader->set;

	return type_set_is_slot(set, id) ? type_in_slot(source, id - set->slot_base) : 1;
}

static const uint32_t *reads(const struct type_source *types, size_t *ret_count)
{
	const struct pack_source *source = (const struct pack_source *)types;

	*ret_count = source->made_count;
	return source->made;
}

static void forget_reads(struct type_source *types)
{
	struct pack_source *source = (struct pack_source *)types;

	while (source->made_count)
		source->offsets[source->made[--source->made_count]] = TYPE_VIEW_NOT_MADE;
}

/* --- open ------------------------------------------------------------------------------------- */

void pack_source_free(struct pack_source *source)
{
	pack_cursor_close(&source->cursor);
	free(source->contents);
	free(source->offsets);
	free(source->made);
	for (unsigned int i = 0; i < PACK_SOURCE_NAMES; i++)
		free(source->found[i].ids);
	free(source->marks);
	*source = (struct pack_source){.reader = NULL};
}

static int open_reader(struct pack_source *source, const struct pack_reader *reader)
{
	const struct type_set *set = &reader->set;
	size_t ids = (size_t)set->slot_base + set->slot_count;

	pack_source_free(source);
	source->contents = calloc((size_t)set->slot_count + 1, sizeof(*source->contents));
	source->offsets = malloc(ids * sizeof(*source->offsets));
	source->made = malloc(((size_t)set->slot_count + 1) * sizeof(*source->made));
	source->marks = calloc(ids, sizeof(*source->marks));
	if (pack_cursor_open(&source->cursor, reader) || !source->contents || !source->offsets ||
	    !source->made || !source->marks) {
		pack_source_free(source);
		return -ENOMEM;
	}
	for (uint32_t type = 1; type <= set->type_count; type++)
		source->offsets[type] = reader->patterns[type] == TYPE_COLUMNS_UNREAD
						? TYPE_VIEW_NOT_MADE
						: set->first[type] * (uint32_t)sizeof(uint32_t);
	for (uint32_t slot = 0; slot < set->slot_count; slot++)
		source->offsets[set->slot_base + slot] = TYPE_VIEW_NOT_MADE;
	source->reader = reader;
	source->versions = (struct type_versions){
		.family = reader->family,
		.version = version,
		.reads = reads,
		.forget_reads = forget_reads,
	};
	return 0;
}

/* What is known of slots holds for one kernel. */
static void forget_contents(struct pack_source *source)
{
	if (++source->round)
		return;
	memset(source->contents, 0, source->reader->set.slot_count * sizeof(*source->contents));
	source->round = 1;
}

int pack_source_open(struct pack_source *source, const struct pack_reader *reader, size_t number,
		     struct reason *why)
{
	const struct type_set *set = &reader->set;
	const struct pack_kernel *kernel = &reader->kernels[number];
	/* The memory of one that was closed may be another one's. */
	bool is_open = source->reader == reader && source->versions.family == reader->family;
	int err = is_open ? 0 : open_reader(source, reader);

	if (err)
		return reason_errno(why, err, "cannot read a kernel");
	forget_contents(source);
	err = pack_cursor_move(&source->cursor, number, why);
	if (err)
		return err;
	forget_reads(&source->types);
	source->kernel = kernel;
	source->lacks_types = false;
	source->types = (struct type_source){
		.view = {.types = (const unsigned char *)set->words,
			 .strings = set->strings,
			 .offsets = source->offsets,
			 .strings_size = set->strings_size,
			 .type_count = set->slot_base + set->slot_count,
			 .is_converted =
				 kernel->is_big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
			 .make = make},
		.find = find,
		.versions = &source->versions,
	};
	return 0;
}
