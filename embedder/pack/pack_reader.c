/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_reader.h"

#include <endian.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/pack/pack_format.h"
#include "embedder/pack/type_columns.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/own_kernel_id.h"
#include "runtime/util/array.h"

/* The longest text in a kernel's key. */
#define TEXT_MAX 4096

/* --- kernels ---------------------------------------------------------------------------------- */

static int damaged_kernel(struct reason *why, size_t number)
{
	return reason_set(why, -EBADMSG, "the record of kernel %zu is damaged", number);
}

static int read_text(struct column_reader *reader, char *text)
{
	uint32_t length = column_get(reader);

	if (length >= TEXT_MAX || length > column_left(reader) || memchr(reader->next, 0, length))
		return -EBADMSG;
	memcpy(text, reader->next, length);
	text[length] = '\0';
	reader->next += length;
	return 0;
}

/* One text after the other. */
static int read_key(struct column_reader *reader, struct pack_kernel *kernel)
{
	const char **texts[] = {&kernel->id.release, &kernel->id.machine, &kernel->id.os_id,
				&kernel->id.version_id, &kernel->id.uname_version};
	char text[TEXT_MAX];
	uint32_t size;
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(*texts); i++) {
		err = reader->next == reader->end ? -EBADMSG : read_text(reader, text);
		if (!err)
			err = kernel_id_set(texts[i], text);
	}
	if (err)
		return err;
	if (!*kernel->id.release || !*kernel->id.machine)
		return -EBADMSG;
	size = column_get(reader);
	if (size > KERNEL_ID_BUILD_ID_MAX || size > column_left(reader))
		return -EBADMSG;
	err = size ? kernel_id_set_build_id(&kernel->id, reader->next, size) : 0;
	reader->next += size;
	if (!err)
		err = read_text(reader, text);
	/* A module: room for them is kept, and this version has none. */
	return !err && *text ? -EBADMSG : err;
}

static int read_kernel(struct column_reader *reader, uint32_t type_count,
		       struct pack_kernel *kernel)
{
	uint32_t origin, flags;
	uint64_t digests[2];
	int err = read_key(reader, kernel);

	if (err)
		return err;
	origin = column_get(reader);
	flags = column_get(reader);
	kernel->type_count = column_get(reader);
	if (reader->is_damaged || origin >= PACK_ORIGINS || flags & ~PACK_KERNEL_FLAGS ||
	    kernel->type_count > type_count || column_left(reader) < sizeof(digests))
		return -EBADMSG;
	kernel->origin = origin;
	kernel->is_big_endian = flags & PACK_KERNEL_BIG_ENDIAN;
	kernel->types_only = flags & PACK_KERNEL_TYPES_ONLY;
	memcpy(digests, reader->next, sizeof(digests));
	kernel->digest = le64toh(digests[0]);
	kernel->checksum = le64toh(digests[1]);
	reader->next += sizeof(digests);
	return 0;
}

static int read_kernels(struct pack_reader *reader, struct reason *why)
{
	_cleanup_free_ void *memory = NULL;
	struct column_reader column;
	uint32_t count = reader->parts.kernel_count;
	int err = pack_parts_read(&reader->parts, PACK_PART_KERNELS, &memory, &column, why);

	if (err)
		return err;
	if (!count || count > column_left(&column))
		return reason_set(why, -EBADMSG, "its header says %u kernels, and there are not",
				  count);
	reader->kernels = calloc(count, sizeof(*reader->kernels));
	if (!reader->kernels)
		return reason_errno(why, -ENOMEM, "cannot read its kernels");
	for (uint32_t i = 0; !err && i < count; i++) {
		reader->count = i + 1;
		err = read_kernel(&column, reader->parts.type_count, &reader->kernels[i]);
		if (!err && i &&
		    pack_kernel_compare(&reader->kernels[i - 1], &reader->kernels[i]) >= 0)
			err = -EBADMSG;
		if (err)
			return err == -EBADMSG ? damaged_kernel(why, i)
					       : reason_errno(why, err, "cannot read its kernels");
	}
	return column_left(&column) ? damaged_kernel(why, count) : 0;
}

int pack_reader_open_memory(void *data, size_t size, struct pack_reader *ret_reader,
			    struct reason *why)
{
	struct pack_reader reader = {.data = data};
	int err = pack_parts_open(data, size, &reader.parts, why);

