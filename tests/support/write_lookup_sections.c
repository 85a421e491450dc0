/* SPDX-License-Identifier: MIT */
/*
 * write_lookup_sections FOLDER: the sections of tests/runtime/choose/lookup.cases, each in every
 * form, as FOLDER/NAME.FORM, for readers of bundles in other languages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/lookup_cases.h"

static void write_section(const struct lookup_section *section, void *folder)
{
	for (int form = 0; form < LOOKUP_FORMS; form++) {
		size_t size;
		uint8_t *bytes = lookup_section_bytes(section, (enum lookup_form)form, &size);
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s.%d", (const char *)folder, section->name, form);
		file = fopen(path, "we");
		if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
			perror(path);
			exit(1);
		}
		free(bytes);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	lookup_sections_each(write_section, argv[1]);
	return 0;
}
