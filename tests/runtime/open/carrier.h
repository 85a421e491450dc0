/* SPDX-License-Identifier: MIT */
/* A plug-in with bundles of its own; test_objects loads it. */
#ifndef TESTS_RUNTIME_OPEN_CARRIER_H
#define TESTS_RUNTIME_OPEN_CARRIER_H

#include <corebtf.h>

#include "runtime/kernel/host.h"

#define CARRIER_TEXT_SIZE 64
#define CARRIER_EXPORT	  __attribute__((visibility("default")))

/* The BTF for @release: by corebtf_open_self(), or by corebtf_open_object() with a function of the
 * plug-in. Returns 0 or the error. */
CARRIER_EXPORT int carrier_find(int in_own_object, const char *release,
				char text[static CARRIER_TEXT_SIZE]);

/* The BTF for a made-up host, by locate_path(): only in the plug-in with a static library. */
CARRIER_EXPORT int carrier_locate(const struct host *host, char text[static CARRIER_TEXT_SIZE],
				  struct corebtf_origin *origin);

#endif
