/* SPDX-License-Identifier: MIT */
/*
 * The bytes: both byte orders read by the tests' own decoder (which recomputes every checksum),
 * the limits, golden checksums, and large bundles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/bundle/bundle_layout.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "tests/embedder/bundle/bundle_decoder.h"
#include "tests/embedder/bundle/bundle_fixture.h"

static struct bundle_builder *build_small(void)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct kernel_id exact = KERNEL("5.4.0-58-generic", "x86_64", "ubuntu", "18.04");
	uint8_t build_id[20];

	fixture_add(builder, exact, "bionic", "a", 0);
	exact.uname_version = "#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020";
	exact.version_id = "20.04";
	for (uint8_t i = 0; i < 20; i++)
		build_id[i] = (uint8_t)(0xa0 + i);
	exact.build_id = build_id;
	exact.build_id_size = 20;
	fixture_add(builder, exact, "focal, and longer", "b", 0);
	fixture_add(builder, KERNEL("6.1.0-47-arm64", "arm64", "debian", "12"), "bionic", "c", 0);
	fixture_add(builder, KERNEL("6.12.107", "s390x", "", ""), "eight by", "d", 0);
	assert_int_equal(
		bundle_builder_add_object(builder, "exec.bpf.o", UINT64_C(0x0123456789abcdef), 14),
		0);
	return builder;
}

static const struct decoded_entry *find(const struct decoded_bundle *bundle, const char *release,
					const char *version_id)
{
	for (size_t i = 0; i < bundle->entry_count; i++)
		if (strcmp(bundle->entries[i].release, release) == 0 &&
		    strcmp(bundle->entries[i].version_id, version_id) == 0)
			return &bundle->entries[i];
	fail_msg("no entry for %s", release);
	return NULL;
}

static void check_small(bool big_endian, enum bundle_compression compression)
{
	struct bundle_builder *builder = build_small();
	const struct decoded_entry *entry;
	struct decoded_bundle *bundle;
	_cleanup_free_ void *bytes = NULL;
	size_t size;

	bytes = fixture_layout(builder, big_endian, compression, &size);
	bundle_builder_free(builder); /* the bundle does not depend on it */
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->big_endian, big_endian);
	assert_int_equal(bundle->entry_count, 4);
	assert_int_equal(bundle->blob_count, 3);
	entry = find(bundle, "5.4.0-58-generic", "20.04");
	assert_string_equal(entry->machine, "x86_64");
	assert_string_equal(entry->os_id, "ubuntu");
	assert_string_equal(entry->uname_version,
			    "#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020");
	assert_int_equal(entry->build_id_size, 20);
	assert_int_equal(entry->build_id[0], 0xa0);
	assert_int_equal(entry->build_id[19], 0xb3);
	assert_memory_equal(bundle->blobs[entry->blob].data, "focal, and longer", 17);
	assert_int_equal(find(bundle, "5.4.0-58-generic", "18.04")->blob,
			 find(bundle, "6.1.0-47-arm64", "12")->blob);
	assert_string_equal(find(bundle, "6.12.107", "")->os_id, "");
	assert_int_equal(bundle->object_count, 1);
	assert_string_equal(bundle->objects[0].name, "exec.bpf.o");
	assert_true(bundle->objects[0].digest == UINT64_C(0x0123456789abcdef));
	assert_int_equal(bundle->objects[0].relocation_count, 14);
	decoded_bundle_free(bundle);
}

static void test_both_byte_orders(void **state)
{
	check_small(false, BUNDLE_COMPRESSION_NONE);
	check_small(true, BUNDLE_COMPRESSION_NONE);
	check_small(false, BUNDLE_COMPRESSION_XZ);
	check_small(true, BUNDLE_COMPRESSION_XZ);
}

/*
 * Checksums of bundles. If one changes, the format changed, or the bytes of existing bundles did:
 * docs/format.md and NEWS must say so. There is none for xz, as its bytes depend on liblzma.
 */
