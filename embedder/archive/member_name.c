/* SPDX-License-Identifier: MIT */
/*
 * Makes a member's name a relative path, or says why it cannot be one.
 */
#include "embedder/archive/member_name.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

static int check(const char *raw, struct reason *why)
{
	size_t length = strlen(raw);

	if (length > MEMBER_NAME_MAX)
		return reason_set(why, -EINVAL,
				  "its name has %zu bytes, more than the %d that are "
				  "accepted",
				  length, MEMBER_NAME_MAX);
	if (*raw == '/')
		return reason_set(why, -EINVAL, "its name is an absolute path");
	for (const char *c = raw; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return reason_set(why, -EINVAL, "there is a control character in its name");
	}
	return 0;
}

int member_name_normalise(const char *raw, char **ret_name, struct reason *why)
{
	_cleanup_free_ char *name = NULL;
	char *end;
	int err = check(raw, why);

	if (err)
		return err;
	name = end = malloc(strlen(raw) + 1);
	if (!name)
		return reason_errno(why, -ENOMEM, "cannot keep its name");
	for (const char *part = raw; *part; part += strspn(part, "/")) {
		size_t length = strcspn(part, "/");

		if (length == 2 && memcmp(part, "..", 2) == 0)
			return reason_set(why, -EINVAL, "its name leads out of the archive (..)");
		if (length && !(length == 1 && *part == '.')) {
			if (end != name)
				*end++ = '/';
			memcpy(end, part, length);
			end += length;
		}
		part += length;
	}
	*end = '\0';
	*ret_name = TAKE_PTR(name);
	return 0;
}
