/* SPDX-License-Identifier: MIT */
/*
 * The header of raw BTF: where its parts are. Every part is checked to lie inside the bytes.
 *
 *	u16 magic, u8 version, u8 flags, u32 header length
 *	u32 type_off, type_len, str_off, str_len          24 bytes so far; with 32 there follow
 *	u32 layout_off, layout_len                        all offsets count from the header's end
 */
#ifndef COREBTF_BTF_HEADER_H
#define COREBTF_BTF_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

/* The least that a header has, and what we write: every reader takes it. The kernel's own struct
 * btf_header has grown, so its size depends on the headers that are installed. */
#define BTF_HEADER_SIZE 24

struct btf_header_parts {
	const unsigned char *types;
	const char *strings;
	const unsigned char *layout; /* one entry of 4 bytes for each kind */
	uint32_t types_size, strings_size, layout_size;
	bool swapped; /* the bytes have the other byte order than this machine */
};

/* @data: aligned to 4. Errors: -EBADMSG, -EOPNOTSUPP another version, -EINVAL not aligned. */
int btf_header_read(const void *data, size_t size, struct btf_header_parts *ret_parts,
		    struct reason *why);

#endif
