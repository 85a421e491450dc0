/* SPDX-License-Identifier: MIT */
/*
 * A hash in, a run of checked entries out.
 *
 * Nothing here trusts a record before its own checksum fits, and the checksum covers the strings
 * too: a lookup that never reads the rest of the tables is still as sure as if it had. The bucket
 * table has no checksum of its own. Instead a bucket must begin right after an entry of an earlier
 * bucket and end right before one of a later bucket, and hold none of another, which a wrong
 * number in the bucket table cannot bring about.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/index.h"

static uint32_t checksum_string(uint32_t sum, const char *string)
{
	return (uint32_t)crc32_z(sum, (const uint8_t *)string, strlen(string) + 1);
}

int index_entry(const struct bundle *bundle, uint32_t number, struct index_entry *ret_entry)
{
	const uint8_t *record = bundle_entry_record(bundle, number);
	struct index_entry entry;
	uint32_t sum;

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_entry, member)
	entry.hash = MEMBER(hash);
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

	sum = (uint32_t)crc32_z(0, record, offsetof(struct corebtf_format_entry, checksum));
	sum = checksum_string(sum, entry.id.release);
	sum = checksum_string(sum, entry.id.machine);
	sum = checksum_string(sum, entry.id.os_id);
	sum = checksum_string(sum, entry.id.version_id);
	sum = checksum_string(sum, entry.id.uname_version);
	if (sum != MEMBER(checksum))
		return bundle_damaged(bundle,
				      "entry %" PRIu32 ": its checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, MEMBER(checksum));
	if (MEMBER(reserved[0]) || MEMBER(reserved[1]))
		return bundle_damaged(bundle, "entry %" PRIu32 ": reserved bytes are not zero",
				      number);
#undef MEMBER

	if (!*entry.id.release || !*entry.id.machine)
		return bundle_damaged(bundle, "entry %" PRIu32 ": no release or no machine",
				      number);
	if (entry.hash != corebtf_format_hash(entry.id.release, entry.id.machine))
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

/* The bucket that entry @number is of. */
static int bucket_of(const struct bundle *bundle, uint32_t number, uint32_t *ret_bucket)
{
	struct index_entry entry;
	int err = index_entry(bundle, number, &entry);

	if (!err)
		*ret_bucket = entry.hash & (bundle->header.bucket_count - 1);
	return err;
}

int index_bucket(const struct bundle *bundle, uint32_t hash, uint32_t *ret_first, uint32_t *ret_end)
{
	uint32_t wanted = hash & (bundle->header.bucket_count - 1);
	uint32_t first = bundle_bucket(bundle, wanted);
	uint32_t end = bundle_bucket(bundle, wanted + 1);
	uint32_t bucket;
	int err;

	if (first > end || end > bundle->header.entry_count)
		return bundle_damaged(bundle,
				      "bucket %" PRIu32 ": entries %" PRIu32 " to %" PRIu32
				      " of %" PRIu32,
				      wanted, first, end, bundle->header.entry_count);
	for (uint32_t i = first; i < end; i++) {
		err = bucket_of(bundle, i, &bucket);
		if (err)
			return err;
		if (bucket != wanted)
			return bundle_damaged(bundle,
					      "bucket %" PRIu32 ": entry %" PRIu32
					      " is of bucket %" PRIu32,
					      wanted, i, bucket);
	}
	if (first > 0) {
		err = bucket_of(bundle, first - 1, &bucket);
		if (err)
			return err;
		if (bucket >= wanted)
			return bundle_damaged(
				bundle, "bucket %" PRIu32 ": does not begin at its first entry",
				wanted);
	}
	if (end < bundle->header.entry_count) {
		err = bucket_of(bundle, end, &bucket);
		if (err)
			return err;
		if (bucket <= wanted)
			return bundle_damaged(bundle,
					      "bucket %" PRIu32 ": does not end at its last entry",
					      wanted);
	}
	*ret_first = first;
	*ret_end = end;
	return 0;
}

