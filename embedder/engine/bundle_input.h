/* SPDX-License-Identifier: MIT */
/*
 * The bytes of the bundles in a file: an ELF file's section .corebtf, or a bundle file. Checked
 * as a whole, by the reader that will read them on the target.
 */
#ifndef COREBTF_ENGINE_BUNDLE_INPUT_H
#define COREBTF_ENGINE_BUNDLE_INPUT_H

#include <stddef.h>

#include <corebtf.h>

#include "runtime/util/reason.h"

/*
 * Reads all of the section. @ret_data: malloc'd, the caller frees it.
 * Errors: -ENODATA there are none, -EBADMSG, -EOPNOTSUPP, -ENOMEM, those of the system calls.
 */
int bundle_input_read(const char *path, void **ret_data, size_t *ret_size, struct reason *why);

/* Checks every byte, with corebtf_check(). @ret_summary: its sz must be set. */
int bundle_input_check(const void *data, size_t size, struct corebtf_summary *ret_summary,
		       struct reason *why);

/* For corebtf_open_opts.log, with a struct reason as context: keeps the last line, which says why a
 * call failed. */
void bundle_input_keep_line(void *context, const char *line);

/* Why a function of corebtf.h failed: the line that was kept, without the "@subject: " in front of
 * it, or what the error code means when there is none. */
const char *bundle_input_words(const struct reason *line, const char *subject, int error);

#endif
