/* SPDX-License-Identifier: MIT */
/*
 * The BPF objects to load: paths in, the bytes of the files out. Each file is read
 * once and whole, so that it cannot change while libbpf reads it.
 */
#ifndef BTFD_OBJECT_LIST_H
#define BTFD_OBJECT_LIST_H

#include <stddef.h>
#include <sys/types.h>

#include "reason.h"

struct object_file {
	char *path;
	void *data;
	size_t size;
	dev_t device; /* device and inode tell whether two paths are one file */
	ino_t inode;
};

struct object_list {
	struct object_file *files;
	size_t count;
};

/*
 * Reads the files and, of the folders, all *.bpf.o in the order of their names. A file that is
 * named twice is taken once. @paths ends with NULL. Errors: -ENOENT nothing there, -EFBIG, -E2BIG
 * too many, -ENOMEM, those of open(2) and read(2). The caller owns @ret_list.
 */
int object_list_read(char *const *paths, struct object_list *ret_list, struct reason *reason);
void object_list_free(struct object_list *list);

#endif
