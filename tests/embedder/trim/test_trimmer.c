/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "embedder/relo/relo_text.h"
#include "tests/support/trim_bytes.h"
#include "embedder/util/cleanup.h"
#include "tests/support/btf_bytes.h"

#define KIND	  BTF_BYTES_KIND
#define KIND_FLAG BTF_BYTES_KIND_FLAG

/* The program's types ------------------------------------------------------------------------ */

enum { LOCAL_TASK = 3, LOCAL_STATE, LOCAL_MM, LOCAL_ALIAS, LOCAL_GONE };

static void add_local(struct btf_bytes *b)
{
	uint32_t number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	uint32_t pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), LOCAL_MM);

	btf_bytes_type(b, "task___probe", KIND(BTF_KIND_STRUCT, 4), 32);
	btf_bytes_member(b, "pid", number, 0);
	btf_bytes_member(b, "mm", pointer, 64);
	btf_bytes_member(b, "lost", number, 128);
	btf_bytes_member(b, "files", pointer, 192);
	btf_bytes_type(b, "state", KIND(BTF_KIND_ENUM, 2), 4);
	btf_bytes_word(b, btf_bytes_string(b, "RUNNING"));
	btf_bytes_word(b, 0);
	btf_bytes_word(b, btf_bytes_string(b, "GONE"));
	btf_bytes_word(b, 1);
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(b, "start", number, 0);
	btf_bytes_type(b, "alias", KIND(BTF_KIND_TYPEDEF, 0), pointer);
	btf_bytes_type(b, "gone", KIND(BTF_KIND_STRUCT, 0), 4);
}

/* The kernel's types ------------------------------------------------------------------------- */

/* In another order, with types between them that no request names. */
static void add_kernel(struct btf_bytes *b)
{
	uint32_t number, wide, mm, pointer, files, other, anonymous, array, alias;

	btf_bytes_type(b, "unused", KIND(BTF_KIND_STRUCT, 0), 4);
	number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	wide = btf_bytes_int(b, "long", 8, BTF_INT_SIGNED);
	mm = b->type_count + 1;
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(b, "other", number, 0);
	btf_bytes_member(b, "start", wide, 64);
	pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), mm);
	/* The targets of these two are dropped, so they are equal: one is written. */
	files = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 1);
	other = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), b->type_count + 20);
	array = btf_bytes_array(b, number, number, 4);
	anonymous = btf_bytes_type(b, "", KIND(BTF_KIND_UNION, 2), 16);
	btf_bytes_member(b, "tgid", number, 0);
	btf_bytes_member(b, "pid", number, 0);
	btf_bytes_type(b, "task", KIND_FLAG(BTF_KIND_STRUCT, 5), 64);
	btf_bytes_member(b, "flags", number, 5 << 24 | 3);
	btf_bytes_member(b, "", anonymous, 64);
	btf_bytes_member(b, "comm", array, 128);
	btf_bytes_member(b, "mm", pointer, 256);
	btf_bytes_member(b, "files", files, 320);
	btf_bytes_type(b, "task___b", KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(b, "mm", other, 0);
	btf_bytes_member(b, "name", number, 64);
	btf_bytes_type(b, "state", KIND(BTF_KIND_ENUM, 3), 4);
	btf_bytes_word(b, btf_bytes_string(b, "NEW"));
	btf_bytes_word(b, 4);
	btf_bytes_word(b, btf_bytes_string(b, "RUNNING"));
	btf_bytes_word(b, -2);
	btf_bytes_word(b, btf_bytes_string(b, "OLD"));
	btf_bytes_word(b, 6);
	alias = btf_bytes_type(b, "alias", KIND(BTF_KIND_TYPEDEF, 0), pointer);
	btf_bytes_type(b, "alias", KIND(BTF_KIND_FUNC, 1), alias);
}

