/* SPDX-License-Identifier: MIT */
/*
 * A vmlinux of a megabyte of which a quarter may be kept: laid out as linkers do it, and so that
 * something that is needed lies in the part that is not kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/image/kernel_excerpt.h"
#include "tests/embedder/image/kernel_checks.h"

#define SIZE   ((size_t)1 << 20)
#define LIMIT  (SIZE / 4)
#define MIDDLE (SIZE / 2)
#define TAIL   (SIZE - LIMIT / 4)

struct layout {
	bool has_segments;
	size_t btf, names, rodata, table; /* where they are; 0: with the others, in front */
};

static size_t append(uint8_t *file, size_t *at, size_t place, const void *bytes, size_t size)
{
	size_t start = place ? place : *at;

	memcpy(file + start, bytes, size);
	if (!place)
		*at += (size + 15) & ~(size_t)15;
	return start;
}

/* The sections of made_elf() at other offsets. Where nothing is, the bytes are 0xff. */
static uint8_t *make(const struct layout *layout)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};
	struct elf_file file;
	uint8_t *bytes = malloc(SIZE);
	size_t at, entry;
	Elf64_Phdr segment = {.p_type = PT_LOAD};

	assert_non_null(bytes);
	memset(bytes, 0xff, SIZE);
	made_elf(&elf, &kernel);
	assert_int_equal(elf_file_read(elf.data, elf.size, &file, NULL), 0);
	at = elf_codec_header_size(&file.codec) + elf_codec_segment_size(&file.codec);
	for (size_t i = 1; i < file.section_count; i++) {
		Elf64_Shdr *section = &file.sections[i];
		size_t place = 0;

		if (i == elf_file_find_section(&file, ".BTF", 0)) {
			place = layout->btf;
			if (place)
				section->sh_flags &= ~(uint64_t)SHF_ALLOC;
		} else if (i == elf_file_find_section(&file, ".rodata", 0)) {
			place = layout->rodata;
		} else if (i == file.names) {
			place = layout->names;
		} else if (!(section->sh_flags & SHF_ALLOC)) {
			place = MIDDLE + 4096;
		}
		section->sh_offset =
			append(bytes, &at, place, elf.data + section->sh_offset, section->sh_size);
	}
	segment.p_filesz = at;
	if (layout->has_segments) {
		file.header.e_phoff = elf_codec_header_size(&file.codec);
		file.header.e_phentsize = (uint16_t)elf_codec_segment_size(&file.codec);
		file.header.e_phnum = 1;
		elf_codec_put_segment(&file.codec, bytes + file.header.e_phoff, &segment);
	}
	entry = elf_codec_section_size(&file.codec);
	elf_codec_put_table(&file.codec,
			    bytes + (layout->table ?: SIZE - file.section_count * entry),
			    file.sections, file.section_count, file.names,
			    layout->table ?: SIZE - file.section_count * entry, &file.header);
	elf_codec_put_header(&file.codec, bytes, &file.header);
	elf_file_release(&file);
	byte_buffer_free(&elf);
	return bytes;
}

static int take(const uint8_t *bytes, size_t size, size_t limit, size_t piece,
		struct kernel_btf *ret_bytes, struct reason *why)
{
	struct kernel_excerpt excerpt = {0};
	int err;

	assert_int_equal(kernel_excerpt_open(size, limit, &excerpt, NULL), 0);
	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		uint8_t *copy = malloc(length); /* ASan sees a read behind it */

		memcpy(copy, bytes + at, length);
		assert_int_equal(kernel_excerpt_take(&excerpt, at, copy, length), 0);
		free(copy);
	}
	err = kernel_excerpt_finish(&excerpt, ret_bytes, why);
	kernel_excerpt_close(&excerpt);
	return err;
}

/* The kernel is read from what was kept, and what is not needed was not. */
static void test_kept(void **state)
{
	static const struct layout layouts[] = {
		{.has_segments = true},
		{.has_segments = false},
		{.has_segments = true, .btf = TAIL, .names = TAIL + 16384},
	};
	static const size_t pieces[] = {SIZE, 100000, 777};
	struct made_kernel kernel = made_kernel_x86_64();

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		uint8_t *bytes = make(&layouts[i]);

		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct kernel_btf kept = {0}, btf = {0};
			struct kernel_facts facts;
			const uint8_t *data;

			assert_int_equal(take(bytes, SIZE, LIMIT, pieces[k], &kept, NULL), 0);
			assert_int_equal(kept.size, SIZE);
			assert_int_equal(
				kernel_elf_read_memory(kept.data, kept.size, &facts, &btf, NULL),
				0);
			assert_facts(&facts, &kernel, "x86_64");
			assert_build_id(&facts, kernel.build_id);
			assert_btf(&btf, false);
			data = kept.data;
			for (size_t at = LIMIT - LIMIT / 4; at < TAIL && pieces[k] < SIZE; at++)
				if (data[at])
					fail_msg("layout %zu: %zu was kept", i, at);
			/* With program headers, nothing after what they name either. */
			if (layouts[i].has_segments && pieces[k] == 777)
				assert_int_equal(data[LIMIT / 2], 0);
			kernel_btf_close(&btf);
			kernel_btf_close(&kept);
		}
		free(bytes);
	}
}

static void test_not_kept(void **state)
{
	static const struct layout layouts[] = {
		{.has_segments = true, .btf = MIDDLE},	  {.has_segments = true, .names = MIDDLE},
		{.has_segments = true, .rodata = MIDDLE}, {.has_segments = true, .table = MIDDLE},
		{.has_segments = false, .btf = MIDDLE},
	};

	for (size_t i = 0; i <= sizeof(layouts) / sizeof(layouts[0]); i++) {
		bool is_other = i == sizeof(layouts) / sizeof(layouts[0]);
		uint8_t *bytes = make(&layouts[is_other ? 0 : i]);
		struct kernel_btf kept = {0};
		struct reason why = {""};

		if (is_other) /* no ELF file */
			bytes[0] = 'x';
		if (take(bytes, SIZE, LIMIT, 5000, &kept, &why) != -EFBIG)
			fail_msg("layout %zu", i);
		assert_string_equal(why.text,
				    "more than 0 of its 1 MiB would have to be in memory at once "
				    "(--memory); unpack the archive and give this file itself");
		assert_null(kept.data);
		/* With enough of it all is kept, whatever it is. */
		if (is_other) {
			assert_int_equal(take(bytes, SIZE, SIZE, 5000, &kept, NULL), 0);
			assert_memory_equal(kept.data, bytes, SIZE);
			kernel_btf_close(&kept);
		}
		free(bytes);
	}
}

/* What is wrong with a damaged file is for its reader to say. */
static void test_damaged(void **state)
{
	static const struct layout layout = {.has_segments = true};
	uint8_t *bytes = make(&layout);
	struct kernel_btf kept = {0}, btf = {0};
	struct reason why = {""};

	bytes[40 + 3] = 0x7f; /* e_shoff */
	assert_int_equal(take(bytes, SIZE, LIMIT, 5000, &kept, NULL), 0);
	assert_int_equal(kernel_elf_read_memory(kept.data, kept.size, NULL, &btf, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "is past the end of the file"));
	kernel_btf_close(&kept);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
