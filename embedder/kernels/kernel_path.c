/* SPDX-License-Identifier: MIT */
/*
 * In: the absolute folder and the name of a file. Out: the kernel's key.
 *
 * The last folder must be a known machine: it is half of the key, and a wrong key is worse than
 * none, since libbpf loads the BTF of a wrong kernel without an error.
 */
#include "embedder/kernels/kernel_path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/machine.h"

struct span {
	const char *start;
	size_t length;
};

/* @length without an ending of a packing, if there is one. */
static size_t without_packing(const char *name, size_t length)
{
	static const char *const packings[] = {".xz", ".gz", ".zst", ".bz2", ".lz4"};

	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		if (text_ends_with(name, length, packings[i]))
			return length - strlen(packings[i]);
	}
	return length;
}

/* A release begins with two numbers: vmlinux-gdb.py and vmlinuz-0-rescue have none. */
static bool is_release(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && isdigit((unsigned char)text[at]))
		at++;
	return at > 0 && at + 1 < length && text[at] == '.' && isdigit((unsigned char)text[at + 1]);
}

/* The release in the name of a kernel's own file; its length is 0 where the name has none. */
static struct span release_in_kernel_name(const char *name)
{
	static const char *const starts[] = {"vmlinuz-", "vmlinux-", "bzImage-", "Image-"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct span release = {name + strlen(starts[i]), 0};

		if (strncmp(name, starts[i], strlen(starts[i])) != 0)
			continue;
		release.length = without_packing(release.start, strlen(release.start));
		if (text_ends_with(release.start, release.length, ".debug"))
			release.length -= strlen(".debug");
		if (is_release(release.start, release.length))
			return release;
	}
	return (struct span){"", 0};
}

static bool is_kernel_without_release(const char *name)
{
	static const char *const names[] = {"vmlinuz", "vmlinux",     "bzImage",
					    "Image",   "vmlinuz.efi", "vmlinux.debug"};
	size_t length = without_packing(name, strlen(name));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == length && memcmp(name, names[i], length) == 0)
			return true;
	}
	return false;
}

static bool is_archive_name(const char *name)
{
	static const char *const endings[] = {".tar",  ".tgz", ".txz", ".tbz2",
					      ".tzst", ".deb", ".rpm", ".ddeb"};
	size_t length = strlen(name), plain = without_packing(name, length);

	if (text_ends_with(name, plain, ".tar"))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (text_ends_with(name, length, endings[i]))
			return true;
	}
	return false;
}

/* Git's packs are called pack-HASH.pack. */
static bool is_pack_name(const char *name)
{
	return text_ends_with(name, strlen(name), ".pack") && strncmp(name, "pack-", 5) != 0;
}

enum kernel_path_kind kernel_path_kind(const char *name)
{
	if (archive_path_ending(name))
		return KERNEL_PATH_BTF;
	if (release_in_kernel_name(name).length || is_kernel_without_release(name))
		return KERNEL_PATH_KERNEL;
	if (is_archive_name(name) || is_pack_name(name))
		return KERNEL_PATH_ARCHIVE;
	return KERNEL_PATH_NONE;
}

/* Takes the last component off @path; empty when there is none left. */
static struct span take_last_component(struct span *path)
{
	struct span last;

	while (path->length && path->start[path->length - 1] == '/')
		path->length--;
	last.start = path->start + path->length;
	while (last.start > path->start && last.start[-1] != '/')
		last.start--;
	last.length = (size_t)(path->start + path->length - last.start);
	path->length -= last.length;
	return last;
}

/* os-release(5) allows these in ID and VERSION_ID. */
static bool is_os_release_value(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-")];
}

int kernel_path_read(const char *folder, const char *name, bool certain, struct kernel_id *ret_id,
		     struct reason *why)
{
	const char *ending = archive_path_ending(name);
	_cleanup_free_ char *path = NULL;
	struct kernel_id id;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	}
	if (!ending || !archive_path_cut(path, &id))
		return reason_set(why, -EINVAL,
				  "cannot tell which kernel it is for: it is not named RELEASE.btf "
				  "or RELEASE.btf.tar.xz");
	if (!machine_is_known(id.machine))
		return reason_set(
			why, -EINVAL,
			"cannot tell which kernel it is for: its folder '%s' is no machine "
			"name; place it (or a link to it) at OS/VERSION/MACHINE/RELEASE%s, or "
			"say it with --as machine=...",
			id.machine, ending);
	if (!certain && !(is_os_release_value(id.os_id) && is_os_release_value(id.version_id) &&
			  isdigit((unsigned char)*id.version_id)))
		id.os_id = id.version_id = "";
	return kernel_id_copy(&id, ret_id) ? reason_errno(why, -ENOMEM, "cannot keep the path") : 0;
}

/* modules/RELEASE/vmlinuz, as packages have it: the release is the folder's name. */
static struct span release_in_folder(const char *folder)
{
	struct span path = {folder, strlen(folder)};
	struct span last = take_last_component(&path), above = take_last_component(&path);

	if (above.length == strlen("modules") &&
	    memcmp(above.start, "modules", above.length) == 0 &&
	    is_release(last.start, last.length))
		return last;
	return (struct span){"", 0};
}

int kernel_path_read_release(const char *folder, const char *name, struct kernel_id *ret_id,
			     struct reason *why)
{
	const char *ending = archive_path_ending(name);
	struct span span = ending ? (struct span){name, (size_t)(ending - name)}
				  : release_in_kernel_name(name);
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	_cleanup_free_ char *release = NULL;

	if (!span.length)
		span = release_in_folder(folder);
	release = strndup(span.start, span.length);
	id.release = release;
	return !release || kernel_id_copy(&id, ret_id)
		       ? reason_errno(why, -ENOMEM, "cannot keep the path")
		       : 0;
}
