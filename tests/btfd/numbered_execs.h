/* SPDX-License-Identifier: MIT */
/*
 * Programs that are started one after the other, each under a number of its own, and what btfd
 * says of them.
 */
#ifndef TESTS_BTFD_NUMBERED_EXECS_H
#define TESTS_BTFD_NUMBERED_EXECS_H

#include <stddef.h>
#include <sys/types.h>

/* Starts programs in another process until numbered_execs_stop(), which returns how many. */
void numbered_execs_start(void);
size_t numbered_execs_stop(void);

/* Starts so many here and now, and comes back when they have ended. */
void numbered_execs_make(size_t count);

/*
 * Compares the file out with what was started since the last comparison: each exec has its line,
 * and just one, and so has each exit when @exits. Prints what is wrong; returns how many are.
 */
size_t numbered_execs_compare(int exits);

#endif
