/* SPDX-License-Identifier: MIT */
/*
 * The reader of bundles on any bytes: once as they are, and once with corrected checksums. Without
 * the second run, a fuzzer never gets past the first checksum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <corebtf.h>

#include "runtime/bundle/blob.h"
#include "runtime/bundle/bundle.h"
#include "tests/support/make_bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_RECORDS 64 /* puts right, and reads, so many of each table */

static void ignore_line(void *context, const char *line)
{
	size_t *bytes = context;

	*bytes += strlen(line);
}

static void read_btf(struct corebtf *handle, const struct corebtf_entry *entry)
{
	const void *btf;
	size_t size;

	if (!corebtf_entry_btf(handle, entry, &btf, &size) &&
	    crc32_z(0, btf, size) == 0x12345678) /* touches every byte */
		abort();
}

static void read_everything(const uint8_t *data, size_t size)
{
	size_t count = 0;
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = ignore_line, .log_context = &count};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf_object object = {.sz = sizeof(object)};
	struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel)};
	struct corebtf *handle;

	if (corebtf_open_memory(data, size, &handle, &opts))
		return;
	for (size_t i = 0; i < corebtf_entry_count(handle) && i < MAX_RECORDS; i++) {
		if (corebtf_entry_at(handle, i, &entry))
			continue;
		read_btf(handle, &entry);
		kernel.release = entry.release;
		kernel.machine = i % 4 ? entry.machine : NULL;
		kernel.os_id = entry.os_id;
		kernel.uname_version = entry.uname_version;
		kernel.build_id = entry.build_id;
		kernel.build_id_size = i % 2 ? entry.build_id_size : 0;
		kernel.nearest = i % 3 ? COREBTF_NEAREST_NEVER : COREBTF_NEAREST_SURROUNDED;
		if (!corebtf_find_entry(handle, &kernel, &entry))
			read_btf(handle, &entry);
	}
	kernel.release = "5.4.0-58-generic";
	kernel.machine = "i686";
	kernel.build_id = "01234567890123456789";
	kernel.build_id_size = 20;
	kernel.nearest = COREBTF_NEAREST_SURROUNDED;
	if (!corebtf_find_entry(handle, &kernel, &entry))
		read_btf(handle, &entry);
	/* a neighbour of the first entry, if it has a release like that */
	if (!corebtf_entry_at(handle, 0, &entry)) {
		char near[128];

		snprintf(near, sizeof(near), "%s.1", entry.release);
		kernel.release = near;
		kernel.machine = entry.machine;
		if (!corebtf_find_entry(handle, &kernel, &entry))
			read_btf(handle, &entry);
	}
	for (size_t i = 0; i < corebtf_object_count(handle) && i < MAX_RECORDS; i++)
		corebtf_object_at(handle, i, &object);
	corebtf_summarize(handle, &summary);
	corebtf_check(handle);
	corebtf_close(handle);
}

#define HEADER(member)                                                                             \
	offsetof(struct corebtf_format_header, member),                                            \
		sizeof(((struct corebtf_format_header *)0)->member)

/* Makes the checksums of one bundle fit; returns its size, or 0 when its header cannot be read. */
static size_t forge(uint8_t *data, size_t size)
{
	const struct log nobody = {.write = NULL, .subject = ""};
	struct bundle bundle = {.log = &nobody};
	const struct corebtf_format_header *header = &bundle.header;
	struct blob blob;

	if (size < sizeof(*header))
		return 0;
	memcpy(data, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	data[8] = data[8] == 1 ? 1 : 4;
	poke(data, 8, 4, COREBTF_BYTE_ORDER);
	poke(data, 12, 2, COREBTF_FORMAT_VERSION);
	fix_header(data);
	if (peek(data, HEADER(features)) & COREBTF_FEATURE_PACKED_TABLES) {
		size_t end = peek(data, HEADER(data_offset));

		if (end >= sizeof(*header) && end <= size)
			fix_tables(data);
	}
	if (bundle_open(&bundle, data, size))
		return 0;
	if (bundle_is_packed(&bundle)) { /* no other checksums */
		bundle_close(&bundle);
		return header->size;
	}
	for (uint32_t i = 0; i < header->entry_count && i < MAX_RECORDS; i++) {
		const char *release, *machine;
		size_t at = entry_at(data, i);

		release = bundle_string(&bundle, (uint32_t)peek(data, at + 8, 4));
		machine = bundle_string(&bundle, (uint32_t)peek(data, at + 12, 4));
		if (release && machine)
			poke(data, at, 4, corebtf_format_hash(release, machine));
		fix_entry(data, i);
	}
	for (uint32_t i = 0; i < header->block_count && i < MAX_RECORDS; i++)
		fix_block(data, i);
	for (uint32_t i = 0; i < header->object_count && i < MAX_RECORDS; i++)
		fix_object(data, i);
	for (uint32_t i = 0; i < header->blob_count && i < MAX_RECORDS; i++) {
		fix_blob(data, i);
		if (!blob_read(&bundle, i, &blob) &&
		    peek(data, block_at(data, blob.block) + 12, 4) == 0) {
			size_t start = header->data_offset +
				       peek(data, block_at(data, blob.block), 4) + blob.offset;

			poke(data, blob_at(data, i) + 12, 4, crc32_z(0, data + start, blob.size));
			fix_blob(data, i);
		}
	}
	fix_tables(data);
	return header->size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = calloc(1, size ? size : 1); /* aligned, and its own end is the end */
	size_t position = 0;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	read_everything(copy, size);
	while (position < size) {
		size_t length = forge(copy + position, size - position);

		if (!length)
			break;
		position += length;
		position += bundle_padding(copy + position, size - position);
	}
	read_everything(copy, size);
	free(copy);
	return 0;
}
