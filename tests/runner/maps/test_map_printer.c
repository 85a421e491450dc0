/* SPDX-License-Identifier: MIT */
/*
 * Maps in the running kernel, filled from here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "embedder/util/cleanup.h"
#include "runner/maps/histogram.h"
#include "runner/maps/map_printer.h"
#include "runner/maps/map_reader.h"

static struct bpf_object *object;
static char *text;
static size_t text_size;

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int load(void **state)
{
	libbpf_set_print(quiet);
	object = bpf_object__open(MAPS_OBJECT);
	if (!object)
		return 1;
	return geteuid() == 0 ? bpf_object__load(object) : 0;
}

static int unload(void **state)
{
	bpf_object__close(object);
	free(text);
	return 0;
}

static struct bpf_map *map_of(const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	assert_non_null(map);
	if (geteuid() != 0)
		skip();
	return map;
}

static void put(const char *map, const void *key, const void *value)
{
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map_of(map)), key, value, BPF_ANY), 0);
}

/* The shape is that of the map's tags, unless one is given. */
static const char *print(const char *name, enum show_format format, const char *shape)
{
	const struct btf *btf = bpf_object__btf(object);
	struct map_printer_options options = {.map = map_of(name), .btf = btf, .format = format};
	struct map_printer *printer = NULL;
	enum map_metric metric;
	struct reason why = {""};

	free(text);
	text = NULL;
	options.out = open_memstream(&text, &text_size);
	if (shape)
		assert_int_equal(map_shape_parse(shape, &options.shape, NULL), 0);
	else
		assert_int_equal(map_shape_find(options.map, btf, &options.shape, &metric, NULL),
				 0);
	if (map_printer_new(&options, &printer, &why) || map_printer_print(printer, &why))
		fail_msg("%s", why.text);
	map_printer_free(printer);
	fclose(options.out);
	return text;
}

struct key {
	int pid;
	char comm[8];
};

static void test_table(void **state)
{
	uint64_t three = 3, nine = 9;

	put("counts", &(struct key){10, "b"}, &three);
	put("counts", &(struct key){-9, "a"}, &three);
	put("counts", &(struct key){7, "longest"}, &nine);
	assert_string_equal(print("counts", SHOW_TABLE, NULL), "counts:\n"
							       "PID     COMM     VALUE\n"
							       "7       longest  9\n"
							       "-9      a        3\n"
							       "10      b        3\n");
	assert_string_equal(
		print("counts", SHOW_JSON, NULL),
		"{\"_map\":\"counts\",\"key\":{\"pid\":7,\"comm\":\"longest\"},\"value\":9}\n"
		"{\"_map\":\"counts\",\"key\":{\"pid\":-9,\"comm\":\"a\"},\"value\":3}\n"
		"{\"_map\":\"counts\",\"key\":{\"pid\":10,\"comm\":\"b\"},\"value\":3}\n");
}

/* More entries than one batch has: each once. */
static void test_batches(void **state)
{
	int lines = 0;

	for (int i = 0; i < 1500; i++)
		put("counts", &(struct key){1000 + i, "many"}, &(uint64_t){1});
	print("counts", SHOW_JSON, NULL);
	for (const char *at = text; (at = strstr(at, "\"many\"")); at++)
		lines++;
	assert_int_equal(lines, 1500);
	assert_non_null(strstr(text, "\"pid\":1000,"));
	assert_non_null(strstr(text, "\"pid\":2499,"));
}

static void test_array(void **state)
{
	put("levels", &(uint32_t){5}, &(int){-1});
	put("levels", &(uint32_t){2}, &(int){70});
	assert_string_equal(print("levels", SHOW_TABLE, NULL), "levels:\n"
							       "KEY     VALUE\n"
							       "2       70\n"
							       "5       -1\n");
}

struct numbers {
	uint64_t total;
	int level;
	uint8_t small;
	uint32_t either;
	uint64_t last;
	char comm[8];
};

/* Integers are added, up to the largest that fits; times keep the latest; a union is added once. */
static void test_per_cpu(void **state)
{
	static const char two_cpus[] =
		"{\"_map\":\"per_cpu\",\"key\":1,\"value\":{\"total\":2199023255552,"
		"\"level\":-6,\"small\":255,\"either\":10,\"other\":10,\"last\":\"";
	int cpus = libbpf_num_possible_cpus();
	struct numbers *values = calloc((size_t)cpus, sizeof(*values));
	uint64_t *counts = calloc((size_t)cpus, sizeof(*counts));

	if (cpus < 2)
		skip();
	for (int i = 0; i < cpus; i++) {
		values[i] = (struct numbers){.total = 1ull << 40,
					     .level = -3,
					     .small = 200,
					     .either = 5,
					     .last = 1,
					     .comm = "first"};
		counts[i] = 1ull << 50;
	}
	values[1].last = 0;
	put("per_cpu", &(uint32_t){1}, values);
	put("per_cpu_array", &(uint32_t){3}, counts);
	free(values);
	free(counts);
	print("per_cpu", SHOW_JSON, "table");
	if (cpus == 2)
		assert_memory_equal(text, two_cpus, strlen(two_cpus));
	assert_non_null(strstr(text, "\"comm\":\"first\"}}\n"));
	print("per_cpu_array", SHOW_JSON, "table");
	if (cpus == 2)
		assert_string_equal(
			text,
			"{\"_map\":\"per_cpu_array\",\"key\":3,\"value\":2251799813685248}\n");
}