	if (!err)
		err = read_kernels(&reader, why);
	if (err) {
		pack_reader_close(&reader);
		return err;
	}
	*ret_reader = reader;
	return 0;
}

int pack_reader_open(const char *path, struct pack_reader *ret_reader, struct reason *why)
{
	void *data = NULL;
	size_t size = 0;
	int err = input_file_read(path, PACK_SIZE_MAX, &data, &size, why);

	return err ? err : pack_reader_open_memory(data, size, ret_reader, why);
}

/* Back to what it was before pack_reader_load(). */
static void forget_types(struct pack_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		free(reader->kernels[i].first);
		reader->kernels[i].first = NULL;
		reader->kernels[i].first_count = 0;
	}
	type_set_free(&reader->set);
	free(reader->digests);
	free(reader->patterns);
	free(reader->changes);
	free(reader->change_first);
	free(reader->pattern_sums);
	free(reader->slot_first);
	pack_cursor_close(&reader->cursor);
	reader->digests = NULL;
	reader->change_first = NULL;
	reader->pattern_sums = NULL;
	reader->patterns = reader->changes = reader->slot_first = NULL;
}

void pack_reader_close(struct pack_reader *reader)
{
	forget_types(reader);
	for (size_t i = 0; i < reader->count; i++)
		pack_kernel_clear(&reader->kernels[i]);
	free(reader->kernels);
	pack_parts_close(&reader->parts);
	free(reader->data);
	*reader = (struct pack_reader){.data = NULL};
}

/* --- types ------------------------------------------------------------------------------------ */

static int read_counts(struct pack_reader *reader, struct type_columns_input *input,
		       struct reason *why)
{
	struct type_counts *counts = &input->counts;
	_cleanup_free_ void *memory = NULL;
	struct column_reader column;
	uint64_t types = 0, slots = 0;
	int err = pack_parts_read(&reader->parts, PACK_PART_COUNTS, &memory, &column, why);

	if (err)
		return err;
	for (uint32_t kind = 1; kind < PACK_KINDS; kind++) {
		/* Every type has a pattern. */
		size_t left =
			pack_parts_size(&reader->parts, kind * PACK_COLUMNS + PACK_COLUMN_PATTERN);

		counts->types[kind] = column_get(&column);
		counts->roots[kind] = column_get(&column);
		counts->slots[kind] = column_get(&column);
		if (counts->types[kind] > left || counts->roots[kind] > counts->types[kind] ||
		    counts->slots[kind] > (word_roles[kind].has_slots ? counts->roots[kind] : 0))
			return reason_set(why, -EBADMSG, "its counts of types of kind %u are wrong",
					  kind);
		types += counts->types[kind];
		slots += counts->slots[kind];
	}
	if (column.is_damaged || column_left(&column) || types != reader->parts.type_count ||
	    slots != reader->parts.slot_count)
		return reason_set(why, -EBADMSG, "its counts of types are wrong");
	return 0;
}

static int read_ordinals(struct pack_reader *reader, uint32_t **ret_ordinals, struct reason *why)
{
	uint32_t types = reader->parts.type_count, last = 0;
	_cleanup_free_ void *memory = NULL;
	_cleanup_free_ uint32_t *ordinals = calloc((size_t)types + 1, sizeof(*ordinals));
	struct column_reader column;
	int err = pack_parts_read(&reader->parts, PACK_PART_ORDINALS, &memory, &column, why);

	if (err)
		return err;
	if (!ordinals)
		return reason_errno(why, -ENOMEM, "cannot read its types");
	while (column_left(&column)) {
		uint32_t gap = column_get(&column), ordinal = column_get(&column);

		if (column.is_damaged || !gap || gap > types - last || !ordinal)
			return reason_set(why, -EBADMSG, "its ordinals are wrong after type %u",
					  last);
		last += gap;
		ordinals[last] = ordinal;
	}
	*ret_ordinals = TAKE_PTR(ordinals);
	return 0;
}

/* Counts the changes of each kernel. */
static int count_changes(const struct pack_reader *reader, struct column_reader column,
			 size_t *counts, struct column_reader *ret_end)
{
	uint32_t kernels = (uint32_t)reader->count;

	for (uint32_t pattern = 0; pattern < reader->pattern_count; pattern++) {
		uint32_t changes = column_get(&column), kernel = 0;

		if (changes > column_left(&column) || changes % 2)
			return -EBADMSG;
		for (uint32_t i = 0; i < changes; i++) {
			uint32_t gap = column_get(&column);

			if (gap > kernels - kernel || (i && !gap))
				return -EBADMSG;
			kernel += gap;
			counts[kernel]++;
		}
	}
	*ret_end = column;
	return column.is_damaged ? -EBADMSG : 0;
}

