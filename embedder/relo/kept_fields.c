/* SPDX-License-Identifier: MIT */
#include "embedder/relo/kept_fields.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/byte_buffer.h"

static int out_of_memory(struct reason *why)
{
	return reason_set(why, -ENOMEM, "out of memory");
}

static bool copy_name(struct arena *arena, const struct field_name *name, struct symbol *ret)
{
	ret->text = arena_string(arena, name->text, name->length);
	ret->length = name->length;
	ret->essential_length = name->length;
	return ret->text != NULL;
}

/* The steps as accessors, for messages: the first one is the index into the pointer. */
static int write_accessors(struct arena *arena, const struct field_path *path,
			   struct request *request)
{
	struct accessor *accessors =
		arena_alloc(arena, (path->step_count + 1) * sizeof(*accessors));

	if (!accessors)
		return -ENOMEM;
	memset(accessors, 0, (path->step_count + 1) * sizeof(*accessors));
	accessors[0].name.text = "";
	for (uint32_t i = 0; i < path->step_count; i++) {
		accessors[i + 1].index = path->steps[i].index;
		if (!copy_name(arena, &path->steps[i].name, &accessors[i + 1].name))
			return -ENOMEM;
	}
	request->accessors = accessors;
	request->accessor_count = path->step_count + 1;
	return 0;
}

/* @text: in the arena, where the path's names point to it. */
static int take_path(struct arena *arena, const char *text, size_t length, kept_request_fn take,
		     void *context, struct reason *why)
{
	struct field_path *path = arena_alloc(arena, sizeof(*path));
	struct request request = {0};
	int err = path ? field_path_read(text, length, path, why) : -ENOMEM;

	if (err)
		return err == -ENOMEM ? out_of_memory(why) : err;
	request.kept = path;
	request.root_type.kind = path->kind;
	request.kind = path->step_count ? CORE_RELO_FIELD_EXISTS : CORE_RELO_TYPE_EXISTS;
	if (path->kind == BTF_KIND_ENUM && path->step_count)
		request.kind = CORE_RELO_ENUMVAL_EXISTS;
	if (!copy_name(arena, &path->root, &request.root_type.name) ||
	    write_accessors(arena, path, &request))
		return out_of_memory(why);
	return take(context, &request, why);
}

/* One of the names between the braces. */
static int take_listed(struct arena *arena, const char *before, size_t before_length,
		       const char *name, size_t length, kept_request_fn take, void *context,
		       struct reason *why)
{
	struct byte_buffer path = {0};
	const char *text = NULL;

	while (length && strchr(" \t", *name)) {
		name++;
		length--;
	}
	byte_buffer_append(&path, before, before_length);
	byte_buffer_append(&path, name, length);
	if (!byte_buffer_failed(&path))
		text = arena_string(arena, (const char *)path.data, path.size);
	length = path.size;
	byte_buffer_free(&path);
	return text ? take_path(arena, text, length, take, context, why) : out_of_memory(why);
}

int kept_fields_read(struct arena *arena, const char *text, kept_request_fn take, void *context,
		     struct reason *why)
{
	size_t length = strlen(text), start = strcspn(text, "{");
	const char *name = text + start + 1, *end;
	const char *copy;
	int err = 0;

	if (start == length) {
		copy = arena_string(arena, text, length);
		return copy ? take_path(arena, copy, length, take, context, why)
			    : out_of_memory(why);
	}
	end = text + length;
	while (end > text && strchr(" \t", end[-1]))
		end--;
	if (!start || text[start - 1] != '.' || end[-1] != '}' ||
	    strcspn(name, "{}") + 1 != (size_t)(end - name))
		return reason_set(why, -EINVAL,
				  "one list in braces at the end is expected, as in "
				  "'struct task_struct.{pid,mm.start_stack}'");
	for (end--; !err && name <= end;) {
		size_t part = strcspn(name, ",}");

		err = take_listed(arena, text, start, name, part, take, context, why);
		name += part + 1;
	}
	return err;
}
