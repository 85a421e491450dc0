/* SPDX-License-Identifier: MIT */
/* What the builder keeps, and that the result does not depend on the order of adding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "tests/embedder/bundle/bundle_decoder.h"
#include "tests/embedder/bundle/bundle_fixture.h"

#define DEBIAN(release_) KERNEL(release_, "x86_64", "debian", "12")

static const struct decoded_entry *find(const struct decoded_bundle *bundle, const char *release)
{
	for (size_t i = 0; i < bundle->entry_count; i++)
		if (strcmp(bundle->entries[i].release, release) == 0)
			return &bundle->entries[i];
	fail_msg("no entry for %s", release);
	return NULL;
}

static void check_btf(const struct decoded_bundle *bundle, const char *release, const char *btf)
{
	const struct decoded_blob *blob = &bundle->blobs[find(bundle, release)->blob];

	assert_int_equal(blob->size, strlen(btf));
	assert_memory_equal(blob->data, btf, blob->size);
}

static void test_empty(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->entry_count, 0);
	assert_int_equal(bundle->block_count, 0);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
	bundle_builder_free(NULL);
}

static void test_equal_btfs_are_stored_once(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	fixture_add(builder, DEBIAN("6.1"), "one", "a", 0);
	fixture_add(builder, DEBIAN("6.2"), "two", "b", 0);
	fixture_add(builder, DEBIAN("6.3"), "one", "c", 0);
	fixture_add(builder, DEBIAN("6.4"), "on", "d", 0);
	fixture_add(builder, DEBIAN("6.4"), "on", "d", 0); /* the same again */
	fixture_add(builder, KERNEL("6.4", "arm64", "debian", "12"), "one", "e", 0);
	assert_int_equal(bundle_builder_entry_count(builder), 5);
	assert_int_equal(bundle_builder_blob_count(builder), 3);

	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->entry_count, 5);
	assert_int_equal(bundle->blob_count, 3);
	assert_int_equal(find(bundle, "6.1")->blob, find(bundle, "6.3")->blob);
	check_btf(bundle, "6.1", "one");
	check_btf(bundle, "6.2", "two");
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* Two different byte strings with the same CRC-32: bytes are compared, not checksums. */
static void test_equal_checksums_are_not_equal_btfs(void **state)
{
	static const char *const twins[] = {"plumless", "buckeroo"};
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	assert_int_equal(decoder_crc32(0, twins[0], 8), decoder_crc32(0, twins[1], 8));
	fixture_add(builder, DEBIAN("6.1"), twins[0], "a", 0);
	fixture_add(builder, DEBIAN("6.2"), twins[1], "b", 0);
	assert_int_equal(bundle_builder_blob_count(builder), 2);
	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
	bundle = decode_bundle(bytes, size);
	check_btf(bundle, "6.1", twins[0]);
	check_btf(bundle, "6.2", twins[1]);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* Each field of the id on its own makes another kernel. */
static void test_all_of_the_id_counts(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct kernel_id id = DEBIAN("6.1");
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	uint8_t build_id[20] = {0};
	size_t size;

	fixture_add(builder, id, "0", "s", 0);
	id.version_id = "13";
	fixture_add(builder, id, "1", "s", 0);
	id.os_id = "";
	fixture_add(builder, id, "2", "s", 0);
	id.uname_version = "#1 SMP";
	fixture_add(builder, id, "3", "s", 0);
	id.build_id = build_id;
	id.build_id_size = 20;
	fixture_add(builder, id, "4", "s", 0);
	build_id[19] = 1;
	fixture_add(builder, id, "5", "s", 0);
	id.build_id_size = 8; /* what stands behind the size is not part of it */
	fixture_add(builder, id, "6", "s", 0);
	build_id[19] = 2;
	fixture_add(builder, id, "6", "s", 0);
	assert_int_equal(bundle_builder_entry_count(builder), 7);

	bytes = fixture_layout(builder, true, BUNDLE_COMPRESSION_NONE, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->entry_count, 7);
	assert_int_equal(bundle->entries[4].build_id_size, 20);
	assert_int_equal(bundle->entries[4].build_id[19], 1);
	assert_string_equal(bundle->entries[4].uname_version, "#1 SMP");
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* Of several claims the one with the smallest source is kept, whichever is added first. */
struct claim {
	const char *source, *btf;
};

static void check_claims(const struct claim *claims, size_t count, const char *winner,
			 size_t blob_count)
{
	size_t order[4] = {0, 1, 2, 3};

	/* Every order of up to four claims, counted in base @count. */
	for (size_t code = 0; code < 256; code++) {
		struct bundle_builder *builder;
		_cleanup_free_ void *bytes = NULL;
		struct decoded_bundle *bundle;
		unsigned int seen = 0;
		size_t size;

		for (size_t i = 0; i < count; i++) {
			order[i] = code >> 2 * i & 3;
			seen |= 1u << order[i];
		}
		if (seen != (1u << count) - 1 || code >> 2 * count)
			continue;
		builder = bundle_builder_new();
		fixture_add(builder, DEBIAN("6.0"), "other", "x", 0);
		for (size_t i = 0; i < count; i++) {
			const struct claim *claim = &claims[order[i]];
			struct kernel_id id = DEBIAN("6.1");
			struct reason why = {""};
			int err = bundle_builder_add(builder, &id, claim->btf, strlen(claim->btf),
						     claim->source, &why);

			assert_true(err == 0 || (err == -EEXIST && why.text[0]));
		}
		assert_int_equal(bundle_builder_entry_count(builder), 2);
		assert_int_equal(bundle_builder_blob_count(builder), blob_count);
		bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
		bundle = decode_bundle(bytes, size);
		assert_int_equal(bundle->blob_count, blob_count);
		check_btf(bundle, "6.1", winner);
		decoded_bundle_free(bundle);
		bundle_builder_free(builder);
	}
}

static void test_one_kernel_with_several_btfs(void **state)
{
	check_claims((const struct claim[]){{"a", "one"}, {"b", "two"}}, 2, "one", 2);
	check_claims((const struct claim[]){{"b", "one"}, {"a", "two"}}, 2, "two", 2);
	/* The dropped claim's BTF stays if another kernel has the same one. */
	check_claims((const struct claim[]){{"b", "other"}, {"a", "two"}}, 2, "two", 2);
	check_claims((const struct claim[]){{"a", "other"}, {"b", "two"}}, 2, "other", 1);
	/* The builder must remember the smaller source of an equal claim. */
	check_claims((const struct claim[]){{"a", "one"}, {"c", "one"}, {"b", "two"}}, 3, "one", 2);
	check_claims(
		(const struct claim[]){{"d", "one"}, {"c", "two"}, {"b", "three"}, {"c", "one"}}, 4,
		"three", 2);
}

/* Equal sources: the bytes decide. */
static void test_one_source_with_two_btfs(void **state)
{
	_cleanup_free_ void *first = NULL, *second = NULL;
	size_t first_size, second_size;
	struct bundle_builder *builder = bundle_builder_new();

	fixture_add(builder, DEBIAN("6.1"), "one", "a", 0);
	fixture_add(builder, DEBIAN("6.1"), "two", "a", -EEXIST);
	first = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &first_size);
	bundle_builder_free(builder);
	builder = bundle_builder_new();
	fixture_add(builder, DEBIAN("6.1"), "two", "a", 0);
	fixture_add(builder, DEBIAN("6.1"), "one", "a", -EEXIST);
	second = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &second_size);
	bundle_builder_free(builder);
	assert_int_equal(first_size, second_size);
	assert_memory_equal(first, second, first_size);
}

