/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a BTF in raw and compressed blocks, and streams with wrong headers.
 */
#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/format.h"
#include "runtime/open/handle.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

static uint8_t plain[4096];
#define PLAIN_SIZE 1000

static int set_up(void **state)
{
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * i >> 3);
	return 0;
}

/* A bundle whose only xz block holds @stream, with @unpacked as its unpacked size; its only blob is
 * the first PLAIN_SIZE bytes of plain. */
static uint8_t *bundle_around(const void *stream, size_t stream_size, uint32_t unpacked,
			      size_t *size)
{
	const struct made_entry entry = {.release = "r", .machine = "x86_64"};
	const struct made_blob blob = {stream, stream_size, 0};
	const struct made_bundle what = {
		.entries = &entry,
		.entry_count = 1,
		.blobs = &blob,
		.blob_count = 1,
		.block_count = 1,
	};
	uint8_t *bundle = make_bundle(&what, size);

	poke(bundle, offsetof(struct corebtf_format_header, features), 4, COREBTF_FEATURE_XZ);
	poke(bundle, block_at(bundle, 0) + 8, 4, unpacked);
	poke(bundle, block_at(bundle, 0) + 12, 4, COREBTF_CODEC_XZ);
	fix_block(bundle, 0);
	poke(bundle, blob_at(bundle, 0) + 8, 4, PLAIN_SIZE);
	poke(bundle, blob_at(bundle, 0) + 12, 4, crc32(0, plain, PLAIN_SIZE));
	fix_blob(bundle, 0);
	fix_tables(bundle);
	return bundle;
}

static size_t compress_to(const void *data, size_t size, uint8_t *stream, size_t room)
{
	size_t position = 0;

	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL, data, size, stream,
						 &position, room),
			 LZMA_OK);
	return position;
}

/* Opens, finds and reads; returns the result, and the last line of the log in @logged. */
static int read_blob(const uint8_t *bundle, size_t size, struct logged *logged)
{
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .release = "r", .machine = "x86_64"};
	struct corebtf_open_opts opts = logged_opts(logged);
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	uint8_t *bytes = guarded_copy(bundle, size);
	struct corebtf *handle;
	const void *btf, *again;
	size_t btf_size;
	int err, checked;

	assert_int_equal(corebtf_open_memory(bytes, size, &handle, &opts), 0);
	checked = corebtf_check(handle);
	err = corebtf_find_entry(handle, &kernel, &entry);
	if (!err)
		err = corebtf_entry_btf(handle, &entry, &btf, &btf_size);
	assert_int_equal(err, checked);
	if (!err) {
		assert_int_equal(btf_size, PLAIN_SIZE);
		assert_memory_equal(btf, plain, PLAIN_SIZE);
		/* a second call returns the same pointer: nothing is unpacked twice */
		assert_int_equal(corebtf_entry_btf(handle, &entry, &again, &btf_size), 0);
		assert_ptr_equal(btf, again);
	}
	corebtf_close(handle);
	guarded_free(bytes, size);
	return err;
}

static void sizes_that_lie(void **state)
{
	static const struct {
		uint32_t unpacked;
		int err;
		const char *logged;
	} cases[] = {
		{sizeof(plain), 0, ""},
		{sizeof(plain) - 8, -EBADMSG, "unpacks to more than 4088 bytes"},
		{sizeof(plain) + 8, -EBADMSG, "unpacks to 4096 bytes, not to 4104"},
		{PLAIN_SIZE - 1, -EBADMSG, "not inside block"},
		{0, -EBADMSG, "not inside block"},
		{COREBTF_MAX_BLOCK_SIZE, -EBADMSG, "unpacks to 4096 bytes"},
		{COREBTF_MAX_BLOCK_SIZE + 1, -EBADMSG, "are more than"},
		{UINT32_MAX, -EBADMSG, "are more than"},
	};
	static struct logged logged;
	uint8_t stream[8192];
	size_t stream_size = compress_to(plain, sizeof(plain), stream, sizeof(stream));

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size;
		uint8_t *bundle = bundle_around(stream, stream_size, cases[i].unpacked, &size);

		assert_int_equal(read_blob(bundle, size, &logged), cases[i].err);
		assert_non_null(strstr(logged.text, cases[i].logged));
		free(bundle);
	}
}

static void stream_shorter_and_longer_than_its_block(void **state)
{
	static struct logged logged;
	uint8_t stream[8192] = {0};
	size_t stream_size = compress_to(plain, sizeof(plain), stream, sizeof(stream));
	size_t size;
	uint8_t *bundle;

	for (size_t cut = 1; cut <= stream_size; cut += 37) {
		bundle = bundle_around(stream, stream_size - cut, sizeof(plain), &size);
		assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
		free(bundle);
	}
	bundle = bundle_around(stream, stream_size + 4, sizeof(plain), &size);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	assert_non_null(strstr(logged.text, "the xz stream ends after"));
	free(bundle);
	/* and a second stream behind the first */
	memcpy(stream + stream_size, stream, stream_size);
	bundle = bundle_around(stream, 2 * stream_size, sizeof(plain), &size);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	free(bundle);
}

