/* SPDX-License-Identifier: MIT */
/*
 * Filling in struct corebtf_origin (corebtf.h), whose texts have fixed places.
 */
#ifndef COREBTF_ORIGIN_H
#define COREBTF_ORIGIN_H

#include <stdio.h>

/* A text into one of its places, cut to what fits. */
#define ORIGIN_TEXT(place, text) snprintf(place, sizeof(place), "%s", text)

#endif
