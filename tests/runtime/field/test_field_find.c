/* SPDX-License-Identifier: MIT */
/*
 * Fields by name, in types made by hand and in both byte orders. That offsets are the compiler's is
 * checked by tests/flow/keep.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "runtime/field/field_find.h"
#include "tests/support/btf_bytes.h"

#define KIND BTF_BYTES_KIND

static bool swapped; /* by the test that runs */

struct kernel {
	struct btf_source source;
	void *data;
};

static struct kernel open_kernel(struct btf_bytes *bytes)
{
	struct kernel kernel = {.data = NULL};
	size_t size;

	kernel.data = btf_bytes_build(bytes, &size);
	assert_int_equal(btf_source_open(&kernel.source, kernel.data, size, NULL), 0);
	return kernel;
}

static void close_kernel(struct kernel *kernel, struct btf_bytes *bytes)
{
	btf_source_free(&kernel->source);
	free(kernel->data);
	btf_bytes_free(bytes);
}

static int find(struct kernel *kernel, const char *text, struct field_found *ret_found,
		struct reason *why)
{
	memset(ret_found, 0xa5, sizeof(*ret_found));
	return field_find(&kernel->source.types, text, ret_found, why);
}

/*
 * struct task {                        bits
 *	int pid;                        0
 *	union { struct { int a, b; }; long u; };   64
 *	struct mm *mm;                  128, 4 bytes each
 *	int numbers[4];                 160
 *	unsigned flag : 3;              291
 *	struct mm *table[2];            320
 *	int rest[];                     384
 * };
 * struct mm { int start; };
 * typedef struct task task_t;
 */
static struct kernel task_kernel(struct btf_bytes *b)
{
	uint32_t number, mm, pointer, pair, either, array, pointers, rest, task;

	b->swapped = swapped;
	number = btf_bytes_int(b, "int", 4, 1);
	btf_bytes_int(b, "long int", 4, 1);
	mm = btf_bytes_type(b, "mm", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(b, "start", number, 0);
	pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), mm);
	pair = btf_bytes_type(b, "", KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(b, "a", number, 0);
	btf_bytes_member(b, "b", number, 32);
	either = btf_bytes_type(b, "", KIND(BTF_KIND_UNION, 2), 8);
	btf_bytes_member(b, "", pair, 0);
	btf_bytes_member(b, "u", number, 0);
	array = btf_bytes_array(b, number, number, 4);
	pointers = btf_bytes_array(b, pointer, number, 2);
	rest = btf_bytes_array(b, number, number, 0);
	task = btf_bytes_type(b, "task", BTF_BYTES_KIND_FLAG(BTF_KIND_STRUCT, 7), 48);
	btf_bytes_member(b, "pid", number, 0);
	btf_bytes_member(b, "", either, 64);
	btf_bytes_member(b, "mm", pointer, 128);
	btf_bytes_member(b, "numbers", array, 160);
	btf_bytes_member(b, "flag", number, 3u << 24 | 291);
	btf_bytes_member(b, "table", pointers, 320);
	btf_bytes_member(b, "rest", rest, 384);
	btf_bytes_type(b, "task_t", KIND(BTF_KIND_TYPEDEF, 0), task);
	return open_kernel(b);
}

