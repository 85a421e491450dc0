/* SPDX-License-Identifier: MIT */
/*
 * In: the path of a file that is about to be written. Out: signals that wait until it is done.
 */
#include "embedder/util/interrupt.h"

#include <sys/stat.h>

struct interrupt_hold interrupt_hold(const char *output)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct interrupt_hold hold = {.held = false};
	struct stat status;
	sigset_t set;

	if (stat(output, &status) == 0 && !S_ISREG(status.st_mode))
		return hold;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	hold.held = pthread_sigmask(SIG_BLOCK, &set, &hold.before) == 0;
	return hold;
}

void interrupt_release(struct interrupt_hold *hold)
{
	if (hold->held)
		pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
	hold->held = false;
}

static void (*before_setup)(int) = SIG_DFL;

void interrupt_setup(void)
{
	before_setup = signal(SIGXFSZ, SIG_IGN);
}

void interrupt_undo_setup(void)
{
	if (before_setup != SIG_ERR)
		signal(SIGXFSZ, before_setup);
}
