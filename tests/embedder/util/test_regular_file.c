/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "embedder/util/regular_file.h"
#include "tests/support/scratch.h"

static void assert_refuses(const char *path, int error, const char *words)
{
	struct reason why = {""};
	struct stat status;
	int fd = -7;

	assert_int_equal(regular_file_open(path, &fd, &status, &why), error);
	assert_int_equal(fd, -7);
	assert_non_null(strstr(why.text, words));
	assert_int_equal(regular_file_open(path, &fd, &status, NULL), error);
}

static void test_refused(void **state)
{
	assert_refuses("nowhere", -ENOENT, "cannot open it: No such file");
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_refuses("folder", -EISDIR, "it is a folder, not a file");
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_refuses("fifo", -EINVAL, "not a regular file"); /* and does not wait for a writer */
	assert_refuses("/dev/null", -EINVAL, "not a regular file");
}

static void test_read(void **state)
{
	struct stat status;
	char back[10];
	int fd;

	scratch_write("file", "0123456", 7);
	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(regular_file_open("link", &fd, &status, NULL), 0);
	assert_int_equal(status.st_size, 7);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(regular_file_read(fd, back, 3), 3);
	assert_memory_equal(back, "012", 3);
	assert_int_equal(regular_file_read(fd, back, sizeof(back)), 4);
	assert_memory_equal(back, "3456", 4);
	assert_int_equal(regular_file_read(fd, back, sizeof(back)), 0);
	assert_int_equal(regular_file_write(fd, "x", 1), -EBADF); /* it is for reading */
	close(fd);
	assert_int_equal(regular_file_read(-1, back, 1), -EBADF);
}

/* A write that the limit on file sizes cuts short is an error. */
static void test_write(void **state)
{
	struct rlimit before, limit;
	struct stat status;
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err;

	assert_true(fd >= 0);
	assert_int_equal(regular_file_write(fd, "01", 2), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 6;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	err = regular_file_write(fd, "23456789", 8);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_size, 6);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refused),
		TEST(test_read),
		TEST(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
