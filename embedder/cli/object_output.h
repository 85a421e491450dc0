/* SPDX-License-Identifier: MIT */
/*
 * Object files for the linker: --machine, --like and --symbol. What fails is reported.
 */
#ifndef COREBTF_CLI_OBJECT_OUTPUT_H
#define COREBTF_CLI_OBJECT_OUTPUT_H

#include "embedder/cli/command.h"
#include "embedder/elf/elf_object.h"

struct object_output {
	const char *machine, *like; /* options; at most one is given */
	const char *symbol;
	struct elf_object_target target; /* object_output_find_target() */
};

/* Reads the target that --machine or --like names. */
int object_output_find_target(struct object_output *output);

/* The canonical name of the target's machine; "" when it has none. */
const char *object_output_machine(const struct object_output *output);

/* @bundle NULL: an object that only reserves a segment. @origin: where the bundle came from. */
int object_output_write(const struct object_output *output, const char *path, const char *origin,
			const void *bundle, size_t size);

#endif
