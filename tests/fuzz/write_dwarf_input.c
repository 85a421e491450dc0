/* SPDX-License-Identifier: MIT */
/*
 * write_dwarf_input FILE [ALTERNATE] OUT: the DWARF of an ELF file as an input of fuzz_dwarf.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/dwarf_input.h"
#include "tests/support/dwarf_file.h"

int main(int argc, char **argv)
{
	const char *alternate = argc == 4 ? argv[2] : NULL;
	struct dwarf_test_file file;
	FILE *output;

	if (argc < 3 || argc > 4 || !dwarf_test_open(&file, argv[1], alternate))
		return 2;
	output = fopen(argv[argc - 1], "we");
	if (!output)
		return 1;
	fputc((file.sections.big_endian ? DWARF_INPUT_BIG_ENDIAN : 0) |
		      (file.sections.is_64bit ? DWARF_INPUT_64BIT : 0),
	      output);
	for (int i = 0; i < 2 * DWARF_INPUT_SECTIONS; i++) {
		const struct dwarf_section *section = dwarf_input_section(&file.sections, i);

		for (int shift = 0; shift < 32; shift += 8)
			fputc((int)(section->size >> shift & 0xff), output);
		if (section->size && fwrite(section->data, section->size, 1, output) != 1)
			return 1;
	}
	dwarf_test_close(&file);
	return fclose(output) ? 1 : 0;
}
