/* SPDX-License-Identifier: MIT */
/*
 * Recognises files that people give by mistake by their first bytes, so that a message can name
 * what was given.
 */
#ifndef COREBTF_UTIL_FOREIGN_FILE_H
#define COREBTF_UTIL_FOREIGN_FILE_H

#include <stddef.h>

/*
 * @start: the first @size bytes of a file that is none of those wanted. Returns words to follow "it
 * is": "a script", "empty", ...; NULL when the kind is not known. Static.
 */
const char *foreign_file_name(const void *start, size_t size);

#endif