static void test_clear(void **state)
{
	struct map_printer_options options = {.map = map_of("recent"),
					      .btf = bpf_object__btf(object),
					      .clears = true,
					      .format = SHOW_JSON};
	struct map_printer *printer = NULL;

	put("recent", &(uint32_t){1}, &(uint32_t){1});
	free(text);
	text = NULL;
	options.out = open_memstream(&text, &text_size);
	assert_int_equal(map_printer_new(&options, &printer, NULL), 0);
	assert_int_equal(map_printer_print(printer, NULL), 0);
	assert_int_equal(map_printer_print(printer, NULL), 0);
	map_printer_free(printer);
	fclose(options.out);
	assert_string_equal(text, "{\"_map\":\"recent\",\"key\":1,\"value\":1}\n");
}

struct latency {
	uint32_t slots[27];
	char comm[8];
	uint64_t sum;
};

static void test_log2(void **state)
{
	struct latency latency = {.slots = {1, 4, 0, 8}, .comm = "init", .sum = 99};

	put("latencies", &(uint32_t){1}, &latency);
	assert_string_equal(
		print("latencies", SHOW_TABLE, NULL),
		"latencies:\n"
		"key = 1, comm = init, sum = 99\n"
		"     usecs               : count    distribution\n"
		"         0 -> 1          : 1        |*****                                   |\n"
		"         2 -> 3          : 4        |********************                    |\n"
		"         4 -> 7          : 0        |                                        |\n"
		"         8 -> 15         : 8        |****************************************|\n");
	assert_string_equal(
		print("latencies", SHOW_JSON, NULL),
		"{\"_map\":\"latencies\",\"key\":1,\"value\":{\"comm\":\"init\",\"sum\":99},"
		"\"unit\":\"usecs\",\"histogram\":["
		"{\"from\":0,\"to\":1,\"count\":1},{\"from\":2,\"to\":3,\"count\":4},"
		"{\"from\":8,\"to\":15,\"count\":8}]}\n");
}

/* Counts that nearly fill 64 bits: the bars still show their proportion. */
static void test_large_counts(void **state)
{
	struct map_shape shape = {.kind = MAP_SHAPE_LOG2, .unit = "x"};
	struct histogram histogram;
	FILE *out;

	histogram_clear(&histogram, &shape);
	histogram_add(&histogram, 0, UINT64_MAX);
	histogram_add(&histogram, 1, UINT64_MAX / 2);
	free(text);
	text = NULL;
	out = open_memstream(&text, &text_size);
	assert_int_equal(histogram_draw(&histogram, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "|****************************************|\n"));
	assert_non_null(strstr(text, "|********************                    |\n"));
}

/* A sum stays at the largest that its type holds, at both ends. */
static void test_sums(void **state)
{
	struct summand numbers[] = {{0, 8, true, false},
				    {8, 8, false, false},
				    {16, 4, true, false},
				    {20, 1, true, false}};
	struct value_sum sum = {numbers, 4, 4};
	struct sums {
		int64_t low;
		uint64_t high;
		int32_t small;
		int8_t tiny;
	} values[2] = {{INT64_MIN, UINT64_MAX, INT32_MAX, -100}, {-1, 1, 5, -100}}, total = {0};

	value_sum(&sum, (const uint8_t *)values, sizeof(*values), 2, sizeof(*values),
		  (uint8_t *)&total);
	assert_true(total.low == INT64_MIN && total.high == UINT64_MAX);
	assert_int_equal(total.small, INT32_MAX);
	assert_int_equal(total.tiny, -128);
	values[0] = (struct sums){-5, 5, -7, 100};
	values[1] = (struct sums){3, 6, 2, -1};
	value_sum(&sum, (const uint8_t *)values, sizeof(*values), 2, sizeof(*values),
		  (uint8_t *)&total);
	assert_true(total.low == -2 && total.high == 11 && total.small == -5 && total.tiny == 99);
}

/* Slots past the last one are counted in it, and one slot makes a drawing. */
static void test_slots(void **state)
{
	struct map_shape shape = {.kind = MAP_SHAPE_LOG2};
	struct histogram histogram;
	int64_t low, high;

	histogram_clear(&histogram, &shape);
	histogram_add(&histogram, 0, 5);
	assert_int_equal(histogram.count, 1);
	histogram_add(&histogram, UINT64_MAX, UINT64_MAX);
	histogram_add(&histogram, 63, 1);
	assert_int_equal(histogram.count, 63);
	assert_true(histogram.slots[62] == UINT64_MAX);
	histogram_bounds(&shape, 0, &low, &high);
	assert_true(low == 0 && high == 1);
	histogram_bounds(&shape, 62, &low, &high);
	assert_true(low == (int64_t)1 << 62 && high == INT64_MAX);
}

