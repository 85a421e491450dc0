/* SPDX-License-Identifier: MIT */
/*
 * What is read through a view of types, on raw BTF made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "tests/support/btf_bytes.h"

#define KIND BTF_BYTES_KIND

/* The bytes live until the test ends. */
struct opened {
	struct btf_source source;
	void *data;
};

static struct opened open_bytes(const struct btf_bytes *b)
{
	struct opened o = {.data = NULL};
	size_t size;

	o.data = btf_bytes_build(b, &size);
	assert_int_equal(btf_source_open_all(&o.source, o.data, size, NULL), 0);
	return o;
}

static void close_bytes(struct opened *o)
{
	btf_source_free(&o->source);
	free(o->data);
}

/* Chains without an end: a cycle, an id out of range, or too deep for a size. */
static void test_chains(void **state)
{
	struct btf_bytes b = {0};
	struct opened o;
	uint32_t id, number, chain;

	btf_bytes_type(&b, "a", KIND(BTF_KIND_TYPEDEF, 0), 2);
	btf_bytes_type(&b, "", KIND(BTF_KIND_CONST, 0), 1);
	btf_bytes_type(&b, "self", KIND(BTF_KIND_TYPEDEF, 0), 3);
	btf_bytes_type(&b, "out", KIND(BTF_KIND_TYPEDEF, 0), 1000);
	btf_bytes_array(&b, 5, 5, 1);
	number = btf_bytes_int(&b, "int", 4, 0);
	chain = number;
	for (unsigned int i = 0; i < 32; i++)
		chain = btf_bytes_type(&b, "", KIND(BTF_KIND_VOLATILE, 0), chain);
	o = open_bytes(&b);
	for (id = 1; id <= 3; id++) {
		uint32_t end = id;

		assert_null(type_view_strip(&o.source.types.view, &end));
		assert_int_equal(type_view_resolve_size(&o.source.types.view, id, 8), -EINVAL);
	}
	id = 4;
	assert_null(type_view_strip(&o.source.types.view, &id));
	assert_int_equal(id, 4);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, 4, 8), -EINVAL);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, 5, 8), -EINVAL);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, chain, 8), -EINVAL);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, chain - 1, 8), 4);
	id = chain;
	assert_non_null(type_view_strip(&o.source.types.view, &id));
	assert_int_equal(id, number);
	close_bytes(&o);
	btf_bytes_free(&b);
}

static void test_sizes(void **state)
{
	struct btf_bytes b = {0};
	struct opened o;
	uint32_t number, pointer, array;

	number = btf_bytes_int(&b, "int", 4, 0);
	pointer = btf_bytes_type(&b, "", KIND(BTF_KIND_PTR, 0), 0);
	array = btf_bytes_array(&b, pointer, number, 3);
	btf_bytes_array(&b, array, number, 5);
	btf_bytes_array(&b, array, number, UINT32_MAX);
	btf_bytes_array(&b, number, number, UINT32_MAX);
	btf_bytes_array(&b, number, number, UINT32_C(1) << 29);
	btf_bytes_array(&b, number, number, 0);
	btf_bytes_type(&b, "", KIND(BTF_KIND_FUNC_PROTO, 0), number);
	o = open_bytes(&b);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, pointer, 4), 4);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array, 8), 24);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 1, 4), 60);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 2, 8), -E2BIG);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 3, 8), -E2BIG);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 4, 8), INT64_C(1)
											     << 31);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 5, 8), 0);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, array + 6, 8), -EINVAL);
	assert_int_equal(type_view_resolve_size(&o.source.types.view, 0, 8), -EINVAL);
	close_bytes(&o);
	btf_bytes_free(&b);
}

static void test_essential_length(void **state)
{
	static const struct {
		const char *name;
		size_t length;
	} names[] = {
		{"", 0},
		{"a", 1},
		{"task_struct", 11},
		{"task___x", 4},
		{"task___", 7},
		{"___x", 4},
		{"a___b", 1},
		{"a____b", 6},
		{"a___b___c", 5},
		{"task_struct__", 13},
		{"a_____b", 7},
		{"ab___", 5},
		{"task___x_y", 4},
		{"a___b__c", 1},
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(type_view_essential_length(names[i].name, strlen(names[i].name)),
				 names[i].length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_essential_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
