/* SPDX-License-Identifier: MIT */
#include "embedder/tar/tar_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/member_name.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/machine.h"

#define ENDING	      ".btf"
#define NAME_MAX_SIZE 255 /* of one file or folder name in Linux's file systems */

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
	if (*text == '.' || strchr(text, '/'))
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
	/* These end the key when the path is read. */
	if (*text == '.' || strcmp(text, ARCHIVE_PATH_ROOT) == 0)
		return reason_set(why, -EINVAL, "its %s '%s' cannot be a folder in an archive",
				  what, text);
	return check_name(what, text, "", why);
}

int tar_path_make(const struct kernel_id *id, enum tar_layout layout, bool uname_machine,
		  size_t aside, char **ret_path, struct reason *why)
{
	const char *os_id = *id->os_id ? id->os_id : ARCHIVE_PATH_UNKNOWN;
	const char *version_id = *id->version_id ? id->version_id : ARCHIVE_PATH_UNKNOWN;
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
		snprintf(folder, sizeof(folder), ARCHIVE_PATH_ROOT "/");
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

int tar_path_read(const char *path, const char *machine, struct kernel_id *ret_id,
		  struct reason *why)
{
	_cleanup_free_ char *names = strdup(path);
	struct kernel_id id;

	if (!names)
		return reason_errno(why, -ENOMEM, "cannot keep its name");
	if (!archive_path_is_raw(names) || !archive_path_cut(names, &id))
		return reason_set(why, -EINVAL, "its name does not end in RELEASE.btf");
	if (!machine_is_known(id.machine)) {
		if (!machine)
			return reason_set(
				why, -EINVAL,
				"cannot tell which kernel it is for: its folder '%s' is no "
				"machine name (OS/VERSION/MACHINE/RELEASE.btf is expected; "
				"--machine says it for all such)",
				id.machine);
		/* It is not this layout, so the folders' names mean nothing. */
		id.machine = machine;
		id.os_id = id.version_id = "";
	}
	return kernel_id_copy(&id, ret_id) ? reason_errno(why, -ENOMEM, "cannot keep its name") : 0;
}

static bool says(const char *said, const char *text)
{
	return strcmp(said, strcmp(text, ARCHIVE_PATH_UNKNOWN) == 0 ? "" : text) == 0;
}

int tar_path_fits(const char *path, const struct kernel_id *id)
{
	_cleanup_free_ char *names = strdup(path);
	struct kernel_id said;

	if (!names)
		return -ENOMEM;
	return archive_path_is_raw(names) && archive_path_cut(names, &said) &&
	       strcmp(said.release, id->release) == 0 &&
	       strcmp(said.machine, machine_canonical(id->machine)) == 0 &&
	       says(said.version_id, id->version_id) && says(said.os_id, id->os_id);
}
