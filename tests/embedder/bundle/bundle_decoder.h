/* SPDX-License-Identifier: MIT */
/*
 * A second implementation of docs/format.md, for the tests: it shares no code, no struct and no
 * checksum function with the embedder or the runtime, and is stricter than a reader has to be. It
 * fails the test at the first byte that a correct writer does not write.
 */
#ifndef TESTS_EMBEDDER_BUNDLE_BUNDLE_DECODER_H
#define TESTS_EMBEDDER_BUNDLE_BUNDLE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoded_entry {
	uint32_t hash, blob;
	const char *release, *machine, *os_id, *version_id, *uname_version;
	const uint8_t *build_id;
	uint32_t build_id_size;
};

struct decoded_blob {
	uint32_t block, offset, size;
	const uint8_t *data;
};

struct decoded_block {
	uint32_t offset, stored_size, unpacked_size, codec;
	const uint8_t *stored;
	uint8_t *unpacked;
};

struct decoded_object {
	uint64_t digest;
	const char *name;
	uint32_t relocation_count;
};

struct decoded_bundle {
	bool big_endian;
	uint32_t features, data_offset;
	uint8_t *unpacked_tables; /* NULL: they are not packed */
	size_t entry_count, blob_count, block_count, object_count;
	struct decoded_entry *entries;
	struct decoded_blob *blobs;
	struct decoded_block *blocks;
	struct decoded_object *objects;
};

/* The result points into @bytes. */
struct decoded_bundle *decode_bundle(const void *bytes, size_t size);
void decoded_bundle_free(struct decoded_bundle *bundle);

/* CRC-32 as docs/format.md defines it, bit by bit. */
uint32_t decoder_crc32(uint32_t crc, const void *data, size_t size);

#endif
