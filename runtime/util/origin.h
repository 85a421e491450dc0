/* SPDX-License-Identifier: MIT */
/*
 * Filling in struct corebtf_origin (corebtf.h), whose texts have fixed places.
 */
#ifndef COREBTF_ORIGIN_H
#define COREBTF_ORIGIN_H

#include <stdio.h>

/* A text into one of its places, cut to what fits. */
#define ORIGIN_TEXT(place, text) snprintf(place, sizeof(place), "%s", text)

/* All that it says of the kernel; @kernel is a struct kernel_id or corebtf_entry. */
#define ORIGIN_KERNEL(origin, kernel)                                                              \
	do {                                                                                       \
		ORIGIN_TEXT((origin)->release, (kernel)->release);                                 \
		ORIGIN_TEXT((origin)->machine, (kernel)->machine);                                 \
		ORIGIN_TEXT((origin)->os_id, (kernel)->os_id);                                     \
		ORIGIN_TEXT((origin)->version_id, (kernel)->version_id);                           \
	} while (0)

#endif
