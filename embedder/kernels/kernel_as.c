/* SPDX-License-Identifier: MIT */
/*
 * In: what the path, the user and the file say of a kernel. Out: its key, or what is missing.
 */
#include "embedder/kernels/kernel_as.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/kernel/distro.h"
#include "runtime/kernel/machine.h"

/* A key goes into a table that people read and scripts split. */
static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if (!isgraph((unsigned char)*text) || *text == '/')
			return false;
	}
	return true;
}

static int set_text(char **text, const char *value, struct reason *why)
{
	char *copy = strdup(value);

	if (!copy)
		return reason_errno(why, -ENOMEM, "cannot keep it");
	free(*text);
	*text = copy;
	return 0;
}

static int set_os(struct kernel_as *as, char *value, struct reason *why)
{
	char *colon = strchr(value, ':');
	int err;

	if (colon)
		*colon++ = '\0';
	if (!*value)
		return reason_set(why, -EINVAL, "os has no name");
	err = set_text(&as->os_id, value, why);
	if (!err)
		err = set_text(&as->version_id, colon ? colon : "", why);
	return err;
}

static int set_machine(struct kernel_as *as, const char *value, struct reason *why)
{
	const char *canonical = machine_canonical(value);

	if (canonical == value) /* handed back: no machine of that name is known */
		return reason_set(why, -EINVAL, "'%s' is no machine that is known", value);
	as->machine = canonical;
	return 0;
}

static int set(struct kernel_as *as, const char *key, char *value, struct reason *why)
{
	if (!is_plain(value))
		return reason_set(why, -EINVAL, "the value of %s has a character that no name has",
				  key);
	if (strcmp(key, "os") == 0)
		return set_os(as, value, why);
	if (!*value)
		return reason_set(why, -EINVAL, "%s has no value", key);
	if (strcmp(key, "release") == 0)
		return set_text(&as->release, value, why);
	if (strcmp(key, "machine") == 0 || strcmp(key, "arch") == 0)
		return set_machine(as, value, why);
	return reason_set(why, -EINVAL, "'%s' is none of os, release, machine", key);
}

int kernel_as_parse(const char *text, struct kernel_as *ret_as, struct reason *why)
{
	_cleanup_free_ char *copy = strdup(text);
	_cleanup_(kernel_as_clear) struct kernel_as as = {0};
	char *rest = copy;

	if (!copy)
		return reason_errno(why, -ENOMEM, "cannot keep it");
	while (rest && *text) {
		char *part = strsep(&rest, ","), *value = strchr(part, '=');
		int err;

		if (!value)
			return reason_set(why, -EINVAL, "'%s' is no KEY=VALUE", part);
		*value++ = '\0';
		err = set(&as, part, value, why);
		if (err)
			return err;
	}
	*ret_as = as;
	memset(&as, 0, sizeof(as));
	return 0;
}

void kernel_as_clear(struct kernel_as *as)
{
	free(as->release);
	free(as->os_id);
	free(as->version_id);
	memset(as, 0, sizeof(*as));
}

/* The strings of an id are its own, const for everybody else. */
static int replace(const char **text, const char *value, struct reason *why)
{
	char *copy = strdup(value);

	if (!copy)
		return reason_errno(why, -ENOMEM, "cannot keep the kernel's name");
	free((char *)*text);
	*text = copy;
	return 0;
}

int kernel_as_apply(const struct kernel_as *as, struct kernel_id *id, struct reason *why)
{
	int err = 0;

	if (!as)
		return 0;
	if (as->release)
		err = replace(&id->release, as->release, why);
	if (!err && as->machine)
		err = replace(&id->machine, as->machine, why);
	if (!err && as->os_id)
		err = replace(&id->os_id, as->os_id, why);
	if (!err && as->os_id)
		err = replace(&id->version_id, as->version_id, why);
	return err;
}

/* Fills a place that is empty; what is there and says otherwise is refused. */
static int fill(const char **text, const char *value, bool overruled, const char *what,
		struct reason *why)
{
	if (!*value || overruled)
		return 0;
	if (!**text)
		return replace(text, value, why);
	if (strcmp(*text, value) == 0)
		return 0;
	return reason_set(why, -EINVAL,
			  "its place or name says %s %s, and it says %s of itself; move "
			  "it to where it belongs, or say which is right with --as %s=",
			  what, *text, value, what);
}

static int check_whole(const struct kernel_id *id, struct reason *why)
{
	if (*id->release && *id->machine)
		return 0;
	return reason_set(why, -EINVAL,
			  "cannot tell which kernel it is for: neither its name nor the "
			  "file says %s%s%s; say it with --as %s",
			  *id->release ? "" : "the release",
			  !*id->release && !*id->machine ? " and " : "",
			  *id->machine ? "" : "the machine",
			  *id->machine	 ? "release=..."
			  : *id->release ? "machine=..."
					 : "release=...,machine=...");
}

int kernel_as_complete(const struct kernel_as *as, const struct kernel_facts *facts,
		       struct kernel_id *id, struct reason *why)
{
	struct distro_hint hint;
	int err = fill(&id->release, facts->release, as && as->release, "release", why);

	if (!err)
		err = fill(&id->machine, facts->machine, as && as->machine, "machine", why);
	if (!err)
		err = check_whole(id, why);
	if (!err && *facts->uname_version)
		err = replace(&id->uname_version, facts->uname_version, why);
	if (!err && facts->build_id_size) {
		memcpy(id->build_id, facts->build_id, facts->build_id_size);
		id->build_id_size = facts->build_id_size;
	}
	/* Where nobody says it, `uname -v` names the distribution of most kernels. */
	if (!err && !*id->os_id && distro_from_uname_version(facts->uname_version, &hint)) {
		err = replace(&id->os_id, hint.distro.id, why);
		if (!err)
			err = replace(&id->version_id, hint.distro.version, why);
	}
	return err;
}
