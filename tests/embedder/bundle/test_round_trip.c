/* SPDX-License-Identifier: MIT */
/* The runtime reads what the embedder lays out, through corebtf.h alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <corebtf.h>

#include "embedder/util/cleanup.h"
#include "tests/embedder/bundle/bundle_fixture.h"

#define MAX_SIZE      3000
#define BUILD_ID_SIZE 20

/* Kernel number @number of the test: its id, and its BTF, which every fifth shares. */
static size_t make_kernel(uint32_t number, char release[static 64], struct kernel_id *id,
			  uint8_t build_id[static BUILD_ID_SIZE], uint8_t *btf)
{
	uint32_t blob = number % 5 ? number : 0;
	size_t size = MAX_SIZE - blob % 50;

	fixture_kernel(number, release, id);
	if (number % 2)
		id->uname_version = "#1 SMP";
	if (number % 4 == 1) {
		memset(build_id, 0, BUILD_ID_SIZE);
		memcpy(build_id, &number, sizeof(number));
		id->build_id = build_id;
		id->build_id_size = BUILD_ID_SIZE;
	}
	fixture_fill(btf, size, blob);
	return size;
}

static void print_line(void *context, const char *line)
{
	print_message("%s\n", line);
}

static struct corebtf *open_bundle(const void *bytes, size_t size)
{
	const struct corebtf_open_opts opts = {.sz = sizeof(opts)};
	struct corebtf *corebtf = NULL;
	int err = corebtf_open_memory(bytes, size, &corebtf, &opts);

	if (err) {
		const struct corebtf_open_opts loud = {.sz = sizeof(loud), .log = print_line};

		corebtf_open_memory(bytes, size, &corebtf, &loud);
		fail_msg("open: %d", err);
	}
	return corebtf;
}

static void check_find(struct corebtf *corebtf, uint32_t number)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	uint8_t build_id[BUILD_ID_SIZE], btf[MAX_SIZE];
	const void *found;
	char release[64];
	struct kernel_id id;
	size_t size = make_kernel(number, release, &id, build_id, btf), found_size;
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.release = id.release,
		.machine = id.machine,
		.uname_version = id.uname_version,
		.os_id = id.os_id,
		.version_id = id.version_id,
		.build_id = id.build_id,
		.build_id_size = id.build_id_size,
	};

	assert_int_equal(corebtf_find_entry(corebtf, &kernel, &entry), 0);
	assert_string_equal(entry.release, id.release);
	assert_string_equal(entry.machine, id.machine);
	assert_string_equal(entry.os_id, id.os_id);
	assert_string_equal(entry.version_id, id.version_id);
	assert_string_equal(entry.uname_version, id.uname_version);
	assert_int_equal(entry.build_id_size, id.build_id_size);
	assert_memory_equal(entry.build_id, id.build_id, id.build_id_size);
	assert_int_equal(corebtf_entry_btf(corebtf, &entry, &found, &found_size), 0);
	assert_int_equal(found_size, size);
	assert_memory_equal(found, btf, size);
}

