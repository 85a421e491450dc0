/* SPDX-License-Identifier: MIT */
/*
 * A release and a machine in, a run of checked entries out.
 *
 * A record is used only after its checksum was compared, which covers its strings too, so a lookup
 * does not have to read the other records. Only the binary search reads hashes without comparing
 * checksums. If it is misled by a damaged one, the checked entries on either side of its result are
 * not in order, or it finds nothing, and the caller then checks all tables.
 *
 * Packed tables have no hashes: their entries are sorted by release and machine, and the binary
 * search compares those. Their checksum was compared before they were unpacked.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "runtime/bundle/checksum.h"
#include "runtime/bundle/index.h"

static uint32_t checksum_string(uint32_t sum, const char *string)
{
	return checksum_add(sum, string, strlen(string) + 1);
}

/* The hash as stored: not checked. */
static uint32_t stored_hash(const struct bundle *bundle, uint32_t number)
{
	return BUNDLE_MEMBER(bundle, bundle_entry_record(bundle, number),
			     struct corebtf_format_entry, hash);
}

static int check_entry_sum(const struct bundle *bundle, uint32_t number, const uint8_t *record,
			   const struct index_entry *entry)
{
	uint16_t size = bundle->header.entry_size;
	uint32_t sum;

	if (bundle_is_packed(bundle))
		return 0;
	sum = bundle_record_sum(record, size);
	sum = checksum_string(sum, entry->id.release);
	sum = checksum_string(sum, entry->id.machine);
	sum = checksum_string(sum, entry->id.os_id);
	sum = checksum_string(sum, entry->id.version_id);
	sum = checksum_string(sum, entry->id.uname_version);
	return bundle_check_sum(bundle, "entry", number, record, size, sum);
}

int index_entry(const struct bundle *bundle, uint32_t number, struct index_entry *ret_entry)
{
	const uint8_t *record = bundle_entry_record(bundle, number);
	struct index_entry entry;
	int err;

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_entry, member)
	entry.blob = MEMBER(blob);
	entry.id.release = bundle_string(bundle, MEMBER(release));
	entry.id.machine = bundle_string(bundle, MEMBER(machine));
	entry.id.os_id = bundle_string(bundle, MEMBER(os_id));
	entry.id.version_id = bundle_string(bundle, MEMBER(version_id));
	entry.id.uname_version = bundle_string(bundle, MEMBER(uname_version));
	entry.id.build_id = record + offsetof(struct corebtf_format_entry, build_id);
	entry.id.build_id_size = MEMBER(build_id_size);
	if (!entry.id.release || !entry.id.machine || !entry.id.os_id || !entry.id.version_id ||
	    !entry.id.uname_version)
		return bundle_damaged(
			bundle, "entry %" PRIu32 ": a string is not inside the strings", number);

	err = check_entry_sum(bundle, number, record, &entry);
	if (err)
		return err;
#undef MEMBER

	if (!*entry.id.release || !*entry.id.machine)
		return bundle_damaged(bundle, "entry %" PRIu32 ": no release or no machine",
				      number);
	entry.hash = corebtf_format_hash(entry.id.release, entry.id.machine);
	if (entry.hash != stored_hash(bundle, number) && !bundle_is_packed(bundle))
		return bundle_damaged(bundle, "entry %" PRIu32 ": the hash is not that of %s on %s",
				      number, entry.id.release, entry.id.machine);
	if (entry.id.build_id_size > sizeof(((struct corebtf_format_entry *)0)->build_id))
		return bundle_damaged(bundle, "entry %" PRIu32 ": a build-id of %zu bytes", number,
				      entry.id.build_id_size);
	if (entry.blob >= bundle->header.blob_count)
		return bundle_damaged(bundle,
				      "entry %" PRIu32 ": blob %" PRIu32
				      " is past the last (%" PRIu32 " there are)",
				      number, entry.blob, bundle->header.blob_count);
	*ret_entry = entry;
	return 0;
}

static int hash_of(const struct bundle *bundle, uint32_t number, uint32_t *ret_hash)
{
	struct index_entry entry;
	int err = index_entry(bundle, number, &entry);

	if (!err)
		*ret_hash = entry.hash;
	return err;
}

/*
 * Narrows [*first, *end): hashes are as good as random, so the wanted one is near the place that is
 * in proportion to it. From there in doubled steps to where it must be. A plain binary search would
 * read a page of the table for each of its first steps.
 */
static void bracket(const struct bundle *bundle, uint32_t hash, uint32_t *first, uint32_t *end)
{
	uint32_t count = *end, guess = (uint32_t)((uint64_t)hash * count >> 32), step = 8;

	if (guess < count && stored_hash(bundle, guess) < hash) {
		*first = guess + 1;
		while (step < count - *first && stored_hash(bundle, *first + step) < hash) {
			*first += step + 1;
			step *= 2;
		}
		if (step < count - *first)
			*end = *first + step;
	} else {
		*end = guess;
		while (step < *end && stored_hash(bundle, *end - step) >= hash) {
			*end -= step;
			step *= 2;
		}
		if (step < *end)
			*first = *end - step;
	}
}

