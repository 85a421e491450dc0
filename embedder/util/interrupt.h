/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C while a file is being written. Until then nothing needs to be undone and the signal
 * ends the process at once; but between the making of a temporary file and its rename it
 * would stay behind.
 */
#ifndef COREBTF_UTIL_INTERRUPT_H
#define COREBTF_UTIL_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct interrupt_hold {
	bool held;
	sigset_t before;
};

/*
 * Holds back SIGINT, SIGTERM, SIGHUP and SIGQUIT while @output is written; interrupt_release()
 * delivers what arrived meanwhile. Does nothing for an output that is a pipe or a terminal: there
 * is no temporary file then, and the write may take any time.
 */
struct interrupt_hold interrupt_hold(const char *output);
void interrupt_release(struct interrupt_hold *hold); /* for _cleanup_ */

/* Once, at the start: a file size limit shall be an error code of write(2), not a death. */
void interrupt_setup(void);

/* As it was before, for a program that takes our place: it inherits what is ignored. */
void interrupt_undo_setup(void);

#endif
