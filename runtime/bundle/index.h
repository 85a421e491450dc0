/* SPDX-License-Identifier: MIT */
/*
 * From a kernel's key to the entries that have it. A lookup reads the hashes on the way of a binary
 * search, the entries with the hash, the entry on either side of them, and their strings; in packed
 * tables, which have no hashes, the entries on the way.
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
 * The entries [*ret_first, *ret_end) that may be those of @release on @machine: those with the hash
 * of both, or in packed tables those with these names. They are checked, and without packed tables
 * the entry on either side, so that a damaged byte cannot hide one of two entries. When there are
 * none, it can have hidden them (bundle_check_tables()). -EBADMSG.
 */
int index_find(const struct bundle *bundle, const char *release, const char *machine,
	       uint32_t *ret_first, uint32_t *ret_end);

/* A BPF object; the name points into the bundle. */
struct index_object {
	const char *name;
	uint64_t digest;
	uint32_t relocation_count;
};

/* Reads and checks object @number, which is below the count. -EBADMSG. */
int index_object(const struct bundle *bundle, uint32_t number, struct index_object *ret_object);

/* Checks all entries and their order, all objects, and that the gaps between tables are zero. */
int index_check(const struct bundle *bundle);

#endif
