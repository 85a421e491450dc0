/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <byteswap.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/relo/core_relo.h"
#include "embedder/relo/relo_text.h"
#include "tests/support/btf_bytes.h"

#define MAGIC (BTF_MAGIC | (uint32_t)BTF_VERSION << 16)

/* Header of 32 bytes, then two sections with 1 and 2 relocations of 16 bytes. */
static const uint32_t sample[] = {
	MAGIC, 32, 0,  0, 0,  0, 0,  4 + 2 * 8 + 3 * 16, /* header */
	16,						 /* record size */
	5,     1,  8,  1, 10, 0,			 /* section, count, record */
	6,     2,  16, 2, 11, 7, 24, 3,
	12,    99,
};

static void *copy_words(const uint32_t *words, size_t size, bool swapped)
{
	uint32_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, words, size);
	for (size_t i = 1; swapped && i < size / 4; i++)
		copy[i] = bswap_32(copy[i]);
	if (swapped && size >= 4) {
		uint16_t magic = bswap_16(BTF_MAGIC);

		memcpy(copy, &magic, sizeof(magic));
	}
	return copy;
}

/* Reads all records; how many, or the error. */
static int read_all(const void *ext, size_t size, struct core_relo *relos, struct reason *why)
{
	struct btf_ext_reader reader;
	struct btf_ext_section section;
	int count = 0, more = btf_ext_reader_open(&reader, BTF_EXT_CORE_RELOS, ext, size, why);

	if (more)
		return more;
	while ((more = btf_ext_reader_next(&reader, &section, why)) > 0) {
		for (uint32_t i = 0; i < section.count; i++, count++) {
			struct core_relo relo = core_relo_read(&reader, &section, i);

			if (relos)
				relos[count] = relo;
		}
	}
	return more ? more : count;
}

static void test_records(void **state)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		void *ext = copy_words(sample, sizeof(sample), swapped);
		struct core_relo relos[3];
		struct reason why;

		assert_int_equal(read_all(ext, sizeof(sample), relos, &why), 3);
		assert_int_equal(relos[0].instruction_offset, 8);
		assert_int_equal(relos[1].type_id, 2);
		assert_int_equal(relos[2].access_offset, 12);
		assert_int_equal(relos[2].kind, 99);
		free(ext);
	}
}

/* Newer records and headers are longer; the unknown rest is skipped. */
static void test_longer_records(void **state)
{
	static const uint32_t words[] = {
		MAGIC, 40, 0, 0,  0, 0,	 4,  4 + 8 + 2 * 24,
		77,    77, /* header, 2 words more */
		99,	   /* a gap of 4 bytes before the relocations */
		24,    5,  2, 8,  1, 10, 0,  88,
		88,    16, 2, 11, 7, 88, 88,
	};
	void *ext = copy_words(words, sizeof(words), false);
	struct core_relo relos[2];
	struct reason why;

	assert_int_equal(read_all(ext, sizeof(words), relos, &why), 2);
	assert_int_equal(relos[1].instruction_offset, 16);
	assert_int_equal(relos[1].kind, 7);
	free(ext);
}

/* A section without relocations is none; an object from before CO-RE has a shorter header. */
static void test_nothing(void **state)
{
	uint32_t words[10] = {MAGIC, 32, 0, 0, 0, 0, 0, 0, 0, 0};
	struct reason why;

	assert_int_equal(read_all(words, sizeof(words), NULL, &why), 0);
	words[1] = 24;
	words[7] = 999;
	assert_int_equal(read_all(words, sizeof(words), NULL, &why), 0);
	words[1] = 8;
	assert_int_equal(read_all(words, 8, NULL, &why), 0);
}

static void test_truncated(void **state)
{
	for (size_t size = 0; size < sizeof(sample); size++) {
		void *ext = copy_words(sample, size, false);
		struct reason why = {""};

		assert_int_equal(read_all(ext, size, NULL, &why), -EBADMSG);
		assert_non_null(strstr(why.text, ".BTF.ext"));
		free(ext);
	}
}

