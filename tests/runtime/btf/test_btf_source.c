/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "tests/support/btf_bytes.h"

#define KIND	  BTF_BYTES_KIND
#define KIND_FLAG BTF_BYTES_KIND_FLAG

/* int [1], struct s { int a; int b:3; } [2], typedef t -> s [3], enum64 [4] */
static void add_sample(struct btf_bytes *b)
{
	uint32_t number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	uint32_t id = btf_bytes_type(b, "s", KIND_FLAG(BTF_KIND_STRUCT, 2), 8);

	btf_bytes_member(b, "a", number, 0);
	btf_bytes_member(b, "b", number, 3 << 24 | 32);
	btf_bytes_type(b, "t", KIND(BTF_KIND_TYPEDEF, 0), id);
	btf_bytes_type(b, "e", KIND(TYPE_VIEW_KIND_ENUM64, 1), 8);
	btf_bytes_word(b, btf_bytes_string(b, "ONE"));
	btf_bytes_word(b, 1);
	btf_bytes_word(b, 2);
}

/* Opens and scans bytes that were made by hand; the bytes live until the test ends. */
struct opened {
	struct btf_source source;
	void *data;
	size_t size;
	struct reason why;
	int err;
};

static struct opened open_bytes(const struct btf_bytes *b)
{
	struct opened o = {.err = 0};

	o.data = btf_bytes_build(b, &o.size);
	o.err = btf_source_open_all(&o.source, o.data, o.size, &o.why);
	return o;
}

static void close_bytes(struct opened *o)
{
	btf_source_free(&o->source);
	free(o->data);
}

static void check_sample(const struct type_view *view)
{
	const struct btf_type *type;
	uint32_t id = 3;

	assert_int_equal(view->type_count, 5);
	type = type_view_strip(view, &id);
	assert_int_equal(id, 2);
	assert_string_equal(type_view_string(view, type_view_name_offset(view, type)), "s");
	assert_int_equal(type_view_vlen(view, type), 2);
	assert_true(type_view_kind_flag(view, type));
	assert_int_equal(type_view_bit_offset(view, type, 0), 0);
	assert_int_equal(type_view_bit_size(view, type, 0), 0);
	assert_int_equal(type_view_bit_offset(view, type, 1), 32);
	assert_int_equal(type_view_bit_size(view, type, 1), 3);
	assert_int_equal(type_view_resolve_size(view, 3, 8), 8);
	type = type_view_type(view, 1);
	assert_int_equal(type_view_int_encoding(view, type), BTF_INT_SIGNED);
	type = type_view_type(view, 4);
	assert_string_equal(type_view_string(view, type_view_enumerator(view, type, 0)), "ONE");
	assert_int_equal(type_view_kind(view, type_view_type(view, 0)), 0);
	assert_null(type_view_type(view, 5));
	assert_null(type_view_type(view, UINT32_MAX));
	assert_null(type_view_string(view, view->strings_size));
}

/* Headers of 24 bytes, with a layout, and of sizes not defined yet; both byte orders. */
static void test_headers(void **state)
{
	static const uint32_t sizes[] = {24, 28, 32, 40, 64};

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(*sizes) * 2; i++) {
		struct btf_bytes b = {.header_size = sizes[i / 2], .swapped = i % 2};
		struct opened o;

		add_sample(&b);
		if (sizes[i / 2] >= 32)
			b.layout_size = 80;
		o = open_bytes(&b);
		assert_int_equal(o.err, 0);
		check_sample(&o.source.types.view);
		assert_int_equal(o.source.types.view.swapped, b.swapped);
		close_bytes(&o);
		btf_bytes_free(&b);
	}
}

/* Kind 25: 4 bytes more and 8 for each part, as the layout says. */
static void add_unknown(struct btf_bytes *b)
{
	btf_bytes_type(b, "future", KIND(25, 2), 0);
	for (unsigned int i = 0; i < 1 + 2 * 2; i++)
		btf_bytes_word(b, UINT32_MAX);
}

