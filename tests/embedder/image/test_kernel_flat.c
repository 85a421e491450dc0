/* SPDX-License-Identifier: MIT */
/*
 * A kernel's BTF and build-id among those of other parts of the image.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/embedder/image/kernel_checks.h"

/* Of several with task_struct the largest; a magic alone and a header with wrong sizes do not
 * count. */
static void test_several_btfs(void **state)
{
	static const uint8_t magic[] = {0x9f, 0xeb, 1, 0};
	static const uint8_t lying[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0,  0, 0, 0,
					36,   0,    0, 0, 36, 0, 0, 0, 99, 9, 9, 0};
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0}, smaller = {0};
	uint32_t length = htole32(12);

	made_btf(&smaller, false);
	memcpy(smaller.data + 12, &length,
	       4); /* one type fewer in the header, but two more behind it */
	memcpy(smaller.data + 16, &length, 4);
	memmove(smaller.data + 24 + 12, smaller.data + 24 + 36, smaller.size - 24 - 36);
	smaller.size -= 24;
	made_flat(&image, &kernel);
	byte_buffer_append(&image, smaller.data, smaller.size);
	byte_buffer_append(&image, magic, sizeof(magic));
	byte_buffer_append(&image, lying, sizeof(lying));
	assert_image(&image, &kernel, "arm64");
	byte_buffer_clear(&image);
	byte_buffer_append(&image, (uint8_t[64]){[0x38] = 'A', 'R', 'M', 0x64}, 64);
	byte_buffer_append(&image, smaller.data, smaller.size);
	byte_buffer_append(&image, magic, sizeof(magic));
	made_flat(&image, &kernel);
	assert_image(&image, &kernel, "arm64");
	byte_buffer_free(&image);
	byte_buffer_free(&smaller);
}

/* Between the notes and the BTF is only a little padding; otherwise they are not the kernel's. */
static void test_notes(void **state)
{
	static const struct {
		size_t size;
		uint8_t last;
		bool known;
	} gaps[] = {{0, 0, true},    {8, 0, true},  {64, 0, true}, {68, 0, false},
		    {100, 0, false}, {4, 1, false}, {16, 1, false}};
	struct byte_buffer btf = {0};

	made_btf(&btf, false);
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct made_kernel kernel = made_kernel_arm64();
		struct byte_buffer flat = {0}, image = {0};
		uint8_t gap[100] = {0};
		struct kernel_facts facts;
		struct kernel_btf read = {0};
		size_t at;

		made_flat(&flat, &kernel);
		at = (size_t)((uint8_t *)memmem(flat.data, flat.size, btf.data, btf.size) -
			      flat.data);
		if (gaps[i].size)
			gap[gaps[i].size - 1] = gaps[i].last;
		byte_buffer_append(&image, flat.data, at);
		byte_buffer_append(&image, gap, gaps[i].size);
		byte_buffer_append(&image, flat.data + at, flat.size - at);
		assert_int_equal(kernel_image_read(image.data, image.size, &facts, &read, NULL), 0);
		assert_btf(&read, false);
		if (gaps[i].known)
			assert_build_id(&facts, kernel.build_id);
		else
			assert_int_equal(facts.build_id_size, 0);
		kernel_btf_close(&read);
		byte_buffer_free(&flat);
		byte_buffer_free(&image);
	}
	byte_buffer_free(&btf);
}

/* A BTF at the start of a page, as of 7.2: the padding before it may be as long as the page. */
static void test_notes_before_page(void **state)
{
	static const struct {
		size_t alignment;
		size_t more; /* zeros than the alignment needs */
		bool known;
	} pages[] = {{4096, 0, true},
		     {16384, 0, true},
		     {65536, 0, true},
		     {4096, 4096, false},
		     {16384, 16384, false}};
	struct byte_buffer btf = {0};

	made_btf(&btf, false);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct made_kernel kernel = made_kernel_arm64();
		struct byte_buffer flat = {0}, image = {0};
		size_t alignment = pages[i].alignment, at;
		struct kernel_facts facts;
		struct kernel_btf read = {0};

		made_flat(&flat, &kernel);
		at = (size_t)((uint8_t *)memmem(flat.data, flat.size, btf.data, btf.size) -
			      flat.data);
		byte_buffer_append(&image, flat.data, at);
		/* at an odd multiple, so that no larger page explains more zeros */
		while (image.size % (2 * alignment) != alignment)
			byte_buffer_append(&image, "", 1);
		for (size_t more = 0; more < 2 * pages[i].more; more++)
			byte_buffer_append(&image, "", 1);
		byte_buffer_append(&image, flat.data + at, flat.size - at);
		assert_int_equal(kernel_image_read(image.data, image.size, &facts, &read, NULL), 0);
		assert_btf(&read, false);
		if (pages[i].known)
			assert_build_id(&facts, kernel.build_id);
		else
			assert_int_equal(facts.build_id_size, 0);
		kernel_btf_close(&read);
		byte_buffer_free(&flat);
		byte_buffer_free(&image);
	}
	byte_buffer_free(&btf);
}

/* Larger than the kernel's, but with a header of 20 bytes, which no version of BTF has. */
static void test_short_btf_header(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0}, btf = {0};

	made_btf(&btf, false);
	put(&btf, 4, 20, 4);
	put(&btf, 16, 36 + 4, 4);
	put(&btf, 20, sizeof("\0task_struct") + 4, 4);
	byte_buffer_append_u32(&btf, 0);
	made_flat(&image, &kernel);
	byte_buffer_append(&image, btf.data, btf.size);
	assert_image(&image, &kernel, "arm64");
	byte_buffer_free(&image);
	byte_buffer_free(&btf);
}

/* Nothing but magics with valid headers: the search ends, and soon. */
static void test_many_magics(void **state)
{
	struct byte_buffer image = {0}, btf = {0};

	made_program_btf(&btf, false);
	byte_buffer_append(&image, (uint8_t[64]){[0x38] = 'A', 'R', 'M', 0x64}, 64);
	while (image.size < 8 << 20) {
		byte_buffer_append(&image, btf.data, 24);
		byte_buffer_append(&image, btf.data, btf.size);
	}
	assert_refuses(&image, -ENODATA, "built without BTF");
	byte_buffer_free(&image);
	byte_buffer_free(&btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_btfs),	  cmocka_unit_test(test_notes),
		cmocka_unit_test(test_notes_before_page), cmocka_unit_test(test_short_btf_header),
		cmocka_unit_test(test_many_magics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
