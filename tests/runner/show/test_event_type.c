/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "runner/show/event_type.h"

static struct bpf_object *object;

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int open_object(void **state)
{
	libbpf_set_print(quiet);
	object = bpf_object__open(BUFFERS_OBJECT);
	return !object;
}

static int close_object(void **state)
{
	bpf_object__close(object);
	return 0;
}

static struct bpf_map *map_of(const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	assert_non_null(map);
	return map;
}

static void expect(const char *map, const char *chosen, const char *expected)
{
	const struct btf *btf = bpf_object__btf(object);
	uint32_t type = 0;

	assert_int_equal(event_type_find(object, map_of(map), chosen, &type, NULL), 0);
	assert_true(type > 0);
	assert_string_equal(btf__name_by_offset(btf, btf__type_by_id(btf, type)->name_off),
			    expected);
}

static void test_find(void **state)
{
	struct reason why = {""};
	uint32_t type = 0;

	expect("first", NULL, "by_value");
	expect("second", NULL, "by_own_pointer");
	expect("third", NULL, "by_pointer");
	expect("third", "by_value", "by_value");
	expect("first", "struct by_pointer", "by_pointer");
	assert_int_equal(event_type_find(object, map_of("first"), "union by_value", &type, &why),
			 -ENOENT);
	assert_non_null(strstr(why.text, "no type \"union by_value\""));
}

/* The kernel takes the ring buffer only after its value type was taken away. */
static void test_load(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(event_type_release(map_of("first")), 0);
	assert_int_equal(event_type_release(map_of("second")), 0);
	assert_int_equal(event_type_release(map_of("third")), 0);
	assert_int_equal(bpf_map__value_size(map_of("third")), sizeof(int));
	assert_int_equal(bpf_object__load(object), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, open_object, close_object);
}