static const struct btf_bytes_relo all_relos[] = {
	{LOCAL_TASK, "0:0", 0}, /* task.pid */
	{LOCAL_TASK, "0:1", 0}, /* task.mm, of two candidates that disagree */
	{LOCAL_TASK, "0:2", 0}, /* task.lost */
	{LOCAL_TASK, "0:2", 2}, /* task.lost exists */
	{LOCAL_MM, "0:0", 1},	/* mm.start's size */
	{LOCAL_STATE, "0", 11}, /* RUNNING's value */
	{LOCAL_STATE, "1", 10}, /* GONE exists */
	{LOCAL_ALIAS, "0", 9},	/* alias's size */
	{LOCAL_GONE, "0", 8},	/* gone exists */
	{LOCAL_TASK, "0:3", 1}, /* task.files's size */
	{LOCAL_TASK, "0:0", 0}, /* task.pid once more */
	{LOCAL_TASK, "0", 6},	/* local id: not asked of a kernel */
	{LOCAL_TASK, "9:", 0},	/* refused with every kernel */
};
#define ALL_RELOS (sizeof(all_relos) / sizeof(*all_relos))

/* Text --------------------------------------------------------------------------------------- */

/* A BTF as text, a line for each type. */
struct dump {
	char text[4096];
	size_t length;
};

__attribute__((format(printf, 2, 3))) static void say(struct dump *dump, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	dump->length += vsnprintf(dump->text + dump->length, sizeof(dump->text) - dump->length,
				  format, arguments);
	va_end(arguments);
	assert_true(dump->length < sizeof(dump->text));
}

static void dump_parts(struct dump *dump, const struct type_view *btf, const struct btf_type *type)
{
	uint32_t kind = type_view_kind(btf, type);
	const uint32_t *words = (const uint32_t *)(type + 1);

	for (uint32_t i = 0; i < type_view_vlen(btf, type); i++) {
		say(dump, " %s", type_view_string(btf, type_view_u32(btf, *words++)));
		if (type_view_is_composite(kind)) {
			say(dump, ":%u@%u/%u", type_view_u32(btf, words[0]),
			    type_view_bit_offset(btf, type, i), type_view_bit_size(btf, type, i));
			words += 2;
		} else {
			say(dump, "=%d", (int32_t)type_view_u32(btf, *words++));
		}
	}
}

static void dump_btf(struct dump *dump, const void *data, size_t size)
{
	_cleanup_(btf_source_free) struct btf_source types = {0};
	const struct type_view *btf = &types.types.view;

	*dump = (struct dump){0};
	assert_int_equal(btf_source_open_all(&types, data, size, NULL), 0);
	for (uint32_t id = 1; id < btf->type_count; id++) {
		const struct btf_type *type = type_view_type(btf, id);
		uint32_t kind = type_view_kind(btf, type);

		say(dump, "%u %s", id, type_view_kind_name(kind));
		if (type_view_name_offset(btf, type))
			say(dump, " %s", type_view_string(btf, type_view_name_offset(btf, type)));
		if (type_view_is_composite(kind) || type_view_is_enum(kind)) {
			say(dump, " %u", type_view_size(btf, type));
			dump_parts(dump, btf, type);
		} else if (kind == BTF_KIND_INT) {
			say(dump, " %u", type_view_size(btf, type));
		} else if (kind == BTF_KIND_ARRAY) {
			say(dump, " %u[%u]", type_view_u32(btf, type_view_array(type)->type),
			    type_view_elements(btf, type));
		} else {
			say(dump, " %u", type_view_target(btf, type));
		}
		say(dump, "\n");
	}
}

