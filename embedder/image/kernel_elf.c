/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF file of any class and byte order, in memory. Out: the bytes of its section .BTF, and
 * what the kernel in it says of itself.
 *
 * libelf finds the sections. A vmlinux with debug information has hundreds of megabytes that
 * nobody needs to touch where it is mapped, so the kernel's texts are searched only in the
 * sections that it has in memory when it runs.
 */
#include "embedder/image/kernel_elf.h"

#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embedder/archive/packed_stream.h"
#include "embedder/image/kernel_banner.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/machine.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

static int explain(struct reason *why)
{
	return reason_set(why, -EBADMSG, "damaged ELF file: %s", elf_errmsg(-1));
}

static void cleanup_elf(Elf **elf)
{
	elf_end(*elf); /* NULL is fine */
}

bool kernel_elf_is(const void *start, size_t size)
{
	return size >= SELFMAG && memcmp(start, ELFMAG, SELFMAG) == 0;
}

/* Of what is called here, nothing writes to the image. */
static int open_image(const void *image, size_t size, Elf **ret_elf, struct reason *why)
{
	elf_version(EV_CURRENT);
	*ret_elf = elf_memory((char *)image, size);
	return *ret_elf && elf_kind(*ret_elf) == ELF_K_ELF ? 0 : explain(why);
}

/* --- BTF -------------------------------------------------------------------------------------- */

/* @data may start anywhere and ends with its handle; BTF is read as 32-bit words. */
static int copy_section(const Elf_Data *data, struct kernel_btf *ret_btf, struct reason *why)
{
	void *memory;
	int err = kernel_bytes_check_size(data->d_size, why);

	if (err)
		return err;
	memory = malloc(data->d_size);
	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot read its section .BTF");
	memcpy(memory, data->d_buf, data->d_size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = data->d_size, .memory = memory};
	return 0;
}

static void cleanup_stream(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

static int unpack_zstd(const uint8_t *packed, size_t packed_size, size_t limit, void **ret_data,
		       size_t *ret_size, struct reason *why)
{
	_cleanup_(cleanup_stream) struct packed_stream *stream = NULL;
	struct packed_memory memory = {packed, packed_size};
	struct packed_source source = {packed_memory_read, &memory};
	int err = packed_stream_open(&source, &stream, why);

	return err ? err : packed_stream_read_all(stream, limit, limit, ret_data, ret_size, why);
}

static int unpack_zlib(const uint8_t *packed, size_t packed_size, size_t limit, void **ret_data,
		       size_t *ret_size, struct reason *why)
{
	void *memory = malloc(limit);
	uLongf size = limit;

	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot unpack its section .BTF");
	if (uncompress(memory, &size, packed, packed_size) != Z_OK) {
		free(memory);
		return reason_set(why, -EBADMSG, "its packed section .BTF is damaged");
	}
	*ret_data = memory;
	*ret_size = size;
	return 0;
}

/* Not by elf_compress(), which changes the section's header in the image. */
static int unpack_section(Elf *elf, Elf_Scn *section, const Elf_Data *data,
			  struct kernel_btf *ret_btf, struct reason *why)
{
	size_t header_size = gelf_fsize(elf, ELF_T_CHDR, 1, EV_CURRENT), packed_size, size = 0;
	_cleanup_free_ void *memory = NULL;
	const uint8_t *packed;
	GElf_Chdr header;
	int err;

	if (data->d_size < header_size || !gelf_getchdr(section, &header))
		return explain(why);
	err = kernel_bytes_check_size(header.ch_size, why);
	if (err)
		return err;
	packed = (const uint8_t *)data->d_buf + header_size;
	packed_size = data->d_size - header_size;
	if (header.ch_type == ELFCOMPRESS_ZLIB)
		err = unpack_zlib(packed, packed_size, header.ch_size, &memory, &size, why);
	else if (header.ch_type == ELFCOMPRESS_ZSTD)
		err = unpack_zstd(packed, packed_size, header.ch_size, &memory, &size, why);
	else
		err = reason_set(why, -EOPNOTSUPP,
				 "its section .BTF is packed in a way that is not "
				 "known (%u; 1 is zlib, 2 is zstd)",
				 (unsigned int)header.ch_type);
	if (err)
		return err;
	if (size != header.ch_size)
		return reason_set(why, -EBADMSG,
				  "its section .BTF unpacks to %zu bytes where %llu are "
				  "said to come",
				  size, (unsigned long long)header.ch_size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = size, .memory = memory};
	memory = NULL;
	return 0;
}

static int read_section(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			struct kernel_btf *ret_btf, struct reason *why)
{
	const Elf_Data *data;

	if (header->sh_type == SHT_NOBITS)
		return reason_set(why, -ENODATA,
				  "its section .BTF has no bytes in this file "
				  "(debug information that was split off?)");
	if (!header->sh_size)
		return reason_set(why, -ENODATA, "its section .BTF is empty");
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return reason_set(why, -EBADMSG, "its section .BTF lies outside the file");
	return header->sh_flags & SHF_COMPRESSED ? unpack_section(elf, section, data, ret_btf, why)
						 : copy_section(data, ret_btf, why);
}

static int read_btf(Elf *elf, struct kernel_btf *ret_btf, struct reason *why)
{
	Elf_Scn *section = NULL;
	size_t names;
	int err;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return explain(why);
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			return explain(why);
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, ".BTF") != 0)
			continue;
		err = read_section(elf, section, &header, ret_btf, why);
		if (err)
			return err;
		if (kernel_bytes_are_btf(ret_btf->data, ret_btf->size))
			return 0;
		kernel_btf_close(ret_btf);
		return reason_set(why, -EBADMSG, "its section .BTF does not start like BTF");
	}
	return reason_set(why, -ENODATA, "an ELF file without a section .BTF");
}

