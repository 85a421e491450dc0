/* SPDX-License-Identifier: MIT */
/*
 * BTFHub's .btf.tar.xz: one BTF in a tar archive in an .xz stream.
 */
#ifndef COREBTF_KERNELS_KERNEL_ARCHIVE_H
#define COREBTF_KERNELS_KERNEL_ARCHIVE_H

#include "embedder/kernels/kernel_bytes.h"
#include "embedder/util/reason.h"

/* Reads the archive from the start of @fd. @ret_btf is held in memory. */
int kernel_archive_read(int fd, struct kernel_btf *ret_btf, struct reason *why);

#endif