static int find_by_hash(const struct bundle *bundle, uint32_t hash, uint32_t *ret_first,
			uint32_t *ret_end)
{
	uint32_t first = 0, end = bundle->header.entry_count, found;
	int err;

	bracket(bundle, hash, &first, &end);
	while (first < end) {
		uint32_t middle = first + (end - first) / 2;

		if (stored_hash(bundle, middle) < hash)
			first = middle + 1;
		else
			end = middle;
	}
	/* The entry on either side is checked too. */
	for (uint32_t i = first ? first - 1 : 0; i < bundle->header.entry_count; i++) {
		err = hash_of(bundle, i, &found);
		if (err)
			return err;
		if (i < first ? found >= hash : found < hash)
			return bundle_damaged(bundle, "entry %" PRIu32 ": not sorted by hash", i);
		if (found > hash)
			break;
		if (i >= first)
			end = i + 1;
	}
	*ret_first = first;
	*ret_end = end;
	return 0;
}

/* The order of packed entries. */
static int compare_names(const struct index_entry *entry, const char *release, const char *machine)
{
	int order = strcmp(entry->id.release, release);

	return order ? order : strcmp(entry->id.machine, machine);
}

/* The first entry with these names or greater ones (@past: with greater ones). */
static int search_names(const struct bundle *bundle, const char *release, const char *machine,
			bool past, uint32_t *ret_number)
{
	uint32_t first = 0, end = bundle->header.entry_count;

	while (first < end) {
		uint32_t middle = first + (end - first) / 2;
		struct index_entry entry;
		int err = index_entry(bundle, middle, &entry);

		if (err)
			return err;
		if (compare_names(&entry, release, machine) < (past ? 1 : 0))
			first = middle + 1;
		else
			end = middle;
	}
	*ret_number = first;
	return 0;
}

int index_find(const struct bundle *bundle, const char *release, const char *machine,
	       uint32_t *ret_first, uint32_t *ret_end)
{
	int err;

	if (!bundle_is_packed(bundle))
		return find_by_hash(bundle, corebtf_format_hash(release, machine), ret_first,
				    ret_end);
	err = search_names(bundle, release, machine, false, ret_first);
	return err ? err : search_names(bundle, release, machine, true, ret_end);
}

int index_object(const struct bundle *bundle, uint32_t number, struct index_object *ret_object)
{
	const uint8_t *record = bundle_object_record(bundle, number);
	struct index_object object;
	int err;

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_object, member)
	object.name = bundle_string(bundle, MEMBER(name));
	if (!object.name)
		return bundle_damaged(
			bundle, "object %" PRIu32 ": its name is not inside the strings", number);
	err = bundle_check_sum(
		bundle, "object", number, record, bundle->header.object_size,
		checksum_string(bundle_record_sum(record, bundle->header.object_size),
				object.name));
	if (err)
		return err;
	object.digest = MEMBER(digest);
	object.relocation_count = MEMBER(relocation_count);
#undef MEMBER
	*ret_object = object;
	return 0;
}

static int check_gap(const struct bundle *bundle, uint64_t start, uint32_t end, const char *before)
{
	for (uint64_t i = start; i < end; i++)
		if (bundle->tables[i])
			return bundle_damaged(bundle, "the gap before the %s is not zero", before);
	return 0;
}

static int check_gaps(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	/* Each table's end, and the start of the next. */
	const struct {
		uint64_t end;
		uint32_t next;
		const char *name;
	} gaps[] = {
		{header->header_size, header->entries_offset, "entries"},
		{header->entries_offset + (uint64_t)header->entry_count * header->entry_size,
		 header->blobs_offset, "blob records"},
		{header->blobs_offset + (uint64_t)header->blob_count * header->blob_size,
		 header->blocks_offset, "block records"},
		{header->blocks_offset + (uint64_t)header->block_count * header->block_size,
		 header->objects_offset, "object records"},
		{header->objects_offset + (uint64_t)header->object_count * header->object_size,
		 header->strings_offset, "strings"},
		{(uint64_t)header->strings_offset + header->strings_size,
		 bundle_is_packed(bundle) ? bundle_tables_end(bundle) : header->data_offset,
		 "data"},
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(gaps) / sizeof(gaps[0]); i++)
		err = check_gap(bundle, gaps[i].end, gaps[i].next, gaps[i].name);
	return err;
}

/* Equal ones may follow each other. */
static int check_order(const struct bundle *bundle, uint32_t number,
		       const struct index_entry *previous, const struct index_entry *entry)
{
	bool packed = bundle_is_packed(bundle);

	if (packed ? compare_names(previous, entry->id.release, entry->id.machine) > 0
		   : previous->hash > entry->hash)
		return bundle_damaged(bundle, "entry %" PRIu32 ": not sorted by %s", number,
				      packed ? "release and machine" : "hash");
	return 0;
}

int index_check(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	struct index_entry previous = {.hash = 0};
	int err = check_gaps(bundle);

	if (err)
		return err;
	if (!header->strings_size || bundle->tables[header->strings_offset])
		return bundle_damaged(bundle, "strings: the first is not the empty one");

	for (uint32_t i = 0; i < header->entry_count; i++) {
		struct index_entry entry;

		err = index_entry(bundle, i, &entry);
		if (!err && i)
			err = check_order(bundle, i, &previous, &entry);
		if (err)
			return err;
		previous = entry;
	}
	for (uint32_t i = 0; i < header->object_count; i++) {
		struct index_object object;

		err = index_object(bundle, i, &object);
		if (err)
			return err;
	}
	return 0;
}
