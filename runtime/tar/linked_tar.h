/* SPDX-License-Identifier: MIT */
/*
 * The tar that a program was linked with, as a source of BTFs: `ld -r -b binary
 * min_core_btfs.tar.gz` makes an object of it, and two symbols around it.
 */
#ifndef COREBTF_LINKED_TAR_H
#define COREBTF_LINKED_TAR_H

#include "runtime/choose/locate.h"

/* The source, a line in locate.c's table: the tar that @locate names, else the linked one. */
int locate_linked_tar(struct locate *locate, char **ret_path);

/* The BTF for the kernel of @locate out of any tar in memory. All of @locate's origin but the source
 * is filled in, with @log's subject as the file. Errors: those of tar_find.h and btf_path.h. */
int locate_in_tar(struct locate *locate, const struct log *log, const void *data, size_t size,
		  char **ret_path);

#endif
