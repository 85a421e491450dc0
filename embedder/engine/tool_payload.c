/* SPDX-License-Identifier: MIT */
#include "embedder/engine/tool_payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/archive_writer.h"
#include "embedder/package/bpf_package.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runner/object/tool_format.h"
#include "runtime/util/array.h"

int tool_payload_init(struct tool_payload *payload, const char *name)
{
	*payload = (struct tool_payload){.name = name ? strdup(name) : NULL};
	return name && !payload->name ? -ENOMEM : 0;
}

void tool_payload_free(struct tool_payload *payload)
{
	for (size_t i = 0; i < payload->count; i++) {
		free((char *)payload->files[i].name);
		free((void *)payload->files[i].data);
	}
	free(payload->files);
	free(payload->name);
	*payload = (struct tool_payload){0};
}

static int out_of_memory(struct reason *why)
{
	return reason_set(why, -ENOMEM, "out of memory");
}

/* A file of the tool; two of one name would be one. Takes @data in any case. */
static int add_file(struct tool_payload *payload, const char *name, const char *suffix, void *data,
		    size_t size, struct reason *why)
{
	_cleanup_free_ void *owned = data;
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s%s", payload->name, name, suffix) < 0) {
		path = NULL;
		return out_of_memory(why);
	}
	for (size_t i = 0; i < payload->count; i++) {
		if (strcmp(payload->files[i].name, path) == 0)
			return reason_set(why, -EINVAL,
					  "a second object of this name: rename one of them");
	}
	if (array_reserve(payload->files, payload->capacity, payload->count + 1))
		return out_of_memory(why);
	payload->files[payload->count++] =
		(struct archive_file){.name = path, .data = owned, .size = size};
	path = NULL;
	owned = NULL;
	return 0;
}

static int add_object(struct tool_payload *payload, const char *name, const char *suffix,
		      void *data, size_t size, struct reason *why)
{
	if (!payload->name)
		payload->name = strndup(name, strcspn(name, "."));
	if (!payload->name) {
		free(data);
		return out_of_memory(why);
	}
	payload->size += size;
	return add_file(payload, name, suffix, data, size, why);
}

static int add_package(struct tool_payload *payload, const void *json, size_t size,
		       struct reason *why)
{
	_cleanup_(bpf_package_free) struct bpf_package package = {0};
	int err = bpf_package_read(json, size, &package, why);

	if (err)
		return err;
	if (package.object_size > TOOL_MAX_SIZE - payload->size)
		return reason_set(why, -EFBIG, "the objects of a tool have at most %d bytes",
				  TOOL_MAX_SIZE);
	err = add_object(payload, package.name, ".bpf.o", TAKE_PTR(package.object),
			 package.object_size, why);
	if (err || !*package.defaults)
		return err;
	size = strlen(package.defaults);
	return add_file(payload, package.name, ".bpf.o" TOOL_DEFAULTS_SUFFIX,
			TAKE_PTR(package.defaults), size, why);
}

int tool_payload_add_bytes(struct tool_payload *payload, const char *name, const void *data,
			   size_t size, struct reason *why)
{
	void *copy;

	if (bpf_package_is(data, size))
		return add_package(payload, data, size, why);
	if (size > TOOL_MAX_SIZE - payload->size)
		return reason_set(why, -EFBIG, "the objects of a tool have at most %d bytes",
				  TOOL_MAX_SIZE);
	copy = malloc(size + 1);
	if (!copy)
		return out_of_memory(why);
	memcpy(copy, data, size);
	return add_object(payload, name, "", copy, size, why);
}

int tool_payload_add(struct tool_payload *payload, const char *path, struct reason *why)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	_cleanup_free_ void *data = NULL;
	size_t size = 0;
	int err = input_file_read(path, BPF_PACKAGE_SIZE_MAX, &data, &size, why);

	return err ? err : tool_payload_add_bytes(payload, name, data, size, why);
}

static bool is_object(const char *name)
{
	size_t length = strlen(name), suffix = strlen(TOOL_DEFAULTS_SUFFIX);

	return length < suffix || strcmp(name + length - suffix, TOOL_DEFAULTS_SUFFIX) != 0;
}

int tool_payload_read_objects(const struct tool_payload *payload, struct object_input *input)
{
	int err = 0;

	for (size_t i = 0; !err && i < payload->count; i++) {
		const struct archive_file *file = &payload->files[i];

		if (is_object(file->name))
			err = object_input_add_memory(input, strchr(file->name, '/') + 1,
						      file->data, file->size);
	}
	return err;
}

int tool_payload_pack(const struct tool_payload *payload, void **ret_tar, size_t *ret_size,
		      struct reason *why)
{
	return archive_writer_pack(ARCHIVE_PLAIN, payload->files, payload->count, ret_tar, ret_size,
				   why);
}
