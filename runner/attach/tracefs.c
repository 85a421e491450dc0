/* SPDX-License-Identifier: MIT */
#include "runner/attach/tracefs.h"

#include <stddef.h>
#include <unistd.h>

/* The same order as libbpf's. */
const char *tracefs_folder(void)
{
	if (access("/sys/kernel/debug/tracing/events", F_OK) == 0)
		return "/sys/kernel/debug/tracing";
	if (access("/sys/kernel/tracing/events", F_OK) == 0)
		return "/sys/kernel/tracing";
	return NULL;
}
