/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "embedder/bundle/kernel_order.h"

#define RELEASE(release_)                                                                          \
	{                                                                                          \
		.release = (release_), .machine = "x86_64", .os_id = "", .version_id = "",         \
		.uname_version = ""                                                                \
	}

/* In the order that each function has to find. */
static const struct kernel_id by_likeness[] = {
	RELEASE("4.4.0-9-generic"),
	RELEASE("4.4.0-21-generic"),
	RELEASE("4.4.0-021-lowlatency"),
	RELEASE("4.15.0-1-generic"),
	RELEASE("5.4"),
	RELEASE("5.4.0"),
	RELEASE("5.4.00"), /* the same numbers: bytes decide */
	RELEASE("5.4.0-1"),
	RELEASE("5.4.0-18446744073709551616"),
	RELEASE("5.4.0-18446744073709551617"),
	RELEASE("5.4.0-99999999999999999999"),
	RELEASE("5.4.0-x"),
	RELEASE("5.4.0-\xff"),
	{.release = "1.0",
	 .machine = "arm64",
	 .os_id = "debian",
	 .version_id = "13",
	 .uname_version = ""},
	{.release = "2.0",
	 .machine = "arm64",
	 .os_id = "debian",
	 .version_id = "12",
	 .uname_version = ""},
	{.release = "1.0",
	 .machine = "x86_64",
	 .os_id = "debian",
	 .version_id = "12",
	 .uname_version = ""},
	{.release = "0.1",
	 .machine = "arm64",
	 .os_id = "ubuntu",
	 .version_id = "12",
	 .uname_version = ""},
};

static const struct kernel_id by_identity[] = {
	{.release = "10", .machine = "a", .os_id = "b", .version_id = "c", .uname_version = "d"},
	{.release = "9", .machine = "A", .os_id = "z", .version_id = "z", .uname_version = "z"},
	{.release = "9", .machine = "a", .os_id = "B", .version_id = "z", .uname_version = "z"},
	{.release = "9", .machine = "a", .os_id = "b", .version_id = "C", .uname_version = "z"},
	{.release = "9", .machine = "a", .os_id = "b", .version_id = "c", .uname_version = "D"},
	{.release = "9", .machine = "a", .os_id = "b", .version_id = "c", .uname_version = "d"},
	{.release = "9",
	 .machine = "a",
	 .os_id = "b",
	 .version_id = "c",
	 .uname_version = "d",
	 .build_id = (const uint8_t[]){0},
	 .build_id_size = 1},
	{.release = "9",
	 .machine = "a",
	 .os_id = "b",
	 .version_id = "c",
	 .uname_version = "d",
	 .build_id = (const uint8_t[]){7},
	 .build_id_size = 1},
	{.release = "9",
	 .machine = "a",
	 .os_id = "b",
	 .version_id = "c",
	 .uname_version = "d",
	 .build_id = (const uint8_t[]){0, 0x80},
	 .build_id_size = 2},
};

static void check(const struct kernel_id *sorted, size_t count,
		  int (*compare)(const struct kernel_id *, const struct kernel_id *))
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < count; k++) {
			int order = compare(&sorted[i], &sorted[k]);

			if ((order > 0) - (order < 0) != (i > k) - (i < k))
				fail_msg("number %zu and %zu: %d", i, k, order);
		}
	}
}

static void test_likeness(void **state)
{
	check(by_likeness, sizeof(by_likeness) / sizeof(by_likeness[0]), kernel_order_likeness);
}

static void test_identity(void **state)
{
	check(by_identity, sizeof(by_identity) / sizeof(by_identity[0]), kernel_order_identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_likeness),
		cmocka_unit_test(test_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
