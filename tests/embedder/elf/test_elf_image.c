/* SPDX-License-Identifier: MIT */
/*
 * The section .corebtf in images that no linker here makes: rare layouts, limits, and wrong
 * headers. test_executable.sh tests the images of real linkers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/elf_builder.h"
#include "embedder/elf/elf_embedding.h"
#include "embedder/util/cleanup.h"

static const char code[] = "the bytes of the program itself, which nobody may move";
static const char comment[] = "what the compiler was";

static const struct built_section usual_sections[] = {
	{.name = ".text",
	 .type = SHT_PROGBITS,
	 .flags = SHF_ALLOC,
	 .data = code,
	 .size = sizeof(code),
	 .alignment = 16},
	{.name = ".bss", .type = SHT_NOBITS, .flags = SHF_ALLOC, .size = 4096, .alignment = 16},
	{.name = ".comment",
	 .type = SHT_PROGBITS,
	 .data = comment,
	 .size = sizeof(comment),
	 .alignment = 1},
};

#define USUAL                                                                                      \
	.type = ET_DYN, .machine = EM_X86_64, .sections = usual_sections, .count = 3, .mapped = 1

static const struct elf_build usual = {.is_64bit = true, USUAL};

/* Not a multiple of 8, and no byte is zero. */
static uint8_t bundle[1003];

static int make_bundle(void **state)
{
	for (size_t i = 0; i < sizeof(bundle); i++)
		bundle[i] = (uint8_t)(i % 251 + 1);
	return 0;
}

static struct elf_image built(const struct elf_build *build)
{
	struct elf_image image = {0};

	image.data = elf_build(build, &image.size);
	assert_non_null(image.data);
	return image;
}

static struct elf_image copy_of(const struct elf_image *image)
{
	struct elf_image copy = {.data = malloc(image->size), .size = image->size};

	assert_non_null(copy.data);
	memcpy(copy.data, image->data, image->size);
	return copy;
}

static void assert_same(const struct elf_image *a, const struct elf_image *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->data, b->data, a->size);
}

/* Every byte that a segment of @before maps is unchanged, apart from the ELF header. */
static void assert_mapped_unchanged(const struct elf_image *before, const struct elf_image *after)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};

	assert_int_equal(elf_image_read(before, &file, NULL), 0);
	for (size_t i = 0; i < file.segment_count; i++) {
		uint64_t from = file.segments[i].p_offset;
		uint64_t to = from + file.segments[i].p_filesz;
		uint64_t header = elf_codec_header_size(&file.codec);

		if (from < header)
			from = header;
		if (from >= to)
			continue;
		assert_true(to <= after->size);
		assert_memory_equal(before->data + from, after->data + from, to - from);
	}
}

static void assert_attached(const struct elf_image *image, size_t size)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	const Elf64_Shdr *section;
	size_t index;

	assert_int_equal(elf_image_read(image, &file, NULL), 0);
	index = elf_file_find_section(&file, ".corebtf", 0);
	assert_int_not_equal(index, 0);
	assert_int_equal(elf_file_find_section(&file, ".corebtf", index), 0);
	section = &file.sections[index];
	assert_int_equal(section->sh_type, SHT_PROGBITS);
	assert_int_equal(section->sh_flags, 0);
	assert_int_equal(section->sh_offset % 8, 0);
	assert_int_equal(section->sh_size, size);
	assert_memory_equal(image->data + section->sh_offset, bundle, size);
}

/* Attaches, replaces by a larger and a smaller bundle, removes: each step gives the same bytes as
 * attaching to the original, and the last one the original. Takes over @original. */