/* The table of relocations ends early, the section goes on. */
static void test_truncated_table(void **state)
{
	for (uint32_t size = 1; size < 4 + 2 * 8 + 3 * 16; size++) {
		uint32_t *ext = copy_words(sample, sizeof(sample), false);
		struct reason why = {""};
		int result;

		ext[7] = size;
		result = read_all(ext, sizeof(sample), NULL, &why);
		if (size == 4)
			assert_int_equal(result, 0);
		else if (size == 4 + 8 + 16)
			assert_int_equal(result, 1);
		else
			assert_int_equal(result, -EBADMSG);
		free(ext);
	}
}

static void test_bad_words(void **state)
{
	static const struct {
		unsigned int word;
		uint32_t value;
		int err;
	} cases[] = {
		{0, 0x0001eb9e, -EBADMSG},  {0, 0x0002eb9f, -EOPNOTSUPP},
		{1, 7, -EBADMSG},	    {1, 0, -EBADMSG},
		{1, 0xffffffff, -EBADMSG},  {1, 36, -EBADMSG},
		{6, 4, -EBADMSG},	    {6, 0xffffffff, -EBADMSG},
		{7, 0xffffffff, -EBADMSG},  {7, 3, -EBADMSG},
		{8, 0, -EBADMSG},	    {8, 12, -EBADMSG},
		{8, 17, -EBADMSG},	    {8, 0xfffffffc, -EBADMSG},
		{10, 0xffffffff, -EBADMSG}, {10, 4, -EBADMSG},
		{10, 0x10000001, -EBADMSG}, {16, 0x10000001, -EBADMSG},
		{16, 3, -EBADMSG},	    {16, 1, -EBADMSG},
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t *ext = copy_words(sample, sizeof(sample), false);
		struct reason why = {""};

		ext[cases[i].word] = cases[i].value;
		assert_int_equal(read_all(ext, sizeof(sample), NULL, &why), cases[i].err);
		assert_non_null(strstr(why.text, ".BTF.ext"));
		free(ext);
	}
}

/* Requests ----------------------------------------------------------------------------------- */

/* struct s { int a; struct { int b; }; int c[3]; } [4], enum e { ONE } [5], int [1] */
static void add_types(struct btf_bytes *b)
{
	uint32_t number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED), array, inner;

	inner = btf_bytes_type(b, "", BTF_BYTES_KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(b, "b", number, 0);
	array = btf_bytes_array(b, number, number, 3);
	btf_bytes_type(b, "s___old", BTF_BYTES_KIND(BTF_KIND_STRUCT, 3), 20);
	btf_bytes_member(b, "a", number, 0);
	btf_bytes_member(b, "", inner, 32);
	btf_bytes_member(b, "c", array, 64);
	btf_bytes_type(b, "e", BTF_BYTES_KIND(BTF_KIND_ENUM, 1), 4);
	btf_bytes_word(b, btf_bytes_string(b, "ONE___x"));
	btf_bytes_word(b, 1);
}

/* One relocation as text, or the error's message. */
static int describe(const struct btf_bytes_relo *relo, char *text, size_t size)
{
	struct btf_bytes b = {0};
	struct bpf_object_file object;
	struct request_set *set = request_set_new();
	struct reason why = {""};
	int err;

	assert_non_null(set);
	add_types(&b);
	object = btf_bytes_object(&b, relo, 1);
	err = request_set_add_object(set, &object, &why);
	if (err) {
		assert_int_equal(request_set_count(set), 0);
		snprintf(text, size, "%s", why.text);
	} else {
		assert_int_equal(set->site_count, 1);
		*text = '\0';
		if (request_set_count(set))
			request_text(set, 0, text, size);
	}
	request_set_free(set);
	bpf_object_file_close(&object);
	btf_bytes_free(&b);
	return err;
}

static void test_descriptions(void **state)
{
	static const struct {
		struct btf_bytes_relo relo;
		const char *text;
	} cases[] = {
		{{4, "0:0", 0}, "field byte offset of struct s.a"},
		{{4, "0:1:0", 2}, "field exists of struct s.b"},
		{{4, "2:2:1", 1}, "field byte size of struct s[2].c[1]"},
		{{4, "0", 8}, "type exists of struct s"},
		{{1, "0", 9}, "type size of int"},
		{{5, "0", 11}, "enumerator value of enum e::ONE___x"},
		{{4, "0", 6}, ""},
	};
	char text[200];

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(describe(&cases[i].relo, text, sizeof(text)), 0);
		assert_string_equal(text, cases[i].text);
	}
}

