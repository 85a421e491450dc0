/* SPDX-License-Identifier: MIT */
/*
 * Paths as the caller gets them: who owns them, what they share, and what remains after fork, exec
 * and with threads. test_handing_over.c tests the ways to make a file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/handover/btf_path.h"
#include "tests/support/runtime_support.h"

#define THREADS 32
#define ROUNDS	100
#define SIZE	20000

static const struct log silent = {.write = NULL};
static uint8_t bytes[4][SIZE];

static char *give(unsigned int kind)
{
	char *path = NULL;

	assert_int_equal(btf_path_new(bytes[kind], SIZE, &silent, &path), 0);
	return path;
}

static int fd_of(const char *path)
{
	int fd = -1;

	assert_int_equal(sscanf(path, "/proc/self/fd/%d", &fd), 1);
	return fd;
}

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int holds(const char *path, unsigned int kind)
{
	uint8_t back[SIZE + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int right =
		fd >= 0 && read(fd, back, sizeof(back)) == SIZE && !memcmp(back, bytes[kind], SIZE);

	if (fd >= 0)
		close(fd);
	return right;
}

/* How many descriptors are open, without the one for reading the folder. */
static size_t descriptors(void)
{
	DIR *names = opendir("/proc/self/fd");
	size_t count = 0;

	while (names && readdir(names))
		count++;
	if (names)
		closedir(names);
	return count - 3; /* "." and ".." and the folder itself */
}

static void equal_bytes_share_a_file(void **state)
{
	char *first = give(0), *second = give(0), *other = give(1);
	int fd = fd_of(first);

	assert_ptr_not_equal(first, second);
	assert_string_equal(first, second);
	assert_string_not_equal(first, other);
	assert_int_equal(corebtf_path_free(first), 1);
	assert_true(holds(second, 0) && holds(other, 1));
	assert_int_equal(corebtf_path_free(second), 1);
	assert_false(is_open(fd));
	first = give(0); /* anew */
	assert_true(holds(first, 0) && holds(other, 1));
	assert_int_equal(corebtf_path_free(first), 1);
	assert_int_equal(corebtf_path_free(other), 1);
}

/* Equal but for the last byte. */
static void nearly_equal_bytes_do_not(void **state)
{
	char *first = give(2), *second = give(3);

	assert_memory_equal(bytes[2], bytes[3], SIZE - 1);
	assert_string_not_equal(first, second);
	assert_true(holds(first, 2) && holds(second, 3));
	corebtf_path_free(second);
	corebtf_path_free(first);
}

static void what_is_not_ours_is_left_alone(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char *ours = give(0), *copy = strdup(ours), *made = NULL;
	char constant[] = "/boot/vmlinux";

	assert_true(asprintf(&made, "/proc/self/fd/%d", fd) > 0);
	assert_int_equal(corebtf_path_free(NULL), 0);
	assert_int_equal(corebtf_path_free(constant), 0);
	assert_int_equal(corebtf_path_free(made), 0);
	assert_true(is_open(fd));
	assert_int_equal(corebtf_path_free(copy), 0);
	assert_true(holds(ours, 0));
	assert_int_equal(corebtf_path_free(ours), 1);
	free(copy);
	free(made);
	close(fd);
}

static void borrowed_file_stays(void **state)
{
	char *folder = folder_make(), *name = NULL, *first, *second;
	struct stat file;

	assert_true(asprintf(&name, "%s/user.btf", folder) > 0);
	folder_write(folder, "/user.btf", bytes[0], SIZE);
	assert_int_equal(btf_path_of_file(name, &first), 0);
	assert_string_equal(first, name);
	second = give(0); /* the same bytes, but that file may change */
	assert_string_not_equal(second, name);
	assert_int_equal(corebtf_path_free(first), 1);
	assert_int_equal(stat(name, &file), 0);
	assert_int_equal(corebtf_path_free(second), 1);
	folder_remove(folder);
	free(folder);
	free(name);
}

/* A daemon closes every descriptor that it did not open, and another file gets the number. */
static void closed_behind_our_back(void **state)
{
	char *path = give(0), *again;
	int fd = fd_of(path), other;

	close(fd);
	other = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (other != fd) {
		assert_int_equal(dup3(other, fd, O_CLOEXEC), fd);
		close(other);
	}
	again = give(0); /* the old one cannot be shared any more */
	assert_true(holds(again, 0));
	assert_int_equal(corebtf_path_free(path), 1);
	assert_true(is_open(fd)); /* it now belongs to another file */
	close(fd);
	assert_int_equal(corebtf_path_free(again), 1);
}

/* free() instead of corebtf_path_free() keeps the file open, but later calls still work. */
static void freed_by_the_caller(void **state)
{
	size_t before = descriptors();
	char *paths[8], *mine;

	for (size_t i = 0; i < 8; i++) {
		paths[i] = give(0);
		free(paths[i]);
	}
	mine = malloc(sizeof("/proc/self/fd/999999"));
	strcpy(mine, "/boot/vmlinux"); /* most likely at the address of the freed path */
	assert_int_equal(corebtf_path_free(mine), 0);
	free(mine);
	for (size_t i = 0; i < 8; i++)
		paths[i] = give(0);
	assert_true(descriptors() <= before + 1);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(corebtf_path_free(paths[i]), 1);
}

