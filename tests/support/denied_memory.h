/* SPDX-License-Identifier: MIT */
/*
 * Runs of a piece of code in which one allocation fails: the first one, then the second one, and so
 * on. Linking the library replaces (--wrap) these functions of libc in all code that is linked
 * statically: malloc, calloc, realloc, reallocarray, strdup, strndup, asprintf and tsearch, which
 * allocates a node. The sanitizers find leaks.
 */
#ifndef TESTS_SUPPORT_DENIED_MEMORY_H
#define TESTS_SUPPORT_DENIED_MEMORY_H

#include <stddef.h>

struct denied_memory_counts {
	size_t denied; /* allocations, each in a run of its own */
	size_t failed; /* runs that ended with -ENOMEM; the others did not need that memory */
};

/*
 * Calls @run until no allocation fails. @run returns 0 or -errno and checks its own results. Fails
 * the cmocka test when it returns an error other than -ENOMEM, and when the last run, in which
 * nothing was denied, does not return 0.
 */
struct denied_memory_counts deny_each_allocation(int (*run)(const void *context),
						 const void *context);

#endif