static void test_fields(void **state)
{
	static const struct {
		const char *name;
		uint64_t bit_offset, size;
		uint32_t bit_size;
	} fields[] = {
		{"task.pid", 0, 4, 0},
		{"struct task.pid", 0, 4, 0},
		{" struct  task.pid ", 0, 4, 0},
		{"typedef task_t.pid", 0, 4, 0},
		{"task.a", 64, 4, 0},
		{"task.b", 96, 4, 0},
		{"task.u", 64, 4, 0},
		{"task.mm", 128, 4, 0}, /* 4 as long has */
		{"task.numbers", 160, 16, 0},
		{"task.numbers[0]", 160, 4, 0},
		{"task.numbers[3]", 256, 4, 0},
		{"task.flag", 291, 4, 3},
		{"task.table[1]", 352, 4, 0},
		{"task.rest", 384, 0, 0},
		{"task.rest[5]", 384 + 5 * 32, 4, 0},
		{"struct task", 0, 48, 0},
		{"mm.start", 0, 4, 0},
	};
	struct btf_bytes b = {0};
	struct kernel kernel = task_kernel(&b);
	struct field_found found;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct reason why = {""};

		assert_int_equal(find(&kernel, fields[i].name, &found, &why), 0);
		assert_int_equal(found.place.bit_offset, fields[i].bit_offset);
		assert_int_equal(found.place.bit_size, fields[i].bit_size);
		assert_int_equal(found.size, fields[i].size);
		assert_false(found.place.is_enumerator);
	}
	close_kernel(&kernel, &b);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *name;
		int error;
		const char *says;
	} wrong[] = {
		{"task.nosuch", -ENOENT, "there is no nosuch"},
		{"task.pid.x", -ENOENT, "there is no x"},
		{"task.numbers[4]", -ENOENT, "[4] is no element"},
		{"task.pid[0]", -ENOENT, "[0] is no element"},
		{"nosuch.pid", -ENOENT, "no such type"},
		{"union task.pid", -ENOENT, "no such type"},
		{"tas.pid", -ENOENT, "no such type"},
		{"task.mm.start", -EINVAL, "start is behind a pointer"},
		{"task.table[0].start", -EINVAL, "start is behind a pointer"},
		{"", -EINVAL, "a name of a type is expected"},
		{"struct", -EINVAL, "a name of a type is expected"},
		{"task.", -EINVAL, "a name is expected after '.'"},
		{"task..pid", -EINVAL, "a name is expected after '.'"},
		{"task.numbers[", -EINVAL, "a number and ']'"},
		{"task.numbers[-1]", -EINVAL, "a number and ']'"},
		{"task.numbers[4294967296]", -EINVAL, "more than 32 bits"},
		{"task.pid!", -EINVAL, "'!': '.' or '[' is expected here"},
		{"task->pid", -EINVAL, "'.' or '[' is expected here"},
		{"enum e.A.B", -EINVAL, "an enum has enumerators"},
	};
	struct btf_bytes b = {0};
	struct kernel kernel = task_kernel(&b);
	struct field_found found;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct reason why = {""};

		assert_int_equal(find(&kernel, wrong[i].name, &found, &why), wrong[i].error);
		assert_non_null(strstr(why.text, wrong[i].says));
		assert_int_equal(found.size, 0xa5a5a5a5a5a5a5a5); /* untouched */
	}
	close_kernel(&kernel, &b);
}

/* ENUM and ENUM64, signed and not. */
static void test_enumerators(void **state)
{
	static const struct {
		const char *name;
		int64_t value;
	} values[] = {
		{"enum small.A", 3},	   {"enum small.B", 0xffffffff},
		{"enum signed.MINUS", -1}, {"enum large.HIGH", INT64_C(0x1200000034)},
		{"typedef small_t.A", 3},
	};
	struct btf_bytes b = {.swapped = swapped};
	struct kernel kernel;
	struct field_found found;
	uint32_t small = btf_bytes_type(&b, "small", KIND(BTF_KIND_ENUM, 2), 4);

	btf_bytes_word(&b, btf_bytes_string(&b, "A"));
	btf_bytes_word(&b, 3);
	btf_bytes_word(&b, btf_bytes_string(&b, "B"));
	btf_bytes_word(&b, 0xffffffff);
	btf_bytes_type(&b, "signed", BTF_BYTES_KIND_FLAG(BTF_KIND_ENUM, 1), 4);
	btf_bytes_word(&b, btf_bytes_string(&b, "MINUS"));
	btf_bytes_word(&b, 0xffffffff);
	btf_bytes_type(&b, "large", KIND(TYPE_VIEW_KIND_ENUM64, 1), 8);
	btf_bytes_word(&b, btf_bytes_string(&b, "HIGH"));
	btf_bytes_word(&b, 0x34);
	btf_bytes_word(&b, 0x12);
	btf_bytes_type(&b, "small_t", KIND(BTF_KIND_TYPEDEF, 0), small);
	kernel = open_kernel(&b);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(find(&kernel, values[i].name, &found, NULL), 0);
		assert_true(found.place.is_enumerator);
		assert_int_equal(found.value, values[i].value);
	}
	assert_int_equal(find(&kernel, "enum small.NONE", &found, NULL), -ENOENT);
	assert_int_equal(find(&kernel, "enum small", &found, NULL), 0);
	assert_false(found.place.is_enumerator);
	close_kernel(&kernel, &b);
}

