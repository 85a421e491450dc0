/* SPDX-License-Identifier: MIT */
/* Whatever the processor can do, the checksum is zlib's crc32(). */
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "runtime/bundle/checksum.h"
#include "tests/support/runtime_support.h"

#define SIZE 5000

static void all_sizes_and_places(void **state)
{
	static const uint32_t starts[] = {0, 1, 0x12345678, UINT32_MAX};
	uint8_t bytes[SIZE];
	uint32_t random = 1;

	for (size_t i = 0; i < SIZE; i++) {
		random = random * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(random >> 24);
	}
	for (size_t size = 0; size < SIZE - 16; size += size < 300 ? 1 : 97)
		for (size_t place = 0; place < 16; place++)
			for (size_t i = 0; i < 4; i++)
				assert_int_equal(checksum_add(starts[i], bytes + place, size),
						 crc32(starts[i], bytes + place, (uInt)size));
}

/* A sum goes on where another ended. The vector is the usual one for this polynomial. */
static void in_parts(void **state)
{
	uint8_t bytes[SIZE] = {0};
	uint32_t all = checksum_add(0, bytes, SIZE);

	for (size_t i = 0; i <= SIZE; i += 13)
		assert_int_equal(checksum_add(checksum_add(0, bytes, i), bytes + i, SIZE - i), all);
	assert_int_equal(checksum_add(0, "123456789", 9), 0xcbf43926);
}

/* Nothing before or after the bytes is read. */
static void nothing_else_is_read(void **state)
{
	static const uint8_t zeros[200];

	for (size_t size = 1; size < sizeof(zeros); size++) {
		uint8_t *bytes = guarded_copy(zeros, size);

		assert_int_equal(checksum_add(0, bytes, size), crc32(0, zeros, (uInt)size));
		guarded_free(bytes, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sizes_and_places),
		cmocka_unit_test(in_parts),
		cmocka_unit_test(nothing_else_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
