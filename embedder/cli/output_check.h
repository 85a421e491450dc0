/* SPDX-License-Identifier: MIT */
/*
 * No command writes over one of its inputs, except the file that it changes.
 */
#ifndef COREBTF_CLI_OUTPUT_CHECK_H
#define COREBTF_CLI_OUTPUT_CHECK_H

#include <stddef.h>

/*
 * @output: where a command will write, or NULL. @inputs: @count paths that it reads; some may be
 * NULL. Returns 0, or -EINVAL after a line that says which input it is, also under another name.
 */
int output_check(const char *output, const char *const *inputs, size_t count);

/* The same with the inputs one by one. */
#define OUTPUT_CHECK(output, ...)                                                                  \
	output_check((output), (const char *const[]){__VA_ARGS__},                                 \
		     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
