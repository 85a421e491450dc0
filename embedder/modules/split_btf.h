/* SPDX-License-Identifier: MIT */
/*
 * Split BTF, untrusted and of either byte order, before it is joined with its base: its own types
 * and strings alone.
 *
 *	ids            0 (void) ... first - 1 | first ... first + count - 1
 *	string offsets 0 ... strings_from - 1 | strings_from ...
 *	               of the base            | its own
 */
#ifndef COREBTF_MODULES_SPLIT_BTF_H
#define COREBTF_MODULES_SPLIT_BTF_H

#include "runtime/btf/btf_header.h"
#include "runtime/types/type_view.h"

struct split_btf {
	struct btf_header_parts parts;
	uint32_t *offsets; /* of its own types in parts.types, owned */
	uint32_t count;
	uint32_t first;
	uint32_t strings_from;
	const struct type_view *base; /* borrowed */
};

/*
 * Checks that every own type lies inside of the bytes with all of its members. What the types refer
 * to is not checked.
 * @data: aligned to 4; it and @base must outlive @ret_split.
 * Errors: -EBADMSG, -EINVAL another byte order than @base, -EOPNOTSUPP another version or a kind
 * that is not known, -ENOMEM.
 */
int split_btf_open(const void *data, size_t size, const struct type_view *base,
		   struct split_btf *ret_split, struct reason *why);

void split_btf_close(struct split_btf *split);

/* Words of type data in this machine's byte order. */
static inline uint32_t split_btf_u32(const struct split_btf *split, uint32_t raw)
{
	return type_view_u32(split->base, raw);
}

/* Own type @number, from 0. */
static inline const struct btf_type *split_btf_own(const struct split_btf *split, uint32_t number)
{
	return (const struct btf_type *)(split->parts.types + split->offsets[number]);
}

/* A type by id, its own or the base's; NULL: out of range. */
const struct btf_type *split_btf_type(const struct split_btf *split, uint32_t id);

/* A string by offset; NULL: out of range, or in the middle of a string: then the base is another
 * one than that which the split BTF was made with. */
const char *split_btf_string(const struct split_btf *split, uint32_t offset);

#endif
