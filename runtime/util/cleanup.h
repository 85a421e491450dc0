/* SPDX-License-Identifier: MIT */
/*
 * Resources that end with their scope. The runtime stands alone, so it has its own two.
 */
#ifndef COREBTF_CLEANUP_H
#define COREBTF_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void release_memory(void *pointer)
{
	free(*(void **)pointer);
}

static inline void release_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_memory_ __attribute__((cleanup(release_memory)))
#define _cleanup_fd_	 __attribute__((cleanup(release_fd)))

#endif
