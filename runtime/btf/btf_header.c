/* SPDX-License-Identifier: MIT */
#include <byteswap.h>
#include <linux/btf.h>

#include "runtime/btf/btf_header.h"

#define HEADER_SIZE_WITH_LAYOUT 32

/* The header's words, from its length on. */
enum { HEADER, TYPE_OFF, TYPE_LEN, STR_OFF, STR_LEN, LAYOUT_OFF, LAYOUT_LEN, WORDS };

static int check_part(const uint32_t *words, unsigned int offset, uint64_t left, const char *what,
		      struct reason *why)
{
	if ((uint64_t)words[offset] + words[offset + 1] <= left)
		return 0;
	return reason_set(why, -EBADMSG, "BTF: %s at %u + %u are past the end (%llu)", what,
			  words[offset], words[offset + 1], (unsigned long long)left);
}

int btf_header_read(const void *data, size_t size, struct btf_header_parts *ret_parts,
		    struct reason *why)
{
	const unsigned char *bytes = data;
	uint32_t words[WORDS] = {0};
	uint16_t magic;
	bool swapped;
	size_t known;

	if (size < BTF_HEADER_SIZE)
		return reason_set(why, -EBADMSG, "BTF: %zu bytes are too few for a header", size);
	if ((uintptr_t)data % 4)
		return reason_set(why, -EINVAL, "BTF: not aligned in memory");
	memcpy(&magic, bytes, sizeof(magic));
	if (magic != BTF_MAGIC && magic != bswap_16(BTF_MAGIC))
		return reason_set(why, -EBADMSG, "not BTF: it starts with 0x%02x%02x", bytes[0],
				  bytes[1]);
	if (bytes[2] != BTF_VERSION)
		return reason_set(why, -EOPNOTSUPP, "BTF version %u is not known", bytes[2]);
	swapped = magic != BTF_MAGIC;
	memcpy(words, bytes + 4, sizeof(*words));
	if (swapped)
		words[HEADER] = bswap_32(words[HEADER]);
	if (words[HEADER] < BTF_HEADER_SIZE || words[HEADER] > size)
		return reason_set(why, -EBADMSG, "BTF: a header of %u bytes in %zu", words[HEADER],
				  size);
	known = words[HEADER] >= HEADER_SIZE_WITH_LAYOUT ? WORDS : LAYOUT_OFF;
	memcpy(words + 1, bytes + 8, (known - 1) * sizeof(*words));
	for (size_t i = 1; swapped && i < known; i++)
		words[i] = bswap_32(words[i]);
	if (check_part(words, TYPE_OFF, size - words[HEADER], "types", why) ||
	    check_part(words, STR_OFF, size - words[HEADER], "strings", why) ||
	    check_part(words, LAYOUT_OFF, size - words[HEADER], "kind layouts", why))
		return -EBADMSG;
	if ((uint64_t)words[TYPE_OFF] + words[TYPE_LEN] > words[STR_OFF])
		return reason_set(why, -EBADMSG, "BTF: types and strings overlap");
	if ((words[HEADER] + words[TYPE_OFF]) % 4)
		return reason_set(why, -EBADMSG, "BTF: types are not aligned to 4 bytes");
	bytes += words[HEADER];
	*ret_parts = (struct btf_header_parts){
		.types = bytes + words[TYPE_OFF],
		.types_size = words[TYPE_LEN],
		.strings = (const char *)bytes + words[STR_OFF],
		.strings_size = words[STR_LEN],
		.layout = bytes + words[LAYOUT_OFF],
		.layout_size = words[LAYOUT_LEN],
		.swapped = swapped,
	};
	return 0;
}
