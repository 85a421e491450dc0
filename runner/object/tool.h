/* SPDX-License-Identifier: MIT */
/*
 * A tool: its name and its BPF objects, out of the runner's own file (tool_format.h) or out of a
 * file beside it.
 */
#ifndef COREBTF_RUNNER_TOOL_H
#define COREBTF_RUNNER_TOOL_H

#include <stddef.h>

#include "runtime/util/reason.h"

struct tool_object {
	char *name; /* of its file: opensnoop.bpf.o */
	void *data;
	size_t size;
};

struct tool {
	char *name; /* opensnoop */
	struct tool_object *objects;
	size_t count, capacity;
	char *defaults; /* lines of all objects, options/defaults.h; never NULL in an open tool */
};

/* The tool in the runner's own file. Errors: -ENODATA the runner carries none; those of
 * tool_read(). */
int tool_open_own(struct tool *ret_tool, struct reason *why);

/* The tool that consists of the BPF object at @path, with the name of the file up to the first
 * dot; or the one in a tar at @path, as it is in a runner's own file. Errors: those of open(2) and
 * read(2), -EFBIG, -EINVAL no BPF object. */
int tool_open_file(const char *path, struct tool *ret_tool, struct reason *why);

/* The same out of the bytes of a tar, hostile or not. -EBADMSG; -ENOMEM. */
int tool_read(const void *tar, size_t size, struct tool *ret_tool, struct reason *why);

void tool_close(struct tool *tool); /* for _cleanup_ */

#endif