static void check_round_trip(uint32_t count, bool big_endian, enum bundle_compression compression)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct corebtf_kernel_opts unknown = {
		.sz = sizeof(unknown), .release = "6.6.6", .machine = "x86_64"};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf_object object = {.sz = sizeof(object)};
	_cleanup_free_ void *bytes = NULL;
	struct corebtf *corebtf;
	size_t size, entry_count, blob_count;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t build_id[BUILD_ID_SIZE], btf[MAX_SIZE];
		char release[64];
		struct kernel_id id;
		size_t btf_size = make_kernel(i, release, &id, build_id, btf);

		assert_int_equal(bundle_builder_add(builder, &id, btf, btf_size, "s", NULL), 0);
	}
	assert_int_equal(
		bundle_builder_add_object(builder, "exec.bpf.o", UINT64_C(0xfedcba9876543210), 7),
		0);
	bytes = fixture_layout(builder, big_endian, compression, &size);
	entry_count = bundle_builder_entry_count(builder);
	blob_count = bundle_builder_blob_count(builder);
	assert_int_equal(entry_count, count);
	bundle_builder_free(builder);

	corebtf = open_bundle(bytes, size);
	assert_int_equal(corebtf_check(corebtf), 0);
	assert_int_equal(corebtf_entry_count(corebtf), count);
	assert_int_equal(corebtf_summarize(corebtf, &summary), 0);
	assert_int_equal(summary.bundles, 1);
	assert_int_equal(summary.blobs, blob_count);
	assert_int_equal(summary.size, size);
	assert_int_equal(summary.big_endian, big_endian);
	assert_int_equal(summary.compressed, compression == BUNDLE_COMPRESSION_XZ);
	for (uint32_t i = 0; i < count; i++)
		check_find(corebtf, i);
	assert_int_equal(corebtf_find_entry(corebtf, &unknown, &entry), -ENOENT);
	assert_int_equal(corebtf_object_count(corebtf), 1);
	assert_int_equal(corebtf_object_at(corebtf, 0, &object), 0);
	assert_string_equal(object.name, "exec.bpf.o");
	assert_true(object.digest == UINT64_C(0xfedcba9876543210));
	assert_int_equal(object.relocation_count, 7);
	corebtf_close(corebtf);
}

static void test_raw(void **state)
{
	check_round_trip(1, false, BUNDLE_COMPRESSION_NONE);
	check_round_trip(300, false, BUNDLE_COMPRESSION_NONE);
	check_round_trip(300, true, BUNDLE_COMPRESSION_NONE);
}

static void test_xz(void **state)
{
	check_round_trip(2, true, BUNDLE_COMPRESSION_XZ);
	check_round_trip(300, false, BUNDLE_COMPRESSION_XZ);
	check_round_trip(300, true, BUNDLE_COMPRESSION_XZ);
}

static void test_thousands(void **state)
{
	check_round_trip(4000, false, BUNDLE_COMPRESSION_NONE);
	check_round_trip(4000, true, BUNDLE_COMPRESSION_XZ);
}

/* A bundle without kernels is valid, and no kernel is found in it. */
static void test_empty(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .release = "6.1", .machine = "x86_64"};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	_cleanup_free_ void *bytes = NULL;
	struct corebtf *corebtf;
	size_t size;

	bytes = fixture_layout(builder, true, BUNDLE_COMPRESSION_NONE, &size);
	bundle_builder_free(builder);
	corebtf = open_bundle(bytes, size);
	assert_int_equal(corebtf_check(corebtf), 0);
	assert_int_equal(corebtf_find_entry(corebtf, &kernel, &entry), -ENOENT);
	corebtf_close(corebtf);
}

/* Zero bytes, a little-endian raw bundle, zero bytes, a big-endian one with xz, zero bytes. */
static void test_several_in_a_row(void **state)
{
	_cleanup_free_ uint8_t *row = calloc(1, 100000);
	struct corebtf *corebtf;
	size_t end = 16;

	for (uint32_t part = 0; part < 2; part++) {
		struct bundle_builder *builder = bundle_builder_new();
		_cleanup_free_ void *bytes = NULL;
		size_t size;

		for (uint32_t i = part * 10; i < part * 10 + 10; i++) {
			uint8_t build_id[BUILD_ID_SIZE], btf[MAX_SIZE];
			char release[64];
			struct kernel_id id;
			size_t btf_size = make_kernel(i, release, &id, build_id, btf);

			assert_int_equal(bundle_builder_add(builder, &id, btf, btf_size, "s", NULL),
					 0);
		}
		bytes = fixture_layout(builder, part == 1,
				       part ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE,
				       &size);
		bundle_builder_free(builder);
		assert_true(end + size + 24 < 100000);
		memcpy(row + end, bytes, size);
		end += size + 24;
	}
	corebtf = open_bundle(row, end);
	assert_int_equal(corebtf_check(corebtf), 0);
	assert_int_equal(corebtf_entry_count(corebtf), 20);
	for (uint32_t i = 0; i < 20; i++)
		check_find(corebtf, i);
	corebtf_close(corebtf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_xz),
		cmocka_unit_test(test_thousands),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_several_in_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
