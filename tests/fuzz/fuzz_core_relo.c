/* SPDX-License-Identifier: MIT */
/*
 * The .BTF.ext section of an object from outside, record by record.
 */
#include <stdlib.h>

#include "embedder/relo/core_relo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct core_relo_reader reader;
	struct core_relo relo;
	struct reason why;
	uint8_t *copy = malloc(size + !size);

	memcpy(copy, data, size);
	if (!core_relo_reader_open(&reader, copy, size, &why))
		while (core_relo_reader_next(&reader, &relo, &why) > 0)
			;
	free(copy);
	return 0;
}
