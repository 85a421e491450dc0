/* SPDX-License-Identifier: MIT */
/*
 * An ELF image comes in, a checked struct bpf_object_file goes out. Other rooms read what .BTF and
 * .BTF.ext say; this one only checks that the two are whole and can be read in place.
 */
#include "embedder/object/bpf_object_file.h"

#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_file.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/foreign_file.h"
#include "embedder/util/input_file.h"

/* The largest object in the wild has some 10 MB. */
#define MAX_OBJECT_SIZE (256u << 20)

static int check_kind(const struct elf_file *file, struct reason *why)
{
	if (file->header.e_machine != EM_BPF)
		return reason_set(why, -ENOEXEC,
				  "it is no BPF object but ELF for another machine (%u)",
				  file->header.e_machine);
	if (!file->codec.is_64bit)
		return reason_set(why, -ENOEXEC, "it is a 32-bit ELF file, BPF objects are 64-bit");
	if (file->header.e_type != ET_REL)
		return reason_set(why, -ENOEXEC, "it is no object file (ELF type %u)",
				  file->header.e_type);
	return 0;
}

/* Finds the bytes of the section @name; a size of 0: there is none, or nothing in it. */
static int find_section(const struct elf_file *file, const char *name, size_t *ret_offset,
			size_t *ret_size, struct reason *why)
{
	size_t index = elf_file_find_section(file, name, 0);
	const Elf64_Shdr *section;

	*ret_offset = 0;
	*ret_size = 0;
	if (!index)
		return 0;
	if (elf_file_find_section(file, name, index))
		return reason_set(why, -EBADMSG, "it has more than one section %s", name);
	section = &file->sections[index];
	if (section->sh_flags & SHF_COMPRESSED)
		return reason_set(
			why, -EOPNOTSUPP,
			"its section %s is compressed: compile without --compress-debug-sections",
			name);
	if (section->sh_type == SHT_NOBITS)
		return reason_set(why, -EBADMSG, "its section %s has no bytes in the file", name);
	*ret_offset = section->sh_offset;
	*ret_size = section->sh_size;
	return 0;
}

/*
 * Old compilers align the two sections to a single byte. Their readers read 32-bit words in place,
 * so such a section is copied to the end of the image.
 */
static int align_section(struct bpf_object_file *object, size_t *capacity, size_t *offset,
			 size_t size)
{
	size_t to = (*capacity + 7) & ~(size_t)7;
	char *image;

	if (*offset % 4 == 0 || !size)
		return 0;
	image = realloc(object->image, to + size);
	if (!image)
		return -ENOMEM;
	object->image = image;
	memcpy(image + to, image + *offset, size);
	*offset = to;
	*capacity = to + size;
	return 0;
}

static int read_sections(struct bpf_object_file *object, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	size_t btf, ext, capacity = object->image_size;
	char *image;
	int err;

	if (!elf_file_is(object->image, object->image_size)) {
		const char *name = foreign_file_name(object->image, object->image_size);

		return reason_set(why, -ENOEXEC,
				  "it is %s: give a BPF object, which clang -target bpf -c makes",
				  name ? name : "no ELF file");
	}
	err = elf_file_read(object->image, object->image_size, &file, why);
	if (err)
		return err;
	err = check_kind(&file, why);
	if (err)
		return err;
	object->big_endian = file.codec.big_endian;
	err = find_section(&file, ".BTF", &btf, &object->btf_size, why);
	if (err)
		return err;
	err = find_section(&file, ".BTF.ext", &ext, &object->ext_size, why);
	if (err)
		return err;
	err = align_section(object, &capacity, &btf, object->btf_size);
	if (!err)
		err = align_section(object, &capacity, &ext, object->ext_size);
	if (err)
		return reason_errno(why, err, "a copy of its BTF");

	image = object->image;
	object->btf = object->btf_size ? image + btf : NULL;
	object->ext = object->ext_size ? image + ext : NULL;
	if (object->btf)
		object->digest = lzma_crc64(object->btf, object->btf_size, object->digest);
	if (object->ext)
		object->digest = lzma_crc64(object->ext, object->ext_size, object->digest);
	return 0;
}

/* Takes over @image, also when it fails. */
static int take_image(const char *name, void *image, size_t size,
		      struct bpf_object_file *ret_object, struct reason *why)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {.image = image,
									  .image_size = size};
	int err;

	object.name = strdup(name);
	if (!object.name)
		return reason_errno(why, -ENOMEM, "its name");
	err = read_sections(&object, why);
	if (err)
		return err;
	*ret_object = object;
	object = (struct bpf_object_file){0};
	return 0;
}

int bpf_object_file_open(const char *path, struct bpf_object_file *ret_object, struct reason *why)
{
	void *image;
	size_t size;
	int err;

	err = input_file_read(path, MAX_OBJECT_SIZE, &image, &size, why);
	if (err)
		return err;
	return take_image(basename(path), image, size, ret_object, why);
}

int bpf_object_file_copy(const char *name, const void *image, size_t size,
			 struct bpf_object_file *ret_object, struct reason *why)
{
	void *copy;

	if (size > MAX_OBJECT_SIZE)
		return reason_set(why, -EFBIG, "it is too large (%zu bytes)", size);
	copy = malloc(size ? size : 1);
	if (!copy)
		return reason_set(why, -ENOMEM, "out of memory for its %zu bytes", size);
	if (size)
		memcpy(copy, image, size);
	return take_image(name, copy, size, ret_object, why);
}

void bpf_object_file_close(struct bpf_object_file *object)
{
	free(object->name);
	free(object->image);
	*object = (struct bpf_object_file){0};
}