/* 16 MiB of zero bytes in a few kB, in a block whose header says 4 kB. */
static void bomb(void **state)
{
	static struct logged logged;
	size_t huge = 16 << 20, stream_size, size;
	uint8_t *zeros = calloc(1, huge), *stream = malloc(65536), *bundle;

	stream_size = compress_to(zeros, huge, stream, 65536);
	bundle = bundle_around(stream, stream_size, 4096, &size);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	assert_non_null(strstr(logged.text, "unpacks to more than 4096 bytes"));
	free(bundle);
	free(stream);
	free(zeros);
}

/* The stream's own header asks for a 4 GiB dictionary. */
static void greedy_dictionary(void **state)
{
	static struct logged logged;
	uint8_t stream[8192];
	size_t stream_size = compress_to(plain, sizeof(plain), stream, sizeof(stream));
	uint8_t *header = stream + LZMA_STREAM_HEADER_SIZE; /* the block header is next */
	size_t header_size = (header[0] + 1u) * 4;
	uint8_t *filter = memmem(header, header_size, "\x21\x01", 2); /* LZMA2, one byte follows */
	size_t size;
	uint32_t sum;
	uint8_t *bundle;

	assert_non_null(filter);
	filter[2] = 40;
	sum = (uint32_t)crc32(0, header, (uInt)header_size - 4);
	for (int i = 0; i < 4; i++)
		header[header_size - 4 + (size_t)i] = (uint8_t)(sum >> (8 * i));
	bundle = bundle_around(stream, stream_size, sizeof(plain), &size);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	assert_non_null(strstr(logged.text, "MiB to be unpacked"));
	free(bundle);
}

static void every_bit_of_a_stream_flipped(void **state)
{
	static struct logged logged;
	uint8_t stream[8192];
	size_t stream_size = compress_to(plain, PLAIN_SIZE, stream, sizeof(stream));

	for (size_t bit = 0; bit < 8 * stream_size; bit += 3) {
		size_t size;
		uint8_t *bundle;
		int err;

		stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
		bundle = bundle_around(stream, stream_size, PLAIN_SIZE, &size);
		err = read_blob(bundle, size, &logged); /* asserts that success has plain's bytes */
		assert_true(!err || err == -EBADMSG || err == -EOPNOTSUPP);
		free(bundle);
		stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void xz_without_the_feature(void **state)
{
	static struct logged logged;
	uint8_t stream[8192];
	size_t stream_size = compress_to(plain, sizeof(plain), stream, sizeof(stream)), size;
	uint8_t *bundle = bundle_around(stream, stream_size, sizeof(plain), &size);

	poke(bundle, offsetof(struct corebtf_format_header, features), 4, 0);
	fix_header(bundle);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	free(bundle);
}

/* Pointers stay valid until close, also over many blocks. */
static void pointers_stay(void **state)
{
	enum { COUNT = 40 };
	struct made_entry entries[COUNT];
	struct made_blob blobs[COUNT];
	char releases[COUNT][8];
	const void *btf[COUNT];
	const struct made_bundle what = {
		.xz = true,
		.entries = entries,
		.entry_count = COUNT,
		.blobs = blobs,
		.blob_count = COUNT,
		.block_count = COUNT / 4,
	};
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle;

	memset(entries, 0, sizeof(entries));
	for (uint32_t i = 0; i < COUNT; i++) {
		snprintf(releases[i], sizeof(releases[i]), "%u", i);
		entries[i].release = releases[i];
		entries[i].machine = "x86_64";
		entries[i].blob = i;
		blobs[i] = (struct made_blob){plain + i, 100 + i, i / 4};
	}
	bundle = make_bundle(&what, &size);
	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	assert_int_equal(corebtf_check(handle), 0);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			struct corebtf_kernel_opts kernel = {
				.sz = sizeof(kernel), .release = releases[i], .machine = "x86_64"};
			struct corebtf_entry entry = {.sz = sizeof(entry)};
			const void *here;

			assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), 0);
			assert_int_equal(corebtf_entry_btf(handle, &entry, &here, &size), 0);
			assert_int_equal(size, 100 + i);
			if (round)
				assert_ptr_equal(here, btf[i]);
			btf[i] = here;
		}
		for (uint32_t i = 0; i < COUNT; i++)
			assert_memory_equal(btf[i], plain + i, 100 + i);
	}
	corebtf_close(handle);
	free(bundle);
}