/* Two types of one name: an answer only if they agree in it. */
static void test_several(void **state)
{
	struct btf_bytes b = {.swapped = swapped};
	struct kernel kernel;
	struct field_found found;
	struct reason why = {""};
	uint32_t number = btf_bytes_int(&b, "int", 4, 1);

	for (uint32_t i = 0; i < 2; i++) {
		btf_bytes_type(&b, "twin", KIND(BTF_KIND_STRUCT, i + 2), 16);
		btf_bytes_member(&b, "same", number, 0);
		btf_bytes_member(&b, "other", number, 32 + i * 32);
		if (i)
			btf_bytes_member(&b, "more", number, 96);
	}
	kernel = open_kernel(&b);
	assert_int_equal(find(&kernel, "twin.same", &found, &why), 0);
	assert_int_equal(find(&kernel, "twin.more", &found, &why), 0);
	assert_int_equal(found.place.bit_offset, 96);
	assert_int_equal(find(&kernel, "twin.other", &found, &why), -ENOTUNIQ);
	assert_non_null(strstr(why.text, "several types of that name"));
	close_kernel(&kernel, &b);
}

/* Types that contain themselves, references and names out of range. */
static void test_damaged(void **state)
{
	struct btf_bytes b = {.swapped = swapped};
	struct kernel kernel;
	struct field_found found;
	struct reason why = {""};
	uint32_t number = btf_bytes_int(&b, "int", 4, 1), inner;

	inner = btf_bytes_type(&b, "", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(&b, "", inner, 0); /* itself */
	btf_bytes_type(&b, "endless", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(&b, "", inner, 0);
	btf_bytes_type(&b, "dangling", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(&b, "", 1000, 0);
	btf_bytes_type(&b, "nameless", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_word(&b, 100000);
	btf_bytes_word(&b, number);
	btf_bytes_word(&b, 0);
	btf_bytes_type(&b, "arrays", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(&b, "a", b.type_count + 1, 0);
	btf_bytes_array(&b, b.type_count + 1, number, 1); /* of itself */
	kernel = open_kernel(&b);
	assert_int_equal(find(&kernel, "endless.x", &found, &why), -E2BIG);
	assert_int_equal(find(&kernel, "dangling.x", &found, &why), -EBADMSG);
	assert_int_equal(find(&kernel, "nameless.x", &found, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "past the end"));
	assert_int_equal(find(&kernel, "arrays.a.x", &found, &why), -E2BIG);
	close_kernel(&kernel, &b);
}

static int own_order(void **state)
{
	swapped = false;
	return 0;
}

static int other_order(void **state)
{
	swapped = true;
	return 0;
}

#define IN_BOTH_ORDERS(test)                                                                       \
	cmocka_unit_test_setup(test, own_order), cmocka_unit_test_setup(test, other_order)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOTH_ORDERS(test_fields),	  IN_BOTH_ORDERS(test_refusals),
		IN_BOTH_ORDERS(test_enumerators), IN_BOTH_ORDERS(test_several),
		IN_BOTH_ORDERS(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
