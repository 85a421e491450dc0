/* SPDX-License-Identifier: MIT */
/* write_small_pack FILE KERNELS: the pack of the small kernels whose bits are set in KERNELS. */
#include <stdio.h>
#include <stdlib.h>

#include "small_kernels.h"

int main(int argc, char **argv)
{
	struct byte_buffer bytes;
	FILE *file;

	if (argc != 3)
		return 2;
	bytes = small_pack((uint32_t)strtoul(argv[2], NULL, 0));
	file = fopen(argv[1], "wbe");
	if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size || fclose(file))
		return 1;
	byte_buffer_free(&bytes);
	return 0;
}
