/* SPDX-License-Identifier: MIT */
#include "runtime/types/type_source.h"

#include <string.h>

static void allow_prefix(struct wanted_types *wanted, const unsigned char first_four[4])
{
	uint32_t value, bit;

	memcpy(&value, first_four, sizeof(value));
	bit = name_prefix_hash(value);
	wanted->prefixes[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

void wanted_types_allow(struct wanted_types *wanted, const char *name, size_t length)
{
	unsigned char first_four[4] = {0};

	memcpy(first_four, name, length < 4 ? length : 4);
	switch (length) {
	case 0:
	case 1:
		/* Two unknown bytes after "a\0": not worth a filter. */
		memset(wanted->prefixes, 0xff, sizeof(wanted->prefixes));
		return;
	case 2:
		/* The byte after "ab\0" is the first of another string. */
		for (unsigned int next = 0; next < 256; next++) {
			first_four[3] = next;
			allow_prefix(wanted, first_four);
		}
		memcpy(first_four + 2, "__", 2);
		break;
	case 3:
		allow_prefix(wanted, first_four);
		first_four[3] = '_';
		break;
	default:
		break;
	}
	allow_prefix(wanted, first_four);
}

bool wanted_types_allows(const struct wanted_types *wanted, const char *name)
{
	char first_four[4] = {0};
	uint32_t value, bit;

	for (size_t i = 0; i < sizeof(first_four) && name[i]; i++)
		first_four[i] = name[i];
	memcpy(&value, first_four, sizeof(value));
	bit = name_prefix_hash(value);
	return wanted->prefixes[bit >> 6] >> (bit & 63) & 1;
}
