/* SPDX-License-Identifier: MIT */
/*
 * Bytes in memory as a file that can be opened by its path: for readers that take paths.
 */
#ifndef COREBTF_ENGINE_MEMORY_FILE_H
#define COREBTF_ENGINE_MEMORY_FILE_H

#include <stddef.h>

#include "runtime/util/reason.h"

struct memory_file {
	int fd; /* -1: not open */
	char path[32];
};

/* Copies the bytes. Errors: those of memfd_create(2) and write(2). */
int memory_file_open(const void *data, size_t size, struct memory_file *ret_file,
		     struct reason *why);
void memory_file_close(struct memory_file *file); /* for _cleanup_ */

#endif
