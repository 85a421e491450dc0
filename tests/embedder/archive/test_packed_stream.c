/* SPDX-License-Identifier: MIT */
/*
 * Packed bytes: how much they unpack to, how much their header claims, and where they end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/packed_size.h"
#include "embedder/archive/packed_stream.h"
#include "tests/support/tar_builder.h"

#define SIZE 3000

static uint8_t plain[SIZE];

static int fill(void **state)
{
	uint32_t value = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++) {
		value = value * 1103515245 + 12345;
		plain[i] = (uint8_t)(value >> 16 & 0x3f);
	}
	return 0;
}

static int read_all(const struct bytes *packed, size_t expected, size_t limit, void **ret_data,
		    size_t *ret_size)
{
	struct packed_memory memory = {packed->data, packed->size};
	struct packed_source source = {packed_memory_read, &memory};
	struct packed_stream *stream = NULL;
	int err = packed_stream_open(&source, &stream, NULL);

	if (!err)
		err = packed_stream_read_all(stream, expected, limit, ret_data, ret_size, NULL);
	packed_stream_close(stream);
	return err;
}

/* Whatever size is expected: all bytes come out, but never more than the limit. */
static void expect_twice(const struct bytes *packed)
{
	static const size_t expectations[] = {0,	1,	    SIZE,    2 * SIZE - 1,
					      2 * SIZE, 100 * SIZE, SIZE_MAX};

	for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
		void *data = NULL;
		size_t size = 0;

		assert_int_equal(read_all(packed, expectations[i], 2 * SIZE - 1, &data, &size),
				 -EFBIG);
		assert_null(data);
		assert_int_equal(read_all(packed, expectations[i], 2 * SIZE, &data, &size), 0);
		assert_int_equal(size, 2 * SIZE);
		assert_memory_equal(data, plain, SIZE);
		assert_memory_equal((char *)data + SIZE, plain, SIZE);
		free(data);
	}
}

/* Two in a row, as `cat` makes them, are one file. */
static void test_all_of_it(void **state)
{
	struct bytes packed = pack_xz(plain, SIZE), twice = {0};

	(void)state;
	bytes_add(&twice, packed.data, packed.size);
	bytes_add(&twice, packed.data, packed.size);
	expect_twice(&twice);
	bytes_release(&packed);
	bytes_release(&twice);
	packed = pack_gzip(plain, SIZE);
	bytes_add(&twice, packed.data, packed.size);
	bytes_add(&twice, packed.data, packed.size);
	expect_twice(&twice);
	bytes_release(&packed);
	bytes_release(&twice);
	bytes_add(&twice, plain, SIZE);
	bytes_add(&twice, plain, SIZE);
	expect_twice(&twice);
	bytes_release(&twice);
}

static void test_behind_the_end(void **state)
{
	struct bytes packed = pack_gzip(plain, SIZE);
	void *data = NULL;
	size_t size = 0;

	(void)state;
	bytes_add(&packed, "\0\0\0", 3);
	assert_int_equal(read_all(&packed, 0, 2 * SIZE, &data, &size), 0);
	free(data);
	bytes_add(&packed, "x", 1);
	assert_int_equal(read_all(&packed, 0, 2 * SIZE, &data, &size), -EBADMSG);
	bytes_release(&packed);
	packed = pack_xz(plain, SIZE);
	bytes_add(&packed, "x", 1);
	assert_int_equal(read_all(&packed, 0, 2 * SIZE, &data, &size), -EBADMSG);
	bytes_release(&packed);
}

static void test_size(void **state)
{
	struct bytes packed = pack_xz(plain, SIZE), twice = {0};
	uint8_t *bytes;

	(void)state;
	assert_int_equal(packed_size(packed.data, packed.size), SIZE);
	bytes_add(&twice, packed.data, packed.size);
	bytes_add(&twice, "\0\0\0\0", 4); /* padding */
	assert_int_equal(packed_size(twice.data, twice.size), SIZE);
	/* The size in the last of several streams is not the total. */
	bytes_add(&twice, packed.data, packed.size);
	assert_int_equal(packed_size(twice.data, twice.size), 0);
	bytes_release(&twice);
	/* Cut anywhere, or a bit flipped: no read outside the buffer (ASan checks). */
	for (size_t size = 0; size < packed.size; size++) {
		bytes = malloc(size ? size : 1);
		if (size)
			memcpy(bytes, packed.data, size);
		assert_int_equal(packed_size(bytes, size), 0);
		free(bytes);
		packed.data[size] ^= 0xff;
		packed_size(packed.data, packed.size);
		packed.data[size] ^= 0xff;
	}
	bytes_release(&packed);
	packed = pack_gzip(plain, SIZE);
	assert_int_equal(packed_size(packed.data, packed.size), SIZE);
	bytes_release(&packed);
	assert_int_equal(packed_size(plain, SIZE), 0);
}

/* RFC 8878: the widths of the field, behind a window or in a single segment, with a dictionary or
 * not. */
static void test_zstd_size(void **state)
{
	static const struct {
		const char *header;
		size_t length;
		uint64_t size;
	} headers[] = {
		{"\x20\x07", 2, 7},		      /* one byte, single segment */
		{"\x00\x58", 2, 0},		      /* not said */
		{"\x60\x01\x02", 3, 0x201 + 256},     /* two bytes */
		{"\x40\x58\x01\x02", 4, 0x201 + 256}, /* behind a window */
		{"\xa0\x01\x02\x03\x04", 5, 0x04030201},
		{"\xe0\1\2\3\4\5\6\7\x08", 9, 0x0807060504030201},
		{"\x83\x58\1\2\3\4\x01\x02\x03\x04", 10,
		 0x04030201}, /* a dictionary's id of four */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct bytes frame = {0};

		bytes_add(&frame, "\x28\xb5\x2f\xfd", 4);
		bytes_add(&frame, headers[i].header, headers[i].length);
		assert_int_equal(packed_size(frame.data, frame.size), headers[i].size);
		assert_int_equal(packed_size(frame.data, frame.size - 1), 0);
		bytes_release(&frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_behind_the_end),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_zstd_size),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
