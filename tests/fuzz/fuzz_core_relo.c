/* SPDX-License-Identifier: MIT */
/*
 * The .BTF.ext section of an object from outside, record by record.
 */
#include <stdlib.h>

#include "embedder/relo/core_relo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf_ext_reader reader;
	struct btf_ext_section section;
	struct reason why;
	uint32_t sum = 0;
	uint8_t *copy = malloc(size + !size);

	memcpy(copy, data, size);
	for (int table = 0; table < BTF_EXT_TABLES; table++) {
		if (btf_ext_reader_open(&reader, table, copy, size, &why))
			continue;
		while (btf_ext_reader_next(&reader, &section, &why) > 0)
			for (uint32_t i = 0; i < section.count; i++)
				sum += btf_ext_word(&reader, &section, i, 0) +
				       btf_ext_word(&reader, &section, i, 1);
	}
	free(copy);
	return sum == UINT32_MAX ? -1 : 0;
}