static void test_unknown_kind(void **state)
{
	struct btf_bytes b = {.header_size = 32, .layout_size = 26 * 4};
	struct opened o;

	b.layout[25 * 4] = 4;
	b.layout[25 * 4 + 1] = 8;
	/* A layout may describe known kinds, rightly or wrongly: the built-in sizes are used. */
	b.layout[BTF_KIND_INT * 4] = 200;
	add_unknown(&b);
	btf_bytes_int(&b, "int", 4, 0);
	o = open_bytes(&b);
	assert_int_equal(o.err, 0);
	assert_int_equal(o.source.types.view.type_count, 3);
	assert_int_equal(
		type_view_kind(&o.source.types.view, type_view_type(&o.source.types.view, 2)),
		BTF_KIND_INT);
	assert_string_equal(type_view_kind_name(25), "unknown kind");
	close_bytes(&o);

	/* Sizes that would leave the next type unaligned are refused. */
	b.layout[25 * 4 + 1] = 7;
	o = open_bytes(&b);
	assert_int_equal(o.err, -EOPNOTSUPP);
	assert_non_null(strstr(o.why.text, "type [1]: kind 25"));
	close_bytes(&o);

	b.header_size = 24;
	b.layout_size = 0;
	o = open_bytes(&b);
	assert_int_equal(o.err, -EOPNOTSUPP);
	close_bytes(&o);
	btf_bytes_free(&b);
}

/* Kind 127, the last that a layout can describe, and kind 0, which is not a type. */
static void test_last_and_first_kind(void **state)
{
	struct btf_bytes b = {.header_size = 32, .layout_size = 512};
	struct opened o;

	b.layout[127 * 4] = 8;
	btf_bytes_type(&b, "far", KIND(127, 0), 0);
	btf_bytes_word(&b, 0);
	btf_bytes_word(&b, 0);
	o = open_bytes(&b);
	assert_int_equal(o.err, 0);
	assert_int_equal(o.source.types.view.type_count, 2);
	close_bytes(&o);
	btf_bytes_type(&b, "", 0, 0);
	o = open_bytes(&b);
	assert_int_equal(o.err, -EBADMSG);
	assert_non_null(strstr(o.why.text, "type [2]"));
	close_bytes(&o);
	btf_bytes_free(&b);
}

/* More parts than the 16 bits of old readers hold. */
static void test_wide_vlen(void **state)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		struct btf_bytes b = {.swapped = swapped};
		struct opened o;

		btf_bytes_type(&b, "many", KIND(BTF_KIND_ENUM, 70000), 4);
		for (uint32_t i = 0; i < 70000; i++) {
			btf_bytes_word(&b, i == 69999 ? btf_bytes_string(&b, "LAST") : 0);
			btf_bytes_word(&b, i);
		}
		btf_bytes_int(&b, "int", 4, 0);
		o = open_bytes(&b);
		assert_int_equal(o.err, 0);
		assert_int_equal(o.source.types.view.type_count, 3);
		assert_int_equal(type_view_vlen(&o.source.types.view,
						type_view_type(&o.source.types.view, 1)),
				 70000);
		assert_string_equal(
			type_view_string(&o.source.types.view,
					 type_view_enumerator(
						 &o.source.types.view,
						 type_view_type(&o.source.types.view, 1), 69999)),
			"LAST");
		close_bytes(&o);
		btf_bytes_free(&b);
	}
}

/* The parts are checked before memory is allocated for them: none for 2^24 missing members. */
static void test_many_members_claimed(void **state)
{
	static const uint32_t kinds[] = {BTF_KIND_STRUCT, BTF_KIND_ENUM, BTF_KIND_FUNC_PROTO,
					 BTF_KIND_DATASEC, TYPE_VIEW_KIND_ENUM64};

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct btf_bytes b = {0};
		struct opened o;

		btf_bytes_int(&b, "int", 4, 0);
		btf_bytes_type(&b, "huge", KIND(kinds[i], 0xffffff), 4);
		btf_bytes_member(&b, "a", 1, 0);
		o = open_bytes(&b);
		assert_int_equal(o.err, -EBADMSG);
		assert_non_null(strstr(o.why.text, "type [2]"));
		close_bytes(&o);
		btf_bytes_free(&b);
	}
}

/* Cut off anywhere: an error, and no read behind the end. */
static void test_truncated(void **state)
{
	for (int variant = 0; variant < 4; variant++) {
		struct btf_bytes b = {.swapped = variant % 2,
				      .header_size = variant < 2 ? 24 : 32,
				      .layout_size = variant < 2 ? 0 : 80};
		size_t size;
		void *data;

		add_sample(&b);
		data = btf_bytes_build(&b, &size);
		for (size_t length = 0; length < size; length++) {
			struct btf_source source = {0};
			void *copy = malloc(length ? length : 1);
			struct reason why;

			assert_non_null(copy);
			memcpy(copy, data, length);
			assert_int_equal(btf_source_open(&source, copy, length, &why), -EBADMSG);
			btf_source_free(&source);
			free(copy);
		}
		free(data);
		btf_bytes_free(&b);
	}
}

