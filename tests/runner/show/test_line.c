/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runner/show/bits.h"
#include "runner/show/line.h"

static struct line line;

static int set_up(void **state)
{
	return line_new(&line);
}

static int tear_down(void **state)
{
	line_free(&line);
	return 0;
}

static void expect(const char *text)
{
	assert_int_equal(line.size, strlen(text));
	assert_memory_equal(line.data, text, line.size);
	line_clear(&line);
}

static void test_numbers(void **state)
{
	static const uint64_t numbers[] = {0,	9,    10,    99,	  100,
					   999, 1000, 12345, 4294967295u, UINT64_MAX};
	char expected[64];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		line_unsigned(&line, numbers[i]);
		snprintf(expected, sizeof(expected), "%llu", (unsigned long long)numbers[i]);
		expect(expected);
		line_signed(&line, -(int64_t)(numbers[i] / 2));
		snprintf(expected, sizeof(expected), "%lld", -(long long)(numbers[i] / 2));
		expect(expected);
		line_hex(&line, numbers[i]);
		snprintf(expected, sizeof(expected), "0x%llx", (unsigned long long)numbers[i]);
		expect(expected);
	}
	line_signed(&line, INT64_MIN);
	expect("-9223372036854775808");
	line_signed_wide(&line, (__int128)((unsigned __int128)1 << 127));
	expect("-170141183460469231731687303715884105728");
}

static void test_escapes(void **state)
{
	line_escaped(&line, "a\nb\x7f\xc2\x9b\xe2\x82\xac\xe2\x82", 11, LINE_TERMINAL);
	expect("a\\x0ab\\x7f\\xc2\\x9b\xe2\x82\xac\\xe2\\x82");
	line_escaped(&line, "a\nb\x7f\xc2\x9b\xe2\x82\xac\xe2\x82", 11, LINE_JSON);
	expect("a\\u000ab\\u007f\\u009b\xe2\x82\xac\\ufffd\\ufffd");
	line_escaped(&line, "a\0\"\\", 4, LINE_JSON);
	expect("a \\\"\\\\");
}

/* A full line has whole characters and whole numbers, and room for what closes it. */
static void test_full(void **state)
{
	static char wide[LINE_LIMIT + 3];

	for (size_t i = 0; i + 3 <= sizeof(wide); i += 3)
		memcpy(wide + i, "\xe2\x82\xac", 3);
	line_escaped(&line, wide, sizeof(wide) / 3 * 3, LINE_JSON);
	assert_true(line.full);
	assert_int_equal(line.size, LINE_LIMIT / 3 * 3);
	line_unsigned(&line, 12);
	assert_int_equal(line.size, LINE_LIMIT / 3 * 3);
	for (int i = 0; i < 2 * LINE_SLACK; i++)
		line_close(&line, '}');
	assert_int_equal(line.size, LINE_CAPACITY);
	line_clear(&line);
	line_bytes(&line, wide,
		   LINE_LIMIT - 10); /* a hole in the text would be worse than its end */
	line_bytes(&line, wide, 20);
	line_bytes(&line, "x", 1);
	assert_int_equal(line.size, LINE_LIMIT - 10);
	line_clear(&line);
	line_bytes(&line, wide, LINE_LIMIT - 1);
	line_unsigned(&line, 12);
	assert_true(line.full);
	assert_int_equal(line.size, LINE_LIMIT - 1);
	line_clear(&line);
}

/* The same field, 17 bits from bit 3 on, as a compiler of each byte order places it. */
static void test_bits(void **state)
{
	uint32_t value = 100000, little = value << 3, big = value << (32 - 3 - 17);
	uint8_t bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(little >> i * 8);
	assert_int_equal((uint64_t)bits_load(bytes, 3, 17, false), value);
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(big >> (24 - i * 8));
	assert_int_equal((uint64_t)bits_load(bytes, 3, 17, true), value);
	assert_true(bits_extend_sign(0x1f, 5) == -1);
	assert_true(bits_extend_sign(0x0f, 5) == 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_bits),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
