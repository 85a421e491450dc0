/* SPDX-License-Identifier: MIT */
/*
 * Reading goes from the end of the path, as what stands in front differs: nothing,
 * "btfhub-archive", the folder that somebody packed.
 */
#include "embedder/tar/tar_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/member_name.h"
#include "embedder/kernels/kernel_path.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/machine.h"

#define ENDING	      ".btf"
#define HUB	      "btfhub-archive"
#define UNKNOWN	      "unknown"
#define NAME_MAX_SIZE 255 /* of one file or folder name in Linux's file systems */

/* What is between two slashes. */
struct part {
	const char *start;
	size_t length;
};

/* The names that the path of a BTF ends with; a length of 0: not there. */
struct parts {
	struct part os, version, machine, release;
};

static bool part_is(struct part part, const char *text)
{
	return part.length == strlen(text) && memcmp(part.start, text, part.length) == 0;
}

static struct part take_last(struct part *path)
{
	struct part last = {path->start + path->length, 0};

	while (last.start > path->start && last.start[-1] != '/') {
		last.start--;
		last.length++;
	}
	path->length -= last.length;
	while (path->length && path->start[path->length - 1] == '/')
		path->length--;
	return last;
}

bool tar_path_is_btf(const char *path)
{
	size_t length = strlen(path), ending = strlen(ENDING);

	return length > ending && strcmp(path + length - ending, ENDING) == 0 &&
	       path[length - ending - 1] != '/';
}

/* @path is a BTF's. Above the folder btfhub-archive nothing belongs to the key. */
static struct parts split(const char *path)
{
	struct part rest = {path, strlen(path) - strlen(ENDING)};
	struct parts parts = {.release = take_last(&rest)};
	struct part *const folders[] = {&parts.machine, &parts.version, &parts.os};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct part folder = take_last(&rest);

		/* The dot is that of "./", with which the names start that we make. */
		if (!folder.length || part_is(folder, ".") || part_is(folder, HUB))
			break;
		*folders[i] = folder;
	}
	return parts;
}

/* ---- a kernel's path ---- */

/* uname -m's word, where it is another one. For 32-bit x86 and ARM there are several; these are
 * what kernels say that have BPF. */
static const char *uname_machine_of(const char *canonical)
{
	static const char *const names[][2] = {
		{"arm64", "aarch64"},
		{"x86", "i686"},
		{"arm", "armv7l"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(canonical, names[i][0]) == 0)
			return names[i][1];
	}
	return canonical;
}

/* @ending: what is added to make a name of it. */
static int check_name(const char *what, const char *text, const char *ending, struct reason *why)
{
	if (strchr(text, '/'))
		return reason_set(why, -EINVAL, "its %s '%s' cannot be a name in an archive", what,
				  text);
	if (strlen(text) + strlen(ending) > NAME_MAX_SIZE)
		return reason_set(why, -EINVAL,
				  "its %s has %zu bytes, and no file or folder can have a name of "
				  "more than %d",
				  what, strlen(text), NAME_MAX_SIZE);
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return reason_set(why, -EINVAL,
					  "there is a control character in its %s '%s'", what,
					  text);
	}
	return 0;
}

static int check_folder(const char *what, const char *text, struct reason *why)
{
	/* btfhub-archive: it would end the key when the path is read. */
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0 || strcmp(text, HUB) == 0)
		return reason_set(why, -EINVAL, "its %s '%s' cannot be a folder in an archive",
				  what, text);
	return check_name(what, text, "", why);
}

