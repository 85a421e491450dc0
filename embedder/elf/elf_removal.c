/* SPDX-License-Identifier: MIT */
/*
 * First the section header table without the section, then the bytes:
 *
 *  - When all that follows the section's bytes are other sections that no program header maps,
 *    the section header table and padding, these move up and the file gets shorter.
 *  - When something else is there (an appended payload, a loaded segment), nothing moves; only
 *    the table is written anew in its place, and the section's bytes stay behind unnamed.
 *  - When in that case the table itself is mapped, the new one goes to the end of the file.
 */
#include "embedder/elf/elf_removal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

/* A longer run of zero bytes between two parts does not count as padding. */
#define MAX_PADDING 4096

/* Something behind the hole that may move. */
struct piece {
	uint64_t offset;
	uint64_t size;
	Elf64_Shdr *section; /* NULL: the section header table */
};

/* Does a symbol name the section, or one behind it, whose index would change? */
static bool symbols_need(const struct elf_file *file, size_t section)
{
	size_t entry = elf_codec_symbol_size(&file->codec);

	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *table = &file->sections[i];

		/* Other tables of section indices: rare in finished programs, so not parsed. */
		if (table->sh_type == SHT_SYMTAB_SHNDX || table->sh_type == SHT_GROUP)
			return true;
		if (table->sh_type != SHT_SYMTAB && table->sh_type != SHT_DYNSYM)
			continue;
		for (uint64_t at = 0; at + entry <= table->sh_size; at += entry) {
			Elf64_Sym symbol;

			elf_codec_get_symbol(&file->codec, file->data + table->sh_offset + at,
					     &symbol);
			if (symbol.st_shndx >= section && symbol.st_shndx < SHN_LORESERVE)
				return true;
		}
	}
	return false;
}

static uint32_t renumber(uint32_t index, size_t removed)
{
	if (index == removed)
		return SHN_UNDEF;
	return index > removed ? index - 1 : index;
}

/*
 * Takes the section's header out of the table. That lowers the indices of the headers after it, and
 * they are changed where other headers use them; where symbols use them, an empty header stays
 * instead. Ours is the last one as long as no other tool has rewritten the file, and then nothing
 * else changes.
 */
static void drop_header(struct elf_file *file, size_t section)
{
	if (section == file->section_count - 1) {
		file->section_count--;
		return;
	}
	if (symbols_need(file, section)) {
		file->sections[section] = (Elf64_Shdr){0};
		return;
	}
	memmove(&file->sections[section], &file->sections[section + 1],
		(file->section_count - section - 1) * sizeof(*file->sections));
	file->section_count--;
	file->names = renumber((uint32_t)file->names, section);
	for (size_t i = 1; i < file->section_count; i++) {
		Elf64_Shdr *other = &file->sections[i];

		other->sh_link = renumber(other->sh_link, section);
		if ((other->sh_flags & SHF_INFO_LINK) || other->sh_type == SHT_REL ||
		    other->sh_type == SHT_RELA)
			other->sh_info = renumber(other->sh_info, section);
	}
}

/* Removes the name as well when it is the last one and no other section uses it. */
static void drop_name(struct elf_file *file, uint32_t name, size_t length)
{
	Elf64_Shdr *names = &file->sections[file->names];

	if ((uint64_t)name + length + 1 != names->sh_size || !name)
		return;
	if (file->data[names->sh_offset + name - 1])
		return; /* the end of a longer name */
	for (size_t i = 1; i < file->section_count; i++) {
		const Elf64_Shdr *other = &file->sections[i];

		/* The table may be a symbol table's as well: it could use the string too. */
		if (other->sh_name >= name || (i != file->names && other->sh_link == file->names))
			return;
	}
	names->sh_size = name;
}

static bool is_padding(const struct elf_image *image, uint64_t from, uint64_t to)
{
	if (to - from >= MAX_PADDING)
		return false;
	for (; from < to; from++) {
		if (image->data[from])
			return false;
	}
	return true;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * Finds what lies behind the hole. Returns false when some of it must not move. *ret_end: the
 * end of what does not move.
 */
static bool collect_pieces(const struct elf_file *file, uint64_t hole, uint64_t table_size,
			   struct piece *pieces, size_t *ret_count, uint64_t *ret_end)
{
	uint64_t end = elf_codec_header_size(&file->codec);
	size_t count = 0;

	if (file->segment_count)
		end = elf_file_segments_end(file);
	for (size_t i = 0; i < file->section_count; i++) {
		Elf64_Shdr *section = &file->sections[i];

		if (!elf_section_has_bytes(section))
			continue;
		if (section->sh_offset >= hole) {
			if (section->sh_flags & SHF_ALLOC)
				return false;
			pieces[count++] =
				(struct piece){section->sh_offset, section->sh_size, section};
		} else if (section->sh_offset + section->sh_size > end) {
			end = section->sh_offset + section->sh_size;
		}
	}
	if (file->header.e_shoff < hole)
		return false;
	pieces[count++] = (struct piece){file->header.e_shoff, table_size, NULL};
	qsort(pieces, count, sizeof(*pieces), compare_pieces);
	*ret_count = count;
	*ret_end = end;
	return end <= hole;
}

/* Is every byte from @offset on part of a piece, and of one only, or padding? */
static bool pieces_are_all(const struct elf_image *image, const struct piece *pieces, size_t count,
			   uint64_t offset)
{
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].offset < offset || !is_padding(image, offset, pieces[i].offset))
			return false;
		offset = pieces[i].offset + pieces[i].size;
	}
	return is_padding(image, offset, image->size);
}

