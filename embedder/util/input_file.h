/* SPDX-License-Identifier: MIT */
/*
 * A whole file in memory. It is read and not mapped: a mapped file that shrinks would end the
 * process with SIGBUS.
 */
#ifndef COREBTF_UTIL_INPUT_FILE_H
#define COREBTF_UTIL_INPUT_FILE_H

#include <stddef.h>

#include "runtime/util/reason.h"

/*
 * @limit: a file larger than this is refused with -EFBIG.
 * @ret_data: malloc'd, the caller frees it; never NULL on success, also when the file is empty.
 * Only regular files; on failure @why says what is wrong, without the path.
 */
int input_file_read(const char *path, size_t limit, void **ret_data, size_t *ret_size,
		    struct reason *why);

#endif