/* --- facts ------------------------------------------------------------------------------------ */

/* The first build-id, which is the one that the runtime takes out of the running kernel's notes. */
static void read_build_id(Elf_Scn *section, struct kernel_facts *facts)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t offset = 0, next, name_at, text_at;
	GElf_Nhdr note;

	while (data && (next = gelf_getnote(data, offset, &note, &name_at, &text_at))) {
		const char *bytes = data->d_buf;

		offset = next;
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof("GNU") ||
		    memcmp(bytes + name_at, "GNU", sizeof("GNU")) != 0)
			continue;
		if (note.n_descsz <= sizeof(facts->build_id)) {
			memcpy(facts->build_id, bytes + text_at, note.n_descsz);
			facts->build_id_size = note.n_descsz;
		}
		return;
	}
}

/* The bytes of a section that is searched. Each byte of the file counts once: a made-up table with
 * a hundred thousand sections, each of them all of the file, would keep us busy for hours. */
static int take_bytes(size_t size, size_t *left, struct reason *why)
{
	if (size > *left)
		return reason_set(why, -EBADMSG, "damaged ELF file: its sections overlap");
	*left -= size;
	return 0;
}

static int read_facts(Elf *elf, struct kernel_facts *ret_facts, struct reason *why)
{
	struct kernel_facts facts = {.machine = ""};
	struct kernel_banner banner = {0};
	Elf_Scn *section = NULL;
	GElf_Ehdr header;
	size_t left = 0;

	if (!gelf_getehdr(elf, &header) || !elf_rawfile(elf, &left))
		return explain(why);
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr section_header;
		Elf_Data *data;
		int err;

		if (!gelf_getshdr(section, &section_header))
			return explain(why);
		if (!(section_header.sh_flags & SHF_ALLOC) ||
		    section_header.sh_flags & SHF_COMPRESSED ||
		    (section_header.sh_type != SHT_NOTE && section_header.sh_type != SHT_PROGBITS))
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			continue;
		err = take_bytes(data->d_size, &left, why);
		if (err)
			return err;
		if (section_header.sh_type == SHT_PROGBITS)
			kernel_banner_search(&banner, data->d_buf, data->d_size);
		else if (!facts.build_id_size)
			read_build_id(section, &facts);
	}
	kernel_banner_take(&banner, &facts);
	facts.machine = machine_from_elf(header.e_machine, header.e_ident[EI_CLASS] == ELFCLASS64,
					 header.e_ident[EI_DATA] == ELFDATA2MSB);
	*ret_facts = facts;
	return 0;
}

/* --- both ------------------------------------------------------------------------------------- */

int kernel_elf_read_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			   struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf btf = {0};
	_cleanup_(cleanup_elf) Elf *elf = NULL;
	int err = open_image(image, size, &elf, why);

	if (!err)
		err = read_btf(elf, &btf, why);
	if (!err && ret_facts)
		err = read_facts(elf, ret_facts, why);
	if (err)
		return err;
	*ret_btf = btf;
	memset(&btf, 0, sizeof(btf));
	return 0;
}

int kernel_elf_identify_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			       struct reason *why)
{
	_cleanup_(cleanup_elf) Elf *elf = NULL;
	int err = open_image(image, size, &elf, why);

	return err ? err : read_facts(elf, ret_facts, why);
}
