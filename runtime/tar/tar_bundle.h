/* SPDX-License-Identifier: MIT */
/*
 * A tar of BTFs in, one raw bundle with all of them in memory out, and the bytes of package.json.
 * So everything that works on bundles (choose, list, check, nearest) works on tars.
 */
#ifndef COREBTF_TAR_BUNDLE_H
#define COREBTF_TAR_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/log.h"

/* The caller frees both with free(). */
struct tar_bundle {
	uint8_t *
		bundle; /* runtime/bundle/format.h, in the host's byte order; may have no entries */
	size_t bundle_size;
	uint8_t *package_json; /* NULL: there is none */
	size_t package_json_size;
	/* Entries without a readable BTF: their blob is empty. */
	size_t unreadable_count;
};

/*
 * Reads the archive once, to its end. Members are named as tar_find.h says; one that holds no BTF
 * (a failed trim leaves an empty file), is stored sparse, or is a dangling link has an entry with
 * an empty blob: if it were left out, a lookup would choose the next best, which is another
 * kernel's.
 *
 * Memory: the distinct BTFs, twice at most, and what the members are called; all of it is bounded
 * by TAR_STREAM_MAX_SIZE.
 *
 * @ret_bundle: untouched on failure.
 * Errors: -ENODATA neither a BTF nor package.json is in it; -EBADMSG no tar, or a damaged one;
 * -EFBIG it unpacks to more than TAR_STREAM_MAX_SIZE, or to more kernels than a bundle may have;
 * -ENOMEM.
 */
int tar_bundle_read(const void *tar, size_t size, const struct log *log,
		    struct tar_bundle *ret_bundle);

#endif
