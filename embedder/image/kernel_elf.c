/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF file of any class and byte order, in memory. Out: the bytes of its section .BTF, and
 * what the kernel in it says of itself.
 *
 * A vmlinux with debug information has hundreds of megabytes that must not be read in where it is
 * mapped, so the kernel's texts are searched only in the sections that it has in memory when it
 * runs.
 */
#include "embedder/image/kernel_elf.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embedder/archive/packed_stream.h"
#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_banner.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/bytes.h"

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

bool kernel_elf_is(const void *start, size_t size)
{
	return elf_file_is(start, size);
}

/* --- BTF -------------------------------------------------------------------------------------- */

/* The bytes may start anywhere in the file; BTF is read as 32-bit words. */
static int copy_section(const uint8_t *bytes, size_t size, struct kernel_btf *ret_btf,
			struct reason *why)
{
	void *memory;
	int err = kernel_bytes_check_size(size, why);

	if (err)
		return err;
	memory = malloc(size);
	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot read its section .BTF");
	memcpy(memory, bytes, size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = size, .memory = memory};
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

/* A compressed section starts with a header: type, in 64-bit files 4 unused bytes, size, alignment;
 * the last two are as wide as the class. */
static int unpack_section(const struct elf_codec *codec, const uint8_t *bytes, size_t bytes_size,
			  struct kernel_btf *ret_btf, struct reason *why)
{
	size_t word = elf_codec_word_size(codec), header_size = 3 * word, packed_size, size = 0;
	_cleanup_free_ void *memory = NULL;
	const uint8_t *packed;
	uint64_t type, unpacked_size;
	int err;

	if (bytes_size < header_size)
		return reason_set(why, -EBADMSG, "its packed section .BTF is damaged");
	type = elf_codec_get_number(codec, bytes, 4);
	unpacked_size = elf_codec_get_number(codec, bytes + word, word);
	err = kernel_bytes_check_size(unpacked_size, why);
	if (err)
		return err;
	packed = bytes + header_size;
	packed_size = bytes_size - header_size;
	if (type == ELFCOMPRESS_ZLIB)
		err = unpack_zlib(packed, packed_size, unpacked_size, &memory, &size, why);
	else if (type == ELFCOMPRESS_ZSTD)
		err = unpack_zstd(packed, packed_size, unpacked_size, &memory, &size, why);
	else
		err = reason_set(why, -EOPNOTSUPP,
				 "its section .BTF is packed in a way that is not "
				 "known (%u; 1 is zlib, 2 is zstd)",
				 (unsigned int)type);
	if (err)
		return err;
	if (size != unpacked_size)
		return reason_set(why, -EBADMSG,
				  "its section .BTF unpacks to %zu bytes, and its header says %llu",
				  size, (unsigned long long)unpacked_size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = size, .memory = memory};
	memory = NULL;
	return 0;
}

static int read_btf(const struct elf_file *file, struct kernel_btf *ret_btf, struct reason *why)
{
	size_t index = elf_file_find_section(file, ".BTF", 0);
	const Elf64_Shdr *section;
	const uint8_t *bytes;
	int err;

	if (!index)
		return reason_set(why, -ENODATA, "an ELF file without a section .BTF");
	section = &file->sections[index];
	if (section->sh_type == SHT_NOBITS)
		return reason_set(why, -ENODATA,
				  "its section .BTF has no bytes in this file "
				  "(debug information that was split off?)");
	if (!section->sh_size)
		return reason_set(why, -ENODATA, "its section .BTF is empty");
	bytes = file->data + section->sh_offset;
	if (section->sh_flags & SHF_COMPRESSED)
		err = unpack_section(&file->codec, bytes, section->sh_size, ret_btf, why);
	else
		err = copy_section(bytes, section->sh_size, ret_btf, why);
	if (err || kernel_bytes_are_btf(ret_btf->data, ret_btf->size))
		return err;
	kernel_btf_close(ret_btf);
	return reason_set(why, -EBADMSG, "its section .BTF does not start like BTF");
}

/* --- facts ------------------------------------------------------------------------------------ */

/* Takes the first build-id, as the runtime does with the running kernel's notes. */
static void read_build_id(const uint8_t *notes, size_t size, bool swapped,
			  struct kernel_facts *facts)
{
	uint8_t build_id[KERNEL_BUILD_ID_SIZE];
	size_t id_size = kernel_build_id_from_notes(notes, size, swapped, build_id);

	if (id_size > sizeof(facts->build_id))
		return;
	memcpy(facts->build_id, build_id, id_size);
	facts->build_id_size = id_size;
}

/* Counts the bytes of a section that is searched. Each byte of the file counts once: a made-up
 * table with a hundred thousand sections, each of them all of the file, would take hours. */
static int take_bytes(size_t size, size_t *left, struct reason *why)
{
	if (size > *left)
		return reason_set(why, -EBADMSG, "damaged ELF file: its sections overlap");
	*left -= size;
	return 0;
}

static int read_facts(const struct elf_file *file, struct kernel_facts *ret_facts,
		      struct reason *why)
{
	bool swapped = file->codec.big_endian != BYTES_HOST_IS_BIG_ENDIAN;
	struct kernel_facts facts = {.machine = ""};
	struct kernel_banner banner = {0};
	size_t left = file->size;

	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *section = &file->sections[i];
		const uint8_t *bytes = file->data + section->sh_offset;
		int err;

		if (!section->sh_size || !(section->sh_flags & SHF_ALLOC) ||
		    section->sh_flags & SHF_COMPRESSED ||
		    (section->sh_type != SHT_NOTE && section->sh_type != SHT_PROGBITS))
			continue;
		err = take_bytes(section->sh_size, &left, why);
		if (err)
			return err;
		if (section->sh_type == SHT_PROGBITS)
			kernel_banner_search(&banner, bytes, section->sh_size);
		else if (!facts.build_id_size)
			read_build_id(bytes, section->sh_size, swapped, &facts);
	}
	kernel_banner_take(&banner, &facts);
	facts.machine = machine_from_elf(file->header.e_machine, file->codec.is_64bit,
					 file->codec.big_endian);
	*ret_facts = facts;
	return 0;
}

/* --- both ------------------------------------------------------------------------------------- */

static int open_kernel(const void *image, size_t size, struct elf_file *ret_file,
		       struct reason *why)
{
	int err = elf_file_read(image, size, ret_file, why);

	if (!err && ret_file->header.e_machine == EM_BPF)
		return reason_set(
			why, -EBADMSG,
			"it is a BPF object, not a kernel: give it as an object, and after "
			"--kernels a kernel or a BTF");
	return err;
}

int kernel_elf_read_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			   struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf btf = {0};
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err = open_kernel(image, size, &file, why);

	if (!err)
		err = read_btf(&file, &btf, why);
	if (!err && ret_facts)
		err = read_facts(&file, ret_facts, why);
	if (err)
		return err;
	*ret_btf = btf;
	memset(&btf, 0, sizeof(btf));
	return 0;
}

int kernel_elf_identify_memory(const void *image, size_t size, struct kernel_facts *ret_facts,
			       struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err = open_kernel(image, size, &file, why);

	return err ? err : read_facts(&file, ret_facts, why);
}
