/* SPDX-License-Identifier: MIT */
/*
 * What the readers of kernel BTFs (raw, ELF, image, archive) share: what a BTF starts with, how
 * large it may be, and a file's bytes, mapped or read.
 */
#ifndef COREBTF_IMAGE_KERNEL_BYTES_H
#define COREBTF_IMAGE_KERNEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/image/kernel_btf.h"
#include "runtime/util/reason.h"

/* Today's largest are 10 MB. */
#define KERNEL_BTF_SIZE_MAX (UINT32_C(256) << 20)

/* Of an ELF file: a vmlinux with all of its debug information has 1 GB. Holes cost no disk, so a
 * file may have any size, and its bytes are searched. */
#define KERNEL_FILE_SIZE_MAX UINT32_MAX

/* Whether BTF of either byte order starts here. */
bool kernel_bytes_are_btf(const void *data, size_t size);

/* Of a file that is no kernel and no BTF: says by its first bytes what it is, and what to give
 * instead. Returns -EBADMSG, or 0 when its kind is not known. */
int kernel_bytes_refuse(const void *start, size_t size, struct reason *why);

/* -EFBIG above KERNEL_BTF_SIZE_MAX. */
int kernel_bytes_check_size(uint64_t size, struct reason *why);

/* Maps all of @fd, a regular file of @size bytes, which is not 0. Errors: -EFBIG above
 * KERNEL_FILE_SIZE_MAX, those of mmap(2). */
int kernel_bytes_map_file(int fd, uint64_t size, struct kernel_btf *ret_btf, struct reason *why);

/* Reads all of @fd into memory. @expected: its likely size; 0: not known, as of files in /sys. */
int kernel_bytes_read(int fd, uint64_t expected, struct kernel_btf *ret_btf, struct reason *why);

#endif
