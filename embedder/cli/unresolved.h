/* SPDX-License-Identifier: MIT */
/*
 * Relocations that have no answer in a kernel: libbpf poisons such an instruction, and a program
 * that never reaches it works all the same. So they are told of, and no failure.
 */
#ifndef COREBTF_CLI_UNRESOLVED_H
#define COREBTF_CLI_UNRESOLVED_H

#include <stdint.h>

#include "embedder/relo/request_set.h"

/* With --verbose: names each of them. @outcomes: as in trim_result; NULL: none is known. */
void unresolved_name(const char *kernel_path, const struct request_set *requests,
		     const uint8_t *outcomes);

/* What stands behind a count of them: how to see which, unless they are shown. */
const char *unresolved_hint(void);

#endif
