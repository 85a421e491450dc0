/* SPDX-License-Identifier: MIT */
/*
 * Whether bytes begin as a BTF does. Source: struct btf_header in the kernel's
 * include/uapi/linux/btf.h.
 */
#ifndef COREBTF_BTF_MAGIC_H
#define COREBTF_BTF_MAGIC_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The oldest header: libbpf takes nothing shorter. */
#define BTF_MAGIC_HEADER_SIZE 24

/* @size: of the whole file, at least BTF_MAGIC_HEADER_SIZE of it at @start. Either byte order. */
static inline bool btf_magic_is(const void *start, uint64_t size)
{
	uint16_t magic;

	if (size < BTF_MAGIC_HEADER_SIZE)
		return false;
	memcpy(&magic, start, sizeof(magic));
	return magic == BTF_MAGIC || magic == __builtin_bswap16(BTF_MAGIC);
}

#endif