/* Each change to its kernel, whose next place moves on. They were checked when they were counted.
 */
static void place_changes(const struct pack_reader *reader, struct column_reader column,
			  uint32_t *changes, size_t *next)
{
	for (uint32_t pattern = 0; pattern < reader->pattern_count; pattern++) {
		uint32_t kernel = 0;

		for (uint32_t left = column_get(&column); left; left--) {
			kernel += column_get(&column);
			changes[next[kernel]++] = pattern;
		}
	}
}

/* From patterns with their kernels to kernels with their patterns. */
static int sort_changes(struct pack_reader *reader, struct column_reader *column)
{
	struct column_reader end;
	size_t kernels = reader->count + 1, next = 0; /* changes may be behind the last one */
	int err;

	reader->change_first = calloc(kernels + 1, sizeof(*reader->change_first));
	if (!reader->change_first)
		return -ENOMEM;
	err = count_changes(reader, *column, reader->change_first, &end);
	/* The patterns of the types that were not read come last. */
	if (!err && !reader->is_warm && column_left(&end))
		err = -EBADMSG;
	if (err)
		return err;
	for (size_t kernel = 0; kernel < kernels; kernel++) {
		size_t count = reader->change_first[kernel];

		reader->change_first[kernel] = next;
		next += count;
	}
	reader->changes = malloc((next + 1) * sizeof(*reader->changes));
	if (!reader->changes)
		return -ENOMEM;
	place_changes(reader, *column, reader->changes, reader->change_first);
	/* Each place has moved on to that of the next kernel. */
	memmove(reader->change_first + 1, reader->change_first,
		kernels * sizeof(*reader->change_first));
	reader->change_first[0] = 0;
	return 0;
}

static int read_patterns(struct pack_reader *reader, struct reason *why)
{
	_cleanup_free_ void *memory = NULL;
	struct column_reader column;
	int err = pack_parts_read(&reader->parts, PACK_PART_PATTERNS, &memory, &column, why);

	if (err)
		return err;
	if (reader->pattern_count > column_left(&column))
		return reason_set(why, -EBADMSG, "its patterns are cut off");
	err = sort_changes(reader, &column);
	if (err == -ENOMEM)
		return reason_errno(why, err, "cannot read its patterns");
	return err ? reason_set(why, err, "its patterns are damaged") : 0;
}

/* The lists of types whose order matters. */
static int read_firsts(struct pack_reader *reader, struct reason *why)
{
	_cleanup_free_ void *memory = NULL;
	struct column_reader column;
	int err = pack_parts_read(&reader->parts, PACK_PART_FIRSTS, &memory, &column, why);

	for (size_t i = 0; !err && i < reader->count; i++) {
		struct pack_kernel *kernel = &reader->kernels[i];
		uint32_t count = column_get(&column), last = 0;

		if (count > column_left(&column))
			return damaged_kernel(why, i);
		kernel->first = malloc(((size_t)count + 1) * sizeof(*kernel->first));
		if (!kernel->first)
			return reason_errno(why, -ENOMEM, "cannot read its kernels");
		kernel->first_count = count;
		for (uint32_t k = 0; k < count; k++) {
			last += unzigzag(column_get(&column));
			if (!last || last > reader->set.type_count)
				return damaged_kernel(why, i);
			kernel->first[k] = last;
		}
	}
	if (!err && (column.is_damaged || column_left(&column)))
		err = damaged_kernel(why, reader->count);
	return err;
}

/* Whether part @id has columns or strings that pack_reader_load_warm() does not read. */
static bool is_cold_part(uint32_t id)
{
	uint32_t strings = id - (id >= PACK_PART_PREFIXES ? PACK_PART_PREFIXES : PACK_PART_STRINGS);

	return id < PACK_PART_COLUMNS_END
		       ? type_set_is_cold(id / PACK_COLUMNS)
		       : strings == PACK_STRINGS_PARAMETERS || strings == PACK_STRINGS_FUNCTIONS;
}

static int read_columns(struct pack_reader *reader, struct type_columns_input *input, void **memory,
			struct reason *why)
{
	uint32_t *ordinals = NULL;
	int err = 0;

