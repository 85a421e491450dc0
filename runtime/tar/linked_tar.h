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

#endif
