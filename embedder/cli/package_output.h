/* SPDX-License-Identifier: MIT */
/*
 * A BPF object -> package.json, and a package.json -> its BPF object, for `corebtf convert`.
 */
#ifndef COREBTF_CLI_PACKAGE_OUTPUT_H
#define COREBTF_CLI_PACKAGE_OUTPUT_H

#include <stdbool.h>

/* Whether @in is a package.json, or @out names one. */
bool package_output_is(const char *in, const char *out);

/* Returns a status; failures are reported. */
int package_output_convert(const char *in, const char *out);

#endif