/* FNV-1a: the bytes must not change. */
static uint64_t checksum(const void *data, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* Trimming ----------------------------------------------------------------------------------- */

static void cleanup_set(struct request_set **set)
{
	request_set_free(*set);
}

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

static void add_object(struct request_set *set, const struct btf_bytes_relo *relos, size_t count)
{
	struct btf_bytes b = {0};
	struct bpf_object_file object;
	struct reason why;

	add_local(&b);
	object = btf_bytes_object(&b, relos, count);
	assert_int_equal(request_set_add_object(set, &object, &why), 0);
	bpf_object_file_close(&object);
	btf_bytes_free(&b);
}

static void *build_kernel(bool swapped, size_t *ret_size)
{
	struct btf_bytes b = {.swapped = swapped};
	void *data;

	add_kernel(&b);
	data = btf_bytes_build(&b, ret_size);
	btf_bytes_free(&b);
	return data;
}

static const char golden[] = "1 int long 8\n"
			     "2 typedef alias 3\n"
			     "3 pointer 4\n"
			     "4 struct mm 16 start:1@64/0\n"
			     "5 enum state 4 RUNNING=-2\n"
			     "6 struct task 64 :9@64/0 mm:3@256/0 files:7@320/0\n"
			     "7 pointer 0\n"
			     "8 struct task___b 16 mm:7@0/0\n"
			     "9 union 16 pid:10@0/0\n"
			     "10 int int 4\n";

static void test_golden(void **state)
{
	_cleanup_(cleanup_set) struct request_set *set = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	struct trim_result result;
	struct reason why;
	struct dump dump;

	add_object(set, all_relos, ALL_RELOS);
	trimmer = trimmer_new(set);
	for (int swapped = 0; swapped < 2; swapped++) {
		size_t size;
		_cleanup_free_ void *kernel = build_kernel(swapped, &size);
		const unsigned char *bytes;
		char sum[20];

		assert_int_equal(trim_bytes(trimmer, kernel, size, &result, &why), 0);
		dump_btf(&dump, result.btf, result.size);
		assert_string_equal(dump.text, golden);
		assert_int_equal(result.type_count, 10);
		bytes = result.btf;
		assert_int_equal(bytes[swapped ? 0 : 1], BTF_MAGIC >> 8);
		assert_int_equal(bytes[swapped ? 7 : 4], 24);
		snprintf(sum, sizeof(sum), "%016llx",
			 (unsigned long long)checksum(result.btf, result.size));
		assert_string_equal(sum, swapped ? "cfa441bf727c7e67" : "74afd59764475939");
	}
}

static enum verdict_outcome outcome_of(const struct request_set *set,
				       const struct trim_result *result, const char *description)
{
	char text[200];

	for (size_t i = 0; i < request_set_count(set); i++) {
		request_text(set, i, text, sizeof(text));
		if (strncmp(text, description, strlen(description)) == 0)
			return result->verdicts[i].outcome;
	}
	fail_msg("no request: %s", description);
	return VERDICT_REFUSED;
}

static void test_outcomes(void **state)
{
	static const struct {
		const char *request;
		enum verdict_outcome outcome;
	} cases[] = {
		{"field byte offset of struct task.pid", VERDICT_FOUND},
		{"field byte offset of struct task.mm", VERDICT_AMBIGUOUS},
		{"field byte offset of struct task.lost", VERDICT_MISSING},
		{"field exists of struct task.lost", VERDICT_ABSENT},
		{"field byte size of struct mm.start", VERDICT_FOUND},
		{"enumerator value of enum state::RUNNING", VERDICT_FOUND},
		{"enumerator exists of enum state::GONE", VERDICT_ABSENT},
		{"type size of alias", VERDICT_FOUND},
		{"field byte size of struct task.files", VERDICT_FOUND},
		{"type exists of struct gone", VERDICT_ABSENT},
		{"field byte offset of struct task: its access", VERDICT_REFUSED},
	};
	_cleanup_(cleanup_set) struct request_set *set = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	struct trim_result result;
	struct reason why;
	size_t size;
	_cleanup_free_ void *kernel = build_kernel(false, &size);

	add_object(set, all_relos, ALL_RELOS);
	trimmer = trimmer_new(set);
	assert_int_equal(request_set_count(set), sizeof(cases) / sizeof(*cases));
	assert_int_equal(trim_bytes(trimmer, kernel, size, &result, &why), 0);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(outcome_of(set, &result, cases[i].request), cases[i].outcome);
	assert_int_equal(result.outcomes[VERDICT_FOUND], 5);
	assert_int_equal(result.outcomes[VERDICT_MISSING], 1);
	assert_int_equal(result.outcomes[VERDICT_ABSENT], 3);
	assert_int_equal(result.outcomes[VERDICT_AMBIGUOUS], 1);
	assert_int_equal(result.outcomes[VERDICT_REFUSED], 1);
}

/* Trimming a trimmed BTF gives the same bytes, and so does a reused trimmer. */
static void test_again(void **state)
{
	_cleanup_(cleanup_set) struct request_set *set = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	struct trim_result first, again;
	struct reason why;

	add_object(set, all_relos, ALL_RELOS);
	trimmer = trimmer_new(set);
	for (int i = 0; i < 4; i++) {
		size_t size;
		_cleanup_free_ void *kernel = build_kernel(i % 2, &size);
		_cleanup_free_ void *copy = NULL;

		assert_int_equal(trim_bytes(trimmer, kernel, size, &first, &why), 0);
		copy = malloc(first.size);
		memcpy(copy, first.btf, first.size);
		assert_int_equal(trim_bytes(trimmer, copy, first.size, &again, &why), 0);
		assert_int_equal(again.size, first.size);
		assert_memory_equal(again.btf, copy, first.size);
		assert_int_equal(again.outcomes[VERDICT_FOUND], first.outcomes[VERDICT_FOUND]);
		assert_int_equal(again.outcomes[VERDICT_AMBIGUOUS],
				 first.outcomes[VERDICT_AMBIGUOUS]);
	}
}

/* The relocations in one object or in several, in this order or another: the same requests and the
 * same bytes. */
static void test_order_of_objects(void **state)
{
	_cleanup_free_ void *expected = NULL;
	size_t expected_size = 0, size;
	_cleanup_free_ void *kernel = build_kernel(false, &size);
	struct reason why;

	for (unsigned int order = 0; order < ALL_RELOS + 1; order++) {
		_cleanup_(cleanup_set) struct request_set *set = request_set_new();
		_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
		struct trim_result result;

		if (!order)
			add_object(set, all_relos, ALL_RELOS);
		for (unsigned int i = 0; order && i < ALL_RELOS; i++)
			add_object(set, &all_relos[(i + order) * 5 % ALL_RELOS], 1);
		trimmer = trimmer_new(set);
		assert_int_equal(trim_bytes(trimmer, kernel, size, &result, &why), 0);
		if (!order) {
			expected_size = result.size;
			expected = malloc(result.size);
			memcpy(expected, result.btf, result.size);
			continue;
		}
		assert_int_equal(result.size, expected_size);
		assert_memory_equal(result.btf, expected, expected_size);
	}
}

static void test_no_requests(void **state)
{
	_cleanup_(cleanup_set) struct request_set *set = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = trimmer_new(set);
	struct trim_result result;
	struct reason why;
	struct dump dump;
	size_t size;
	_cleanup_free_ void *kernel = build_kernel(false, &size);

	assert_int_equal(trim_bytes(trimmer, kernel, size, &result, &why), 0);
	dump_btf(&dump, result.btf, result.size);
	assert_string_equal(dump.text, "");
	assert_int_equal(result.outcomes[VERDICT_FOUND] + result.outcomes[VERDICT_MISSING] +
				 result.outcomes[VERDICT_ABSENT],
			 0);
}

/* Kernels that are damaged ------------------------------------------------------------------- */

/* Trims a kernel made of a `long`, and what @add adds, for one relocation. */
static int trim_with(void (*add)(struct btf_bytes *b), struct btf_bytes_relo relo,
		     struct dump *dump, struct reason *why)
{
	_cleanup_(cleanup_set) struct request_set *set = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	struct btf_bytes b = {.header_size = 32, .layout_size = 128};
	struct trim_result result;
	void *kernel;
	size_t size;
	int err;

	b.layout[25 * 4] = 4;
	btf_bytes_int(&b, "long", 8, BTF_INT_SIGNED);
	add(&b);
	kernel = btf_bytes_build(&b, &size);
	add_object(set, &relo, 1);
	trimmer = trimmer_new(set);
	err = trim_bytes(trimmer, kernel, size, &result, why);
	if (!err && dump)
		dump_btf(dump, result.btf, result.size);
	free(kernel);
	btf_bytes_free(&b);
	return err;
}

static void add_unknown_member(struct btf_bytes *b)
{
	btf_bytes_type(b, "future", KIND(25, 0), 0);
	btf_bytes_word(b, 0);
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_member(b, "start", 2, 0);
}

/* An unknown kind is skipped; when it is needed, it is an error with its number. */
static void test_unknown_kind(void **state)
{
	struct reason why = {""};
	struct dump dump;

	assert_int_equal(trim_with(add_unknown_member, (struct btf_bytes_relo){LOCAL_MM, "0:0", 0},
				   NULL, &why),
			 -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "type [2]"));
	assert_non_null(strstr(why.text, "kind 25"));
	assert_int_equal(trim_with(add_unknown_member, (struct btf_bytes_relo){LOCAL_MM, "0", 8},
				   &dump, &why),
			 0);
	assert_string_equal(dump.text, "1 int long 8\n2 struct mm 8\n");
}

