/* SPDX-License-Identifier: MIT */
/*
 * Any file's bytes come in, the places of BPF objects in it go out. Go programs have hundreds of
 * megabytes, so memmem searches for the few bytes that every such object starts with. Most of
 * what it finds is no object: the ELF header decides, and only what passes is read and checked as a
 * file.
 */
#include "embedder/object/embedded_objects.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_file.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* "\x7f" "ELF" and the class: BPF is 64-bit. */
static const char start_of_object[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64};

/* Is this the ELF header of a BPF object? @size: what is left of the file. */
static bool is_bpf_header(const uint8_t *bytes, size_t size)
{
	struct elf_codec codec = {.is_64bit = true};
	Elf64_Ehdr header;

	if (size < sizeof(Elf64_Ehdr) || bytes[EI_VERSION] != EV_CURRENT ||
	    (bytes[EI_DATA] != ELFDATA2LSB && bytes[EI_DATA] != ELFDATA2MSB))
		return false;
	codec.big_endian = bytes[EI_DATA] == ELFDATA2MSB;
	elf_codec_get_header(&codec, bytes, &header);
	return header.e_type == ET_REL && header.e_machine == EM_BPF && header.e_shoff &&
	       header.e_version == EV_CURRENT;
}

/* The end of what the headers name; they are checked, so nothing overflows. */
static size_t image_size(const struct elf_file *file)
{
	uint64_t end = file->header.e_shoff + elf_file_section_table_size(file);
	uint64_t segments_end = elf_file_segments_end(file);

	if (segments_end > end)
		end = segments_end;
	for (size_t i = 0; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];

		if (elf_section_has_bytes(section) && section->sh_offset + section->sh_size > end)
			end = section->sh_offset + section->sh_size;
	}
	return end;
}

int embedded_objects_find(const void *file, size_t size, struct embedded_object **ret_objects)
{
	_cleanup_free_ struct embedded_object *objects = NULL;
	const uint8_t *bytes = file, *end = bytes + size, *at = bytes;
	size_t count = 0, capacity = 0;

	while (at < end) {
		_cleanup_(elf_file_release) struct elf_file image = {0};
		size_t left;
		int err;

		at = memmem(at, (size_t)(end - at), start_of_object, sizeof(start_of_object));
		if (!at)
			break;
		left = (size_t)(end - at);
		err = is_bpf_header(at, left) ? elf_file_read(at, left, &image, NULL) : -ENOEXEC;
		if (!err) {
			err = array_reserve(objects, capacity, count + 1);
			if (err)
				return err;
			objects[count] = (struct embedded_object){.offset = (size_t)(at - bytes),
								  .size = image_size(&image)};
			at += objects[count++].size;
		} else if (err == -ENOMEM) {
			return err;
		} else {
			at++;
		}
	}
	*ret_objects = TAKE_PTR(objects);
	return (int)count;
}
