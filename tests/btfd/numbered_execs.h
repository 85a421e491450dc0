/* SPDX-License-Identifier: MIT */
/*
 * Programs that are started one after the other, each with a number, and btfd's output about them.
 */
#ifndef TESTS_BTFD_NUMBERED_EXECS_H
#define TESTS_BTFD_NUMBERED_EXECS_H

#include <stddef.h>
#include <sys/types.h>

/* Starts programs in another process until numbered_execs_stop(), which returns how many. */
void numbered_execs_start(void);
size_t numbered_execs_stop(void);

/* Starts that many and returns when they have ended. */
void numbered_execs_make(size_t count);

/*
 * Compares the file out with the programs started since the last comparison: each exec has exactly
 * one line, and so has each exit when @exits. Prints what is wrong; returns the number of faults.
 */
size_t numbered_execs_compare(int exits);

#endif
