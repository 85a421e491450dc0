/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <bpf/btf.h>
#include <cmocka.h>

#include "events.h"
#include "runner/show/event_printer.h"
#include "runner/show/event_view.h"

static struct btf *btf;
static char *text;
static size_t text_size;

static int load(void **state)
{
	btf = btf__parse(SHOW_OBJECT, NULL);
	return !btf;
}

static int unload(void **state)
{
	btf__free(btf);
	free(text);
	return 0;
}

/* @times events of @size bytes, which end where memory ends that may be read. */
static const char *print(const char *name, enum show_format format, const void *event, size_t size,
			 int times)
{
	int32_t type = *name ? btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) : 0;
	struct event_printer_options options = {
		.btf = btf, .type = (uint32_t)type, .map = "events", .format = format};
	struct event_printer *printer = NULL;
	void *copy = malloc(size ? size : 1);

	assert_true(type >= 0);
	free(text);
	text = NULL;
	options.out = open_memstream(&text, &text_size);
	assert_int_equal(event_printer_new(&options, &printer, NULL), 0);
	memcpy(copy, event, size);
	while (times--)
		assert_int_equal(event_printer_print(printer, copy, size), 0);
	free(copy);
	event_printer_free(printer);
	fclose(options.out);
	return text;
}

static const struct plain plain = {
	.large = 18446744073709551615ull,
	.negative = -9223372036854775807ll - 1,
	.huge = ((unsigned __int128)0xffffffffffffffffull << 64) | 0xffffffffffffffffull,
	.low = -((__int128)1 << 100),
	.pid = -5,
	.comm = "a\"b\\\x1b[1m\xff\xc3\xa4",
	.is_root = true,
	.bytes = {1, 2, 255},
	.state = STATE_LOST,
	.unknown = (enum state)12,
	.pointer = (void *)0xffff800012345678,
	.port = 65535,
};

static void test_plain(void **state)
{
	assert_string_equal(print("plain", SHOW_JSON, &plain, sizeof(plain), 1),
			    "{\"large\":18446744073709551615,\"negative\":-9223372036854775808,"
			    "\"huge\":340282366920938463463374607431768211455,"
			    "\"low\":-1267650600228229401496703205376,\"pid\":-5,"
			    "\"comm\":\"a\\\"b\\\\\\u001b[1m\\ufffd\xc3\xa4\",\"is_root\":true,"
			    "\"bytes\":[1,2,255],\"state\":\"STATE_LOST\",\"unknown\":12,"
			    "\"pointer\":\"0xffff800012345678\",\"port\":65535}\n");
}

static void test_bit_fields(void **state)
{
	struct bit_fields event = {.low = 5,
				   .middle = 100000,
				   .negative = -16,
				   .flag = true,
				   .state = STATE_BUSY,
				   .wide = 0x3ffffffffffff,
				   .last = 0x2aaa};

	assert_string_equal(print("bit_fields", SHOW_JSON, &event, sizeof(event), 1),
			    "{\"low\":5,\"middle\":100000,\"negative\":-16,\"flag\":true,"
			    "\"state\":\"STATE_BUSY\",\"wide\":1125899906842623,\"last\":10922}\n");
}

static const struct nested nested = {
	.at = {1, 2},
	.whole = 0x04030201,
	.either = {.number = 1.5f},
	.points = {{-1, 2}, {3, -4}},
	.words = {"one", "eight888"},
	.grid = {{1, 2, 3}, {4, 5, 6}},
	.real = 0.1,
};

static void test_nested(void **state)
{
	assert_string_equal(print("nested", SHOW_JSON, &nested, sizeof(nested), 1),
			    "{\"at\":{\"x\":1,\"y\":2},\"whole\":67305985,\"parts\":[1,2,3,4],"
			    "\"either\":{\"number\":1.5,\"bits\":1069547520},"
			    "\"points\":[{\"x\":-1,\"y\":2},{\"x\":3,\"y\":-4}],"
			    "\"words\":[\"one\",\"eight888\"],\"grid\":[[1,2,3],[4,5,6]],"
			    "\"real\":0.1}\n");
}

