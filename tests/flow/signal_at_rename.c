/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the command: raises SIGINT just before a finished temporary file is renamed.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) =
		(int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");

	raise(SIGINT);
	return real(from, to);
}