/* The types end in the middle of one, though the bytes go on. */
static void test_truncated_types(void **state)
{
	struct btf_bytes b = {0};
	size_t size, types_size;
	void *data;

	add_sample(&b);
	data = btf_bytes_build(&b, &size);
	types_size = b.word_count * 4;
	for (uint32_t length = 0; length < types_size; length++) {
		struct btf_source source = {0};
		struct reason why;
		int err;

		memcpy((char *)data + 12, &length, sizeof(length));
		assert_int_equal(btf_source_open(&source, data, size, &why), 0);
		err = btf_source_find(&source.types, NULL, NULL, NULL, &why);
		/* Between two types it is just a shorter BTF. */
		if (length == 0 || length == 16 || length == 16 + 36 || length == 16 + 36 + 12) {
			assert_int_equal(err, 0);
		} else {
			assert_int_equal(err, -EBADMSG);
			assert_non_null(strstr(why.text, "type ["));
		}
		btf_source_free(&source);
	}
	free(data);
	btf_bytes_free(&b);
}

/* One word of the header changed at a time. */
static void test_bad_headers(void **state)
{
	static const struct {
		unsigned int word;
		uint32_t value;
		int err;
		const char *says;
	} cases[] = {
		{0, 0x0001eb9e, -EBADMSG, "not BTF"},
		{0, 0x0002eb9f, -EOPNOTSUPP, "version 2"},
		{1, 23, -EBADMSG, "header of 23"},
		{1, 0, -EBADMSG, "header of 0"},
		{1, 0xffffffff, -EBADMSG, "header of"},
		{1, 26, -EBADMSG, ""},
		{2, 0xfffffffc, -EBADMSG, "past the end"},
		{2, 2, -EBADMSG, ""},
		{3, 0xffffffff, -EBADMSG, "past the end"},
		{4, 0xffffffff, -EBADMSG, "past the end"},
		{4, 8, -EBADMSG, "overlap"},
		{5, 0xffffffff, -EBADMSG, "past the end"},
		{5, 0, -EBADMSG, "zero byte"},
		{5, 2, -EBADMSG, "zero byte"},
	};
	struct btf_bytes b = {0};

	add_sample(&b);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct btf_source source = {0};
		struct reason why;
		size_t size;
		uint32_t *data = btf_bytes_build(&b, &size);

		data[cases[i].word] = cases[i].value;
		assert_int_equal(btf_source_open(&source, data, size, &why), cases[i].err);
		assert_non_null(strstr(why.text, cases[i].says));
		btf_source_free(&source);
		free(data);
	}
	btf_bytes_free(&b);
}

/* Split BTF has strings that do not start with the empty one: it needs a base. */
static void test_split(void **state)
{
	struct btf_bytes b = {0};
	struct btf_source source = {0};
	struct reason why;
	size_t size;
	char *data;

	add_sample(&b);
	data = btf_bytes_build(&b, &size);
	data[24 + b.word_count * 4] = 'x';
	assert_int_equal(btf_source_open(&source, data, size, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "base"));
	free(data);
	btf_bytes_free(&b);
}

static void test_layout_past_the_end(void **state)
{
	struct btf_bytes b = {.header_size = 32};
	struct btf_source source = {0};
	struct reason why;
	size_t size;
	uint32_t *data;

	add_sample(&b);
	data = btf_bytes_build(&b, &size);
	data[6] = size;
	data[7] = 4;
	assert_int_equal(btf_source_open(&source, data, size, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "layout"));
	free(data);
	btf_bytes_free(&b);
}

struct seen {
	char text[256];
	uint32_t last_id;
};

static int note(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	struct seen *seen = context;

	assert_true(id > seen->last_id);
	seen->last_id = id;
	strcat(seen->text, name);
	strcat(seen->text, " ");
	return strcmp(name, "stop") == 0 ? -ECANCELED : 0;
}

static struct wanted_types every_name;

static int want_every_name(void **state)
{
	every_name.kinds = UINT32_MAX;
	memset(every_name.prefixes, 0xff, sizeof(every_name.prefixes));
	return 0;
}

