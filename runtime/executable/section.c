/* SPDX-License-Identifier: MIT */
/*
 * A file descriptor in, a range of the file out.
 *
 * Only the ELF header, the section headers and the names are read, by pread(2) onto the stack:
 * nothing is mapped before the section is found and checked. Without section headers (sstrip, some
 * packers) a file has no section.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/util/btf_magic.h"
#include "runtime/util/bytes.h"
#include "runtime/util/file_bytes.h"
#include "runtime/bundle/format.h"
#include "runtime/executable/section.h"

#ifndef SHF_COMPRESSED
#define SHF_COMPRESSED (1 << 11)
#endif

/* Real files have some dozens; object files from -ffunction-sections some 10,000. Without a
 * limit a sparse file could claim as many as its pretended size holds. */
#define MAX_SECTIONS (UINT64_C(1) << 20)

#define HEADERS_AT_A_TIME 64
#define NAMES_AT_A_TIME	  4096

/* One member out of a header that has two classes and two byte orders. */
#define ELF_MEMBER(file, record, structure, member)                                                \
	((file)->is_64bit ? BYTES_MEMBER(record, Elf64_##structure, member, (file)->swapped)       \
			  : BYTES_MEMBER(record, Elf32_##structure, member, (file)->swapped))

struct elf_input {
	int fd;
	uint64_t size;
	const struct log *log;
	const char *wanted; /* the section's name */
	size_t wanted_size; /* with the NUL: .corebtf2 is another section */
	bool is_64bit;
	bool swapped;
	uint64_t headers_offset;
	uint64_t header_size; /* of one section header */
	uint64_t section_count;
	/* The section with the names, and the start of it. */
	uint64_t names_offset;
	uint64_t names_size;
	uint8_t names[NAMES_AT_A_TIME];
	size_t names_read;
};

struct elf_section {
	uint32_t name;
	uint32_t type;
	uint32_t link;
	uint64_t flags;
	uint64_t offset;
	uint64_t size;
};

/* All reads of the file go through here: all of [offset, offset + size) or an error. */
static int read_at(const struct elf_input *file, uint64_t offset, void *buffer, size_t size,
		   const char *what)
{
	ssize_t got;

	if (offset > file->size || size > file->size - offset)
		return log_error(file->log, -EBADMSG,
				 "%s at offset %" PRIu64 " is past the end of the file (%" PRIu64
				 " bytes)",
				 what, offset, file->size);
	got = file_bytes_read_some(file->fd, buffer, size, offset);
	if (got < 0)
		return log_error(file->log, (int)got, "%s cannot be read: %s", what,
				 strerror((int)-got));
	if ((size_t)got < size)
		return log_error(file->log, -EBADMSG, "%s is missing: the file became shorter",
				 what);
	return 0;
}

static void decode_section(const struct elf_input *file, const uint8_t *header,
			   struct elf_section *section)
{
	section->name = (uint32_t)ELF_MEMBER(file, header, Shdr, sh_name);
	section->type = (uint32_t)ELF_MEMBER(file, header, Shdr, sh_type);
	section->link = (uint32_t)ELF_MEMBER(file, header, Shdr, sh_link);
	section->flags = ELF_MEMBER(file, header, Shdr, sh_flags);
	section->offset = ELF_MEMBER(file, header, Shdr, sh_offset);
	section->size = ELF_MEMBER(file, header, Shdr, sh_size);
}

static int read_section(const struct elf_input *file, uint64_t number, struct elf_section *section)
{
	uint8_t header[sizeof(Elf64_Shdr)] = {0};
	int err = read_at(file, file->headers_offset + number * file->header_size, header,
			  file->header_size, "section header");

	if (!err)
		decode_section(file, header, section);
	return err;
}

/*
 * Reads the ELF header, and section 0, which has the larger numbers when there are 0xff00 sections
 * or more. @start: the start of the file, up to the size of the larger of the two headers.
 */
static int read_elf_header(struct elf_input *file, const uint8_t start[static sizeof(Elf64_Ehdr)])
{
	uint64_t entry_size, names_index;
	struct elf_section first, names;
	int err;

	if (start[EI_CLASS] != ELFCLASS32 && start[EI_CLASS] != ELFCLASS64)
		return log_error(file->log, -EBADMSG, "ELF header: class %u is unknown",
				 start[EI_CLASS]);
	if (start[EI_DATA] != ELFDATA2LSB && start[EI_DATA] != ELFDATA2MSB)
		return log_error(file->log, -EBADMSG, "ELF header: byte order %u is unknown",
				 start[EI_DATA]);
	file->is_64bit = start[EI_CLASS] == ELFCLASS64;
	file->swapped = (start[EI_DATA] == ELFDATA2MSB) != BYTES_HOST_IS_BIG_ENDIAN;
	file->header_size = file->is_64bit ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if (file->size < (file->is_64bit ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return log_error(file->log, -EBADMSG, "ELF header: cut off after %" PRIu64 " bytes",
				 file->size);

	file->headers_offset = ELF_MEMBER(file, start, Ehdr, e_shoff);
	file->section_count = ELF_MEMBER(file, start, Ehdr, e_shnum);
	entry_size = ELF_MEMBER(file, start, Ehdr, e_shentsize);
	names_index = ELF_MEMBER(file, start, Ehdr, e_shstrndx);
	if (!file->headers_offset)
		return log_error(file->log, -ENODATA,
				 "has no section headers, and so no section %s", file->wanted);
	if (entry_size != file->header_size)
		return log_error(file->log, -EBADMSG,
				 "ELF header: section headers of %" PRIu64 " bytes, not %" PRIu64,
				 entry_size, file->header_size);
	if (!file->section_count || names_index == SHN_XINDEX) {
		err = read_section(file, 0, &first);
		if (err)
			return err;
		if (!file->section_count)
			file->section_count = first.size;
		if (names_index == SHN_XINDEX)
			names_index = first.link;
	}
	if (file->section_count > MAX_SECTIONS || file->headers_offset > file->size ||
	    file->section_count * file->header_size > file->size - file->headers_offset)
		return log_error(file->log, -EBADMSG,
				 "ELF header: %" PRIu64 " section headers at offset %" PRIu64
				 " do not fit the file (%" PRIu64 " bytes)",
				 file->section_count, file->headers_offset, file->size);
	if (names_index == SHN_UNDEF)
		return log_error(file->log, -ENODATA, "its sections have no names, so none is %s",
				 file->wanted);
	if (names_index >= file->section_count)
		return log_error(file->log, -EBADMSG,
				 "ELF header: section %" PRIu64 " with the names is not there",
				 names_index);
	err = read_section(file, names_index, &names);
	if (err)
		return err;
	if (names.type == SHT_NOBITS) /* as in a separate debug file */
		names.size = 0;
	if (names.offset > file->size || names.size > file->size - names.offset)
		return log_error(file->log, -EBADMSG,
				 "the section with the names is past the end of the file");
	file->names_offset = names.offset;
	file->names_size = names.size;
	file->names_read = names.size < NAMES_AT_A_TIME ? (size_t)names.size : NAMES_AT_A_TIME;
	return read_at(file, file->names_offset, file->names, file->names_read, "section names");
}

/* 1: it has the wanted name; 0: it has not. */
static int is_wanted(const struct elf_input *file, const struct elf_section *section)
{
	char name[sizeof(COREBTF_SECTION_NAME)];
	size_t size = file->wanted_size;
	int err;

	if (section->name > file->names_size || size > file->names_size - section->name)
		return 0;
	if ((uint64_t)section->name + size <= file->names_read) {
		const uint8_t *start = file->names + section->name;

		return !start[size - 1] && memcmp(start, file->wanted, size) == 0;
	}
	err = read_at(file, file->names_offset + section->name, name, size, "section name");
	return err ? err : memcmp(name, file->wanted, size) == 0;
}

static int check_wanted(const struct elf_input *file, const struct elf_section *section)
{
	if (section->flags & SHF_COMPRESSED)
		return log_error(file->log, -EOPNOTSUPP, "section %s is compressed as a whole",
				 file->wanted);
	if (section->offset > file->size || section->size > file->size - section->offset)
		return log_error(file->log, -EBADMSG,
				 "section %s: %" PRIu64 " bytes at offset %" PRIu64
				 " are past the end of the file (%" PRIu64 " bytes)",
				 file->wanted, section->size, section->offset, file->size);
	return 0;
}

static int find_in_elf(struct elf_input *file, struct section *ret_section)
{
	uint8_t headers[HEADERS_AT_A_TIME * sizeof(Elf64_Shdr)];
	const char *before = "has no section",
		   *after = " (never embedded, or stripped away: llvm-strip -s and eu-strip drop "
			    "it without --keep-section=" COREBTF_SECTION_NAME ")";

	for (uint64_t number = 0; number < file->section_count; number += HEADERS_AT_A_TIME) {
		uint64_t count = file->section_count - number;
		int err;

		if (count > HEADERS_AT_A_TIME)
			count = HEADERS_AT_A_TIME;
		err = read_at(file, file->headers_offset + number * file->header_size, headers,
			      (size_t)(count * file->header_size), "section headers");
		if (err)
			return err;
		for (uint64_t i = 0; i < count; i++) {
			struct elf_section section;

			decode_section(file, headers + i * file->header_size, &section);
			if (section.type == SHT_NULL)
				continue;
			err = is_wanted(file, &section);
			if (err < 0)
				return err;
			if (!err)
				continue;
			if (section.type == SHT_NOBITS) {
				before = "has the section";
				after = " without its bytes: a separate debug file?";
				continue;
			}
			if (!section.size) {
				before = "its section";
				after = " is empty: nothing was embedded yet";
				continue;
			}
			err = check_wanted(file, &section);
			if (err)
				return err;
			ret_section->offset = section.offset;
			ret_section->size = section.size;
			return 0;
		}
	}
	return log_error(file->log, -ENODATA, "%s %s%s", before, file->wanted, after);
}

static bool is_elf(const struct elf_input *file, const uint8_t *start)
{
	return file->size >= SELFMAG && !memcmp(start, ELFMAG, SELFMAG);
}

/* Finds the wanted section in an ELF file that begins with @start. */
static int find_named(struct elf_input *file, const uint8_t start[static sizeof(Elf64_Ehdr)],
		      struct section *ret_section)
{
	int err;

	if (file->size < EI_NIDENT)
		return log_error(file->log, -EBADMSG, "ELF header: cut off after %" PRIu64 " bytes",
				 file->size);
	err = read_elf_header(file, start);
	return err ? err : find_in_elf(file, ret_section);
}

/* Reads what a file starts with: zeros behind a short one. */
static int read_start(const struct elf_input *file, uint8_t start[static sizeof(Elf64_Ehdr)])
{
	size_t size = sizeof(Elf64_Ehdr);

	memset(start, 0, size);
	return read_at(file, 0, start, file->size < size ? (size_t)file->size : size,
		       "start of the file");
}

int section_find(int fd, uint64_t file_size, const struct log *log, struct section *ret_section)
{
	struct elf_input file = {
		.fd = fd,
		.size = file_size,
		.log = log,
		.wanted = COREBTF_SECTION_NAME,
		.wanted_size = sizeof(COREBTF_SECTION_NAME),
	};
	uint8_t start[sizeof(Elf64_Ehdr)];
	int err = read_start(&file, start);

	if (err)
		return err;
	if (file_size >= COREBTF_MAGIC_SIZE && !memcmp(start, COREBTF_MAGIC, COREBTF_MAGIC_SIZE)) {
		ret_section->offset = 0;
		ret_section->size = file_size;
		log_line(log, "%s: is a bundle file of %" PRIu64 " bytes", log->subject, file_size);
		return 0;
	}
	if (!is_elf(&file, start))
		return log_error(log, -ENODATA, "is neither an ELF file nor a bundle");
	err = find_named(&file, start, ret_section);
	if (!err)
		log_line(log,
			 "%s: section " COREBTF_SECTION_NAME " has %" PRIu64
			 " bytes at offset %" PRIu64,
			 log->subject, ret_section->size, ret_section->offset);
	return err;
}

int section_find_btf(int fd, uint64_t file_size, const struct log *log, struct section *ret_section)
{
	struct elf_input file = {
		.fd = fd,
		.size = file_size,
		.log = log,
		.wanted = ".BTF",
		.wanted_size = sizeof(".BTF"),
	};
	uint8_t start[sizeof(Elf64_Ehdr)];
	int err = read_start(&file, start);

	if (err)
		return err;
	if (btf_magic_is(start, file_size)) {
		ret_section->offset = 0;
		ret_section->size = file_size;
		return 0;
	}
	if (!is_elf(&file, start))
		return log_error(log, -ENODATA, "is neither an ELF file nor BTF");
	return find_named(&file, start, ret_section);
}
