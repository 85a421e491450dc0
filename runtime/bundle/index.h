/* SPDX-License-Identifier: MIT */
/*
 * From a kernel's key to the entries that have it. A lookup reads the bucket, its entries and their
 * strings, and the entry before and after them; nothing else.
 */
#ifndef COREBTF_INDEX_H
#define COREBTF_INDEX_H

#include "runtime/bundle/bundle.h"
#include "runtime/kernel/kernel_id.h"

/* One entry, checked. Strings and build-id point into the bundle. */
struct index_entry {
	uint32_t hash;
	uint32_t blob;
	struct kernel_id id;
};

/* Reads entry @number, which is below the count, and checks its checksum, strings and hash.
 * -EBADMSG. */
int index_entry(const struct bundle *bundle, uint32_t number, struct index_entry *ret_entry);

/*
 * The entries [*ret_first, *ret_end) of the bucket of @hash, which may have other hashes as well.
 * All of them are checked, and that none is missing, so that a damaged byte cannot hide the better
 * of two entries. -EBADMSG.
 */
int index_bucket(const struct bundle *bundle, uint32_t hash, uint32_t *ret_first,
		 uint32_t *ret_end);

/* A BPF object; the name points into the bundle. */
struct index_object {
	const char *name;
	uint64_t digest;
	uint32_t relocation_count;
};

/* Reads and checks object @number, which is below the count. -EBADMSG. */
int index_object(const struct bundle *bundle, uint32_t number, struct index_object *ret_object);

/* Checks all entries, all buckets, all objects, and that the gaps between tables are zero. */
int index_check(const struct bundle *bundle);

#endif