static void test_table(void **state)
{
	struct words event = {12, "ls"};

	assert_string_equal(print("words", SHOW_TABLE, &event, sizeof(event), 2),
			    "COUNT   ARGS\n12      ls\n12      ls\n");
	assert_string_equal(
		print("nested", SHOW_TABLE, &nested, sizeof(nested), 1),
		"AT.X  AT.Y  WHOLE   PARTS EITHER.NUMBER EITHER.BITS POINTS WORDS GRID  REAL\n"
		"1     2     67305985 1,2,3,4 1.5           1069547520  "
		"[{\"x\":-1,\"y\":2},{\"x\":3,\"y\":-4}] one,eight888 [[1,2,3],[4,5,6]] "
		"0.1\n");
	print("plain", SHOW_TABLE, &plain, sizeof(plain), 1);
	assert_non_null(strstr(text, "a\"b\\\\x1b[1m\\xff\xc3\xa4"));
}

/* A longer cell moves what is right of it, and the lines after it are aligned with it. */
static void test_columns_grow(void **state)
{
	struct event_printer_options options = {
		.btf = btf,
		.type = (uint32_t)btf__find_by_name_kind(btf, "point", BTF_KIND_STRUCT),
		.map = "events",
		.names_map = true,
		.format = SHOW_TABLE};
	struct event_printer *printer = NULL;
	struct point short_one = {1, 2}, long_one = {-128, 3};

	free(text);
	text = NULL;
	options.out = open_memstream(&text, &text_size);
	assert_int_equal(event_printer_new(&options, &printer, NULL), 0);
	event_printer_print(printer, &short_one, sizeof(short_one));
	event_printer_print(printer, &long_one, sizeof(long_one));
	event_printer_print(printer, &short_one, sizeof(short_one));
	event_printer_free(printer);
	fclose(options.out);
	assert_string_equal(text, "MAP              X   Y\n"
				  "events           1   2\n"
				  "events           -128 3\n"
				  "events           1    2\n");
}

