/* SPDX-License-Identifier: MIT */
/*
 * A URL -> the bytes of the file there, by way of a cache: programs/ beside the cache of
 * `corebtf fetch`, with a folder for each URL. What is there is asked for again by its ETag, and
 * taken as it is when the server cannot be reached.
 */
#ifndef COREBTF_DOWNLOAD_DOWNLOAD_H
#define COREBTF_DOWNLOAD_DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/util/reason.h"

struct download {
	char name[128]; /* of the file */
	void *data;	/* malloc'd */
	size_t size;
	char digest[65];     /* SHA-256 of the bytes */
	bool is_cached;	     /* nothing came: it is what was there */
	struct reason note;  /* why the server was not reached; "": it was, or was not asked */
	struct reason cache; /* why nothing is kept; "": it is */
};

/*
 * @sha256: 64 hexadecimal digits that the bytes must have, or NULL; a copy that has them is taken
 * without asking the server. Without them, http:// is refused but for this machine's own.
 * Errors: -EINVAL the URL; -EBADMSG the bytes have another digest; -EFBIG; -EHOSTUNREACH no answer
 * and no copy; -EPROTO; -EOPNOTSUPP; -ENOMEM.
 */
int download_get(const char *url, const char *sha256, size_t limit, struct download *ret_download,
		 struct reason *why);

void download_free(struct download *download); /* for _cleanup_ */

#endif
