/* SPDX-License-Identifier: MIT */
/*
 * What the place of a file says about the kernel it is for. In BTFHub's layout the folders are
 * <os id>/<version id>/<machine> and the file is <release>.btf or <release>.btf.tar.xz.
 */
#ifndef COREBTF_KERNELS_KERNEL_PATH_H
#define COREBTF_KERNELS_KERNEL_PATH_H

#include <stdbool.h>

#include "embedder/kernels/kernel_id.h"
#include "embedder/util/reason.h"

/* The length of the release in front of the file name's .btf or .btf.tar.xz; 0: the name is not
 * one of a kernel BTF. */
size_t kernel_path_release_length(const char *name);

/*
 * Reads the key off @folder, the absolute path of the folder that holds the file, and @name.
 *
 * @certain: the three folders were found below a given one, so they are a tree in this layout.
 * Else they may be anything (/home/me/x86_64), and an os id and version id are believed only if
 * they look like such.
 * @ret_id: malloc'd strings, to be freed with kernel_id_clear(); no build-id, no uname -v.
 * Errors: -EINVAL the machine cannot be told (@why says what to do), -ENOMEM.
 */
int kernel_path_read(const char *folder, const char *name, bool certain, struct kernel_id *ret_id,
		     struct reason *why);

/* Frees the strings of an id that owns them, and empties it. */
void kernel_id_clear(struct kernel_id *id);

#endif
