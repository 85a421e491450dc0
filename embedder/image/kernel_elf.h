/* SPDX-License-Identifier: MIT */
/*
 * The BTF in an ELF file in memory, as a vmlinux has it: the section .BTF. And what a vmlinux says
 * of itself, with or without BTF in it.
 */
#ifndef COREBTF_IMAGE_KERNEL_ELF_H
#define COREBTF_IMAGE_KERNEL_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_facts.h"
#include "embedder/util/reason.h"

/* Whether an ELF file starts here. */
bool kernel_elf_is(const void *start, size_t size);

/*
 * Copies the BTF out of the section, unpacked if it is SHF_COMPRESSED, and reads what
 * kernel_elf_identify_memory() does. @ret_facts may be NULL. @ret_btf holds memory of its own, so
 * @image may go before it.
 * Errors: -ENODATA no .BTF or none with bytes in it, -EBADMSG damaged, -EOPNOTSUPP packed in a way
 * that is not known, -EFBIG, -ENOMEM.
 */
int kernel_elf_read_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			   struct kernel_btf *ret_btf, struct reason *why);

/*
 * Reads what the file says of the kernel: the machine always, the rest where it has it. A file with
 * nothing in it but BTF has no release.
 * Errors: -EBADMSG damaged.
 */
int kernel_elf_identify_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			       struct reason *why);

#endif