static void *work(void *context)
{
	size_t *right = context;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *first = NULL, *second = NULL;
		unsigned int kind = i % 4;

		if (!btf_path_new(bytes[kind], SIZE, &silent, &first) &&
		    !btf_path_new(bytes[3 - kind], SIZE, &silent, &second) && holds(first, kind) &&
		    holds(second, 3 - kind))
			(*right)++;
		corebtf_path_free(i % 2 ? first : second);
		corebtf_path_free(i % 2 ? second : first);
	}
	return NULL;
}

static void many_threads(void **state)
{
	size_t before = descriptors();
	pthread_t threads[THREADS];
	size_t right[THREADS] = {0};

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &right[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(right[i], ROUNDS);
	}
	assert_int_equal(descriptors(), before);
}

/* A thousand paths to one open file take no further descriptor. */
static void a_thousand_paths(void **state)
{
	static char *paths[1000];
	size_t before = descriptors();

	for (size_t i = 0; i < 1000; i++)
		paths[i] = give(0);
	assert_int_equal(descriptors(), before + 1);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(corebtf_path_free(paths[(i * 7) % 1000]), 1);
	assert_int_equal(descriptors(), before);
}

static void log_may_call_us(void *context, const char *line)
{
	char **other = context;

	if (!*other)
		*other = give(1);
}

static void log_function_may_use_paths(void **state)
{
	char *path = NULL, *other = NULL;
	const struct log log = {.write = log_may_call_us, .context = &other, .subject = ""};

	assert_int_equal(btf_path_new(bytes[0], SIZE, &log, &path), 0);
	assert_non_null(other);
	assert_int_equal(corebtf_path_free(path), 1);
	assert_int_equal(corebtf_path_free(other), 1);
}

/* "test_btf_path descriptors" finds only the three open that all programs have. */
static int descriptors_after_exec(void)
{
	char *arguments[] = {(char *)"test_btf_path", (char *)"descriptors", NULL};
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		execv("/proc/self/exe", arguments);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void nothing_passes_exec(void **state)
{
	char *path = give(0);
	int fd = fd_of(path);

	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(descriptors_after_exec(), 3);
	/* and the check finds one that is inherited */
	assert_int_equal(fcntl(fd, F_SETFD, 0), 0);
	assert_int_equal(descriptors_after_exec(), 3 + 1);
	assert_int_equal(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
	assert_int_equal(corebtf_path_free(path), 1);
}

static void child_uses_and_frees(void **state)
{
	char *path = give(0), *second = give(0);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = fd_of(path);
		char *own = NULL;

		if (!holds(path, 0) || btf_path_new(bytes[1], SIZE, &silent, &own) ||
		    !holds(own, 1) || !corebtf_path_free(path) || !holds(second, 0) ||
		    !corebtf_path_free(second) || is_open(fd) || !corebtf_path_free(own))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(holds(path, 0) && holds(second, 0));
	assert_int_equal(corebtf_path_free(path), 1);
	assert_int_equal(corebtf_path_free(second), 1);
}

/* One thread may be inside a call while another one forks. */
static void *give_and_take(void *context)
{
	while (!__atomic_load_n((int *)context, __ATOMIC_RELAXED))
		corebtf_path_free(give(1));
	return NULL;
}

static void fork_while_others_work(void **state)
{
	pthread_t threads[4];
	int stop = 0;

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, give_and_take, &stop), 0);
	for (int i = 0; i < 100; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			char *path = NULL;

			alarm(20); /* against a deadlock */
			if (btf_path_new(bytes[0], SIZE, &silent, &path) || !holds(path, 0))
				_exit(1);
			_exit(!corebtf_path_free(path));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_bytes_share_a_file),
		cmocka_unit_test(nearly_equal_bytes_do_not),
		cmocka_unit_test(what_is_not_ours_is_left_alone),
		cmocka_unit_test(borrowed_file_stays),
		cmocka_unit_test(closed_behind_our_back),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(a_thousand_paths),
		cmocka_unit_test(log_function_may_use_paths),
		cmocka_unit_test(nothing_passes_exec),
		cmocka_unit_test(child_uses_and_frees),
		cmocka_unit_test(fork_while_others_work),
		cmocka_unit_test(freed_by_the_caller),
	};

	if (argc == 2 && !strcmp(argv[1], "descriptors"))
		return (int)descriptors();
	/* Descriptors that this test inherited must not count in nothing_passes_exec. */
	for (int fd = 3; fd < 256; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (size_t kind = 0; kind < 4; kind++)
		for (size_t i = 0; i < SIZE; i++)
			bytes[kind][i] = (uint8_t)(i * 7 + (kind < 2 ? kind : 2));
	bytes[3][SIZE - 1] ^= 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