int tar_path_make(const struct kernel_id *id, enum tar_layout layout, bool uname_machine,
		  size_t aside, char **ret_path, struct reason *why)
{
	const char *os_id = *id->os_id ? id->os_id : UNKNOWN;
	const char *version_id = *id->version_id ? id->version_id : UNKNOWN;
	const char *machine = uname_machine ? uname_machine_of(id->machine) : id->machine;
	_cleanup_free_ char *path = NULL;
	char folder[48] = "";
	int err = check_folder("os id", os_id, why);

	if (!err)
		err = check_folder("version id", version_id, why);
	if (!err)
		err = check_folder("machine", machine, why);
	if (!err)
		err = check_name("release", id->release, ENDING, why);
	if (err)
		return err;
	if (aside)
		snprintf(folder, sizeof(folder), "corebtf/%zu/", aside);
	else if (layout == TAR_LAYOUT_BPF_COMPATIBLE)
		snprintf(folder, sizeof(folder), HUB "/");
	if (asprintf(&path, "./%s%s/%s/%s/%s" ENDING, folder, os_id, version_id, machine,
		     id->release) < 0) {
		path = NULL;
		return reason_errno(why, -ENOMEM, "cannot make its path");
	}
	if (strlen(path) > MEMBER_NAME_MAX)
		return reason_set(why, -EINVAL,
				  "its path would have %zu bytes, and readers take %d",
				  strlen(path), MEMBER_NAME_MAX);
	*ret_path = TAKE_PTR(path);
	return 0;
}

/* ---- a path's kernel ---- */

static bool is_known_machine(const char *name)
{
	return machine_canonical(name) != name; /* what is not known is handed back */
}

static char *copy_part(struct part part)
{
	return part_is(part, UNKNOWN) ? strdup("") : strndup(part.start, part.length);
}

int tar_path_read(const char *path, const char *machine, struct kernel_id *ret_id,
		  struct reason *why)
{
	_cleanup_(kernel_id_clear) struct kernel_id id = {0};
	_cleanup_free_ char *folder = NULL;
	struct parts parts;

	if (!tar_path_is_btf(path))
		return reason_set(why, -EINVAL, "its name does not end in RELEASE.btf");
	parts = split(path);
	folder = strndup(parts.machine.start ? parts.machine.start : "", parts.machine.length);
	if (!folder)
		return reason_errno(why, -ENOMEM, "cannot keep its name");
	if (is_known_machine(folder)) {
		machine = machine_canonical(folder);
	} else if (machine) {
		/* Not this layout: what the folders are called says nothing. */
		parts.os.length = 0;
	} else {
		return reason_set(why, -EINVAL,
				  "cannot tell which kernel it is for: its folder '%s' "
				  "is no machine name (OS/VERSION/MACHINE/RELEASE.btf is expected; "
				  "--machine says it for all such)",
				  folder);
	}
	if (!parts.os.length) /* with fewer than three folders nobody knows which they are */
		parts.os = parts.version = (struct part){"", 0};
	id.release = strndup(parts.release.start, parts.release.length);
	id.machine = strdup(machine);
	id.os_id = copy_part(parts.os);
	id.version_id = copy_part(parts.version);
	id.uname_version = strdup("");
	if (!id.release || !id.machine || !id.os_id || !id.version_id || !id.uname_version)
		return reason_errno(why, -ENOMEM, "cannot keep its name");
	*ret_id = id;
	memset(&id, 0, sizeof(id));
	return 0;
}

static bool part_fits(struct part part, const char *text)
{
	return part.length ? part_is(part, *text ? text : UNKNOWN) : !*text;
}

bool tar_path_fits(const char *path, const struct kernel_id *id)
{
	char machine[NAME_MAX_SIZE + 1];
	struct parts parts;

	if (!tar_path_is_btf(path))
		return false;
	parts = split(path);
	if (parts.machine.length >= sizeof(machine))
		return false;
	memcpy(machine, parts.machine.start ? parts.machine.start : "", parts.machine.length);
	machine[parts.machine.length] = '\0';
	return part_is(parts.release, id->release) &&
	       strcmp(machine_canonical(machine), machine_canonical(id->machine)) == 0 &&
	       part_fits(parts.version, id->version_id) && part_fits(parts.os, id->os_id);
}
