/* SPDX-License-Identifier: MIT */
/*
 * A program that looks into itself. It runs twice: as the linker made it ("bare"), and as a copy
 * with a section .corebtf that objcopy added ("full").
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/kernel/host.h"
#include "tests/support/known_bundle.h"
#include "tests/support/runtime_support.h"

#define THREADS 4
#define ROUNDS	200

static int find_own(struct corebtf *handle, struct corebtf_entry *entry)
{
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.release = KNOWN_RELEASE,
		.machine = "x86_64",
		.os_id = "debian",
	};

	return corebtf_find_entry(handle, &kernel, entry);
}

static void bare(void **state)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct corebtf *handle = (struct corebtf *)1;

	assert_int_equal(corebtf_open_self(&handle, &opts), -ENODATA);
	assert_ptr_equal(handle, (struct corebtf *)1);
	assert_non_null(strstr(logged.text, "the running program is /"));
	assert_non_null(strstr(logged.text, "has no section .corebtf"));
	assert_int_equal(corebtf_open_file("/proc/self/exe", &handle, NULL), -ENODATA);
}

static void other_files(void **state)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct corebtf *handle;

	assert_int_equal(corebtf_open_file("/does/not/exist", &handle, &opts), -ENOENT);
	assert_non_null(strstr(logged.text, "/does/not/exist: cannot be opened: "));
	assert_int_equal(corebtf_open_file("/", &handle, &opts), -EISDIR);
	assert_int_equal(corebtf_open_file("/dev/null", &handle, &opts), -ENODATA);
	assert_int_equal(corebtf_open_file(NULL, &handle, &opts), -EINVAL);
	assert_int_equal(corebtf_open_self(NULL, &opts), -EINVAL);
}

static void full(void **state)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	char *path, bytes[256];
	const void *btf;
	size_t size;
	FILE *file;

	assert_int_equal(corebtf_open_self(&handle, &opts), 0);
	assert_non_null(strstr(logged.text, "section .corebtf has "));
	assert_int_equal(corebtf_check(handle), 0);
	assert_int_equal(find_own(handle, &entry), 0);
	assert_int_equal(entry.match, COREBTF_MATCH_OS);
	assert_int_equal(corebtf_entry_btf(handle, &entry, &btf, &size), 0);
	assert_int_equal(size, sizeof(KNOWN_BTF));
	assert_memory_equal(btf, KNOWN_BTF, size);
	assert_int_equal((uintptr_t)btf % 8, 0); /* objcopy aligns nothing */
	assert_int_equal(corebtf_entry_path(handle, &entry, &path), 0);
	corebtf_close(handle); /* the path does not need it */
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(KNOWN_BTF));
	assert_memory_equal(bytes, KNOWN_BTF, sizeof(KNOWN_BTF));
	fclose(file);
	corebtf_path_free(path);
}

/* On this very kernel: its own BTF, or none in the known bundle. */
static void running_kernel(void **state)
{
	const struct host here = {.root = NULL};
	char *path = (char *)"untouched";
	int err = corebtf_path_for_running_kernel(&path, NULL);

	if (host_has_btf(&here)) {
		assert_int_equal(err, 0);
		assert_null(path);
	} else {
		assert_int_equal(err, -ENOENT);
		assert_string_equal(path, "untouched");
	}
	assert_int_equal(corebtf_path_for_running_kernel(NULL, NULL), -EINVAL);
}

static void *work(void *context)
{
	size_t *right = context;

	for (int i = 0; i < ROUNDS; i++) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		char bytes[sizeof(KNOWN_BTF)];
		struct corebtf *handle;
		int fd;

		if (corebtf_open_self(&handle, NULL))
			continue;
		if (!find_own(handle, &entry)) {
			fd = corebtf_entry_memfd(handle, &entry);
			if (fd >= 0 && read(fd, bytes, sizeof(bytes)) == sizeof(bytes) &&
			    !memcmp(bytes, KNOWN_BTF, sizeof(bytes)))
				(*right)++;
			close(fd);
		}
		corebtf_close(handle);
	}
	return NULL;
}

static void threads_with_handles_of_their_own(void **state)
{
	pthread_t threads[THREADS];
	size_t right[THREADS] = {0};

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &right[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(right[i], ROUNDS);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest bare_tests[] = {
		cmocka_unit_test(bare),
		cmocka_unit_test(other_files),
	};
	const struct CMUnitTest full_tests[] = {
		cmocka_unit_test(full),
		cmocka_unit_test(running_kernel),
		cmocka_unit_test(threads_with_handles_of_their_own),
	};

	if (argc == 2 && !strcmp(argv[1], "full"))
		return cmocka_run_group_tests(full_tests, NULL, NULL);
	return cmocka_run_group_tests(bare_tests, NULL, NULL);
}
