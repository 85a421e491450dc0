/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_UTIL_JSON_H
#define COREBTF_UTIL_JSON_H

#include <stdio.h>

/* @text as a JSON string, with its quotes. A byte that is not valid UTF-8 becomes U+FFFD,
 * because JSON cannot hold it. */
void json_print_string(FILE *file, const char *text);

#endif