static void test_linear(void **state)
{
	put("sizes", &(uint32_t){1}, &(uint64_t){2});
	put("sizes", &(uint32_t){3}, &(uint64_t){1});
	assert_string_equal(
		print("sizes", SHOW_TABLE, NULL),
		"sizes:\n"
		"     kB            : count     distribution\n"
		"        110        : 2        |****************************************|\n"
		"        130        : 1        |********************                    |\n");
}

static void test_globals(void **state)
{
	struct {
		uint64_t count;
		char text[8];
	} globals = {42, "hello"};

	put(".bss", &(uint32_t){0}, &globals);
	assert_string_equal(print(".bss", SHOW_JSON, "table"),
			    "{\"_map\":\"maps.bss\",\"key\":0,\"value\":{\"global_count\":42,"
			    "\"global_text\":\"hello\"}}\n");
}

/* The addresses of a stack with their functions. */
static void test_stacks(void **state)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, "take_stack");
	LIBBPF_OPTS(bpf_test_run_opts, run);

	map_of("stacks");
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &run), 0);
	print("stacks", SHOW_JSON, "table");
	assert_non_null(strstr(text, "\"stack\":[\""));
	assert_non_null(strstr(text, "bpf_prog_test_run_raw_tp+0x"));
	print("stacks", SHOW_TABLE, "table");
	assert_non_null(strstr(text, "\n    "));
}

/* Kernels before 5.6 have no batches: the same entries one by one. */
static void test_one_by_one(void **state)
{
	_cleanup_(map_reader_close) struct map_reader batches = {0}, single = {0};
	const struct bpf_map *map = map_of("counts");

	assert_int_equal(map_reader_open(&batches, map, bpf_object__btf(object), NULL), 0);
	assert_int_equal(map_reader_open(&single, map, bpf_object__btf(object), NULL), 0);
	assert_int_equal(map_reader_read(&batches, NULL), 0);
	assert_false(batches.has_no_batch);
	single.has_no_batch = true;
	assert_int_equal(map_reader_read(&single, NULL), 0);
	assert_true(single.count > 1500);
	assert_int_equal(single.count, batches.count);
	for (size_t i = 0; i < single.count; i++)
		assert_memory_equal(single.entries[i].key, batches.entries[i].key, single.key_size);
}

static void test_shapes(void **state)
{
	struct map_shape shape;
	struct reason why = {""};
	enum map_metric metric;

	assert_int_equal(map_shape_parse("log2", &shape, NULL), 0);
	assert_string_equal(shape.unit, "");
	assert_int_equal(map_shape_parse("linear:-5:10:kB", &shape, NULL), 0);
	assert_int_equal(shape.first, -5);
	assert_int_equal(shape.step, 10);
	assert_string_equal(shape.unit, "kB");
	assert_int_equal(map_shape_parse("linear:0:0", &shape, NULL), -EINVAL);
	assert_int_equal(map_shape_parse("linear:0", &shape, NULL), -EINVAL);
	assert_int_equal(map_shape_parse("linear:99999999999999999999:1", &shape, NULL), -EINVAL);
	assert_int_equal(map_shape_parse("table:x", &shape, NULL), -EINVAL);
	assert_int_equal(map_shape_parse("log2:an unit that is longer than the room", &shape, NULL),
			 -EINVAL);
	assert_int_equal(map_shape_find(bpf_object__find_map_by_name(object, "wrong"),
					bpf_object__btf(object), &shape, &metric, &why),
			 -EINVAL);
	assert_non_null(strstr(why.text, "\"log3\" is none of"));
	assert_int_equal(map_shape_find(bpf_object__find_map_by_name(object, "latencies"),
					bpf_object__btf(object), &shape, &metric, NULL),
			 0);
	assert_int_equal(shape.kind, MAP_SHAPE_LOG2);
	assert_int_equal(metric, MAP_METRIC_HISTOGRAM);
}

/* What cannot be shown is said before the object is loaded. */
static void test_refused(void **state)
{
	struct map_printer_options options = {
		.map = bpf_object__find_map_by_name(object, "queue"),
		.btf = bpf_object__btf(object),
		.out = stdout,
	};
	struct map_printer *printer = NULL;
	struct reason why = {""};

	assert_int_equal(map_printer_new(&options, &printer, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "maps of type queue are not shown"));
	options.map = bpf_object__find_map_by_name(object, "wrong");
	options.shape.kind = MAP_SHAPE_LOG2;
	assert_int_equal(map_printer_new(&options, &printer, &why), -EINVAL);
	assert_non_null(strstr(why.text, "is no histogram"));
	assert_null(printer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),	   cmocka_unit_test(test_batches),
		cmocka_unit_test(test_array),	   cmocka_unit_test(test_per_cpu),
		cmocka_unit_test(test_clear),	   cmocka_unit_test(test_log2),
		cmocka_unit_test(test_slots),	   cmocka_unit_test(test_large_counts),
		cmocka_unit_test(test_sums),	   cmocka_unit_test(test_linear),
		cmocka_unit_test(test_globals),	   cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_one_by_one), cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
