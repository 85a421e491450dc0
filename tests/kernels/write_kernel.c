// SPDX-License-Identifier: MIT
/*
 * write_kernel FILE FORM [PACKING] [without-btf]: a kernel for tests, as FORM says: elf, image,
 * bzimage, zboot. PACKING is gzip if it is not given, for the last two.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "tests/kernels/made_kernel.h"

static int packing_from_name(const char *name)
{
	for (int packing = 0; packing < MADE_PACKINGS; packing++)
		if (strcmp(name, made_packing_name(packing)) == 0)
			return packing;
	return -1;
}

static void write_form(struct byte_buffer *out, const char *form, int packing, bool without_btf)
{
	bool x86 = strcmp(form, "bzimage") == 0 || strcmp(form, "elf") == 0;
	bool flat = strcmp(form, "zboot") == 0 || strcmp(form, "image") == 0;
	struct made_kernel kernel = flat ? made_kernel_arm64() : made_kernel_x86_64();
	struct byte_buffer inner = {0}, packed = {0};

	if (!x86 && !flat)
		return;
	kernel.without_btf = without_btf;
	if (flat)
		made_flat(&inner, &kernel);
	else
		made_elf(&inner, &kernel);
	made_pack(&packed, packing, inner.data, inner.size);
	if (strcmp(form, "bzimage") == 0)
		made_bzimage(out, &kernel, packed.data, packed.size);
	else if (strcmp(form, "zboot") == 0)
		made_zboot(out, packing, packed.data, packed.size);
	else
		byte_buffer_append(out, inner.data, inner.size);
	byte_buffer_free(&inner);
	byte_buffer_free(&packed);
}

int main(int count, char **arguments)
{
	bool without_btf = count > 3 && strcmp(arguments[count - 1], "without-btf") == 0;
	int packing = count - without_btf > 3 ? packing_from_name(arguments[3]) : MADE_GZIP;
	struct byte_buffer out = {0};
	FILE *file = NULL;
	int failed;

	if (count >= 3 && packing >= 0)
		write_form(&out, arguments[2], packing, without_btf);
	if (!out.size) {
		fputs("usage: write_kernel FILE elf|image|bzimage|zboot [PACKING] [without-btf]\n", stderr);
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