static void live_through(struct elf_image original)
{
	static const size_t sizes[] = {500, sizeof(bundle), 1};
	_cleanup_(elf_image_release) struct elf_image image = copy_of(&original);
	_cleanup_(elf_image_release) struct elf_image before = original;
	struct reason why;

	for (size_t i = 0; i < 3; i++) {
		_cleanup_(elf_image_release) struct elf_image other = copy_of(&original);

		assert_int_equal(elf_embedding_attach(&image, bundle, sizes[i], &why), 0);
		assert_attached(&image, sizes[i]);
		assert_mapped_unchanged(&before, &image);
		assert_int_equal(elf_embedding_attach(&other, bundle, sizes[i], &why), 0);
		assert_same(&image, &other);
	}
	assert_int_equal(elf_embedding_remove(&image, &why), 0);
	assert_same(&image, &before);
	assert_int_equal(elf_embedding_remove(&image, &why), -ENODATA);
	assert_same(&image, &before);
}

static void classes_and_byte_orders(void **state)
{
	for (int kind = 0; kind < 4; kind++) {
		struct elf_build build = {.is_64bit = kind & 1, .big_endian = kind & 2, USUAL};

		live_through(built(&build));
		build.type = ET_EXEC;
		build.headers_first = true;
		live_through(built(&build));
	}
}

static void usual_end_is_cut(void **state)
{
	_cleanup_(elf_image_release) struct elf_image image = built(&usual);
	size_t before = image.size;

	assert_int_equal(elf_embedding_attach(&image, bundle, 1000, NULL), 0);
	/* A header, a name, the bundle, and no more than padding. */
	assert_true(image.size >= before + 1000 + 64);
	assert_true(image.size <= before + 1000 + 64 + 9 + 16);
}

/* The Go linker's way: everything about sections at the front, mapped. */
static void headers_in_a_segment(void **state)
{
	struct elf_build build = {.is_64bit = true, .headers_first = true, USUAL};

	live_through(built(&build));
	build.names_flags = SHF_ALLOC;
	live_through(built(&build));
}

static void names_of_the_program_stay(void **state)
{
	struct elf_build build = {
		.is_64bit = true, .headers_first = true, .names_flags = SHF_ALLOC, USUAL};
	_cleanup_(elf_image_release) struct elf_image image = built(&build);
	_cleanup_(elf_file_release) struct elf_file before = {0}, after = {0};
	struct elf_image original = copy_of(&image);

	assert_int_equal(elf_image_read(&original, &before, NULL), 0);
	assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), 0);
	assert_int_equal(elf_image_read(&image, &after, NULL), 0);
	assert_int_equal(after.section_count, before.section_count + 2);
	assert_memory_equal(&after.sections[before.names], &before.sections[before.names],
			    sizeof(Elf64_Shdr));
	elf_image_release(&original);
}

static void no_names_or_no_headers(void **state)
{
	struct elf_build build = {.is_64bit = true, .without_names = true, USUAL};

	live_through(built(&build));
	build.without_headers = true;
	live_through(built(&build));
	build.is_64bit = false;
	build.big_endian = true;
	live_through(built(&build));
}

/* Counts and indices that do not fit into the ELF header. */
static void very_many_sections(void **state)
{
	static const size_t totals[] = {0xfefe, 0xfeff, 0xff00, 0xff01, 0x10001};

	for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++) {
		struct elf_build build = {.is_64bit = true, .spare = totals[i] - 5, USUAL};
		_cleanup_(elf_image_release) struct elf_image image = built(&build);
		_cleanup_(elf_file_release) struct elf_file file = {0};

		assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), 0);
		assert_int_equal(elf_image_read(&image, &file, NULL), 0);
		assert_int_equal(file.section_count, totals[i] + 1);
		assert_int_equal(file.names, totals[i] - 1);
		assert_int_equal(file.header.e_shnum, totals[i] + 1 < 0xff00 ? totals[i] + 1 : 0);
		live_through(built(&build));
	}
}

static void payload_stays(void **state)
{
	_cleanup_(elf_image_release) struct elf_image image = built(&usual);
	size_t size = image.size;

	assert_int_equal(elf_image_resize(&image, size + 7, NULL), 0);
	memcpy(image.data + size, "payload", 7);
	live_through(copy_of(&image));
	assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), 0);
	assert_memory_equal(image.data + size, "payload", 7);
}