static void test_reason_names_the_other_source(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct kernel_id id = DEBIAN("6.1");
	struct reason why;

	fixture_add(builder, id, "one", "middle.btf", 0);
	assert_int_equal(bundle_builder_add(builder, &id, "two", 3, "z.btf", &why), -EEXIST);
	assert_string_equal(why.text,
			    "the same kernel has another BTF in middle.btf, which is kept");
	assert_int_equal(bundle_builder_add(builder, &id, "two", 3, "a.btf", &why), -EEXIST);
	assert_string_equal(why.text,
			    "the same kernel has another BTF in middle.btf, which is dropped");
	assert_int_equal(bundle_builder_add(builder, &id, "one", 3, "z.btf", NULL), -EEXIST);
	bundle_builder_free(builder);
}

/* The same 40 kernels and 3 objects, shuffled: the same bytes, raw and xz. */
static void test_order_of_adding_does_not_show(void **state)
{
	enum { COUNT = 40, SIZE = 9000 };
	_cleanup_free_ uint8_t *btf = malloc(SIZE);
	_cleanup_free_ void *raw = NULL, *xz = NULL;
	size_t raw_size = 0, xz_size = 0;
	uint32_t random = 1;

	for (int round = 0; round < 10; round++) {
		struct bundle_builder *builder = bundle_builder_new();
		_cleanup_free_ void *other_raw = NULL, *other_xz = NULL;
		size_t other_raw_size, other_xz_size;
		uint32_t numbers[COUNT];
		static const char *const names[] = {"exec.bpf.o", "open.bpf.o", "exec.bpf.o"};

		for (uint32_t i = 0; i < COUNT; i++) {
			uint32_t k = round ? fixture_random(&random) % (i + 1) : i;

			numbers[i] = numbers[k];
			numbers[k] = i;
		}
		for (uint32_t i = 0; i < 3; i++) {
			uint32_t k = (i + (uint32_t)round) % 3;

			assert_int_equal(bundle_builder_add_object(builder, names[k], 99 - k, 5),
					 0);
		}
		for (uint32_t i = 0; i < COUNT; i++) {
			char release[64];
			struct kernel_id id;

			fixture_kernel(numbers[i] * 7, release, &id);
			fixture_fill(btf, SIZE, numbers[i] % 31);
			assert_int_equal(bundle_builder_add(builder, &id, btf, SIZE, release, NULL),
					 0);
		}
		assert_int_equal(bundle_builder_entry_count(builder), COUNT);
		assert_int_equal(bundle_builder_blob_count(builder), 31);
		other_raw = fixture_layout(builder, round & 1, BUNDLE_COMPRESSION_NONE,
					   &other_raw_size);
		free(other_raw); /* laying out does not change the builder */
		other_raw =
			fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &other_raw_size);
		other_xz = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &other_xz_size);
		bundle_builder_free(builder);
		if (!round) {
			struct decoded_bundle *bundle = decode_bundle(other_xz, other_xz_size);

			assert_true(bundle->block_count > 1);
			assert_int_equal(bundle->object_count, 3);
			decoded_bundle_free(bundle);
			raw = TAKE_PTR(other_raw);
			xz = TAKE_PTR(other_xz);
			raw_size = other_raw_size;
			xz_size = other_xz_size;
			continue;
		}
		assert_int_equal(other_raw_size, raw_size);
		assert_memory_equal(other_raw, raw, raw_size);
		assert_int_equal(other_xz_size, xz_size);
		assert_memory_equal(other_xz, xz, xz_size);
	}
}

