/* SPDX-License-Identifier: MIT */
/*
 * One GET request, by libcurl. Proxies and certificates are as libcurl finds them (https_proxy,
 * CURL_CA_BUNDLE, SSL_CERT_FILE).
 */
#ifndef COREBTF_DOWNLOAD_TRANSFER_H
#define COREBTF_DOWNLOAD_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/util/reason.h"

#define TRANSFER_TAG_MAX 256

struct transfer {
	void *data; /* malloc'd; NULL if it is not modified */
	size_t size;
	bool is_unchanged;	    /* what has @tag is still there */
	char tag[TRANSFER_TAG_MAX]; /* of what came, as the server says it; "": it does not */
};

/*
 * @tag: of what is there already, or NULL. @https_only: redirects to http are refused.
 * Errors: -EFBIG more than @limit bytes; -EHOSTUNREACH nothing came, as @why says; -EPROTO the
 * server answered with something else; -EOPNOTSUPP libcurl is not there; -ENOMEM.
 */
int transfer_get(const char *url, bool https_only, const char *tag, size_t limit,
		 struct transfer *ret_transfer, struct reason *why);

#endif