static void test_golden(void **state)
{
	struct bundle_builder *builder = build_small();
	_cleanup_free_ void *little = NULL, *big = NULL;
	size_t size;

	little = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
	assert_int_equal(size, 624);
	assert_int_equal(decoder_crc32(0, little, size), 0x64c7734f);
	big = fixture_layout(builder, true, BUNDLE_COMPRESSION_NONE, &size);
	assert_int_equal(size, 624);
	assert_int_equal(decoder_crc32(0, big, size), 0xcc908c7f);
	bundle_builder_free(builder);
}

static void build_large(uint32_t count, enum bundle_compression compression, void **ret_bytes,
			size_t *ret_size)
{
	struct bundle_builder *builder = bundle_builder_new();

	for (uint32_t i = 0; i < count; i++) {
		char release[64];
		struct kernel_id id;

		fixture_kernel(i, release, &id);
		fixture_add(builder, id, i % 7 ? "shared" : release, "s", 0);
	}
	assert_int_equal(bundle_builder_entry_count(builder), count);
	assert_int_equal(bundle_builder_add_object(builder, "a.bpf.o", UINT64_MAX - 1, 7), 0);
	assert_int_equal(bundle_builder_add_object(builder, "b.bpf.o", 12, 3), 0);
	*ret_bytes = fixture_layout(builder, false, compression, ret_size);
	bundle_builder_free(builder);
}

/* The decoder checks the order of the entries, which a lookup searches. */
static void test_large(void **state)
{
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	build_large(5000, BUNDLE_COMPRESSION_NONE, &bytes, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->entry_count, 5000);
	assert_int_equal(bundle->features, 0);
	decoded_bundle_free(bundle);
}

static bool has_entry(const struct decoded_bundle *bundle, const struct decoded_entry *wanted)
{
	for (size_t i = 0; i < bundle->entry_count; i++) {
		const struct decoded_entry *entry = &bundle->entries[i];

		if (entry->blob == wanted->blob && strcmp(entry->release, wanted->release) == 0 &&
		    strcmp(entry->machine, wanted->machine) == 0 &&
		    strcmp(entry->os_id, wanted->os_id) == 0 &&
		    strcmp(entry->version_id, wanted->version_id) == 0 &&
		    strcmp(entry->uname_version, wanted->uname_version) == 0 &&
		    memcmp(entry->build_id, wanted->build_id, 20) == 0)
			return true;
	}
	return false;
}

/* Packed tables: a fifth of the size at the most, with the same entries. More than 256 KiB of
 * tables are not packed, since they would be unpacked at each start. */
static void test_packed_tables(void **state)
{
	_cleanup_free_ void *raw_bytes = NULL, *bytes = NULL, *large = NULL;
	struct decoded_bundle *raw_bundle, *bundle;
	size_t raw_size, size;

	build_large(500, BUNDLE_COMPRESSION_NONE, &raw_bytes, &raw_size);
	build_large(500, BUNDLE_COMPRESSION_XZ, &bytes, &size);
	assert_true(size < raw_size / 5);
	raw_bundle = decode_bundle(raw_bytes, raw_size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->features, COREBTF_FEATURE_XZ | COREBTF_FEATURE_PACKED_TABLES);
	assert_int_equal(bundle->entry_count, raw_bundle->entry_count);
	for (size_t i = 0; i < bundle->entry_count; i++) {
		const struct decoded_entry *entry = &bundle->entries[i];

		assert_true(has_entry(raw_bundle, entry));
	}
	assert_int_equal(bundle->object_count, 2);
	assert_string_equal(bundle->objects[0].name, "a.bpf.o");
	assert_true(bundle->objects[0].digest == UINT64_MAX - 1);
	assert_string_equal(bundle->objects[1].name, "b.bpf.o");
	assert_true(bundle->objects[1].digest == 12);
	assert_int_equal(bundle->objects[1].relocation_count, 3);
	decoded_bundle_free(raw_bundle);
	decoded_bundle_free(bundle);

	build_large(5000, BUNDLE_COMPRESSION_XZ, &large, &size);
	bundle = decode_bundle(large, size);
	assert_int_equal(bundle->features & COREBTF_FEATURE_PACKED_TABLES, 0);
	decoded_bundle_free(bundle);
}

/* ---- limits ---- */

static const struct bundle_layout_opts raw = {.compression = BUNDLE_COMPRESSION_NONE};

