/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of a file, in order. Out: a mapping of its size with the parts that matter.
 *
 *	ELF header, program headers            \
 *	.text, .rodata, .notes, .BTF, .data    / front: what the program headers name
 *	.debug_*, .rela.debug_*                  is not kept
 *	.symtab, .strtab, .shstrtab            \
 *	section headers                        / tail
 *
 * The program headers come first and say where the front ends. The section headers come last, with
 * the names of the sections somewhere near them, so the tail has a fixed size. Once all bytes have
 * come, the section headers show whether all that is needed was kept.
 */
#include "embedder/image/kernel_excerpt.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "embedder/elf/elf_file.h"
#include "embedder/util/cleanup.h"

/* Enough for the headers. */
#define HEAD_SIZE 4096

#define TAIL_SIZE ((size_t)32 << 20)

int kernel_excerpt_open(size_t size, size_t limit, struct kernel_excerpt *ret_excerpt,
			struct reason *why)
{
	struct kernel_excerpt excerpt = {.size = size, .limit = limit};
	size_t tail = limit / 4 < TAIL_SIZE ? limit / 4 : TAIL_SIZE;
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (bytes == MAP_FAILED)
		return reason_errno(why, -ENOMEM, "cannot unpack it");
	excerpt.bytes = bytes;
	excerpt.front = size <= limit ? size : limit - tail;
	excerpt.tail = size <= tail ? 0 : size - tail;
	*ret_excerpt = excerpt;
	return 0;
}

void kernel_excerpt_close(struct kernel_excerpt *excerpt)
{
	if (excerpt->bytes)
		munmap(excerpt->bytes, excerpt->size);
	excerpt->bytes = NULL;
}

static void read_header(const struct kernel_excerpt *excerpt, Elf64_Ehdr *ret_header)
{
	const struct elf_codec codec = {
		.is_64bit = excerpt->bytes[EI_CLASS] == ELFCLASS64,
		.big_endian = excerpt->bytes[EI_DATA] == ELFDATA2MSB,
	};

	elf_codec_get_header(&codec, excerpt->bytes, ret_header);
}

/* Where what the program headers name ends; 0: not known. The section headers are not here yet. */
static uint64_t find_segments_end(const struct kernel_excerpt *excerpt)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	Elf64_Ehdr header;

	if (!elf_file_is(excerpt->bytes, excerpt->size))
		return 0;
	read_header(excerpt, &header);
	header.e_shoff = 0;
	if (elf_file_read_as(excerpt->bytes, excerpt->size, &header, &file, NULL))
		return 0;
	return elf_file_segments_end(&file);
}

static void copy(struct kernel_excerpt *excerpt, size_t start, size_t end, uint64_t offset,
		 const uint8_t *piece, size_t size)
{
	size_t from = start > offset ? start : (size_t)offset;
	size_t to = end < offset + size ? end : (size_t)offset + size;

	if (from < to)
		memcpy(excerpt->bytes + from, piece + (from - offset), to - from);
}

int kernel_excerpt_take(void *context, uint64_t offset, const void *piece, size_t size)
{
	struct kernel_excerpt *excerpt = context;
	uint64_t end;

	copy(excerpt, 0, excerpt->front, offset, piece, size);
	copy(excerpt, excerpt->tail, excerpt->size, offset, piece, size);
	if (excerpt->seen_head || offset + size < HEAD_SIZE)
		return 0;
	excerpt->seen_head = true;
	end = find_segments_end(excerpt);
	if (end && end < excerpt->front)
		excerpt->front = end > offset + size ? (size_t)end : (size_t)offset + size;
	return 0;
}

static bool is_kept(const struct kernel_excerpt *excerpt, const Elf64_Shdr *section)
{
	return !elf_section_has_bytes(section) || section->sh_offset >= excerpt->tail ||
	       section->sh_offset + section->sh_size <= excerpt->front;
}

/* Whether all that kernel_elf.c looks at was kept. Of a damaged file it is: what is wrong with it
 * can be seen. */
static bool is_complete(const struct kernel_excerpt *excerpt)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	Elf64_Shdr table = {.sh_type = SHT_PROGBITS};
	Elf64_Ehdr header;
	size_t btf;

	if (excerpt->front >= excerpt->tail)
		return true;
	if (!elf_file_is(excerpt->bytes, excerpt->size))
		return false;
	read_header(excerpt, &header);
	table.sh_offset = header.e_shoff;
	table.sh_size = (uint64_t)header.e_shentsize * header.e_shnum;
	if (!is_kept(excerpt, &table))
		return false;
	if (elf_file_read(excerpt->bytes, excerpt->size, &file, NULL) || !file.section_count)
		return true;
	if (!is_kept(excerpt, &file.sections[file.names]))
		return false;
	for (size_t i = 1; i < file.section_count; i++)
		if (file.sections[i].sh_flags & SHF_ALLOC && !is_kept(excerpt, &file.sections[i]))
			return false;
	btf = elf_file_find_section(&file, ".BTF", 0);
	return is_kept(excerpt, &file.sections[btf]);
}

int kernel_excerpt_finish(struct kernel_excerpt *excerpt, struct kernel_btf *ret_bytes,
			  struct reason *why)
{
	if (!is_complete(excerpt))
		return reason_set(why, -EFBIG,
				  "more than %zu of its %zu MiB would have to be in memory at once "
				  "(--memory); unpack the archive and give this file itself",
				  excerpt->limit >> 20, excerpt->size >> 20);
	*ret_bytes = (struct kernel_btf){
		.data = excerpt->bytes,
		.size = excerpt->size,
		.mapping = excerpt->bytes,
		.mapping_size = excerpt->size,
	};
	excerpt->bytes = NULL;
	return 0;
}
