/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "embedder/relo/relo_text.h"

/* The first @steps steps of an access, ".mm.start[2]", or "::ENUMERATOR"; a NUL ends them. */
static void write_path(const struct request *request, uint32_t steps, struct byte_buffer *path)
{
	for (uint32_t i = 0; i < steps && i < request->accessor_count; i++) {
		const struct accessor *accessor = &request->accessors[i];
		char index[16];

		if (accessor->name.length) {
			byte_buffer_append_u8(path, '.');
			byte_buffer_append(path, accessor->name.text, accessor->name.length);
		} else if (i || accessor->index) {
			snprintf(index, sizeof(index), "[%u]", accessor->index);
			byte_buffer_append(path, index, strlen(index));
		}
	}
	if (steps && request->enumerator.length) {
		byte_buffer_append(path, "::", 2);
		byte_buffer_append(path, request->enumerator.text, request->enumerator.length);
	}
	byte_buffer_append_u8(path, 0);
}

/* "struct " before the names that C writes so. */
static const char *prefix(uint32_t kind)
{
	switch (kind) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
		return "enum ";
	default:
		return "";
	}
}

static const char *text_of(const struct byte_buffer *path)
{
	return byte_buffer_failed(path) ? "" : (const char *)path->data;
}

int request_access_text(const struct request *request, uint32_t steps, char *buffer, size_t size)
{
	const struct request_root *root = &request->root_type;
	struct byte_buffer path = {0};
	int length;

	write_path(request, steps, &path);
	length = snprintf(buffer, size, "%s%.*s%s", prefix(root->kind),
			  (int)root->name.essential_length, root->name.text, text_of(&path));
	byte_buffer_free(&path);
	return length;
}

int request_text(const struct request_set *set, size_t number, char *buffer, size_t size)
{
	const struct request *request = set->requests[number];
	char access[512];

	request_access_text(request, UINT32_MAX, access, sizeof(access));
	return snprintf(buffer, size, "%s of %s%s%s", core_relo_kind_name(request->kind), access,
			request->broken ? ": " : "", request->broken ? request->broken : "");
}

int site_access_text(const struct request_set *set, size_t site, char *buffer, size_t size)
{
	const struct relo_site *s = &set->sites[site];
	const struct local_relo *local = &set->locals[s->local];
	const char *name = set->objects[s->object].strings + local->name;
	struct byte_buffer path = {0};
	int length;

	if (!local->request)
		return snprintf(buffer, size, "%s", name);
	write_path(local->request, UINT32_MAX, &path);
	length = snprintf(buffer, size, "%s%s%s", prefix(local->request->root_type.kind), name,
			  text_of(&path));
	byte_buffer_free(&path);
	return length;
}

int site_place_text(const struct request_set *set, size_t site, char *buffer, size_t size)
{
	const struct relo_site *s = &set->sites[site];
	const struct relo_object *object = &set->objects[s->object];
	bool has_function = s->line.function, has_file = s->line.file;
	char line[16];

	snprintf(line, sizeof(line), ":%u", s->line.line);
	return snprintf(buffer, size, "%s: %s+%u%s%s%s%s%s%s", object->name,
			object->strings + s->section, s->instruction_offset,
			has_function ? ", " : "", object->strings + s->line.function,
			has_function ? "()" : "", has_file ? has_function ? " at " : ", at " : "",
			object->strings + s->line.file, has_file ? line : "");
}