int index_object(const struct bundle *bundle, uint32_t number, struct index_object *ret_object)
{
	const uint8_t *record = bundle_object_record(bundle, number);
	struct index_object object;
	uint32_t sum;

#define MEMBER(member) BUNDLE_MEMBER(bundle, record, struct corebtf_format_object, member)
	object.name = bundle_string(bundle, MEMBER(name));
	if (!object.name)
		return bundle_damaged(
			bundle, "object %" PRIu32 ": its name is not inside the strings", number);
	sum = (uint32_t)crc32_z(0, record, offsetof(struct corebtf_format_object, checksum));
	sum = checksum_string(sum, object.name);
	if (sum != MEMBER(checksum))
		return bundle_damaged(bundle,
				      "object %" PRIu32 ": its checksum is %08" PRIx32
				      ", stored is %08" PRIx32,
				      number, sum, MEMBER(checksum));
	if (MEMBER(reserved[0]) || MEMBER(reserved[1]) || MEMBER(reserved[2]))
		return bundle_damaged(bundle, "object %" PRIu32 ": reserved bytes are not zero",
				      number);
	object.digest = MEMBER(digest);
	object.relocation_count = MEMBER(relocation_count);
#undef MEMBER
	*ret_object = object;
	return 0;
}

static int check_gap(const struct bundle *bundle, uint64_t start, uint32_t end, const char *before)
{
	for (uint64_t i = start; i < end; i++)
		if (bundle->data[i])
			return bundle_damaged(bundle, "the gap before the %s is not zero", before);
	return 0;
}

static int check_gaps(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	/* Each table's end, and the start of the next. What a longer header has before the
	 * buckets is a newer writer's own. */
	const struct {
		uint64_t end;
		uint32_t next;
		const char *name;
	} gaps[] = {
		{header->header_size, header->buckets_offset, "bucket table"},
		{header->buckets_offset + (UINT64_C(1) + header->bucket_count) * sizeof(uint32_t),
		 header->entries_offset, "entries"},
		{header->entries_offset +
			 (uint64_t)header->entry_count * sizeof(struct corebtf_format_entry),
		 header->blobs_offset, "blob records"},
		{header->blobs_offset +
			 (uint64_t)header->blob_count * sizeof(struct corebtf_format_blob),
		 header->blocks_offset, "block records"},
		{header->blocks_offset +
			 (uint64_t)header->block_count * sizeof(struct corebtf_format_block),
		 header->objects_offset, "object records"},
		{header->objects_offset +
			 (uint64_t)header->object_count * sizeof(struct corebtf_format_object),
		 header->strings_offset, "strings"},
		{(uint64_t)header->strings_offset + header->strings_size, header->data_offset,
		 "data"},
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(gaps) / sizeof(gaps[0]); i++)
		err = check_gap(bundle, gaps[i].end, gaps[i].next, gaps[i].name);
	return err;
}

int index_check(const struct bundle *bundle)
{
	const struct corebtf_format_header *header = &bundle->header;
	uint32_t previous = 0;
	int err = check_gaps(bundle);

	if (err)
		return err;
	if (!header->strings_size || bundle->data[header->strings_offset])
		return bundle_damaged(bundle, "strings: the first is not the empty one");

	/* Walks entries and buckets together: bucket b starts at the first entry whose bucket is
	 * b or more. */
	for (uint32_t i = 0, filled = 0;; i++) {
		uint32_t bucket = header->bucket_count;

		if (i < header->entry_count) {
			err = bucket_of(bundle, i, &bucket);
			if (err)
				return err;
			if (bucket < previous)
				return bundle_damaged(bundle,
						      "entry %" PRIu32 ": not sorted by bucket", i);
			previous = bucket;
		}
		for (; filled <= bucket; filled++)
			if (bundle_bucket(bundle, filled) != i)
				return bundle_damaged(bundle,
						      "bucket %" PRIu32 ": starts at entry %" PRIu32
						      ", not %" PRIu32,
						      filled, bundle_bucket(bundle, filled), i);
		if (i >= header->entry_count)
			break;
	}
	for (uint32_t i = 0; i < header->object_count; i++) {
		struct index_object object;

		err = index_object(bundle, i, &object);
		if (err)
			return err;
	}
	return 0;
}
