/* SPDX-License-Identifier: MIT */
/*
 * In: what a user wrote. Out: an address for git, and names for people and for the file system.
 */
#include "embedder/hub/repository_url.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

/* Of the readable part of a folder's name. */
#define NAME_LENGTH_MAX 100

void repository_url_free(struct repository_url *url)
{
	free(url->address);
	free(url->shown);
	free(url->folder);
	*url = (struct repository_url){0};
}

static int check(const char *text, struct reason *why)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789+-.");

	if (!*text)
		return reason_set(why, -EINVAL, "the name of a repository is empty");
	if (*text == '-')
		return reason_set(
			why, -EINVAL,
			"it starts with '-' and would be an option of git; write ./%s for "
			"a folder of that name",
			text);
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			return reason_set(why, -EINVAL, "it has a control character in it");
	}
	if (strncmp(text + scheme, "::", 2) == 0)
		return reason_set(why, -EINVAL,
				  "git would give it to a helper program ('%.*s::'), which is not "
				  "done here",
				  (int)scheme, text);
	return 0;
}

/* Git's rule: HOST:PATH has no slash before its first colon. */
static bool is_local_path(const char *text)
{
	if (strstr(text, "://"))
		return false;
	return text[strcspn(text, ":/")] != ':';
}

/* A local path, made absolute, as git runs in another folder. Links are not resolved: they may lead
 * elsewhere tomorrow. */
static char *absolute_path(const char *text)
{
	_cleanup_free_ char *current = NULL;
	char *path;

	if (*text == '/')
		return strdup(text);
	while (strncmp(text, "./", 2) == 0)
		text += 2;
	current = getcwd(NULL, 0);
	return current && asprintf(&path, "%s/%s", current, text) >= 0 ? path : NULL;
}

/* @address without USER[:PASSWORD]@; for ssh's HOST:PATH too. */
static char *hide_user(const char *address)
{
	const char *scheme = strstr(address, "://");
	const char *host = scheme ? scheme + 3 : address;
	const char *end = host + strcspn(host, "/"), *at = NULL;
	char *shown;

	for (const char *c = host; c < end; c++)
		at = *c == '@' ? c : at;
	if (!at || *address == '/')
		return strdup(address);
	if (asprintf(&shown, "%.*s%s", (int)(host - address), address, at + 1) < 0)
		return NULL;
	return shown;
}

/* FNV-1a, for addresses whose names are equal. */
static uint32_t hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3;
	return (uint32_t)(value ^ value >> 32);
}

/*
 * "https://host/a/b.git" is "host_a_b-1a2b3c4d". It starts with a letter or digit: names with a dot
 * are passed over in a tree of kernels.
 */
static char *name_folder(const char *shown)
{
	const char *scheme = strstr(shown, "://");
	const char *rest = scheme ? scheme + 3 : shown;
	size_t length;
	char *folder;

	while (*rest && !isalnum((unsigned char)*rest))
		rest++;
	length = strlen(rest);
	if (length > 4 && strcmp(rest + length - 4, ".git") == 0)
		length -= 4;
	if (length > NAME_LENGTH_MAX) {
		rest += length - NAME_LENGTH_MAX;
		length = NAME_LENGTH_MAX;
		while (length && !isalnum((unsigned char)*rest)) {
			rest++;
			length--;
		}
	}
	if (asprintf(&folder, "%.*s%s%08" PRIx32, (int)length, rest, length ? "-" : "",
		     hash(shown)) < 0)
		return NULL;
	for (char *c = folder; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	}
	return folder;
}

int repository_url_read(const char *text, struct repository_url *ret_url, struct reason *why)
{
	_cleanup_(repository_url_free) struct repository_url url = {0};
	int err = check(text, why);

	if (err)
		return err;
	url.address = is_local_path(text) ? absolute_path(text) : strdup(text);
	for (size_t end = url.address ? strlen(url.address) : 0;
	     end > 1 && url.address[end - 1] == '/';)
		url.address[--end] = '\0';
	url.shown = url.address ? hide_user(url.address) : NULL;
	url.folder = url.shown ? name_folder(url.shown) : NULL;
	if (!url.folder)
		return reason_errno(why, -ENOMEM, "cannot keep the name of the repository");
	*ret_url = url;
	url = (struct repository_url){0};
	return 0;
}
