/* SPDX-License-Identifier: MIT */
/*
 * What the place of a file says about the kernel it is for: of a BTF in BTFHub's layout all of it
 * (runtime/kernel/archive_path.h), of a kernel in a package or in /boot the release.
 */
#ifndef COREBTF_KERNELS_KERNEL_PATH_H
#define COREBTF_KERNELS_KERNEL_PATH_H

#include <stdbool.h>

#include "embedder/util/own_kernel_id.h"
#include "runtime/util/reason.h"

enum kernel_path_kind {
	KERNEL_PATH_NONE,   /* not named like anything that holds kernels */
	KERNEL_PATH_BTF,    /* RELEASE.btf, which may be packed: the place says the whole key */
	KERNEL_PATH_KERNEL, /* vmlinuz-RELEASE and the like: a kernel's own file, which has the rest
			       of the key */
	KERNEL_PATH_ARCHIVE, /* a tar, a package, or a pack */
};

/*
 * What a file is, by its name alone. Images and debug files have their release in their name
 * (vmlinuz-6.1.0-13-amd64, vmlinux-6.1.0-13-amd64, also with .gz or .debug at the end) or in that
 * of their folder (modules/6.1.0-13-amd64/vmlinuz). Files called vmlinuz, vmlinux, bzImage or Image
 * do not say it.
 */
enum kernel_path_kind kernel_path_kind(const char *name);

/*
 * Reads the key off @folder, the absolute path of the folder that holds the file, and @name.
 *
 * @certain: the three folders were found below a given one, so they are a tree in this layout.
 * Else they may be anything (/home/me/x86_64), and an os id and version id are believed only if
 * they look like such.
 * @ret_id: malloc'd strings, to be freed with kernel_id_clear(); no build-id, no uname -v.
 * Errors: -EINVAL the path names no known machine (@why says what to do), -ENOMEM.
 */
int kernel_path_read(const char *folder, const char *name, bool certain, struct kernel_id *ret_id,
		     struct reason *why);

/* Reads only the release off the names, of a KERNEL_PATH_BTF or _KERNEL. Everything else in @ret_id
 * is "", and so is the release if the names do not have it. @ret_id as above. Error: -ENOMEM. */
int kernel_path_read_release(const char *folder, const char *name, struct kernel_id *ret_id,
			     struct reason *why);

#endif
