/* SPDX-License-Identifier: MIT */
/*
 * The kernels of a repository that were packed, so that their files need not be here: a pack, and a
 *list that says which git object each kernel's file was. The list, corebtf.packed, is a text file
 *with the line
 *
 *	corebtf-packed 1 SIZE CRC-32
 *
 * of the pack, which is called corebtf-CRC-32.pack and lies beside it, then a line for each kernel,
 *with tabs between its parts:
 *
 *	OBJECT OS VERSION MACHINE RELEASE
 *
 * A new pack has a new name, and the new list replaces the old one as a whole. If either is damaged
 *or missing, both count as empty: then all is downloaded and packed again.
 */
#ifndef COREBTF_HUB_PACKED_LIST_H
#define COREBTF_HUB_PACKED_LIST_H

#include <stddef.h>

#include "runtime/kernel/kernel_id.h"
#include "runtime/util/reason.h"

struct packed_kernel {
	const char *object; /* the git object that the kernel's file was */
	const char *os_id, *version_id, *machine, *release;
};

/* Starts zeroed. */
struct packed_list {
	struct packed_kernel *kernels;
	size_t count, capacity;
	char *text; /* what the strings of a list that was read point into */
	void *pack; /* its bytes; NULL: there is none */
	size_t pack_size;
};

/* Reads the list and the pack in a folder. Error: -ENOMEM. */
int packed_list_read(const char *folder, struct packed_list *ret_list, struct reason *why);

/* Adds a kernel; the strings must outlive the list. @id: its key. Error: -ENOMEM. */
int packed_list_add(struct packed_list *list, const char *object, const struct kernel_id *id);

/* Sorts the list by keys; do it before it is searched. */
void packed_list_sort(struct packed_list *list);

/* The kernel with this key. NULL: it is not in the list. */
const struct packed_kernel *packed_list_find(const struct packed_list *list,
					     const struct kernel_id *id);

/* Writes @pack and the list to the folder, and removes other packs. Errors: those of
 * output_file_save(); the old pack and list are there then. */
int packed_list_write(const struct packed_list *list, const char *folder, const void *pack,
		      size_t size, struct reason *why);

void packed_list_free(struct packed_list *list);

#endif