static void limit_of_32_bits(void **state)
{
	struct elf_build build = {USUAL};
	_cleanup_(elf_image_release) struct elf_image image = built(&build);
	struct reason why;

	/* Refused after reading its first bytes only. */
	assert_int_equal(elf_embedding_attach(&image, bundle, 0xfffffff0u, &why), -EFBIG);
	assert_non_null(strstr(why.text, "4 GiB"));
}

static void section_of_the_program_is_refused(void **state)
{
	struct built_section sections[] = {usual_sections[0], usual_sections[2]};
	struct elf_build build = {
		.is_64bit = true, .type = ET_EXEC, .sections = sections, .count = 2};

	for (int kind = 0; kind < 3; kind++) {
		_cleanup_(elf_image_release) struct elf_image image = {0};
		_cleanup_(elf_image_release) struct elf_image before = {0};
		struct reason why;

		sections[0].name = kind == 2 ? ".text" : ".corebtf";
		sections[1].name = kind == 2 ? ".corebtf" : ".comment";
		sections[0].flags = kind == 0 ? SHF_ALLOC : 0;
		build.mapped = (size_t)kind;
		image = built(&build);
		before = copy_of(&image);
		assert_int_equal(elf_embedding_attach(&image, bundle, 100, &why), -EOPNOTSUPP);
		assert_non_null(strstr(why.text, "part of a loaded segment"));
		assert_int_equal(elf_embedding_remove(&image, &why), -EOPNOTSUPP);
		assert_same(&image, &before);
	}
}

static void other_types_are_refused(void **state)
{
	static const uint16_t types[] = {ET_NONE, ET_REL, ET_CORE, 0xfe00};

	for (size_t i = 0; i < 4; i++) {
		struct elf_build build = usual;
		_cleanup_(elf_image_release) struct elf_image image = {0};

		build.type = types[i];
		image = built(&build);
		assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), -ENOEXEC);
	}
}

static void bundle_of_the_other_byte_order(void **state)
{
	uint8_t little[96] = "\xc0reBTF\x1a\n\4\3\2\1", big[96] = "\xc0reBTF\x1a\n\1\2\3\4";
	struct elf_build build = usual;

	for (int order = 0; order < 2; order++) {
		_cleanup_(elf_image_release) struct elf_image image = {0};
		struct reason why;

		build.big_endian = order;
		image = built(&build);
		assert_int_equal(elf_embedding_attach(&image, order ? little : big, 96, &why),
				 -EINVAL);
		assert_non_null(
			strstr(why.text, order ? "big-endian machine" : "little-endian machine"));
		assert_int_equal(elf_embedding_attach(&image, order ? big : little, 96, &why), 0);
		assert_int_equal(elf_embedding_attach(&image, bundle, 0, &why), -EINVAL);
	}
}

/* Another tool put our section before others: they move up and are renumbered. */
static void section_in_the_middle(void **state)
{
	static const char strings[] = "\0some_symbol";
	Elf64_Sym symbols[2] = {{0}, {.st_name = 1, .st_shndx = 1}};
	struct built_section sections[] = {
		usual_sections[0],
		{.name = ".corebtf",
		 .type = SHT_PROGBITS,
		 .data = bundle,
		 .size = sizeof(bundle),
		 .alignment = 8},
		{.name = ".symtab",
		 .type = SHT_SYMTAB,
		 .data = symbols,
		 .size = sizeof(symbols),
		 .alignment = 8,
		 .link = 4},
		{.name = ".strtab",
		 .type = SHT_STRTAB,
		 .data = strings,
		 .size = sizeof(strings),
		 .alignment = 1},
	};
	struct elf_build build = {
		.is_64bit = true, .type = ET_DYN, .sections = sections, .count = 4, .mapped = 1};

	for (uint16_t symbol_section = 1; symbol_section < 4; symbol_section++) {
		_cleanup_(elf_image_release) struct elf_image image = {0}, before = {0};
		_cleanup_(elf_file_release) struct elf_file file = {0};
		bool kept = symbol_section > 1; /* the number is needed */
		const Elf64_Shdr *strtab;

		symbols[1].st_shndx = symbol_section;
		image = built(&build);
		before = copy_of(&image);
		assert_int_equal(elf_embedding_remove(&image, NULL), 0);
		assert_mapped_unchanged(&before, &image);
		assert_int_equal(elf_image_read(&image, &file, NULL), 0);
		assert_int_equal(file.section_count, kept ? 6 : 5);
		assert_int_equal(elf_file_find_section(&file, ".symtab", 0), kept ? 3 : 2);
		assert_int_equal(file.sections[kept ? 3 : 2].sh_link, kept ? 4 : 3);
		strtab = &file.sections[kept ? 4 : 3];
		assert_memory_equal(image.data + strtab->sh_offset, strings, sizeof(strings));
		assert_true(image.size <= before.size - sizeof(bundle) - (kept ? 0 : 64));
		assert_true(image.size + sizeof(bundle) + 64 + 16 >= before.size);
	}
}

