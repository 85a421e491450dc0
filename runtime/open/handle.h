/* SPDX-License-Identifier: MIT */
/*
 * What a struct corebtf is inside: the mapping, and a view of every bundle in it.
 */
#ifndef COREBTF_HANDLE_H
#define COREBTF_HANDLE_H

#include "runtime/bundle/blob.h"
#include "runtime/bundle/bundle.h"
#include "runtime/kernel/host.h"
#include "runtime/tar/tar_bundle.h"
#include "runtime/util/log.h"
#include "runtime/util/mapping.h"

/* A section holds one bundle, or as many as were linked together; this bounds the memory that a
 * file full of tiny ones can take. */
#define HANDLE_MAX_BUNDLES 4096

struct corebtf {
	struct log log;
	char *subject;		/* log.subject */
	struct host host;	/* all zero but in tests */
	struct mapping mapping; /* empty for what was in memory */
	struct tar_bundle tar;	/* what a tar was made into; empty for all else */
	struct bundle *bundles;
	struct block_cache *caches; /* one for each bundle */
	size_t bundle_count;
	size_t bundle_capacity, cache_capacity;
};

/* An empty handle that reads about @subject (a path). -EINVAL (opts), -ENOMEM. */
int handle_new(const char *subject, const struct corebtf_open_opts *opts,
	       struct corebtf **ret_handle);

/* Ends a handle in whatever state it is. NULL is fine. */
void handle_free(struct corebtf *handle);

/* Finds, maps and opens the bundles of an open file of @size bytes; @fd is not needed after it. */
int handle_open_file(struct corebtf *handle, int fd, uint64_t size);

/* Opens the bundles that lie in memory one after the other. */
int handle_open_memory(struct corebtf *handle, const void *data, size_t size);

/* Makes a bundle of a tar in memory, which is not needed after it, and opens that. */
int handle_open_tar(struct corebtf *handle, const void *tar, size_t size);

/* Opens a file that is a bundle, an ELF file with bundles, or a tar. */
int handle_open_path(struct corebtf *handle, const char *path);

#endif
