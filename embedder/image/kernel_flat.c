/* SPDX-License-Identifier: MIT */
/*
 * In: a kernel without sections. Out: where its BTF is, and its build-id.
 *
 * The BTF is searched by its header, which says enough to be checked: magic, version, lengths that
 * stay inside, strings that begin and end with a NUL. There may be more of it in a kernel: light
 * skeletons carry the BTF of the BPF programs that are built in. The kernel's own is the largest,
 * and must know task_struct: else a kernel without BTF would pass for one with such a program's.
 *
 * Several build-ids lie in a kernel, too: each vDSO is an ELF file with its own. The kernel's is in
 * the notes that end where the BTF starts (include/asm-generic/vmlinux.lds.h: NOTES, then BTF).
 */
#include "embedder/image/kernel_flat.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>

#include "embedder/image/kernel_bytes.h"
#include "runtime/util/bytes.h"

/* A kernel has some 100 to 500 bytes of notes. */
#define NOTES_SIZE_MAX 4096

/* Between the end of the notes and the BTF there is padding for the alignment of the BTF: a few
 * bytes, and since 7.2 up to a page, of which the largest has 64 KiB. */
#define NOTES_PADDING_MAX 64
#define PAGE_SIZE_MIN	  ((size_t)4096)
#define PAGE_SIZE_MAX	  ((size_t)65536)

#define BTF_HEADER_SIZE 24

enum btf_word {
	HEADER_LENGTH,
	TYPES_OFFSET,
	TYPES_LENGTH,
	STRINGS_OFFSET,
	STRINGS_LENGTH,
	BTF_WORDS
};

/* Whether a header follows the four bytes of find_magic(); if so, its words, and the size of the
 * BTF. */
static bool read_btf_header(const uint8_t *bytes, size_t size, uint64_t words[static BTF_WORDS],
			    uint64_t *ret_size)
{
	uint64_t types_end, strings_end;
	bool swapped;

	if (size < BTF_HEADER_SIZE)
		return false;
	swapped = bytes_load(bytes, 2, false) != BTF_MAGIC;
	words[HEADER_LENGTH] = bytes_load(bytes + 4, 4, swapped);
	for (int word = TYPES_OFFSET; word < BTF_WORDS; word++)
		words[word] = bytes_load(bytes + 4 + 4 * word, 4, swapped);
	types_end = words[TYPES_OFFSET] + words[TYPES_LENGTH];
	strings_end = words[STRINGS_OFFSET] + words[STRINGS_LENGTH];
	*ret_size = words[HEADER_LENGTH] + strings_end;
	/* The strings come last, in all that pahole and the kernel's own tools write. */
	return words[HEADER_LENGTH] >= BTF_HEADER_SIZE && words[HEADER_LENGTH] % 4 == 0 &&
	       words[TYPES_OFFSET] % 4 == 0 && words[TYPES_LENGTH] >= sizeof(struct btf_type) &&
	       words[TYPES_LENGTH] % 4 == 0 && types_end <= words[STRINGS_OFFSET] &&
	       words[STRINGS_LENGTH] > 1 && *ret_size <= KERNEL_BTF_SIZE_MAX;
}

static bool is_of_kernel(const uint8_t *strings, size_t size)
{
	static const char name[] = "\0task_struct"; /* and its NUL */

	return strings[0] == '\0' && strings[size - 1] == '\0' &&
	       memmem(strings, size, name, sizeof(name));
}

/* Magic, version 1, no flags. Returns the next place from @at on; @size if there is none. */
static size_t find_magic(const uint8_t *bytes, size_t at, size_t size, const char magic[4])
{
	const uint8_t *found = at < size ? memmem(bytes + at, size - at, magic, 4) : NULL;

	return found ? (size_t)(found - bytes) : size;
}

/* The largest of one byte order. After a valid header the search goes on behind the BTF it
 * describes, so that each byte is read only a few times, whatever is in the image. */
