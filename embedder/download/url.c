/* SPDX-License-Identifier: MIT */
#include "embedder/download/url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

bool url_is(const char *text)
{
	const char *end = strstr(text, "://");

	return end && end > text && strcspn(text, "/.") >= (size_t)(end - text);
}

/* The host is this machine: what goes there leaves it on no cable. */
static bool is_loopback(const char *authority, size_t length)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};

	if (memchr(authority, '@', length))
		return false;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t size = strlen(hosts[i]);

		if (length >= size && strncasecmp(authority, hosts[i], size) == 0 &&
		    (length == size || authority[size] == ':'))
			return true;
	}
	return false;
}

int url_read(const char *text, struct url *ret_url, struct reason *why)
{
	struct url url = {.is_https = strncasecmp(text, "https://", 8) == 0};
	const char *authority, *path, *name;
	size_t length;

	if (!url.is_https && strncasecmp(text, "http://", 7) != 0)
		return reason_set(why, -EINVAL, "only https:// and http:// are read");
	authority = strstr(text, "://") + 3;
	length = strcspn(authority, "/?#");
	url.is_safe = url.is_https || is_loopback(authority, length);
	path = authority + length;
	length = strcspn(path, "?#");
	name = path + length;
	while (name > path && name[-1] != '/')
		name--;
	length -= (size_t)(name - path);
	if (!length || length >= sizeof(url.name) || *name == '.')
		return reason_set(why, -EINVAL,
				  "there is no file in it: https://HOST/PATH/package.json");
	for (size_t i = 0; i < length; i++) {
		unsigned char c = name[i];

		url.name[i] = c <= 0x20 || c >= 0x7f || c == '%' || c == '\\' ? '_' : c;
	}
	*ret_url = url;
	return 0;
}
