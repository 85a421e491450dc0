/* SPDX-License-Identifier: MIT */
/*
 * The BPF objects a command was given, read once: what is kept of them is their requests and,
 * for the bundle, their names and digests.
 */
#ifndef COREBTF_CLI_OBJECT_INPUT_H
#define COREBTF_CLI_OBJECT_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/request_set.h"

struct input_object {
	char *name;
	uint64_t digest;
	uint32_t relocation_count;
};

struct object_input {
	struct request_set *requests;
	struct input_object *objects;
	size_t count;
};

/* 0 or -ENOMEM; to be freed either way. These functions report what fails themselves. */
int object_input_init(struct object_input *input);
void object_input_free(struct object_input *input);

/* Reads an object file. */
int object_input_add_file(struct object_input *input, const char *path);

/* Reads the objects inside an executable and says which it found. -ENOENT: there is none. */
int object_input_add_embedded(struct object_input *input, const char *path);

/* Says so when none of the objects needs anything of a kernel's BTF. */
void object_input_note_empty(const struct object_input *input);

#endif
