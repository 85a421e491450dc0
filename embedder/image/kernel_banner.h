/* SPDX-License-Identifier: MIT */
/*
 * What a kernel says of itself in its own bytes: the banner that it prints when it boots, and what
 * it answers to uname(2).
 *
 *	Linux version RELEASE (BUILDER) (COMPILER) #1 SMP ...     linux_banner in init/version*.c
 *	sysname, nodename, release, version, machine, domainname  init_uts_ns there, 65 bytes each
 *	RELEASE (BUILDER) #1 SMP ...                              x86's header of a bzImage
 */
#ifndef COREBTF_IMAGE_KERNEL_BANNER_H
#define COREBTF_IMAGE_KERNEL_BANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/image/kernel_facts.h"

/* The best that a search has found so far. Starts zeroed. */
struct kernel_banner {
	struct kernel_facts facts; /* no build-id */
	unsigned int rank;	   /* what kind of place says it; 0: nothing found */
	bool contradicted;	   /* another place of that kind says something else */
};

/*
 * Searches one more range of a kernel's bytes. The ranges may come in any order, but what is to be
 * found must not be cut in two by their ends.
 */
void kernel_banner_search(struct kernel_banner *banner, const void *bytes, size_t size);

/*
 * Puts release, uname_version and machine into @facts and leaves the build-id alone. Where nothing
 * was found, or two different things, all three are "".
 */
void kernel_banner_take(const struct kernel_banner *banner, struct kernel_facts *facts);

/*
 * Reads the text in the header of a bzImage: at most @size bytes, NUL-terminated. Returns false
 * when it is none of that form; @facts is then as it was.
 */
bool kernel_banner_read_header(const char *text, size_t size, struct kernel_facts *facts);

#endif
