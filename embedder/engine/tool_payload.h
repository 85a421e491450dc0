/* SPDX-License-Identifier: MIT */
/*
 * BPF objects and packages -> what the runner reads (runner/object/tool_format.h): a tar with the
 * objects, and beside each the lines that a package says of it.
 */
#ifndef COREBTF_ENGINE_TOOL_PAYLOAD_H
#define COREBTF_ENGINE_TOOL_PAYLOAD_H

#include <stddef.h>

#include "embedder/engine/object_input.h"
#include "runtime/util/reason.h"

struct tool_payload {
	char *name; /* the tool's; owned */
	struct archive_file *files;
	size_t count, capacity;
	size_t size; /* of all objects */
};

/* @name: the tool's; NULL: that of the first object. */
int tool_payload_init(struct tool_payload *payload, const char *name);

/* Adds the object or package.json at @path. Errors: those of input_file_read() and
 * bpf_package_read(); -EINVAL a second object of that name; -EFBIG. @why: without the path. */
int tool_payload_add(struct tool_payload *payload, const char *path, struct reason *why);

/* The same with the bytes of the file; @name is the file's. */
int tool_payload_add_bytes(struct tool_payload *payload, const char *name, const void *data,
			   size_t size, struct reason *why);

/* Reads the relocations of all objects. Failures are reported to @input->events. */
int tool_payload_read_objects(const struct tool_payload *payload, struct object_input *input);

/* @ret_tar: malloc'd. Errors: those of archive_writer_pack(). */
int tool_payload_pack(const struct tool_payload *payload, void **ret_tar, size_t *ret_size,
		      struct reason *why);
void tool_payload_free(struct tool_payload *payload); /* for _cleanup_ */

#endif