/* Relocations that libbpf refuses for every kernel: no request is made, and the reason is kept. */
static void test_broken(void **state)
{
	static const struct {
		struct btf_bytes_relo relo;
		const char *says;
	} cases[] = {
		{{4, "", 0}, "not of the form"},    {{4, "0:", 0}, "not of the form"},
		{{4, "0:x", 0}, "not of the form"}, {{4, "0:99999999999", 0}, "not of the form"},
		{{4, "0:3", 0}, "does not have"},   {{4, "0:0:0", 0}, "has none"},
		{{4, "0:2:3", 0}, "past the end"},  {{4, "0:0", 8}, "access string"},
		{{4, "0", 10}, "no enum"},	    {{5, "1", 10}, "does not have"},
		{{5, "0:0", 10}, "does not have"},  {{2, "0:0", 0}, "without a name"},
		{{0, "0", 8}, "without a name"},
	};
	char text[200];

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(describe(&cases[i].relo, text, sizeof(text)), 0);
		assert_non_null(strstr(text, cases[i].says));
	}
}

static void test_bad_relocations(void **state)
{
	char text[200];

	assert_int_equal(describe(&(struct btf_bytes_relo){6, "0", 8}, text, sizeof(text)),
			 -EBADMSG);
	assert_non_null(strstr(text, "type [6]"));
	assert_int_equal(describe(&(struct btf_bytes_relo){4, "0", 13}, text, sizeof(text)),
			 -EOPNOTSUPP);
	assert_non_null(strstr(text, "kind 13"));
	assert_int_equal(describe(&(struct btf_bytes_relo){4, "0", UINT32_MAX}, text, sizeof(text)),
			 -EOPNOTSUPP);
}

/* Comparing a struct that contains a pointer to itself must end; one that doubles with each level
 * would take 2^32 steps. */
static void test_endless_types(void **state)
{
	struct btf_bytes b = {0};
	struct btf_bytes_relo relo = {1, "0", 12};
	struct request_set *set = request_set_new();
	struct bpf_object_file object;
	struct reason why;

	btf_bytes_type(&b, "self", BTF_BYTES_KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(&b, "a", 1, 0);
	btf_bytes_member(&b, "b", 1, 0);
	object = btf_bytes_object(&b, &relo, 1);
	assert_int_equal(request_set_add_object(set, &object, &why), -E2BIG);
	assert_non_null(strstr(why.text, "type [1]"));
	request_set_free(set);
	bpf_object_file_close(&object);
	btf_bytes_free(&b);
}

/* An object that fails leaves those before it as they were. */
static void test_failure_adds_nothing(void **state)
{
	struct btf_bytes good = {0}, bad = {0};
	struct btf_bytes_relo relos[] = {{4, "0:0", 0}, {4, "0:2:0", 0}, {4, "0:2", 99}};
	struct request_set *set = request_set_new();
	struct bpf_object_file object;
	struct reason why;
	char text[100];

	add_types(&good);
	add_types(&bad);
	object = btf_bytes_object(&good, relos, 1);
	assert_int_equal(request_set_add_object(set, &object, &why), 0);
	bpf_object_file_close(&object);
	object = btf_bytes_object(&bad, relos, 3);
	assert_int_equal(request_set_add_object(set, &object, &why), -EOPNOTSUPP);
	bpf_object_file_close(&object);
	assert_int_equal(request_set_count(set), 1);
	request_text(set, 0, text, sizeof(text));
	assert_string_equal(text, "field byte offset of struct s.a");
	request_set_free(set);
	btf_bytes_free(&good);
	btf_bytes_free(&bad);
}

/* An object without BTF or without relocations adds nothing. */
static void test_no_sections(void **state)
{
	char name[] = "empty.o";
	struct bpf_object_file object = {.name = name};
	struct request_set *set = request_set_new();

	assert_int_equal(request_set_add_object(set, &object, NULL), 0);
	assert_int_equal(set->site_count, 0);
	assert_int_equal(request_set_last_object(set)->relocation_count, 0);
	assert_string_equal(request_set_last_object(set)->name, "empty.o");
	assert_int_equal(request_set_count(set), 0);
	request_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_longer_records),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_truncated_table),
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_bad_relocations),
		cmocka_unit_test(test_endless_types),
		cmocka_unit_test(test_failure_adds_nothing),
		cmocka_unit_test(test_no_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