static void test_objects_count_once(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ char *long_name = calloc(1, 4098);
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	memset(long_name, 'x', 4097);
	assert_int_equal(bundle_builder_add_object(builder, "b.bpf.o", UINT64_MAX, 3), 0);
	assert_int_equal(bundle_builder_add_object(builder, "b.bpf.o", 1, 4), 0);
	assert_int_equal(bundle_builder_add_object(builder, "a.bpf.o", 2, 0), 0);
	assert_int_equal(bundle_builder_add_object(builder, "b.bpf.o", 1, 4), 0);
	assert_int_equal(bundle_builder_add_object(builder, long_name, 1, 4), -ENAMETOOLONG);
	bytes = fixture_layout(builder, true, BUNDLE_COMPRESSION_NONE, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->object_count, 3);
	assert_string_equal(bundle->objects[0].name, "a.bpf.o");
	assert_true(bundle->objects[2].digest == UINT64_MAX);
	assert_int_equal(bundle->objects[1].relocation_count, 4);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

static void test_what_is_refused(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ char *text = calloc(1, 4098);
	struct kernel_id id;
	struct reason why;

	memset(text, 'x', 4097);
	fixture_add(builder, KERNEL("", "x86_64", "debian", "12"), "one", "s", -EINVAL);
	fixture_add(builder, KERNEL("6.1", "", "debian", "12"), "one", "s", -EINVAL);
	fixture_add(builder, KERNEL(text, "x86_64", "debian", "12"), "one", "s", -EINVAL);
	fixture_add(builder, KERNEL("6.1", text, "debian", "12"), "one", "s", -EINVAL);
	fixture_add(builder, KERNEL("6.1", "x86_64", text, "12"), "one", "s", -EINVAL);
	fixture_add(builder, KERNEL("6.1", "x86_64", "debian", text), "one", "s", -EINVAL);
	id = DEBIAN("6.1");
	id.uname_version = text;
	fixture_add(builder, id, "one", "s", -EINVAL);
	id = DEBIAN("6.1");
	id.build_id_size = 21;
	fixture_add(builder, id, "one", "s", -EINVAL);
	fixture_add(builder, DEBIAN("6.1"), "", "s", -EINVAL);
	id = DEBIAN("6.1");
	/* Refused by its size, before any byte is read. */
	assert_int_equal(bundle_builder_add(builder, &id, "", COREBTF_MAX_BLOB_SIZE + 1, "s", &why),
			 -EFBIG);
	assert_string_equal(why.text,
			    "the trimmed BTF has 67108865 bytes, and the limit is 67108864");
	assert_int_equal(bundle_builder_entry_count(builder), 0);
	assert_int_equal(bundle_builder_blob_count(builder), 0);

	text[4096] = '\0'; /* just at the limit */
	fixture_add(builder, KERNEL(text, "x86_64", "debian", "12"), "one", "s", 0);
	bundle_builder_free(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_equal_btfs_are_stored_once),
		cmocka_unit_test(test_equal_checksums_are_not_equal_btfs),
		cmocka_unit_test(test_all_of_the_id_counts),
		cmocka_unit_test(test_one_kernel_with_several_btfs),
		cmocka_unit_test(test_one_source_with_two_btfs),
		cmocka_unit_test(test_reason_names_the_other_source),
		cmocka_unit_test(test_order_of_adding_does_not_show),
		cmocka_unit_test(test_objects_count_once),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
