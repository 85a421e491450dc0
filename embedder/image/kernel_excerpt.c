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
 *
 * The second time, what is kept is known: kernel_dwarf_ranges().
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

/* The ranges of an excerpt that is not known beforehand. */
enum { FRONT, TAIL };

static int map_excerpt(size_t size, struct kernel_excerpt *ret_excerpt, struct reason *why)
{
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (bytes == MAP_FAILED)
		return reason_errno(why, -ENOMEM, "cannot unpack it");
	*ret_excerpt = (struct kernel_excerpt){.bytes = bytes, .size = size};
	return 0;
}

int kernel_excerpt_open(size_t size, size_t limit, struct kernel_excerpt *ret_excerpt,
			struct reason *why)
{
	size_t tail = limit / 4 < TAIL_SIZE ? limit / 4 : TAIL_SIZE;
	int err = map_excerpt(size, ret_excerpt, why);

	if (err)
		return err;
	ret_excerpt->limit = limit;
	ret_excerpt->kept[FRONT].end = size <= limit ? size : limit - tail;
	ret_excerpt->kept[TAIL].start = size <= tail ? 0 : size - tail;
	ret_excerpt->kept[TAIL].end = size;
	ret_excerpt->kept_count = 2;
	return 0;
}

int kernel_excerpt_open_ranges(size_t size, const struct kernel_excerpt_range *ranges, size_t count,
			       struct kernel_excerpt *ret_excerpt, struct reason *why)
{
	int err = map_excerpt(size, ret_excerpt, why);

	if (err)
		return err;
	memcpy(ret_excerpt->kept, ranges, count * sizeof(*ranges));
	ret_excerpt->kept_count = count;
	ret_excerpt->is_known = true;
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

static void copy(struct kernel_excerpt *excerpt, const struct kernel_excerpt_range *range,
		 uint64_t offset, const uint8_t *piece, size_t size)
{
	uint64_t from = range->start > offset ? range->start : offset;
	uint64_t to = range->end < offset + size ? range->end : offset + size;

	if (from < to)
		memcpy(excerpt->bytes + from, piece + (from - offset), to - from);
}

int kernel_excerpt_take(void *context, uint64_t offset, const void *piece, size_t size)
{
	struct kernel_excerpt *excerpt = context;
	uint64_t end;

	for (size_t i = 0; i < excerpt->kept_count; i++)
		copy(excerpt, &excerpt->kept[i], offset, piece, size);
	if (excerpt->is_known || excerpt->seen_head || offset + size < HEAD_SIZE)
		return 0;
	excerpt->seen_head = true;
	end = find_segments_end(excerpt);
	if (end && end < excerpt->kept[FRONT].end)
		excerpt->kept[FRONT].end = end > offset + size ? end : offset + size;
	return 0;
}

static bool is_kept(const struct kernel_excerpt *excerpt, const Elf64_Shdr *section)
{
	return !elf_section_has_bytes(section) || section->sh_offset >= excerpt->kept[TAIL].start ||
	       section->sh_offset + section->sh_size <= excerpt->kept[FRONT].end;
}

/* Whether all that kernel_elf.c looks at was kept. Of a damaged file it is: what is wrong with it
 * can be seen. */
static bool is_complete(const struct kernel_excerpt *excerpt)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	Elf64_Shdr table = {.sh_type = SHT_PROGBITS};
	Elf64_Ehdr header;
	size_t btf;

	if (excerpt->is_known || excerpt->kept[FRONT].end >= excerpt->kept[TAIL].start)
		return true;
	if (!elf_file_is(excerpt->bytes, excerpt->size))
		return false;
	read_header(excerpt, &header);
	table.sh_offset = header.e_shoff;
	table.sh_size = (uint64_t)header.e_shentsize * header.e_shnum;
	if (!is_kept(excerpt, &table))
		return false;
	if (elf_file_read_sections(excerpt->bytes, excerpt->size, &file, NULL) ||
	    !file.section_count)
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
