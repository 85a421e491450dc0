/* SPDX-License-Identifier: MIT */
/* Which blob is in which block; xz itself unpacks every .xz stream. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/bundle/block_pack.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "tests/embedder/bundle/bundle_decoder.h"
#include "tests/embedder/bundle/bundle_fixture.h"

static struct bundle_builder *build_series(uint32_t count, size_t size)
{
	struct bundle_builder *builder = bundle_builder_new();
	_cleanup_free_ uint8_t *btf = malloc(size);

	for (uint32_t i = 0; i < count; i++) {
		char release[32];
		struct kernel_id id = KERNEL(release, "x86_64", "debian", "12");

		snprintf(release, sizeof(release), "6.1.0-%u-amd64", i);
		fixture_fill(btf, size, i);
		assert_int_equal(bundle_builder_add(builder, &id, btf, size, release, NULL), 0);
	}
	return builder;
}

static void test_raw_is_one_block(void **state)
{
	struct bundle_builder *builder = build_series(30, 20001);
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->block_count, 1);
	assert_int_equal(bundle->blocks[0].codec, COREBTF_CODEC_RAW);
	assert_int_equal(bundle->blocks[0].unpacked_size, 29 * 20008 + 20001);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* The blobs of a series that sort apart as text (1, 10, 11, 2) lie one after the other. */
static void test_blobs_lie_in_order_of_likeness(void **state)
{
	struct bundle_builder *builder = build_series(30, 4000);
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	bytes = fixture_layout(builder, true, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->blob_count, 30);
	for (uint32_t i = 0; i < 30; i++)
		assert_int_equal(bundle->blobs[i].data[0], i); /* as fixture_fill numbers them */
	assert_true(size < 30 * 4000 / 4);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

static void test_xz_blocks_keep_their_size(void **state)
{
	struct bundle_builder *builder = build_series(30, 20001);
	struct kernel_id id = KERNEL("6.1.0-14x-amd64", "x86_64", "debian", "12");
	size_t large_size = BLOCK_PACK_TARGET_SIZE + 5000, size;
	_cleanup_free_ uint8_t *large = calloc(1, large_size);
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t large_blocks = 0;

	assert_int_equal(bundle_builder_add(builder, &id, large, large_size, "large", NULL), 0);
	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->features, COREBTF_FEATURE_XZ | COREBTF_FEATURE_PACKED_TABLES);
	for (size_t i = 0; i < bundle->block_count; i++) {
		assert_int_equal(bundle->blocks[i].codec, COREBTF_CODEC_XZ);
		if (bundle->blocks[i].unpacked_size == large_size)
			large_blocks++;
		else
			assert_true(bundle->blocks[i].unpacked_size <= BLOCK_PACK_TARGET_SIZE);
	}
	assert_int_equal(large_blocks, 1);
	/* 13 of 20008 go into 256 KiB: 15 before the large one, 15 after it. */
	assert_int_equal(bundle->block_count, 5);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* Blobs that xz cannot make smaller are stored raw, and such a bundle does not need xz. */
static void test_noise_stays_raw(void **state)
{
	struct bundle_builder *builder = bundle_builder_new();
	struct kernel_id id = KERNEL("6.1", "x86_64", "", "");
	struct decoded_bundle *bundle;
	_cleanup_free_ void *bytes = NULL, *one = NULL;
	uint8_t noise[5000];
	uint32_t random = 7;
	size_t size;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)fixture_random(&random);
	assert_int_equal(bundle_builder_add(builder, &id, noise, sizeof(noise), "s", NULL), 0);
	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(bytes, size);
	assert_int_equal(bundle->features & COREBTF_FEATURE_XZ, 0);
	assert_int_equal(bundle->blocks[0].codec, COREBTF_CODEC_RAW);
	assert_memory_equal(bundle->blobs[0].data, noise, sizeof(noise));
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);

	builder = bundle_builder_new(); /* one byte: no room for a stream at all */
	fixture_add(builder, id, "x", "s", 0);
	one = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(one, size);
	assert_int_equal(bundle->blocks[0].codec, COREBTF_CODEC_RAW);
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

/* 3 bytes between one blob and the next: the decoder checks that they are zero. */
static void test_gaps_are_zero(void **state)
{
	struct bundle_builder *builder = build_series(30, 101);
	_cleanup_free_ void *bytes = NULL;
	size_t size;

	bytes = fixture_layout(builder, false, BUNDLE_COMPRESSION_XZ, &size);
	decoded_bundle_free(decode_bundle(bytes, size));
	bundle_builder_free(builder);
}

/* Each block on its own is a file that the xz command unpacks. */
static void test_xz_command_unpacks(void **state)
{
	struct bundle_builder *builder = build_series(30, 20001);
	_cleanup_free_ void *bytes = NULL;
	struct decoded_bundle *bundle;
	size_t size;

	if (system("xz --version >/dev/null 2>&1") != 0) {
		bundle_builder_free(builder);
		skip();
	}
	bytes = fixture_layout(builder, true, BUNDLE_COMPRESSION_XZ, &size);
	bundle = decode_bundle(bytes, size);
	for (size_t i = 0; i < bundle->block_count; i++) {
		const struct decoded_block *block = &bundle->blocks[i];
		char path[] = "/tmp/corebtf-test-XXXXXX", command[100];
		_cleanup_free_ uint8_t *unpacked = malloc(block->unpacked_size + 1);
		int fd = mkstemp(path);
		FILE *pipe;

		assert_true(fd >= 0);
		assert_int_equal(write(fd, block->stored, block->stored_size), block->stored_size);
		close(fd);
		snprintf(command, sizeof(command), "xz -dc --format=xz < %s", path);
		pipe = popen(command, "r");
		assert_non_null(pipe);
		assert_int_equal(fread(unpacked, 1, block->unpacked_size + 1, pipe),
				 block->unpacked_size);
		assert_int_equal(pclose(pipe), 0);
		unlink(path);
		assert_memory_equal(unpacked, block->unpacked, block->unpacked_size);
	}
	decoded_bundle_free(bundle);
	bundle_builder_free(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_is_one_block),
		cmocka_unit_test(test_blobs_lie_in_order_of_likeness),
		cmocka_unit_test(test_xz_blocks_keep_their_size),
		cmocka_unit_test(test_noise_stays_raw),
		cmocka_unit_test(test_gaps_are_zero),
		cmocka_unit_test(test_xz_command_unpacks),
	};

	mallopt(M_PERTURB, 0x55); /* new memory is not zero by chance */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
