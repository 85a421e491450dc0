/* SPDX-License-Identifier: MIT */
/*
 * The BTF in an ELF file, as a vmlinux has it: the section .BTF.
 */
#ifndef COREBTF_KERNELS_KERNEL_ELF_H
#define COREBTF_KERNELS_KERNEL_ELF_H

#include "embedder/kernels/kernel_bytes.h"
#include "embedder/util/reason.h"

/*
 * Finds the section in the ELF file @fd. It is mapped as it is, or unpacked into memory when it is
 * SHF_COMPRESSED.
 * Errors: -ENODATA no .BTF or none with bytes in it, -EBADMSG damaged, -EFBIG, -ENOMEM.
 */
int kernel_elf_read(int fd, struct kernel_btf *ret_btf, struct reason *why);

#endif
