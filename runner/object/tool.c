/* SPDX-License-Identifier: MIT */
/*
 * The segment in memory comes in, the objects in it go out, each in memory of its own: a tar
 * has them at multiples of 512 bytes.
 */
#include "runner/object/tool.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runner/object/tool_format.h"
#include "runtime/executable/module.h"
#include "runtime/tar/tar.h"
#include "runtime/util/array.h"

/* For runner.ld, which makes a segment of it; without an input section there would be none. */
static const uint8_t reserve[8]
	__attribute__((section(".rodata" TOOL_SECTION_NAME), used, aligned(8)));

/* The start of the segment, from runner.ld. Weak: a test is linked without that. */
extern const uint8_t corebtf_tool[] __attribute__((weak, visibility("hidden")));

void tool_close(struct tool *tool)
{
	for (size_t i = 0; i < tool->count; i++) {
		free(tool->objects[i].name);
		free(tool->objects[i].data);
	}
	free(tool->objects);
	free(tool->defaults);
	free(tool->name);
	*tool = (struct tool){0};
}

/* Is it an ELF file for the machine BPF? libbpf checks the rest. */
static bool is_object(const void *data, size_t size)
{
	const Elf64_Ehdr *header = data;

	return size >= sizeof(*header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       (header->e_machine == EM_BPF || __builtin_bswap16(header->e_machine) == EM_BPF);
}

/* Takes @data in any case. */
static int add_object(struct tool *tool, const char *name, void *data, size_t size,
		      struct reason *why)
{
	struct tool_object object = {.data = data, .size = size};

	if (!is_object(data, size)) {
		free(data);
		return reason_set(why, -EINVAL,
				  "%s: it is no BPF object (an ELF file that "
				  "'clang -target bpf -c' made)",
				  name);
	}
	object.name = strdup(name);
	if (!object.name || array_reserve(tool->objects, tool->capacity, tool->count + 1)) {
		free(object.name);
		free(data);
		return reason_errno(why, -ENOMEM, name);
	}
	tool->objects[tool->count++] = object;
	return 0;
}

/* TOOL/NAME: the first part becomes the tool's name, or is that already. */
static int take_name(struct tool *tool, const char *path, const char **ret_name, struct reason *why)
{
	const char *slash = strchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!length || !slash[1] || strchr(slash + 1, '/'))
		return reason_set(why, -EBADMSG, "the tool is damaged: '%s' is no TOOL/NAME", path);
	if (!tool->name) {
		tool->name = strndup(path, length);
		if (!tool->name)
			return reason_errno(why, -ENOMEM, path);
	}
	if (strlen(tool->name) != length || strncmp(tool->name, path, length) != 0)
		return reason_set(why, -EBADMSG,
				  "the tool is damaged: it has the names %s and %.*s", tool->name,
				  (int)length, path);
	*ret_name = slash + 1;
	return 0;
}

static bool is_defaults(const char *name)
{
	size_t length = strlen(name), suffix = strlen(TOOL_DEFAULTS_SUFFIX);

	return length > suffix && strcmp(name + length - suffix, TOOL_DEFAULTS_SUFFIX) == 0;
}

/* Joins the lines of all objects. */
static int add_defaults(struct tool *tool, const char *text, size_t size, struct reason *why)
{
	size_t before = tool->defaults ? strlen(tool->defaults) : 0;
	char *joined;

	if (before + size > TOOL_DEFAULTS_MAX)
		return reason_set(why, -EBADMSG,
				  "the tool is damaged: more than %d bytes of defaults",
				  TOOL_DEFAULTS_MAX);
	joined = realloc(tool->defaults, before + size + 1);
	if (!joined)
		return reason_errno(why, -ENOMEM, "the tool");
	tool->defaults = joined;
	memcpy(joined + before, text, size + 1);
	return 0;
}

