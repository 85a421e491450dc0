/* SPDX-License-Identifier: MIT */
/*
 * The bundles of the running program, wherever in it they are.
 */
#ifndef COREBTF_SELF_H
#define COREBTF_SELF_H

#include <stdbool.h>
#include <stddef.h>

#include <corebtf.h>

/* The kernel's link to the running program, also when its file was deleted or replaced. */
#define SELF_EXECUTABLE "/proc/self/exe"

/*
 * The objects of the process that may carry bundles for this library: the one that its own code is
 * part of, and the executable. When the library is linked in statically its own object comes first:
 * a plug-in knows what it is for. The shared library asks the executable first, and then itself.
 *
 * Of each object, what is mapped is looked at first (segment.h), then the section .corebtf in its
 * file. A damaged bundle, or one of a newer format, is an error.
 */
bool self_is_shared_library(void);

/* Opens the first object that has a bundle. Errors: see corebtf_open_self(). */
int self_open(struct corebtf **ret_handle, const struct corebtf_open_opts *opts);

/* Opens one of the objects, in that order from 0. -ERANGE: there are no more. */
int self_open_number(size_t number, struct corebtf **ret_handle,
		     const struct corebtf_open_opts *opts);

/* Whether the next object is asked after this error: it carries nothing, or cannot be read. */
bool self_goes_on(int err);

/* The object that has @address. Errors: see corebtf_open_object(). */
int self_open_object(const void *address, struct corebtf **ret_handle,
		     const struct corebtf_open_opts *opts);

#endif
