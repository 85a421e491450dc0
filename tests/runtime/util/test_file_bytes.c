/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/util/file_bytes.h"

#define SIZE 20000 /* more than two of the parts in which bytes are compared and copied */

static uint8_t data[SIZE];

static int make(const void *bytes, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_bytes_write(fd, bytes, size, 0), 0);
	return fd;
}

static int set_up(void **state)
{
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	return 0;
}

static void test_read(void **state)
{
	uint8_t back[SIZE];
	int fd = make(data, SIZE);

	assert_int_equal(file_bytes_read_some(fd, back, SIZE, 0), SIZE);
	assert_memory_equal(back, data, SIZE);
	assert_int_equal(file_bytes_read_some(fd, back, SIZE, SIZE - 3), 3);
	assert_memory_equal(back, data + SIZE - 3, 3);
	assert_int_equal(file_bytes_read_some(fd, back, SIZE, SIZE), 0);
	assert_int_equal(file_bytes_read_some(fd, back, SIZE, SIZE + 1), 0);
	assert_int_equal(file_bytes_read_some(-1, back, 1, 0), -EBADF);

	assert_int_equal(file_bytes_read(fd, back, 5, 1000), 0);
	assert_memory_equal(back, data + 1000, 5);
	assert_int_equal(file_bytes_read(fd, back, 0, SIZE), 0);
	assert_int_equal(file_bytes_read(fd, back, 4, SIZE - 3), -EIO);
	assert_int_equal(file_bytes_read(-1, back, 1, 0), -EBADF);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
}

/* Nothing is written past the limit on file sizes, as the signal would end the program. */
static void test_limited_write(void **state)
{
	struct rlimit before, limit;
	int fd = make("", 0), past, up_to;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 6;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	past = file_bytes_write(fd, data, 6, 1);
	up_to = file_bytes_write(fd, data, 5, 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(past, -EFBIG);
	assert_int_equal(up_to, 0);
	assert_true(file_bytes_equal(fd, data, 5, 1));
	assert_int_equal(lseek(fd, 0, SEEK_END), 6);
	close(fd);
}

static void test_equal(void **state)
{
	int fd = make(data, SIZE);

	assert_true(file_bytes_equal(fd, data, SIZE, 0));
	assert_true(file_bytes_equal(fd, data + 9, SIZE - 9, 9));
	assert_true(file_bytes_equal(fd, data, 0, SIZE + 5));
	assert_false(file_bytes_equal(fd, data, SIZE - 9, 9));
	assert_false(file_bytes_equal(fd, data + 1, SIZE - 1, 0));
	assert_false(file_bytes_equal(fd, data + 10, SIZE - 9, 10)); /* past the end */
	for (size_t i = 0; i < SIZE; i += SIZE - 1) {
		data[i] ^= 1;
		assert_false(file_bytes_equal(fd, data, SIZE, 0));
		data[i] ^= 1;
	}
	close(fd);
}

static void test_copy(void **state)
{
	int fd = make(data, SIZE), copy = make("", 0);

	assert_false(file_bytes_equal_files(fd, copy, SIZE));
	assert_int_equal(file_bytes_copy(fd, copy, SIZE), 0);
	assert_true(file_bytes_equal_files(fd, copy, SIZE));
	assert_true(file_bytes_equal(copy, data, SIZE, 0));
	assert_int_equal(lseek(copy, 0, SEEK_END), SIZE);
	assert_int_equal(file_bytes_copy(fd, copy, SIZE + 1), -EIO);
	assert_int_equal(file_bytes_write(copy, "x", 1, SIZE - 1), 0);
	assert_false(file_bytes_equal_files(fd, copy, SIZE));
	assert_true(file_bytes_equal_files(fd, copy, SIZE - 1));
	close(copy);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_limited_write),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
