/* SPDX-License-Identifier: MIT */
/*
 * Writing what a command made. What fails is reported.
 */
#ifndef COREBTF_CLI_OUTPUT_H
#define COREBTF_CLI_OUTPUT_H

#include <stddef.h>

/* Writes the file whole or not at all. */
int output_save(const char *path, const void *data, size_t size);

#endif