	for (uint32_t i = 0; !err && i < PACK_PART_COLUMNS_END; i++)
		if (!reader->is_warm || !is_cold_part(i))
			err = pack_parts_read(&reader->parts, i, memory++, &input->columns[i], why);
	for (uint32_t i = 0; !err && i < PACK_STRINGS_COUNT; i++) {
		if (reader->is_warm && is_cold_part(PACK_PART_STRINGS + i))
			continue;
		err = pack_parts_read(&reader->parts, PACK_PART_STRINGS + i, memory++,
				      &input->tails[i], why);
		if (!err)
			err = pack_parts_read(&reader->parts, PACK_PART_PREFIXES + i, memory++,
					      &input->prefixes[i], why);
	}
	input->strings_size = reader->parts.strings_size;
	if (!err)
		err = read_counts(reader, input, why);
	if (!err)
		err = read_ordinals(reader, &ordinals, why);
	return err ? err
		   : type_columns_read(input, reader->is_warm, ordinals, &reader->set,
				       &reader->patterns, &reader->pattern_count, why);
}

/* What is looked up for each kernel, once for all. */
static int add_up(struct pack_reader *reader, struct reason *why)
{
	const struct type_set *set = &reader->set;

	reader->pattern_sums =
		calloc((size_t)reader->pattern_count + 1, sizeof(*reader->pattern_sums));
	reader->slot_first = calloc((size_t)set->slot_count + 1, sizeof(uint32_t));
	if (!reader->pattern_sums || !reader->slot_first)
		return reason_errno(why, -ENOMEM, "cannot read its types");
	for (uint32_t type = 1; type <= set->type_count; type++) {
		uint32_t slot = set->slot_of[type], pattern = reader->patterns[type];
		struct pack_pattern *sums;

		if (pattern == TYPE_COLUMNS_UNREAD)
			continue;
		sums = &reader->pattern_sums[pattern];
		sums->types++;
		if (!reader->is_warm)
			sums->digests += reader->digests[type];
		if (type_set_is_warm_root(set, type))
			sums->checksums += digest_add(DIGEST_START, type);
		if (slot != TYPE_SET_NO_SLOT && !reader->slot_first[slot])
			reader->slot_first[slot] = type;
	}
	return 0;
}

/* Numbers for the types that are read: never the same, so what is remembered of some is never taken
 * for others, whatever memory they are in. */
static atomic_uint_least64_t families;

static int load(struct pack_reader *reader, struct reason *why)
{
	enum { PARTS = PACK_PART_COLUMNS_END + 2 * PACK_STRINGS_COUNT };
	struct type_columns_input *input = calloc(1, sizeof(*input));
	void **memory = calloc(PARTS, sizeof(*memory));
	int err;

	if (!input || !memory) {
		err = reason_errno(why, -ENOMEM, "cannot read its types");
	} else {
		err = read_columns(reader, input, memory, why);
		if (!err)
			err = read_patterns(reader, why);
		if (!err)
			err = read_firsts(reader, why);
		if (!err && !reader->is_warm)
			err = type_set_digests(&reader->set, &reader->digests, why);
		if (!err)
			err = add_up(reader, why);
		reader->family = atomic_fetch_add(&families, 1) + 1;
	}
	if (err)
		forget_types(reader);
	for (unsigned int i = 0; memory && i < PARTS; i++)
		free(memory[i]);
	free(memory);
	free(input);
	return err;
}

/* What a part becomes: a number of a byte or two is a word; of a member that is as in the version
 * before, one number says three words. */
static uint64_t read_size(uint32_t id, uint64_t size)
{
	if (id < PACK_PART_COLUMNS_END)
		return size * (id % PACK_COLUMNS == PACK_COLUMN_NEXT_MEMBER ? 12 : 3);
	if (id == PACK_PART_PATTERNS || id == PACK_PART_FIRSTS)
		return size * sizeof(uint32_t);
	return id < PACK_PART_KERNELS ? size * 2 : 0;
}

uint64_t pack_reader_load_size(const struct pack_reader *reader, bool warm)
{
	const struct pack_parts *parts = &reader->parts;
	/* Of a type: its place, ordinal, slot, pattern and digest; of a slot: what it is. */
	uint64_t size = parts->size + parts->type_count * (warm ? UINT64_C(20) : UINT64_C(28)) +
			parts->slot_count * UINT64_C(16) + reader->count * sizeof(*reader->kernels);

	for (uint32_t i = 0; i < parts->count; i++) {
		const struct pack_place *place = &parts->places[i];

		if (!warm || !is_cold_part(place->id))
			size += place->size + read_size(place->id, place->size);
	}
	return size;
}