static void check_refused(const struct bundle_contents *contents, const char *words)
{
	void *bundle = (void *)1;
	size_t size = 42;
	struct reason why = {""};

	assert_int_equal(bundle_layout(contents, &raw, &bundle, &size, &why), -EFBIG);
	assert_string_equal(why.text, words);
	assert_ptr_equal(bundle, (void *)1); /* outputs are untouched on failure */
	assert_int_equal(size, 42);
}

/* The contents are pointers, so one kernel serves as a million. */
static void test_counts_are_limited(void **state)
{
	struct bundle_blob blob = {.user_count = 1, .data = "x", .size = 1};
	const struct bundle_kernel kernel = {.id = KERNEL("6.1", "x86_64", "", ""), .blob = &blob};
	const struct bundle_object object = {.name = "x"};
	const struct bundle_kernel *one_kernel = &kernel;
	_cleanup_free_ const struct bundle_kernel **kernels =
		calloc(COREBTF_MAX_ENTRIES + 1, sizeof(*kernels));
	_cleanup_free_ const struct bundle_object **objects =
		calloc(COREBTF_MAX_OBJECTS + 1, sizeof(*objects));

	for (size_t i = 0; i <= COREBTF_MAX_ENTRIES; i++)
		kernels[i] = &kernel;
	for (size_t i = 0; i <= COREBTF_MAX_OBJECTS; i++)
		objects[i] = &object;
	check_refused(&(struct bundle_contents){.kernels = kernels,
						.kernel_count = COREBTF_MAX_ENTRIES + 1,
						.blob_count = 1},
		      "the bundle would have 1048577 kernels, and the limit is 1048576");
	check_refused(&(struct bundle_contents){.kernels = &one_kernel,
						.kernel_count = 1,
						.blob_count = 1,
						.objects = objects,
						.object_count = COREBTF_MAX_OBJECTS + 1},
		      "the bundle would have 65537 BPF objects, and the limit is 65536");
}

/* Many names that all end at the same place: 12,000 strings of up to 12,000 bytes. */
static void test_strings_are_limited(void **state)
{
	enum { COUNT = 12000 };
	struct bundle_blob blob = {.user_count = COUNT, .data = "x", .size = 1};
	_cleanup_free_ char *text = calloc(1, COUNT + 1);
	_cleanup_free_ struct bundle_kernel *kernels = calloc(COUNT, sizeof(*kernels));
	_cleanup_free_ const struct bundle_kernel **pointers = calloc(COUNT, sizeof(*pointers));

	memset(text, 'x', COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		kernels[i] = (struct bundle_kernel){.id = KERNEL(text + i, "x86_64", "", ""),
						    .blob = &blob};
		pointers[i] = &kernels[i];
	}
	check_refused(&(struct bundle_contents){.kernels = pointers,
						.kernel_count = COUNT,
						.blob_count = 1},
		      "the bundle would have 72018008 bytes of strings, and the limit is 67108864");
}

/* 65 blobs of 64 MiB that all point to the same bytes; refused before 4 GiB are asked for. */
static void test_size_is_limited(void **state)
{
	enum { COUNT = 65 };
	struct bundle_blob blobs[COUNT];
	struct bundle_kernel kernels[COUNT];
	const struct bundle_kernel *pointers[COUNT];
	char names[COUNT][4];

	for (size_t i = 0; i < COUNT; i++) {
		names[i][0] = 'm';
		names[i][1] = (char)('a' + i / 26);
		names[i][2] = (char)('a' + i % 26);
		names[i][3] = '\0';
		blobs[i] = (struct bundle_blob){
			.number = i, .user_count = 1, .size = COREBTF_MAX_BLOB_SIZE, .data = ""};
		kernels[i] = (struct bundle_kernel){.id = KERNEL("6.1", names[i], "", ""),
						    .blob = &blobs[i]};
		pointers[i] = &kernels[i];
	}
	check_refused(&(struct bundle_contents){.kernels = pointers,
						.kernel_count = COUNT,
						.blob_count = COUNT},
		      "the bundle would have 4362081496 bytes, and the limit is 4294967288");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_byte_orders),
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_packed_tables),
		cmocka_unit_test(test_counts_are_limited),
		cmocka_unit_test(test_strings_are_limited),
		cmocka_unit_test(test_size_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
