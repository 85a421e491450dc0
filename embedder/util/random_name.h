/* SPDX-License-Identifier: MIT */
/*
 * The random part of a temporary file's name.
 */
#ifndef COREBTF_UTIL_RANDOM_NAME_H
#define COREBTF_UTIL_RANDOM_NAME_H

#include "runtime/util/reason.h"

#define RANDOM_NAME_LETTERS 6

/* Writes that many letters and digits, and a NUL. Errors: those of getrandom(2); -EIO. */
int random_name(char name[static RANDOM_NAME_LETTERS + 1], struct reason *why);

#endif