static void add_cycle(struct btf_bytes *b)
{
	btf_bytes_type(b, "turn", KIND(BTF_KIND_TYPEDEF, 0), 3);
	btf_bytes_type(b, "", KIND(BTF_KIND_CONST, 0), 2);
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_member(b, "start", 2, 0);
	btf_bytes_type(b, "alias", KIND(BTF_KIND_TYPEDEF, 0), 5);
}

static void add_out_of_range(struct btf_bytes *b)
{
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_member(b, "start", 77, 0);
	btf_bytes_type(b, "alias", KIND(BTF_KIND_TYPEDEF, 0), UINT32_MAX);
}

/* Anonymous structs that contain themselves: the search for a member ends. */
static void add_nest(struct btf_bytes *b)
{
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(b, "", 3, 0);
	btf_bytes_member(b, "", 3, 0);
	btf_bytes_type(b, "", KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(b, "", 3, 0);
	btf_bytes_member(b, "", 3, 0);
}

static void add_bad_name(struct btf_bytes *b)
{
	btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_word(b, 100000);
	btf_bytes_word(b, 1);
	btf_bytes_word(b, 0);
}

static void add_bits_of_pointer(struct btf_bytes *b)
{
	btf_bytes_type(b, "task", KIND_FLAG(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_member(b, "mm", 3, 4 << 24);
	btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 1);
}

static void test_damaged(void **state)
{
	const struct btf_bytes_relo start = {LOCAL_MM, "0:0", 0}, alias = {LOCAL_ALIAS, "0", 8};
	struct reason why = {""};

	assert_int_equal(trim_with(add_cycle, start, NULL, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "type ["));
	assert_int_equal(trim_with(add_cycle, alias, NULL, &why), -EBADMSG);
	assert_int_equal(trim_with(add_out_of_range, start, NULL, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "type [77]"));
	assert_int_equal(trim_with(add_out_of_range, alias, NULL, &why), -EBADMSG);
	assert_int_equal(trim_with(add_bad_name, start, NULL, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "type [2]"));
	assert_int_equal(trim_with(add_bits_of_pointer,
				   (struct btf_bytes_relo){LOCAL_TASK, "0:1", 0}, NULL, &why),
			 -EBADMSG);
	assert_non_null(strstr(why.text, "type [2]"));
}

static void test_endless_search(void **state)
{
	struct reason why = {""};
	struct dump dump;

	/* Too deep for libbpf, which gives up; it must do so with the trimmed BTF too. */
	assert_int_equal(
		trim_with(add_nest, (struct btf_bytes_relo){LOCAL_MM, "0:0", 0}, &dump, &why), 0);
	assert_string_equal(dump.text, "1 int long 8\n2 struct 8 :2@0/0\n3 struct mm 8 :2@0/0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	    cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_again),	    cmocka_unit_test(test_order_of_objects),
		cmocka_unit_test(test_no_requests), cmocka_unit_test(test_unknown_kind),
		cmocka_unit_test(test_damaged),	    cmocka_unit_test(test_endless_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