static void allow(struct wanted_types *filter, const char first_four[4])
{
	uint32_t value, bit;

	memcpy(&value, first_four, 4);
	bit = name_prefix_hash(value);
	filter->prefixes[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* The visitor gets the named types of the wanted kinds in ascending order, in both byte orders;
 * strings may overlap, and the shortest are at the very end. */
static void test_visiting(void **state)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		struct btf_bytes b = {.swapped = swapped};
		struct wanted_types filter = {
			.kinds = 1u << BTF_KIND_INT | 1u << TYPE_VIEW_KIND_ENUM64,
		};
		struct seen seen = {"", 0};
		struct opened o;
		uint32_t whole;

		btf_bytes_int(&b, "task_struct", 4, 0);
		btf_bytes_type(&b, "", KIND(TYPE_VIEW_KIND_ENUM64, 0), 8);
		whole = btf_bytes_string(&b, "task_struct");
		btf_bytes_word(&b, whole + 5); /* "struct", inside the other name */
		btf_bytes_word(&b, KIND(TYPE_VIEW_KIND_ENUM64, 0));
		btf_bytes_word(&b, 8);
		btf_bytes_type(&b, "task", KIND(BTF_KIND_FWD, 0), 0);
		btf_bytes_int(&b, "other", 4, 0);
		btf_bytes_int(&b, "z", 4, 0);
		o = open_bytes(&b);
		assert_int_equal(o.err, 0);
		allow(&filter, "task");
		allow(&filter, "stru");
		assert_int_equal(btf_source_find(&o.source.types, &filter, note, &seen, &o.why), 0);
		/* "z" is too near the end of the strings for the filter to say no. */
		assert_string_equal(seen.text, "task_struct struct z ");
		seen = (struct seen){"", 0};
		assert_int_equal(btf_source_find(&o.source.types, &every_name, note, &seen, &o.why),
				 0);
		assert_string_equal(seen.text, "task_struct struct task other z ");
		close_bytes(&o);
		btf_bytes_free(&b);
	}
}

/* More wanted types than fit into a batch, a visitor that stops, a missing name. */
static void test_visiting_many(void **state)
{
	struct btf_bytes b = {0};
	struct seen seen = {"", 0};
	struct opened o;

	for (unsigned int i = 0; i < 1100; i++)
		btf_bytes_type(&b, "", KIND(BTF_KIND_STRUCT, 0), 0);
	btf_bytes_int(&b, "first", 4, 0);
	for (unsigned int i = 0; i < 1100; i++)
		btf_bytes_type(&b, "", KIND(BTF_KIND_UNION, 0), 0);
	btf_bytes_int(&b, "stop", 4, 0);
	btf_bytes_int(&b, "never", 4, 0);
	o = open_bytes(&b);
	assert_int_equal(o.err, 0);
	assert_int_equal(o.source.types.view.type_count, 2204);
	assert_int_equal(btf_source_find(&o.source.types, &every_name, note, &seen, &o.why),
			 -ECANCELED);
	assert_string_equal(seen.text, "first stop ");
	close_bytes(&o);

	btf_bytes_word(&b, 5000);
	btf_bytes_word(&b, KIND(BTF_KIND_PTR, 0));
	btf_bytes_word(&b, 0);
	o = open_bytes(&b);
	assert_int_equal(o.err, 0); /* not a wanted name */
	seen = (struct seen){"", 0};
	b.strings[btf_bytes_string(&b, "stop")] = 'S';
	close_bytes(&o);
	o = open_bytes(&b);
	assert_int_equal(btf_source_find(&o.source.types, &every_name, note, &seen, &o.why),
			 -EBADMSG);
	assert_non_null(strstr(o.why.text, "string offset 5000"));
	close_bytes(&o);
	btf_bytes_free(&b);
}

/* A view can be reused for another BTF and keeps nothing of the previous one. */
static void test_used_again(void **state)
{
	struct btf_bytes large = {0}, small = {.swapped = true};
	struct btf_source source = {0};
	struct reason why;
	void *data[2];
	size_t size[2];

	for (unsigned int i = 0; i < 100; i++)
		btf_bytes_int(&large, "int", 4, 0);
	add_sample(&small);
	data[0] = btf_bytes_build(&large, &size[0]);
	data[1] = btf_bytes_build(&small, &size[1]);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(btf_source_open(&source, data[i % 2], size[i % 2], &why), 0);
		assert_int_equal(btf_source_find(&source.types, NULL, NULL, NULL, &why), 0);
		if (i % 2)
			check_sample(&source.types.view);
		else
			assert_int_equal(source.types.view.type_count, 101);
	}
	btf_source_free(&source);
	free(data[0]);
	free(data[1]);
	btf_bytes_free(&large);
	btf_bytes_free(&small);
}

static void test_empty(void **state)
{
	struct btf_bytes b = {0};
	struct opened o = open_bytes(&b);

	assert_int_equal(o.err, 0);
	assert_int_equal(o.source.types.view.type_count, 1);
	assert_null(type_view_type(&o.source.types.view, 1));
	close_bytes(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_unknown_kind),
		cmocka_unit_test(test_last_and_first_kind),
		cmocka_unit_test(test_wide_vlen),
		cmocka_unit_test(test_many_members_claimed),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_truncated_types),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_layout_past_the_end),
		cmocka_unit_test(test_visiting),
		cmocka_unit_test(test_visiting_many),
		cmocka_unit_test(test_used_again),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, want_every_name, NULL);
}
