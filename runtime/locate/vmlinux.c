/* SPDX-License-Identifier: MIT */
/*
 * Files beside the kernel that have its BTF: a vmlinux, or raw BTF that somebody put in its place.
 * The list and its order are libbpf's (btf__load_vmlinux_btf() in its btf.c); without its first,
 * /sys/kernel/btf/vmlinux, which is a source of its own. As there, a file without BTF is passed
 * over, and the file's name is all that says that it is this kernel's.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "runtime/executable/section.h"
#include "runtime/handover/btf_path.h"
#include "runtime/locate/source.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/file_bytes.h"
#include "runtime/util/origin.h"

/* The release stands between the two parts. */
static const struct {
	const char *before, *after;
} places[] = {
	{"/boot/vmlinux-", ""},
	{"/lib/modules/", "/vmlinux-"}, /* and the release once more */
	{"/lib/modules/", "/build/vmlinux"},
	{"/usr/lib/modules/", "/kernel/vmlinux"},
	{"/usr/lib/debug/boot/vmlinux-", ""},
	{"/usr/lib/debug/boot/vmlinux-", ".debug"},
	{"/usr/lib/debug/lib/modules/", "/vmlinux"},
};
#define TWICE 1

static bool has_btf(const char *path)
{
	static const struct log silent = {.subject = ""};
	struct section section;
	_cleanup_fd_ int fd = -1;
	uint64_t size;

	return !file_bytes_open(path, &silent, &fd, &size) &&
	       !section_find_btf(fd, size, &silent, &section);
}

int source_vmlinux(struct locate *locate, char **ret_path)
{
	const char *root = locate->host.root ? locate->host.root : "";
	struct utsname uname;
	int err = host_uname(&locate->host, &uname);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s%s%s%s%s", root, places[i].before, uname.release,
			 places[i].after, i == TWICE ? uname.release : "");
		if (!has_btf(path))
			continue;
		err = btf_path_of_file(path, ret_path);
		if (err)
			return log_error(&locate->log, err, "no memory");
		locate->origin.source = COREBTF_SOURCE_VMLINUX;
		ORIGIN_TEXT(locate->origin.file, *ret_path);
		return SOURCE_FOUND;
	}
	return source_pass(locate, -ENODATA);
}