static void find_largest(const uint8_t *bytes, size_t size, const char magic[4], size_t *offset,
			 size_t *largest, bool *cut_off)
{
	size_t at = 0;

	while ((at = find_magic(bytes, at, size, magic)) < size) {
		uint64_t words[BTF_WORDS], btf_size, strings;

		if (!read_btf_header(bytes + at, size - at, words, &btf_size)) {
			at += 4;
			continue;
		}
		if (btf_size > size - at) {
			*cut_off = true;
			at += 4;
			continue;
		}
		strings = words[HEADER_LENGTH] + words[STRINGS_OFFSET];
		if (bytes[at + strings] || bytes[at + btf_size - 1]) {
			at += 4;
			continue;
		}
		if (btf_size > *largest &&
		    is_of_kernel(bytes + at + strings, (size_t)words[STRINGS_LENGTH])) {
			*offset = at;
			*largest = (size_t)btf_size;
		}
		at += (size_t)btf_size;
	}
}

int kernel_flat_find_btf(const void *image, size_t size, size_t *ret_offset, size_t *ret_size,
			 struct reason *why)
{
	size_t offset = 0, largest = 0;
	bool cut_off = false;

	find_largest(image, size, "\x9f\xeb\x01\x00", &offset, &largest, &cut_off);
	find_largest(image, size, "\xeb\x9f\x01\x00", &offset, &largest, &cut_off);
	if (!largest && cut_off)
		return reason_set(why, -EBADMSG,
				  "its BTF does not end before the image does: cut off");
	if (!largest)
		return reason_set(why, -ENODATA,
				  "a kernel without BTF (built without "
				  "CONFIG_DEBUG_INFO_BTF)");
	*ret_offset = offset;
	*ret_size = largest;
	return 0;
}

static uint64_t round_up_to_4(uint64_t size)
{
	return (size + 3) & ~UINT64_C(3);
}

/* The most padding that the alignment of @offset can have caused. */
static size_t padding_max(size_t offset)
{
	size_t alignment = PAGE_SIZE_MAX;

	while (offset % alignment)
		alignment /= 2;
	return alignment >= PAGE_SIZE_MIN ? alignment - 1 : NOTES_PADDING_MAX;
}

/*
 * Reads notes, one after the other, which must fill the @size bytes but for at most @padding zeros
 * at the end. The first one is a build-id: that is taken.
 */
static bool read_notes(const uint8_t *notes, size_t size, size_t padding, bool swapped,
		       struct kernel_facts *facts)
{
	const uint8_t *build_id = notes + sizeof(Elf32_Nhdr) + sizeof("GNU");
	size_t build_id_size = (size_t)BYTES_MEMBER(notes, Elf32_Nhdr, n_descsz, swapped);
	size_t at = 0;

	if (!build_id_size || build_id_size > sizeof(facts->build_id))
		return false;
	while (size - at >= sizeof(Elf32_Nhdr)) {
		uint64_t name_size = BYTES_MEMBER(notes + at, Elf32_Nhdr, n_namesz, swapped);
		uint64_t text_size = BYTES_MEMBER(notes + at, Elf32_Nhdr, n_descsz, swapped);
		uint64_t note_size =
			sizeof(Elf32_Nhdr) + round_up_to_4(name_size) + round_up_to_4(text_size);

		if (!name_size) /* zeros: the padding has begun */
			break;
		if (note_size > size - at)
			return false;
		at += (size_t)note_size;
	}
	if (size - at > padding)
		return false;
	for (; at < size; at++)
		if (notes[at])
			return false;
	memcpy(facts->build_id, build_id, build_id_size);
	facts->build_id_size = build_id_size;
	return true;
}

void kernel_flat_read_build_id(const void *image, size_t btf_offset, struct kernel_facts *facts)
{
	static const char name[] = "GNU"; /* and its NUL */
	const uint8_t *bytes = image;
	size_t padding = padding_max(btf_offset), before = NOTES_SIZE_MAX + padding;
	size_t start = btf_offset > before ? btf_offset - before : 0;
	bool swapped = bytes_load(bytes + btf_offset, 2, false) != BTF_MAGIC;

	for (size_t at = start; btf_offset - at > sizeof(Elf32_Nhdr) + sizeof(name); at++) {
		const uint8_t *note = bytes + at;

		if (memcmp(note + sizeof(Elf32_Nhdr), name, sizeof(name)) == 0 &&
		    BYTES_MEMBER(note, Elf32_Nhdr, n_namesz, swapped) == sizeof(name) &&
		    BYTES_MEMBER(note, Elf32_Nhdr, n_type, swapped) == NT_GNU_BUILD_ID &&
		    read_notes(note, btf_offset - at, padding, swapped, facts))
			return;
	}
}
