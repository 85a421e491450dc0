/* SPDX-License-Identifier: MIT */
/*
 * The BPF objects inside a finished executable. Skeletons, bpf2go and libbpf-cargo put the whole
 * object into .rodata or .data: an ELF image of machine EM_BPF in the middle of another file.
 */
#ifndef COREBTF_OBJECT_EMBEDDED_OBJECTS_H
#define COREBTF_OBJECT_EMBEDDED_OBJECTS_H

#include <stddef.h>

#include "runtime/util/reason.h"

struct embedded_object {
	size_t offset; /* in the file */
	size_t size;   /* of the ELF image: the end of what its headers name */
};

/*
 * Finds every complete ELF image with e_machine 247 in @file, in ascending order of offset; an
 * image whose headers point outside the file is none. An image within another is not listed.
 * @ret_objects: malloc'd, the caller frees it; NULL when none was found.
 * Returns the number found or -ENOMEM.
 */
int embedded_objects_find(const void *file, size_t size, struct embedded_object **ret_objects);

#endif
