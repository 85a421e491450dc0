/* SPDX-License-Identifier: MIT */
/*
 * One kernel's full BTF in memory: the narrow door between where kernel BTFs come from and
 * trimming, which only sees these bytes.
 */
#ifndef COREBTF_KERNELS_KERNEL_BTF_H
#define COREBTF_KERNELS_KERNEL_BTF_H

#include "embedder/kernels/kernel_bytes.h"
#include "embedder/util/reason.h"

/*
 * Reads a raw .btf (mapped), an ELF file with a section .BTF, or a .btf.tar.xz with one BTF in
 * it (unpacked into memory, bounded). What the file is, its first bytes say, not its name.
 * To be released with kernel_btf_close(). On failure @why says what is wrong, without the path.
 */
int kernel_btf_open(const char *path, struct kernel_btf *ret_btf, struct reason *why);

#endif
