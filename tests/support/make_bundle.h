/* SPDX-License-Identifier: MIT */
/*
 * Bundles written from runtime/bundle/format.h, in either byte order. It shares no code with the
 * embedder's writer, so that two implementations of the format must agree.
 */
#ifndef TESTS_SUPPORT_MAKE_BUNDLE_H
#define TESTS_SUPPORT_MAKE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct made_entry {
	const char *release, *machine, *os_id, *version_id, *uname_version; /* NULL: "" */
	const char *build_id; /* a string of at most 20 bytes; NULL: none */
	uint32_t blob;
};

struct made_blob {
	const void *data;
	size_t size;
	uint32_t block;
};

struct made_object {
	const char *name;
	uint64_t digest;
	uint32_t relocation_count;
};

struct made_bundle {
	bool big_endian;
	bool xz;
	bool packed_tables;
	bool unsorted;	     /* entries in the given order */
	bool longer_records; /* with fields that readers do not know */
	const struct made_entry *entries;
	uint32_t entry_count;
	const struct made_blob *blobs; /* in the order of their blocks */
	uint32_t blob_count;
	uint32_t block_count;
	const struct made_object *objects;
	uint32_t object_count;
};

/* malloc'd; aborts on failure. */
uint8_t *make_bundle(const struct made_bundle *what, size_t *ret_size);

/* For tests that damage a bundle: reads and writes one integer at @offset in its byte order. */
uint64_t peek(const uint8_t *bundle, size_t offset, size_t width);
void poke(uint8_t *bundle, size_t offset, size_t width, uint64_t value);

/* Corrects the checksums over the poked bytes, from the inside out. */
void fix_entry(uint8_t *bundle, uint32_t number);
void fix_blob(uint8_t *bundle, uint32_t number);
void fix_block(uint8_t *bundle, uint32_t number);
void fix_object(uint8_t *bundle, uint32_t number);
void fix_tables(uint8_t *bundle); /* and the header */
void fix_header(uint8_t *bundle);

/* Where a record is. */
size_t entry_at(const uint8_t *bundle, uint32_t number);
size_t blob_at(const uint8_t *bundle, uint32_t number);
size_t block_at(const uint8_t *bundle, uint32_t number);
size_t object_at(const uint8_t *bundle, uint32_t number);

#endif
