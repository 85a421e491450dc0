/* SPDX-License-Identifier: MIT */
/*
 * Where a repository is, as the user names it: anything that git fetches from, a URL, HOST:PATH or
 * a local path.
 */
#ifndef COREBTF_HUB_REPOSITORY_URL_H
#define COREBTF_HUB_REPOSITORY_URL_H

#include "runtime/util/reason.h"

/* What is fetched when nothing else is named: the archive of the BTFHub project. */
#define REPOSITORY_URL_DEFAULT "https://github.com/aquasecurity/btfhub-archive"

/* All strings are malloc'd. */
struct repository_url {
	char *address; /* for git; local paths are absolute */
	char *shown;   /* for people: without user name and password */
	char *folder;  /* the name of its folder in the cache; the same for the same @shown */
};

/* Errors: -EINVAL git must not get it: it is empty, looks like an option, has control characters,
 * or is one of git's HELPER::ADDRESS, which may run any program; -ENOMEM. */
int repository_url_read(const char *text, struct repository_url *ret_url, struct reason *why);
void repository_url_free(struct repository_url *url);

#endif
