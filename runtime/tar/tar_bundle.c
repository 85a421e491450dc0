/* SPDX-License-Identifier: MIT */
/*
 *	tar --> contents --> entries, and one raw block with all BTFs --> bytes
 *
 * A BTF that no entry leads to is left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/format.h"
#include "runtime/tar/tar_bundle.h"
#include "runtime/tar/tar_contents.h"
#include "runtime/util/array.h"
#include "runtime/util/bytes.h"

#define NO_NUMBER UINT32_MAX

struct builder {
	const struct log *log;
	struct tar_contents contents;
	struct tar_named **members; /* of each entry */
	struct index_entry *entries;
	struct writer_blob *blobs;
	struct distinct_btf **contents_of; /* of each blob */
	size_t entry_count, blob_count, unreadable_count;
	uint64_t data_size;
};

static int no_memory(const struct builder *builder)
{
	return log_error(builder->log, -ENOMEM, "no memory for what the archive holds");
}

/* The blob of a content, which gets a number when the first entry needs it. */
static uint32_t blob_of(struct builder *builder, struct distinct_btf *content)
{
	if (content->number != NO_NUMBER)
		return content->number;
	content->number = (uint32_t)builder->blob_count;
	builder->contents_of[builder->blob_count] = content;
	builder->blobs[builder->blob_count++] = (struct writer_blob){
		.offset = builder->data_size,
		.size = content->size,
		.crc = content->checksum,
	};
	builder->data_size = corebtf_format_align(builder->data_size + content->size);
	return content->number;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct tar_named *const *)a)->name, (*(struct tar_named *const *)b)->name);
}

/* The members that are called as BTFs, by name: the archive's order must not change the bytes. */
static int collect_members(struct builder *builder)
{
	struct tar_named *member;
	size_t room = 0;

	for (member = builder->contents.members; member; member = member->next) {
		if (!tar_contents_is_btf_name(member->name))
			continue;
		if (array_reserve(builder->members, room, builder->entry_count + 1))
			return -ENOMEM;
		builder->members[builder->entry_count++] = member;
	}
	if (builder->entry_count)
		qsort(builder->members, builder->entry_count, sizeof(*builder->members),
		      compare_names);
	return 0;
}

/* Cuts the members' names into their parts. */
static int collect_entries(struct builder *builder)
{
	int err = collect_members(builder);

	builder->entries = calloc(builder->entry_count + 1, sizeof(*builder->entries));
	builder->blobs = calloc(builder->entry_count + 1, sizeof(*builder->blobs));
	builder->contents_of = calloc(builder->entry_count + 1, sizeof(*builder->contents_of));
	if (err || !builder->entries || !builder->blobs || !builder->contents_of)
		return no_memory(builder);
	for (size_t i = 0; i < builder->entry_count; i++) {
		struct tar_named *member = builder->members[i];
		struct kernel_id id;

		tar_name_split(member->name, &id);
		builder->unreadable_count += !member->content->size;
		builder->entries[i] = (struct index_entry){
			.id = id,
			.blob = blob_of(builder, member->content),
		};
	}
	return 0;
}

static int write_bundle(struct builder *builder, struct tar_bundle *ret_bundle)
{
	struct writer_block block = {
		.unpacked_size = builder->data_size,
		.stored_size = builder->data_size,
		.codec = COREBTF_CODEC_RAW,
	};
	struct bundle_parts parts = {
		.big_endian = BYTES_HOST_IS_BIG_ENDIAN,
		.entries = builder->entries,
		.entry_count = builder->entry_count,
		.blobs = builder->blobs,
		.blob_count = builder->blob_count,
		.blocks = &block,
		.block_count = builder->blob_count ? 1 : 0,
	};
	struct bundle_excess excess;
	int err = bundle_write(&parts, &ret_bundle->bundle, &ret_bundle->bundle_size, &excess);

	if (err == -EFBIG)
		return log_error(builder->log, err,
				 "%" PRIu64 " %s are too many: the limit is %" PRIu64, excess.count,
				 excess.what, excess.limit);
	if (err)
		return no_memory(builder);
	for (size_t i = 0; i < builder->blob_count; i++) {
		struct distinct_btf *content = builder->contents_of[i];

		if (content->size)
			memcpy(ret_bundle->bundle + block.offset + builder->blobs[i].offset,
			       content->data, content->size);
		free(content->data); /* so that no BTF is in memory twice for long */
		content->data = NULL;
	}
	return 0;
}

int tar_bundle_read(const void *tar, size_t size, const struct log *log,
		    struct tar_bundle *ret_bundle)
{
	struct builder builder = {.log = log};
	struct tar_contents *contents = &builder.contents;
	int err = tar_contents_read(tar, size, log, contents);

	if (err)
		return err;
	err = collect_entries(&builder);
	if (!err && !builder.entry_count && !contents->package_json)
		err = log_error(log, -ENODATA,
				"is a tar without BTFs: none of its members is called "
				"ID/VERSION_ID/MACHINE/RELEASE.btf");
	if (!err)
		err = write_bundle(&builder, ret_bundle);
	if (!err) {
		log_line(log, "%s: a tar of %zu bytes: %zu BTFs%s", log->subject, size,
			 builder.entry_count,
			 contents->package_json ? ", and " TAR_PACKAGE_JSON : "");
		ret_bundle->unreadable_count = builder.unreadable_count;
		ret_bundle->package_json = contents->package_json;
		ret_bundle->package_json_size = contents->package_json_size;
		contents->package_json = NULL;
	}
	free(builder.members);
	free(builder.entries);
	free(builder.blobs);
	free(builder.contents_of);
	tar_contents_release(contents);
	return err;
}
