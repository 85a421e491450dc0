/* SPDX-License-Identifier: MIT */
/*
 * Runs of a piece of code in which one allocation fails: the first one, then the second one, and so
 * on. Whoever links the library has the linker (--wrap) put these functions before libc's in all
 * code that is linked statically: malloc, calloc, realloc, reallocarray, strdup, strndup, asprintf
 * and tsearch, which allocates a node. Whether anything is lost on the way is for the sanitizers to
 * see.
 */
#ifndef TESTS_SUPPORT_DENIED_MEMORY_H
#define TESTS_SUPPORT_DENIED_MEMORY_H

#include <stddef.h>

struct denied_memory_counts {
	size_t denied; /* allocations, each in a run of its own */
	size_t failed; /* runs that ended with -ENOMEM; the others did without that memory */
};

/*
 * Calls @run until it had all the memory that it asked for. It returns 0 or -errno, and checks
 * itself what it got. Fails the cmocka test when it returns any error but -ENOMEM, and when the
 * last run, in which nothing was denied, does not return 0.
 */
struct denied_memory_counts deny_each_allocation(int (*run)(const void *context),
						 const void *context);

#endif