static int read_member(struct tool *tool, struct tar *tar, struct reason *why)
{
	const struct tar_member *member = &tar->member;
	_cleanup_free_ char *data = NULL;
	const char *name = NULL;
	size_t done = 0;
	int err;

	if (member->kind != TAR_FILE || member->is_sparse || member->size > TOOL_MAX_SIZE)
		return reason_set(why, -EBADMSG,
				  "the tool is damaged: '%s' is no plain file of at "
				  "most %d bytes",
				  member->path, TOOL_MAX_SIZE);
	if (tool->count == TOOL_MAX_OBJECTS)
		return reason_set(why, -EBADMSG, "the tool is damaged: more than %d objects",
				  TOOL_MAX_OBJECTS);
	err = take_name(tool, member->path, &name, why);
	if (err)
		return err;
	data = malloc(member->size + 1);
	if (!data)
		return reason_errno(why, -ENOMEM, name);
	while (done < member->size) {
		int got = tar_read(tar, data + done, member->size - done);

		if (got <= 0)
			return reason_set(why, got ? got : -EBADMSG,
					  "the tool is damaged: %s is cut off", name);
		done += (size_t)got;
	}
	if (is_defaults(name)) {
		data[done] = '\0';
		return add_defaults(tool, data, done, why);
	}
	return add_object(tool, name, TAKE_PTR(data), done, why);
}

static void close_tar(struct tar **tar)
{
	if (*tar)
		tar_close(*tar);
	free(*tar);
}

int tool_read(const void *bytes, size_t size, struct tool *ret_tool, struct reason *why)
{
	_cleanup_(tool_close) struct tool tool = {0};
	_cleanup_(close_tar) struct tar *tar = NULL;
	struct log log = {.subject = "the tool"};
	struct tar *opened = calloc(1, sizeof(*opened));
	int err;

	if (!opened)
		return reason_errno(why, -ENOMEM, "the tool");
	err = tar_open(opened, bytes, size, &log);
	if (err) {
		free(opened);
		return reason_errno(why, err, "the tool is damaged");
	}
	tar = opened;
	while ((err = tar_next(tar)) > 0) {
		err = read_member(&tool, tar, why);
		if (err)
			return err;
	}
	if (err)
		return reason_errno(why, err, "the tool is damaged");
	if (!tool.count)
		return reason_set(why, -EBADMSG, "the tool is damaged: no BPF object in it");
	err = add_defaults(&tool, "", 0, why);
	if (err)
		return err;
	*ret_tool = tool;
	tool = (struct tool){0};
	return 0;
}

int tool_open_own(struct tool *ret_tool, struct reason *why)
{
	struct module module;

	if (!corebtf_tool || module_find_at(corebtf_tool, &module))
		return -ENODATA;
	for (size_t i = 0; i < module.segment_count; i++) {
		if (module.segments[i].p_type != PT_LOAD ||
		    module_segment(&module, i) != corebtf_tool)
			continue;
		if (module.segments[i].p_filesz <= sizeof(reserve))
			return -ENODATA;
		return tool_read(corebtf_tool, module.segments[i].p_filesz, ret_tool, why);
	}
	return -ENODATA;
}

int tool_open_file(const char *path, struct tool *ret_tool, struct reason *why)
{
	_cleanup_(tool_close) struct tool tool = {0};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct reason detail = {""};
	void *data = NULL;
	size_t size = 0;
	int err = input_file_read(path, TOOL_MAX_SIZE, &data, &size, &detail);

	if (err)
		return reason_set(why, err, "%s: %s", path, detail.text);
	if (tar_is(data, size)) {
		err = tool_read(data, size, ret_tool, why);
		free(data);
		return err;
	}
	err = add_object(&tool, name, data, size, why);
	if (!err)
		err = add_defaults(&tool, "", 0, why);
	if (err)
		return err;
	tool.name = strndup(name, strcspn(name, "."));
	if (!tool.name)
		return reason_errno(why, -ENOMEM, path);
	*ret_tool = tool;
	tool = (struct tool){0};
	return 0;
}
