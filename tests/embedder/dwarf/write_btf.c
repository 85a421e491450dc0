/* SPDX-License-Identifier: MIT */
/*
 * write_btf FILE [ALTERNATE] OUT: the BTF made of a file's DWARF. Exit status 1 when the room
 * refuses it; stderr then has the name of the error and the reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/dwarf/dwarf_source.h"
#include "tests/support/dwarf_file.h"

static bool write_file(const char *path, const struct byte_buffer *buffer)
{
	FILE *file = fopen(path, "we");

	return file && fwrite(buffer->data, buffer->size, 1, file) == 1 && fclose(file) == 0;
}

int main(int argc, char **argv)
{
	const char *alternate = argc == 4 ? argv[2] : NULL, *output = argv[argc - 1];
	struct byte_buffer btf = {0};
	struct dwarf_test_file file;
	struct dwarf_source *source = NULL;
	struct reason why = {""};
	int err;

	if (argc < 3 || argc > 4)
		return 2;
	if (!dwarf_test_open(&file, argv[1], alternate))
		return 2;
	err = dwarf_source_open(&file.sections, &source, &why);
	if (!err)
		err = dwarf_source_write(source, &btf, &why);
	if (err)
		fprintf(stderr, "%s: %s\n", strerrorname_np(-err), why.text);
	else if (!write_file(output, &btf))
		err = -1;
	dwarf_source_close(source);
	byte_buffer_free(&btf);
	dwarf_test_close(&file);
	return err ? 1 : 0;
}
