/* SPDX-License-Identifier: MIT */
#include <byteswap.h>
#include <linux/btf.h>

#include "runtime/btf/btf_header.h"
#include "embedder/btf/btf_join.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"

#define HEADER_SIZE_WITH_LAYOUT 32

static void append_word(struct byte_buffer *buffer, uint64_t value, bool swapped)
{
	byte_buffer_append_u32(buffer, swapped ? bswap_32((uint32_t)value) : (uint32_t)value);
}

int btf_join(const void *base, size_t base_size, const void *split, size_t split_size,
	     void **ret_joined, size_t *ret_size, struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer joined = {0};
	struct btf_header_parts a, b;
	uint64_t types, strings;
	uint16_t magic;
	int err;

	err = btf_header_read(base, base_size, &a, why);
	if (!err)
		err = btf_header_read(split, split_size, &b, why);
	if (err)
		return err;
	if (a.swapped != b.swapped)
		return reason_set(why, -EINVAL, "split BTF and its base differ in byte order");
	if (!a.strings_size || a.strings[a.strings_size - 1])
		return reason_set(why, -EBADMSG,
				  "BTF: the base's strings do not end with a zero byte");
	types = (uint64_t)a.types_size + b.types_size;
	strings = (uint64_t)a.strings_size + b.strings_size;
	if (types + strings + a.layout_size + b.layout_size > UINT32_MAX / 2)
		return reason_set(why, -EFBIG, "split BTF and its base are too large together");
	/* Kinds are the same in both; the longer layout section describes all of them. */
	if (b.layout_size > a.layout_size) {
		a.layout = b.layout;
		a.layout_size = b.layout_size;
	}
	magic = a.swapped ? bswap_16(BTF_MAGIC) : BTF_MAGIC;
	byte_buffer_append(&joined, &magic, sizeof(magic));
	byte_buffer_append_u8(&joined, BTF_VERSION);
	byte_buffer_append_u8(&joined, 0);
	append_word(&joined, HEADER_SIZE_WITH_LAYOUT, a.swapped);
	append_word(&joined, 0, a.swapped);
	append_word(&joined, types, a.swapped);
	append_word(&joined, types + a.layout_size, a.swapped);
	append_word(&joined, strings, a.swapped);
	append_word(&joined, types, a.swapped);
	append_word(&joined, a.layout_size, a.swapped);
	byte_buffer_append(&joined, a.types, a.types_size);
	byte_buffer_append(&joined, b.types, b.types_size);
	byte_buffer_append(&joined, a.layout, a.layout_size);
	byte_buffer_append(&joined, a.strings, a.strings_size);
	byte_buffer_append(&joined, b.strings, b.strings_size);
	if (byte_buffer_failed(&joined))
		return reason_set(why, -ENOMEM, "out of memory");
	*ret_joined = TAKE_PTR(joined.data);
	*ret_size = joined.size;
	return 0;
}
