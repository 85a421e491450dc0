/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an executable: attaching and removing must not crash and must not move mapped bytes,
 * and removing must give back the original.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_embedding.h"
#include "embedder/elf/elf_segment.h"
#include "embedder/util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct elf_image copy_of(const uint8_t *data, size_t size)
{
	struct elf_image image = {.data = malloc(size ? size : 1), .size = size};

	if (!image.data)
		abort();
	if (size)
		memcpy(image.data, data, size);
	return image;
}

static void check_same(const struct elf_image *a, const struct elf_image *b)
{
	if (a->size != b->size || memcmp(a->data, b->data, a->size) != 0)
		abort();
}

/* Of a program with a reserved segment: the bytes [from, to) but for its program header and the
 * section headers. */
static void check_but_headers(const struct elf_file *file, const struct elf_segment *reserved,
			      const struct elf_image *before, const struct elf_image *after,
			      uint64_t from, uint64_t to)
{
	uint64_t entry = elf_codec_segment_size(&file->codec);
	uint64_t program_header = file->header.e_phoff + reserved->program_header * entry;
	uint64_t sections = file->header.e_shoff;

	for (uint64_t i = from; i < to; i++) {
		if (i - program_header < entry || i - sections < elf_file_section_table_size(file))
			continue;
		if (before->data[i] != after->data[i])
			abort();
	}
}

static void check_mapped(const struct elf_image *before, const struct elf_image *after)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	struct elf_segment reserved;
	bool is_reserved;

	if (elf_image_read(before, &file, NULL))
		abort();
	is_reserved = elf_segment_find(&file, &reserved, NULL) == 1;
	for (size_t i = 0; i < file.segment_count; i++) {
		uint64_t header = elf_codec_header_size(&file.codec);
		uint64_t from = file.segments[i].p_offset;
		uint64_t to = from + file.segments[i].p_filesz;

		if (!file.segments[i].p_filesz || (is_reserved && i == reserved.program_header))
			continue;
		if (to > after->size)
			abort();
		if (from < header)
			from = header;
		if (is_reserved)
			check_but_headers(&file, &reserved, before, after, from, to);
		else if (from < to &&
			 memcmp(before->data + from, after->data + from, to - from) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char bundle[77] = "not looked at";
	_cleanup_(elf_image_release) struct elf_image before = copy_of(data, size);
	_cleanup_(elf_image_release) struct elf_image removed = copy_of(data, size);
	_cleanup_(elf_image_release) struct elf_image attached = copy_of(data, size);
	_cleanup_(elf_image_release) struct elf_image again = {0};
	int had;

	had = elf_embedding_remove(&removed, NULL);
	if (!had)
		check_mapped(&before, &removed);
	if (elf_embedding_attach(&attached, bundle, sizeof(bundle), NULL))
		return 0;
	check_mapped(&before, &attached);
	again = copy_of(attached.data, attached.size);
	if (elf_embedding_attach(&again, bundle, sizeof(bundle), NULL))
		abort();
	check_same(&again, &attached);
	if (elf_embedding_remove(&again, NULL))
		abort();
	check_same(&again, had == 0 ? &removed : &before);
	return 0;
}
