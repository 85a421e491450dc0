/* SPDX-License-Identifier: MIT */
/*
 * A kernel's id (runtime/kernel/kernel_id.h) that owns its strings and its build-id, all malloc'd.
 * {0}, in which the strings are NULL, owns nothing.
 */
#ifndef COREBTF_UTIL_OWN_KERNEL_ID_H
#define COREBTF_UTIL_OWN_KERNEL_ID_H

#include "runtime/kernel/kernel_id.h"

/* Copies all of @id; a string that is NULL stays NULL. @ret_id is only written on success. Error:
 * -ENOMEM. */
int kernel_id_copy(const struct kernel_id *id, struct kernel_id *ret_id);

/* Replaces one string of an id that owns it by a copy of @value. Error: -ENOMEM. */
int kernel_id_set(const char **string, const char *value);

/* The same for the build-id; a @size of 0 makes it unknown. */
int kernel_id_set_build_id(struct kernel_id *id, const uint8_t *build_id, size_t size);

/* Frees what @id owns; it is {0} then. For _cleanup_. */
void kernel_id_clear(struct kernel_id *id);

#endif
