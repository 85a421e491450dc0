/* SPDX-License-Identifier: MIT */
/*
 * Which file a program's name stands for, and what is said when there is none. tests/flow/exec.sh
 * compares with what the shell and execvp(3) do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/exec/program_file.h"
#include "embedder/util/cleanup.h"

static char folder[] = "/tmp/test_program_file.XXXXXX";

static void make_file(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	close(fd);
}

/* one/ has a folder, a file that cannot be run and a dangling link; two/ has the programs. */
static int make_folders(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("one", 0755), 0);
	assert_int_equal(mkdir("two", 0755), 0);
	assert_int_equal(mkdir("one/folder", 0755), 0);
	make_file("one/tool", 0644);
	make_file("one/text", 0644);
	assert_int_equal(symlink("nowhere", "one/link"), 0);
	for (int i = 0; i < 3; i++)
		make_file((const char *[]){"two/tool", "two/folder", "two/link"}[i], 0755);
	make_file("here", 0755);
	return 0;
}

static int remove_folders(void **state)
{
	static const char *const files[] = {"one/tool",	  "one/text", "one/link", "two/tool",
					    "two/folder", "two/link", "here"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("one/folder");
	rmdir("one");
	rmdir("two");
	return chdir("/") || rmdir(folder);
}

static void assert_found(const char *search, const char *name, const char *path)
{
	_cleanup_free_ char *found = NULL;
	struct reason why = {""};

	assert_int_equal(setenv("PATH", search, 1), 0);
	assert_int_equal(program_file_find(name, &found, &why), 0);
	assert_string_equal(found, path);
}

static void assert_not_found(const char *search, const char *name, int error, const char *text)
{
	_cleanup_free_ char *found = NULL;
	struct reason why = {""};

	assert_int_equal(setenv("PATH", search, 1), 0);
	assert_int_equal(program_file_find(name, &found, &why), error);
	assert_null(found);
	assert_non_null(strstr(why.text, text));
}

static void test_search(void **state)
{
	(void)state;
	assert_found("two:one", "tool", "two/tool");
	/* What cannot be run does not end the search. */
	assert_found("one:two", "tool", "two/tool");
	assert_found("one:two", "folder", "two/folder");
	assert_found("one:two", "link", "two/link");
	assert_found("nowhere:here:two", "tool", "two/tool");
	/* An empty name is this folder, at each end as well. */
	assert_found("", "here", "./here");
	assert_found(":one", "here", "./here");
	assert_found("one:", "here", "./here");
	assert_found("one::two", "here", "./here");
}

static void test_not_in_path(void **state)
{
	(void)state;
	assert_not_found("one:two", "nothing", -ENOENT, "in the folders of $PATH");
	assert_not_found("one", "text", -EACCES, "may not be executed");
	assert_not_found("one:nowhere", "folder", -EISDIR, "it is a folder");
	assert_not_found("one", "link", -ENOENT, "in the folders of $PATH");
}

static void test_paths(void **state)
{
	(void)state;
	/* With a slash it is not searched for. */
	assert_found("two", "./here", "./here");
	assert_found("one", "two/tool", "two/tool");
	assert_not_found("two", "./tool", -ENOENT, "there is no such file");
	assert_not_found("two", "", -ENOENT, "there is no such file");
	assert_not_found("two", "one/text", -EACCES, "may not be executed");
	assert_not_found("two", "one/folder", -EISDIR, "it is a folder");
	assert_not_found("two", "here/tool", -ENOENT, "is no folder");
	assert_not_found("two", "/dev/null", -EACCES, "may not be executed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_not_in_path),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
