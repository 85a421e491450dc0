/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/util/file_bytes.h"
#include "runtime/handover/memfd.h"
#include "tests/support/runtime_support.h"

static int make(const void *data, size_t size)
{
	int fd = memfd_open("test");

	assert_true(fd >= 0);
	assert_int_equal(file_bytes_write(fd, data, size, 0), 0);
	assert_int_equal(memfd_seal(fd), 0);
	return fd;
}

static void holds_the_bytes_and_nothing_else(void **state)
{
	static const size_t sizes[] = {0, 1, 4096, 300000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *data = malloc(sizes[i] + 1), *back = malloc(sizes[i] + 1);
		int fd;

		for (size_t j = 0; j < sizes[i]; j++)
			data[j] = (uint8_t)(j * 7);
		fd = make(data, sizes[i]);
		assert_true(fd >= 0);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
		assert_int_equal(read(fd, back, sizes[i] + 1), (ssize_t)sizes[i]);
		assert_memory_equal(back, data, sizes[i]);
		close(fd);
		free(data);
		free(back);
	}
}

static void cannot_be_changed(void **state)
{
	const int wanted = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int fd = make("bytes", 5), again;
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & wanted, wanted);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(pwrite(fd, "B", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 10), -1);
	assert_true(mmap(NULL, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);

	/* nor with another descriptor */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	if (again >= 0) {
		assert_int_equal(pwrite(again, "B", 1, 0), -1);
		close(again);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_the_bytes_and_nothing_else),
		cmocka_unit_test(cannot_be_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
