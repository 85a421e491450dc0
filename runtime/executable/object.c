/* SPDX-License-Identifier: MIT */
/*
 * An ELF image in, a digest out. The image may be cut off or be no object at all, so each read is
 * checked: a table, name or section outside the image is an error.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <lzma.h>
#include <string.h>

#include "runtime/util/bytes.h"
#include "runtime/executable/object.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif
#ifndef SHF_COMPRESSED
#define SHF_COMPRESSED (1 << 11)
#endif

struct image {
	const uint8_t *data;
	size_t size;
	const struct log *log;
	bool swapped;
	uint64_t headers_offset;
	uint64_t section_count;
	uint64_t names_offset;
	uint64_t names_size;
};

struct bytes_range {
	const uint8_t *data; /* NULL: there is no such section, or nothing in it */
	size_t size;
};

#define MEMBER(image, record, structure, member)                                                   \
	BYTES_MEMBER(record, Elf64_##structure, member, (image)->swapped)

static bool is_inside(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset;
}

/* @number is below the count, and the table is inside. */
static const uint8_t *section_header(const struct image *image, uint64_t number)
{
	return image->data + image->headers_offset + number * sizeof(Elf64_Shdr);
}

static int check_kind(struct image *image)
{
	const uint8_t *start = image->data;

	if (image->size < sizeof(Elf64_Ehdr) || memcmp(start, ELFMAG, SELFMAG) != 0)
		return log_error(image->log, -ENOEXEC, "is no ELF file, and so no BPF object");
	if (start[EI_CLASS] != ELFCLASS64 ||
	    (start[EI_DATA] != ELFDATA2LSB && start[EI_DATA] != ELFDATA2MSB))
		return log_error(image->log, -ENOEXEC,
				 "is no BPF object: ELF class %u, byte order %u", start[EI_CLASS],
				 start[EI_DATA]);
	image->swapped = (start[EI_DATA] == ELFDATA2MSB) != BYTES_HOST_IS_BIG_ENDIAN;
	if (MEMBER(image, start, Ehdr, e_machine) != EM_BPF ||
	    MEMBER(image, start, Ehdr, e_type) != ET_REL)
		return log_error(image->log, -ENOEXEC,
				 "is no BPF object: ELF machine %" PRIu64 ", type %" PRIu64,
				 MEMBER(image, start, Ehdr, e_machine),
				 MEMBER(image, start, Ehdr, e_type));
	return 0;
}

static int damaged(const struct image *image, const char *what)
{
	return log_error(image->log, -EBADMSG, "%s (%zu bytes of an object)", what, image->size);
}

static int read_header(struct image *image)
{
	const uint8_t *start = image->data, *names;
	uint64_t names_index;

	image->headers_offset = MEMBER(image, start, Ehdr, e_shoff);
	image->section_count = MEMBER(image, start, Ehdr, e_shnum);
	names_index = MEMBER(image, start, Ehdr, e_shstrndx);
	if (MEMBER(image, start, Ehdr, e_shentsize) != sizeof(Elf64_Shdr))
		return damaged(image, "its section headers are of a wrong size");
	if (!is_inside(image, image->headers_offset, sizeof(Elf64_Shdr)))
		return damaged(image, "its section headers are past its end");
	/* What does not fit into 16 bits is in section 0. */
	if (!image->section_count)
		image->section_count = MEMBER(image, section_header(image, 0), Shdr, sh_size);
	if (names_index == SHN_XINDEX)
		names_index = MEMBER(image, section_header(image, 0), Shdr, sh_link);
	if (image->section_count > image->size / sizeof(Elf64_Shdr) ||
	    !is_inside(image, image->headers_offset, image->section_count * sizeof(Elf64_Shdr)))
		return damaged(image, "its section headers are past its end");
	if (names_index >= image->section_count)
		return damaged(image, "the section with the names is not there");
	if (names_index == SHN_UNDEF) /* nothing has a name, and so there is nothing to find */
		return 0;
	names = section_header(image, names_index);
	image->names_offset = MEMBER(image, names, Shdr, sh_offset);
	image->names_size = MEMBER(image, names, Shdr, sh_size);
	if (!is_inside(image, image->names_offset, image->names_size))
		return damaged(image, "the section with the names is past its end");
	return 0;
}

static bool has_name(const struct image *image, const uint8_t *header, const char *name)
{
	uint64_t offset = MEMBER(image, header, Shdr, sh_name);
	size_t size = strlen(name) + 1;

	return offset <= image->names_size && size <= image->names_size - offset &&
	       !memcmp(image->data + image->names_offset + offset, name, size);
}

static int find_section(const struct image *image, const char *name, struct bytes_range *ret_range)
{
	struct bytes_range range = {NULL, 0};
	bool found = false;

	for (uint64_t i = 1; i < image->section_count; i++) {
		const uint8_t *header = section_header(image, i);
		uint64_t type = MEMBER(image, header, Shdr, sh_type);
		uint64_t offset = MEMBER(image, header, Shdr, sh_offset);
		uint64_t size = MEMBER(image, header, Shdr, sh_size);

		if (type == SHT_NULL || !has_name(image, header, name))
			continue;
		if (found)
			return log_error(image->log, -EBADMSG, "has more than one section %s",
					 name);
		found = true;
		if (MEMBER(image, header, Shdr, sh_flags) & SHF_COMPRESSED)
			return log_error(image->log, -EOPNOTSUPP, "its section %s is compressed",
					 name);
		/* where nothing is, does not matter */
		if (type == SHT_NOBITS || (size && !is_inside(image, offset, size)))
			return log_error(image->log, -EBADMSG,
					 "its section %s is not inside its %zu bytes", name,
					 image->size);
		if (size)
			range = (struct bytes_range){image->data + offset, (size_t)size};
	}
	*ret_range = range;
	return 0;
}

int object_digest(const void *data, size_t size, const struct log *log,
		  struct object_digest *ret_digest)
{
	struct image image = {.data = data, .size = size, .log = log};
	struct bytes_range btf, ext;
	uint64_t digest = 0;
	int err = check_kind(&image);

	if (!err)
		err = read_header(&image);
	if (!err)
		err = find_section(&image, ".BTF", &btf);
	if (!err)
		err = find_section(&image, ".BTF.ext", &ext);
	if (err)
		return err;
	if (btf.size)
		digest = lzma_crc64(btf.data, btf.size, digest);
	if (ext.size)
		digest = lzma_crc64(ext.data, ext.size, digest);
	ret_digest->digest = digest;
	ret_digest->has_relocations = btf.size && ext.size;
	return 0;
}