int pack_reader_load(struct pack_reader *reader, struct reason *why)
{
	if (reader->slot_first && !reader->is_warm)
		return 0;
	forget_types(reader);
	reader->is_warm = false;
	return load(reader, why);
}

int pack_reader_load_warm(struct pack_reader *reader, struct reason *why)
{
	if (reader->slot_first)
		return 0;
	reader->is_warm = true;
	return load(reader, why);
}

static int read_kernel_types(struct pack_reader *reader, size_t number, struct reason *why)
{
	struct pack_kernel *kernel = &reader->kernels[number];
	struct pack_cursor *cursor = &reader->cursor;
	int err = cursor->reader ? 0 : pack_cursor_open(cursor, reader);

	kernel->type_words = reader->set.type_count / 64 + 1;
	kernel->types = calloc(kernel->type_words, sizeof(*kernel->types));
	if (err || !kernel->types)
		return reason_errno(why, -ENOMEM, "cannot read a kernel");
	err = pack_cursor_move(cursor, number, why);
	for (uint32_t type = 1; !err && type <= reader->set.type_count; type++)
		kernel->types[type / 64] |=
			(uint64_t)pack_cursor_has(cursor, reader->patterns[type]) << (type & 63);
	return err;
}

static void forget_kernel_types(struct pack_kernel *kernel)
{
	free(kernel->types);
	kernel->types = NULL;
	kernel->type_words = 0;
}

int pack_reader_kernel(struct pack_reader *reader, size_t number, struct reason *why)
{
	int err = reader->kernels[number].types ? 0 : read_kernel_types(reader, number, why);

	if (err)
		forget_kernel_types(&reader->kernels[number]);
	return err;
}

/* --- merging ---------------------------------------------------------------------------------- */

static int merge_kernel(struct pack_reader *reader, size_t number, const uint32_t *numbers,
			struct pack *pack, struct reason *why)
{
	_cleanup_(pack_kernel_clear) struct pack_kernel kernel = {.types = NULL};
	struct pack_kernel *from = &reader->kernels[number];
	int err = pack_reader_kernel(reader, number, why);

	if (err)
		return err;
	kernel.origin = from->origin;
	kernel.is_big_endian = from->is_big_endian;
	kernel.types_only = from->types_only;
	kernel.digest = from->digest;
	err = kernel_id_copy(&from->id, &kernel.id);
	for (uint32_t type = 1; !err && type <= reader->set.type_count; type++)
		if (pack_kernel_has(from, type))
			err = pack_kernel_set(&kernel, numbers[type]);
	kernel.first = malloc(((size_t)from->first_count + 1) * sizeof(*kernel.first));
	if (err || !kernel.first)
		return reason_errno(why, -ENOMEM, "cannot keep a kernel");
	for (uint32_t i = 0; i < from->first_count; i++)
		kernel.first[kernel.first_count++] = numbers[from->first[i]];
	if (kernel.type_count != from->type_count)
		return reason_set(why, -EBADMSG, "kernel %s: two of its types are the same",
				  from->id.release);
	forget_kernel_types(from);
	return pack_take(pack, &kernel, why);
}

int pack_reader_merge(struct pack_reader *reader, struct pack *pack,
		      bool (*want)(void *context, const struct pack_kernel *kernel), void *context,
		      struct reason *why)
{
	_cleanup_free_ uint32_t *numbers = NULL;
	size_t before = pack->count;
	int err = pack_reader_load(reader, why);

	if (!err)
		err = pack_add_set(&pack->pool, &reader->set, &numbers, why);
	if (!err && (pack->count + reader->count) * ((uint64_t)pack->pool.set.type_count / 8) >
			    PACK_SETS_SIZE_MAX)
		err = reason_set(why, -EFBIG, "%zu kernels with %u types are too many for one pack",
				 pack->count + reader->count, pack->pool.set.type_count);
	for (size_t i = 0; !err && i < reader->count; i++)
		if (!want || want(context, &reader->kernels[i]))
			err = merge_kernel(reader, i, numbers, pack, why);
	/* All or nothing: what is damaged in one place is not to be trusted in others. */
	while (err && pack->count > before)
		pack_kernel_clear(&pack->kernels[--pack->count]);
	return err;
}