/* Data that another tool left behind our section and that must not move. Then only the section
 * table changes, in place; or at the end, when it is part of the program. */
static void something_fixed_behind(void **state)
{
	enum { ALLOCATED, MAPPED, UNKNOWN_BYTES, TABLE_MAPPED, CASES };

	for (int what = 0; what < CASES; what++) {
		struct built_section sections[] = {
			usual_sections[0],
			{.name = ".corebtf",
			 .type = SHT_PROGBITS,
			 .data = bundle,
			 .size = 100,
			 .alignment = 8},
			{.name = ".last",
			 .type = SHT_PROGBITS,
			 .data = code,
			 .size = sizeof(code),
			 .alignment = 64},
		};
		struct elf_build build = {.is_64bit = true,
					  .type = ET_DYN,
					  .sections = sections,
					  .count = 3,
					  .mapped = 1};
		_cleanup_(elf_image_release) struct elf_image image = {0}, before = {0};
		_cleanup_(elf_file_release) struct elf_file file = {0}, after = {0};
		uint64_t offset;

		if (what == ALLOCATED)
			sections[2].flags = SHF_ALLOC;
		build.headers_first = what == TABLE_MAPPED;
		image = built(&build);
		assert_int_equal(elf_image_read(&image, &file, NULL), 0);
		offset = file.sections[3].sh_offset;
		if (what == MAPPED) {
			memcpy(image.data + file.header.e_phoff + offsetof(Elf64_Phdr, p_offset),
			       &offset, 8);
			memcpy(image.data + file.header.e_phoff + offsetof(Elf64_Phdr, p_filesz),
			       &(uint64_t){8}, 8);
		} else if (what == UNKNOWN_BYTES) {
			image.data[offset - 1] = 'u';
		} else if (what == TABLE_MAPPED) {
			assert_int_equal(elf_image_resize(&image, image.size + 1, NULL), 0);
			image.data[image.size - 1] = 'u';
		}
		before = copy_of(&image);
		assert_int_equal(elf_embedding_remove(&image, NULL), 0);
		assert_int_equal(elf_image_read(&image, &after, NULL), 0);
		assert_mapped_unchanged(&before, &image);
		assert_int_equal(elf_file_find_section(&after, ".corebtf", 0), 0);
		assert_int_equal(elf_file_find_section(&after, ".last", 0), 2);
		assert_int_equal(after.sections[2].sh_offset, offset);
		assert_memory_equal(image.data + offset - 1, before.data + offset - 1,
				    sizeof(code) + 1);
		if (what == TABLE_MAPPED) {
			assert_true(after.header.e_shoff >= before.size);
		} else {
			assert_int_equal(after.header.e_shoff, file.header.e_shoff);
			assert_int_equal(image.size, before.size - sizeof(Elf64_Shdr));
		}
	}
}