/* Moves the sections up to @offset; returns the end of the last one. */
static uint64_t move_pieces(struct elf_image *image, const struct piece *pieces, size_t count,
			    uint64_t offset)
{
	for (size_t i = 0; i < count; i++) {
		Elf64_Shdr *section = pieces[i].section;
		uint64_t to;

		if (!section)
			continue;
		to = elf_align_up(offset, section->sh_addralign);
		if (to > pieces[i].offset)
			to = offset; /* it was not aligned before */
		memset(image->data + offset, 0, to - offset);
		memmove(image->data + to, image->data + pieces[i].offset, pieces[i].size);
		section->sh_offset = to;
		offset = to + section->sh_size; /* of the names, less than the piece had */
	}
	return offset;
}

/* Writes the table at @offset, the last thing in the image. */
static int write_table_at_end(struct elf_image *image, struct elf_file *file, uint64_t offset,
			      struct reason *why)
{
	uint64_t table = elf_align_up(offset, elf_codec_word_size(&file->codec));
	uint64_t end = table + elf_file_section_table_size(file);
	int err;

	if (!file->codec.is_64bit && end > UINT32_MAX)
		return reason_set(why, -EFBIG, "it would pass 4 GiB, the limit of a 32-bit file");
	/* Cut off first, so that the new bytes are zero. */
	if (offset < image->size)
		image->size = offset;
	err = elf_image_resize(image, end, why);
	if (err)
		return err;
	for (size_t i = 1; i < file->section_count; i++) {
		Elf64_Shdr *section = &file->sections[i];

		/* Empty sections do not move with the others; they just stay inside the file. */
		if (!elf_section_has_bytes(section) && section->sh_offset > end)
			section->sh_offset = end;
	}
	elf_codec_put_table(&file->codec, image->data + table, file->sections, file->section_count,
			    file->names, table, &file->header);
	return 0;
}

int elf_removal_run(struct elf_image *image, struct elf_file *file, size_t section,
		    struct reason *why)
{
	_cleanup_free_ struct piece *pieces = NULL;
	Elf64_Shdr removed = file->sections[section];
	uint64_t old_size = elf_file_section_table_size(file);
	uint64_t old_offset = file->header.e_shoff, end;
	uint8_t *old_table;
	size_t count;
	int err;

	drop_header(file, section);
	pieces = calloc(file->section_count + 1, sizeof(*pieces));
	if (!pieces)
		return reason_errno(why, -ENOMEM, "section headers");

	if (removed.sh_size &&
	    collect_pieces(file, removed.sh_offset, old_size, pieces, &count, &end) &&
	    pieces_are_all(image, pieces, count, removed.sh_offset + removed.sh_size)) {
		if (file->sections[file->names].sh_offset > removed.sh_offset)
			drop_name(file, removed.sh_name, strlen(COREBTF_SECTION_NAME));
		/* What padded the section goes with it. */
		if (!is_padding(image, end, removed.sh_offset))
			end = removed.sh_offset;
		end = move_pieces(image, pieces, count, end);
		err = write_table_at_end(image, file, end, why);
	} else if (elf_file_is_mapped(file, old_offset, old_size)) {
		err = write_table_at_end(image, file, image->size, why);
	} else {
		old_table = image->data + old_offset;
		memset(old_table, 0, old_size);
		elf_codec_put_table(&file->codec, old_table, file->sections, file->section_count,
				    file->names, old_offset, &file->header);
		if (old_offset + old_size == image->size)
			image->size = old_offset + elf_file_section_table_size(file);
		err = 0;
	}
	if (err)
		return err;
	elf_codec_put_header(&file->codec, image->data, &file->header);
	return 0;
}

int elf_removal_shorten(struct elf_image *image, struct elf_file *file, size_t section,
			uint64_t size, struct reason *why)
{
	_cleanup_free_ struct piece *pieces = NULL;
	Elf64_Shdr *header = &file->sections[section];
	uint64_t start = header->sh_offset, old_end = start + header->sh_size, end;
	uint64_t table_size = elf_file_section_table_size(file);
	size_t count;
	bool may_move;

	pieces = calloc(file->section_count + 1, sizeof(*pieces));
	if (!pieces)
		return reason_errno(why, -ENOMEM, "section headers");
	header->sh_size = 0; /* it is neither in the way nor a piece */
	memset(image->data + start, 0, old_end - start);
	may_move = collect_pieces(file, start, table_size, pieces, &count, &end) &&
		   pieces_are_all(image, pieces, count, old_end);
	header->sh_size = size;
	if (!may_move)
		return 0;
	return write_table_at_end(image, file, move_pieces(image, pieces, count, start + size),
				  why);
}
