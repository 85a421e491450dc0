/* SPDX-License-Identifier: MIT */
/*
 * The operations on files: read whole, change in memory, write whole. The file at @path is never
 * written to; it is replaced, or another is made.
 */
#include "embedder/elf/executable.h"

#include <errno.h>

#include "embedder/elf/elf_embedding.h"
#include "embedder/elf/elf_segment.h"
#include "embedder/elf/elf_tool_segment.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "runtime/bundle/format.h"

static int open_image(const char *path, struct elf_image *ret_image, struct reason *why)
{
	void *data;
	int err;

	err = input_file_read(path, SIZE_MAX / 2, &data, &ret_image->size, why);
	if (err)
		return err;
	ret_image->data = data;
	return 0;
}

const char *executable_place(enum executable_way way)
{
	return way == EXECUTABLE_SEGMENT ? "its segment .corebtf" : "section .corebtf";
}

const char *executable_warning(void)
{
	return "strip it before, or with --keep-section=.corebtf: llvm-strip -s and eu-strip drop "
	       "an added section";
}

int executable_inspect(const char *path, struct executable_info *ret_info, struct reason *why)
{
	_cleanup_(elf_image_release) struct elf_image image = {0};
	_cleanup_(elf_file_release) struct elf_file file = {0};
	struct elf_segment segment;
	int err, found;

	err = open_image(path, &image, why);
	if (err)
		return err;
	err = elf_image_read(&image, &file, why);
	if (err)
		return err;
	found = elf_segment_find(&file, &segment, why);
	*ret_info = (struct executable_info){
		.big_endian = file.codec.big_endian,
		.is_64bit = file.codec.is_64bit,
		.machine = file.header.e_machine,
		.has_bundle = found > 0
				      ? !elf_segment_is_empty(&file, &segment)
				      : elf_file_find_section(&file, COREBTF_SECTION_NAME, 0) != 0,
		.way = found > 0   ? EXECUTABLE_SEGMENT
		       : found < 0 ? EXECUTABLE_REFUSES
				   : EXECUTABLE_SECTION,
	};
	return 0;
}

int executable_attach(const char *path, const char *output, const void *bundle, size_t size,
		      struct reason *why)
{
	_cleanup_(elf_image_release) struct elf_image image = {0};
	int err;

	err = open_image(path, &image, why);
	if (err)
		return err;
	err = elf_embedding_attach(&image, bundle, size, why);
	if (err)
		return err;
	return output_file_save(output, path, image.data, image.size, why);
}

int executable_remove(const char *path, const char *output, struct reason *why)
{
	_cleanup_(elf_image_release) struct elf_image image = {0};
	int err;

	err = open_image(path, &image, why);
	if (err)
		return err;
	err = elf_embedding_remove(&image, why);
	if (err)
		return err;
	return output_file_save(output, path, image.data, image.size, why);
}

int executable_make_tool(const char *runner, const char *output, const void *payload,
			 size_t payload_size, const void *bundle, size_t bundle_size,
			 struct reason *why)
{
	_cleanup_(elf_image_release) struct elf_image image = {0};
	int err;

	err = open_image(runner, &image, why);
	if (!err)
		err = elf_tool_segment_fill(&image, payload, payload_size, why);
	if (!err && bundle)
		err = elf_embedding_attach(&image, bundle, bundle_size, why);
	if (err)
		return err;
	return output_file_save(output, runner, image.data, image.size, why);
}