static void test_meanings(void **state)
{
	struct meanings event = {
		.took = 1234567,
		.address = htonl(0x7f000001),
		.address6 = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
		.family = 2,
		.peer = {.v6 = {10, 0, 0, 1}},
		.port = htons(443),
		.uid = 0,
		.result = -2,
		.good = 3,
		.size = 1536,
		.flags = 0x8000,
		.digest = {0xde, 0xad, 0xbe, 0xef},
		.text = "words",
	};
	struct timespec now, boot, real;
	char expected[64];
	struct tm parts;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	event.time = (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
	event.boot = (u64)boot.tv_sec * 1000000000 + (u64)boot.tv_nsec;
	print("meanings", SHOW_JSON, &event, sizeof(event), 1);
	/* The second may have changed between the calls; the minute of the test's own start is
	 * enough. */
	strftime(expected, sizeof(expected),
		 "{\"time\":\"%Y-%m-%dT%H:", gmtime_r(&real.tv_sec, &parts));
	assert_memory_equal(text, expected, strlen(expected));
	assert_string_equal(
		strstr(text, "\"took\":"),
		"\"took\":1234567,\"address\":\"127.0.0.1\",\"address6\":\"2001:db8::1\","
		"\"family\":2,\"peer\":\"10.0.0.1\",\"port\":443,\"uid\":0,"
		"\"result\":\"ENOENT\",\"good\":3,\"size\":1536,\"flags\":\"0x8000\","
		"\"digest\":\"deadbeef\",\"text\":\"words\"}\n");
	event.family = 10;
	print("meanings", SHOW_JSON, &event, sizeof(event), 1);
	assert_non_null(strstr(text, "\"peer\":\"a00:1::\""));
	print("meanings", SHOW_TABLE, &event, sizeof(event), 1);
	assert_non_null(strstr(text, " 1.234ms "));
	assert_non_null(strstr(text, " root "));
	assert_non_null(strstr(text, " 1.5K "));
}

static void test_open_ended(void **state)
{
	struct {
		u32 count;
		u16 numbers[3];
		u8 half;
	} __attribute__((packed)) event = {3, {7, 8, 9}, 1};

	assert_string_equal(print("open_ended", SHOW_JSON, &event, 10, 1),
			    "{\"count\":3,\"numbers\":[7,8,9]}\n");
	assert_string_equal(print("open_ended", SHOW_JSON, &event, 4, 1),
			    "{\"count\":3,\"numbers\":[]}\n");
}

/* An array of char at the end may be sent in part: programs send words with a NUL after each. */
static void test_words(void **state)
{
	struct words event = {2, "ls\0-l\0"};

	assert_string_equal(print("words", SHOW_JSON, &event, 4 + 6, 1),
			    "{\"count\":2,\"args\":\"ls -l\"}\n");
	assert_string_equal(print("words", SHOW_JSON, &event, sizeof(event), 1),
			    "{\"count\":2,\"args\":\"ls\"}\n");
	assert_string_equal(print("words", SHOW_JSON, &event, 4, 1),
			    "{\"count\":2,\"args\":\"\"}\n");
}

static void test_wrong_size(void **state)
{
	char larger[sizeof(struct words) + 8] = {1};

	assert_string_equal(print("plain", SHOW_JSON, &plain, 18, 1),
			    "{\"large\":18446744073709551615,\"negative\":-9223372036854775808,"
			    "\"_note\":\"the event has 18 bytes, struct plain has 96\"}\n");
	assert_string_equal(print("words", SHOW_JSON, larger, 0, 1),
			    "{\"_note\":\"the event has 0 bytes, struct words has 68\"}\n");
	assert_string_equal(print("words", SHOW_JSON, larger, sizeof(larger), 1),
			    "{\"count\":1,\"args\":\"\","
			    "\"_note\":\"the event has 8 bytes more than struct words\"}\n");
	/* the padding of a perf buffer */
	assert_string_equal(print("words", SHOW_JSON, larger, sizeof(larger) - 1, 1),
			    "{\"count\":1,\"args\":\"\"}\n");
	print("plain", SHOW_TABLE, &plain, 9, 1);
	assert_non_null(strstr(text, "(the event has 9 bytes, struct plain has 96)"));
}

/* One event of a type that no compiler writes. */
static const char *print_made(struct btf *made, int32_t type, size_t size)
{
	struct event_printer_options options = {
		.btf = made, .type = (uint32_t)type, .map = "events", .format = SHOW_JSON};
	struct event_printer *printer = NULL;
	void *event = calloc(1, size);

	free(text);
	text = NULL;
	options.out = open_memstream(&text, &text_size);
	assert_int_equal(event_printer_new(&options, &printer, NULL), 0);
	assert_int_equal(event_printer_print(printer, event, size), 0);
	event_printer_free(printer);
	fclose(options.out);
	free(event);
	return text;
}

/* The limits that the documentation names. */
static void test_limits(void **state)
{
	struct btf *made = btf__new_empty();
	int32_t byte = btf__add_int(made, "u8", 1, 0), outside, array, type;
	size_t objects = 0;

	assert_true(btf__add_struct(made, "many", 1) > 0);
	for (int i = 0; i < PLAN_FIELDS_MAX + 10; i++)
		assert_int_equal(btf__add_field(made, "a", byte, 0, 0), 0);
	print_made(made, byte + 1, 1);
	assert_non_null(
		strstr(text, ",\"_note\":\"only the first 4096 fields of struct many\"}\n"));

	/* Elements of one byte whose 2000 members are all past the event: work, and no text. */
	outside = btf__add_struct(made, "outside", 1);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(btf__add_field(made, "a", byte, 8000000, 0), 0);
	array = btf__add_array(made, byte, outside, 1000);
	type = btf__add_struct(made, "s", 1000);
	assert_int_equal(btf__add_field(made, "elements", array, 0, 0), 0);
	print_made(made, type, 1000);
	for (const char *at = text; (at = strstr(at, "{}")); at++)
		objects++;
	assert_in_range(objects, 1, EVENT_STEPS_MAX / 2000 + 1);
	assert_non_null(strstr(text, "\"_note\":"));
	btf__free(made);
}

static void test_enums(void **state)
{
	struct small event = {TINY_LOST, TINY_LEAST, (enum tiny) - 3};

	assert_string_equal(print("small", SHOW_JSON, &event, sizeof(event), 1),
			    "{\"tiny\":\"TINY_LOST\",\"least\":\"TINY_LEAST\",\"unknown\":-3}\n");
}

static void test_unknown(void **state)
{
	assert_string_equal(
		print("", SHOW_JSON, "\x01\xff", 2, 2),
		"{\"_size\":2,\"_bytes\":\"01ff\",\"_note\":\"the type of the events is "
		"not known; --event events=TYPE names it\"}\n"
		"{\"_size\":2,\"_bytes\":\"01ff\"}\n");
	assert_string_equal(print("", SHOW_TABLE, "\x01\xff", 2, 2),
			    "2: 01ff  (the type of the events is not known; --event events=TYPE "
			    "names it)\n2: 01ff\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	     cmocka_unit_test(test_bit_fields),
		cmocka_unit_test(test_nested),	     cmocka_unit_test(test_table),
		cmocka_unit_test(test_columns_grow), cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_open_ended),   cmocka_unit_test(test_words),
		cmocka_unit_test(test_wrong_size),   cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_limits),	     cmocka_unit_test(test_enums),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