static void several_sections(void **state)
{
	struct built_section sections[20];
	struct elf_build build = {
		.is_64bit = true, .type = ET_DYN, .sections = sections, .count = 3};
	_cleanup_(elf_image_release) struct elf_image image = {0}, many = {0};

	sections[0] = usual_sections[0];
	for (size_t i = 1; i < 20; i++)
		sections[i] = (struct built_section){.name = ".corebtf",
						     .type = SHT_PROGBITS,
						     .data = bundle,
						     .size = 100,
						     .alignment = 1};
	image = built(&build);
	assert_int_equal(elf_embedding_attach(&image, bundle, 50, NULL), 0);
	assert_attached(&image, 50);
	build.count = 20;
	many = built(&build);
	assert_int_equal(elf_embedding_remove(&many, NULL), -EBADMSG);
}

/* Any image: no crash, and when attaching succeeds, removing gives the image back. */
static void try_hostile(struct elf_image *image)
{
	_cleanup_(elf_image_release) struct elf_image before = copy_of(image);
	_cleanup_(elf_image_release) struct elf_image removed = copy_of(image);
	struct reason why;
	int had;

	had = elf_embedding_remove(&removed, &why);
	if (!had)
		assert_mapped_unchanged(&before, &removed);
	if (elf_embedding_attach(image, bundle, 77, &why) == 0) {
		assert_attached(image, 77);
		assert_mapped_unchanged(&before, image);
		assert_int_equal(elf_embedding_remove(image, &why), 0);
		assert_same(image, had == 0 ? &removed : &before);
	}
}

static void hostile_headers(void **state)
{
	for (int kind = 0; kind < 8; kind++) {
		struct elf_build build = {.is_64bit = kind & 1, .headers_first = kind & 2, USUAL};
		_cleanup_(elf_image_release) struct elf_image image = built(&build);
		size_t size;

		if (kind & 4) {
			assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), 0);
		}
		size = image.size;
		/* Every field of every header has its place at a multiple of 2. */
		for (size_t at = 0; at + 8 <= size; at += 2) {
			const uint64_t values[] = {0,	      1,	  2,
						   3,	      7,	  8,
						   0x40,      0xff00,	  0xffff,
						   size - 1,  size,	  size + 1,
						   size - at, 0x7fffffff, 0xffffffff,
						   INT64_MAX, UINT64_MAX, UINT64_MAX - size};

			for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
				for (size_t width = 2; width <= 8; width *= 2) {
					_cleanup_(elf_image_release) struct elf_image bad =
						copy_of(&image);

					memcpy(bad.data + at, &values[i], width);
					try_hostile(&bad);
				}
			}
		}
	}
}

static void truncation(void **state)
{
	_cleanup_(elf_image_release) struct elf_image image = built(&usual);

	for (int attached = 0; attached < 2; attached++) {
		for (size_t size = 0; size < image.size; size++) {
			_cleanup_(elf_image_release) struct elf_image bad = {
				.data = malloc(size ? size : 1), .size = size};
			struct reason why;

			memcpy(bad.data, image.data, size);
			assert_true(elf_embedding_attach(&bad, bundle, 100, &why) < 0);
		}
		assert_int_equal(elf_embedding_attach(&image, bundle, 100, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_and_byte_orders),
		cmocka_unit_test(usual_end_is_cut),
		cmocka_unit_test(headers_in_a_segment),
		cmocka_unit_test(names_of_the_program_stay),
		cmocka_unit_test(no_names_or_no_headers),
		cmocka_unit_test(very_many_sections),
		cmocka_unit_test(payload_stays),
		cmocka_unit_test(limit_of_32_bits),
		cmocka_unit_test(section_of_the_program_is_refused),
		cmocka_unit_test(other_types_are_refused),
		cmocka_unit_test(bundle_of_the_other_byte_order),
		cmocka_unit_test(section_in_the_middle),
		cmocka_unit_test(something_fixed_behind),
		cmocka_unit_test(several_sections),
		cmocka_unit_test(hostile_headers),
		cmocka_unit_test(truncation),
	};

	return cmocka_run_group_tests(tests, make_bundle, NULL);
}
