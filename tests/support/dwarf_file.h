/* SPDX-License-Identifier: MIT */
/*
 * The DWARF of a file, read by libelf, so that tests of the room dwarf/ need no other room.
 */
#ifndef COREBTF_TESTS_DWARF_FILE_H
#define COREBTF_TESTS_DWARF_FILE_H

#include "embedder/dwarf/dwarf_sections.h"

struct dwarf_test_file {
	struct dwarf_sections sections;
	struct {
		int fd;
		void *elf;
	} opened[2]; /* the file and the alternate one */
};

/* @alternate: dwz's common file, or NULL. false: said on stderr. Close it also then. */
bool dwarf_test_open(struct dwarf_test_file *file, const char *path, const char *alternate);
void dwarf_test_close(struct dwarf_test_file *file);

#endif
