/* SPDX-License-Identifier: MIT */
/*
 * A URL on the command line: http and https only.
 */
#ifndef COREBTF_DOWNLOAD_URL_H
#define COREBTF_DOWNLOAD_URL_H

#include <stdbool.h>

#include "runtime/util/reason.h"

/* Whether it begins as a URL does, of any scheme. */
bool url_is(const char *text);

struct url {
	bool is_safe; /* nobody on the way can change what comes: https, or this machine's own */
	bool is_https;
	char name[128]; /* of the file: the last part of the path, without what is no part of a name
			 */
};

/* -EINVAL: the scheme is another one, or there is no file in it. */
int url_read(const char *text, struct url *ret_url, struct reason *why);

#endif
