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

static int set_text(const char **text, const char *value, struct reason *why)
{
	return kernel_id_set(text, value)
		       ? reason_errno(why, -ENOMEM, "cannot keep the kernel's name")
		       : 0;
}

static int set_os(struct kernel_id *as, char *value, struct reason *why)
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

static int set_machine(struct kernel_id *as, const char *value, struct reason *why)
{
	if (!machine_is_known(value))
		return reason_set(why, -EINVAL, "unknown machine '%s'", value);
	return set_text(&as->machine, machine_canonical(value), why);
}

static int set(struct kernel_id *as, const char *key, char *value, struct reason *why)
{
	if (!is_plain(value))
		return reason_set(why, -EINVAL,
				  "the value of %s has a character that a name cannot have", key);
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

int kernel_as_parse(const char *text, struct kernel_id *ret_as, struct reason *why)
{
	_cleanup_free_ char *copy = strdup(text);
	_cleanup_(kernel_id_clear) struct kernel_id as = {0};
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

int kernel_as_apply(const struct kernel_id *as, struct kernel_id *id, struct reason *why)
{
	int err = 0;

	if (!as)
		return 0;
	if (as->release)
		err = set_text(&id->release, as->release, why);
	if (!err && as->machine)
		err = set_text(&id->machine, as->machine, why);
	if (!err && as->os_id)
		err = set_text(&id->os_id, as->os_id, why);
	if (!err && as->os_id)
		err = set_text(&id->version_id, as->version_id, why);
	return err;
}

/* Fills in a string that is empty. One that says something else is refused. */
static int fill(const char **text, const char *value, bool overruled, const char *what,
		struct reason *why)
{
	if (!*value || overruled)
		return 0;
	if (!**text)
		return set_text(text, value, why);
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

int kernel_as_complete(const struct kernel_id *as, const struct kernel_id *said,
		       struct kernel_id *id, struct reason *why)
{
	struct distro_hint hint;
	int err = fill(&id->release, said->release, as && as->release, "release", why);

	if (!err)
		err = fill(&id->machine, said->machine, as && as->machine, "machine", why);
	if (!err)
		err = check_whole(id, why);
	if (!err && *said->uname_version)
		err = set_text(&id->uname_version, said->uname_version, why);
	if (!err && said->build_id_size &&
	    kernel_id_set_build_id(id, said->build_id, said->build_id_size))
		err = reason_errno(why, -ENOMEM, "cannot keep its build-id");
	/* Where path and --as say none: `uname -v` names the distribution of most kernels. */
	if (!err && !*id->os_id && distro_from_uname_version(said->uname_version, &hint)) {
		err = set_text(&id->os_id, hint.distro.id, why);
		if (!err)
			err = set_text(&id->version_id, hint.distro.version, why);
	}
	return err;
}