/* objcopy does not align the section; the BTF is aligned nevertheless. */
static void bundle_at_an_odd_address(void **state)
{
	const struct made_entry entry = {.release = "r", .machine = "x86_64"};
	const struct made_blob blob = {plain, PLAIN_SIZE, 0};
	const struct made_bundle what = {
		.entries = &entry,
		.entry_count = 1,
		.blobs = &blob,
		.blob_count = 1,
		.block_count = 1,
	};
	struct corebtf_entry found = {.sz = sizeof(found)};
	struct corebtf *handle;
	size_t size, btf_size;
	uint8_t *bundle = make_bundle(&what, &size);
	uint8_t *odd = malloc(size + 3);
	const void *btf;

	memcpy(odd + 3, bundle, size);
	assert_int_equal(handle_new("odd", NULL, &handle), 0);
	assert_int_equal(handle_open_memory(handle, odd + 3, size), 0);
	assert_int_equal(corebtf_check(handle), 0);
	assert_int_equal(corebtf_entry_at(handle, 0, &found), 0);
	assert_int_equal(corebtf_entry_btf(handle, &found, &btf, &btf_size), 0);
	assert_int_equal((uintptr_t)btf % 8, 0);
	assert_memory_equal(btf, plain, PLAIN_SIZE);
	corebtf_close(handle);
	free(odd);
	free(bundle);
}

/* Blobs must not share bytes: a small file could otherwise cause any amount of work. */
static void overlapping_blobs(void **state)
{
	const struct made_entry entry = {.release = "r", .machine = "x86_64"};
	const struct made_blob blobs[] = {{plain, 64, 0}, {plain, 64, 0}};
	const struct made_bundle what = {
		.entries = &entry,
		.entry_count = 1,
		.blobs = blobs,
		.blob_count = 2,
		.block_count = 1,
	};
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle = make_bundle(&what, &size);

	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	assert_int_equal(corebtf_check(handle), 0);
	corebtf_close(handle);
	poke(bundle, blob_at(bundle, 0) + 8, 4, 128);
	poke(bundle, blob_at(bundle, 0) + 12, 4, crc32(crc32(0, plain, 64), plain, 64));
	fix_blob(bundle, 0);
	fix_tables(bundle);
	assert_int_equal(corebtf_open_memory(bundle, size, &handle, NULL), 0);
	assert_int_equal(corebtf_check(handle), -EBADMSG);
	corebtf_close(handle);
	free(bundle);
}

/* Raw blocks that reach past the end of the bundle, and that overlap. */
static void blocks_out_of_place(void **state)
{
	const struct made_entry entry = {.release = "r", .machine = "x86_64"};
	const struct made_blob blobs[] = {{plain, PLAIN_SIZE, 0}, {plain + 8, PLAIN_SIZE, 1}};
	const struct made_bundle what = {
		.entries = &entry,
		.entry_count = 1,
		.blobs = blobs,
		.blob_count = 2,
		.block_count = 2,
	};
	static struct logged logged;
	size_t size, start;
	uint8_t *bundle = make_bundle(&what, &size);

	start = peek(bundle, offsetof(struct corebtf_format_header, data_offset), 4);
	poke(bundle, block_at(bundle, 1), 4, 0);
	fix_block(bundle, 1);
	poke(bundle, blob_at(bundle, 1) + 12, 4, crc32(0, plain, PLAIN_SIZE));
	fix_blob(bundle, 1);
	poke(bundle, block_at(bundle, 0) + 4, 4, size - start);
	poke(bundle, block_at(bundle, 0) + 8, 4, size - start);
	fix_block(bundle, 0);
	fix_tables(bundle);
	{
		struct corebtf_open_opts opts = logged_opts(&logged);
		struct corebtf *handle;

		assert_int_equal(corebtf_open_memory(bundle, size, &handle, &opts), 0);
		assert_int_equal(corebtf_check(handle), -EBADMSG);
		assert_non_null(strstr(logged.text, "block 1: overlaps"));
		corebtf_close(handle);
	}
	poke(bundle, block_at(bundle, 0) + 4, 4, size - start + 8);
	poke(bundle, block_at(bundle, 0) + 8, 4, size - start + 8);
	fix_block(bundle, 0);
	poke(bundle, blob_at(bundle, 0) + 8, 4, size - start + 8);
	fix_blob(bundle, 0);
	fix_tables(bundle);
	assert_int_equal(read_blob(bundle, size, &logged), -EBADMSG);
	assert_non_null(strstr(logged.text, "are not inside the data"));
	free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_lie),
		cmocka_unit_test(stream_shorter_and_longer_than_its_block),
		cmocka_unit_test(bomb),
		cmocka_unit_test(greedy_dictionary),
		cmocka_unit_test(every_bit_of_a_stream_flipped),
		cmocka_unit_test(xz_without_the_feature),
		cmocka_unit_test(pointers_stay),
		cmocka_unit_test(bundle_at_an_odd_address),
		cmocka_unit_test(overlapping_blobs),
		cmocka_unit_test(blocks_out_of_place),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
