/* SPDX-License-Identifier: MIT */
/*
 * write_kernel FILE FORM [PACKING] [without-btf]: a kernel for tests, as FORM says: elf, image,
 * bzimage, zboot. PACKING is gzip if it is not given, for the last two.
 */
#include <stdio.h>
#include <string.h>

#include "tests/support/made_kernel.h"

static int packing_from_name(const char *name)
{
	for (int packing = 0; packing < MADE_PACKINGS; packing++)
		if (strcmp(name, made_packing_name(packing)) == 0)
			return packing;
	return -1;
}

static void write_form(struct byte_buffer *out, const char *form, enum made_packing packing,
		       bool without_btf)
{
	struct made_kernel x86_64 = made_kernel_x86_64(), arm64 = made_kernel_arm64();

	x86_64.without_btf = arm64.without_btf = without_btf;
	if (strcmp(form, "elf") == 0)
		made_elf(out, &x86_64);
	else if (strcmp(form, "image") == 0)
		made_flat(out, &arm64);
	else if (strcmp(form, "bzimage") == 0)
		made_packed_bzimage(out, &x86_64, packing);
	else if (strcmp(form, "zboot") == 0)
		made_packed_zboot(out, &arm64, packing);
}

int main(int count, char **arguments)
{
	bool without_btf = count > 3 && strcmp(arguments[count - 1], "without-btf") == 0;
	int packing = count - without_btf > 3 ? packing_from_name(arguments[3]) : MADE_GZIP;
	struct byte_buffer out = {0};
	FILE *file = NULL;
	int failed;

	if (count >= 3 && packing >= 0)
		write_form(&out, arguments[2], (enum made_packing)packing, without_btf);
	if (!out.size) {
		fputs("usage: write_kernel FILE elf|image|bzimage|zboot [PACKING] [without-btf]\n",
		      stderr);
		return 2;
	}
	file = fopen(arguments[1], "we");
	failed = !file || fwrite(out.data, 1, out.size, file) != out.size;
	if (file && fclose(file))
		failed = 1;
	if (failed)
		perror(arguments[1]);
	byte_buffer_free(&out);
	return failed;
}
