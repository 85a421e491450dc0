/* SPDX-License-Identifier: MIT */
/*
 * What a struct corebtf is inside: the mapping, and a view of every bundle in it.
 */
#ifndef COREBTF_HANDLE_H
#define COREBTF_HANDLE_H

#include "runtime/bundle/blob.h"
#include "runtime/bundle/bundle.h"
#include "runtime/kernel/host.h"
#include "runtime/util/log.h"
#include "runtime/executable/mapping.h"

/* A section holds one bundle, or as many as were linked together; this bounds the memory that a
 * file full of tiny ones can take. */
#define HANDLE_MAX_BUNDLES 4096

struct corebtf {
	struct log log;
	char *subject;		/* log.subject */
	struct host host;	/* all zero but in tests */
	struct mapping mapping; /* empty for corebtf_open_memory() */
	struct bundle *bundles;
	struct block_cache *caches; /* one for each bundle */
	size_t bundle_count;
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

#endif
