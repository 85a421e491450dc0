/* SPDX-License-Identifier: MIT */
#include "tests/judge/judge_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* .BTF.ext up to the one table that matters here. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_size;
	uint32_t func_offset, func_size, line_offset, line_size;
	uint32_t relo_offset, relo_size;
};

static uint32_t root_number(struct judge_object *object, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < object->root_count && object->roots[i] != id; i++)
		;
	if (i == object->root_count)
		object->roots[object->root_count++] = id;
	return i;
}

static int read_relos(struct judge_object *object, const uint32_t *words, size_t count)
{
	size_t record = count ? words[0] / 4 : 0;
	size_t at = 1;

	if (!count)
		return 0;
	object->relos = calloc(count, sizeof(*object->relos));
	object->roots = calloc(count, sizeof(*object->roots));
	if (!object->relos || !object->roots)
		return -ENOMEM;
	if (record < 4)
		return -EBADMSG;
	while (at + 2 <= count) {
		uint32_t left = words[at + 1], name = words[at];

		at += 2;
		for (; left; left--, at += record) {
			struct judge_relo *relo = &object->relos[object->count];

			if (at + record > count)
				return -EBADMSG;
			memcpy(&relo->relo, &words[at], sizeof(relo->relo));
			if (!btf__type_by_id(object->btf, relo->relo.type_id))
				return -EBADMSG;
			relo->section = object->section_count;
			relo->section_name = name;
			relo->ext_offset =
				(const char *)&words[at] - (const char *)object->file->ext;
			relo->root = root_number(object, relo->relo.type_id);
			object->count++;
		}
		object->section_count++;
	}
	return 0;
}

int judge_object_init(struct judge_object *object, const struct bpf_object_file *file)
{
	const struct ext_header *header = file->ext;
	int err;

	*object = (struct judge_object){.file = file};
	if (!file->btf || !file->ext)
		return 0;
	object->btf = btf__new(file->btf, file->btf_size);
	if (!object->btf)
		return -errno;
	if (file->ext_size < sizeof(*header) || header->header_size < sizeof(*header))
		return 0;
	if (header->magic != BTF_MAGIC || header->header_size > file->ext_size ||
	    (uint64_t)header->relo_offset + header->relo_size >
		    file->ext_size - header->header_size) {
		judge_object_free(object);
		return -EBADMSG;
	}
	err = read_relos(object,
			 (const uint32_t *)((const char *)file->ext + header->header_size +
					    header->relo_offset),
			 header->relo_size / 4);
	if (err)
		judge_object_free(object);
	return err;
}

void judge_object_free(struct judge_object *object)
{
	btf__free(object->btf);
	free(object->relos);
	free(object->roots);
	*object = (struct judge_object){0};
}
