/* SPDX-License-Identifier: MIT */
/*
 * Files that are written completely or not at all, in a folder of the test. test_executable.sh has
 * the cases that need root or an executable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "embedder/util/random_name.h"

static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/test_output_file-XXXXXX");

	*state = folder;
	umask(022);
	return !mkdtemp(folder) || chdir(folder);
}

static int leave_folder(void **state)
{
	struct dirent *entry;
	DIR *folder = opendir(".");

	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			remove(entry->d_name);
	closedir(folder);
	rmdir(*state);
	free(*state);
	return chdir("/");
}

static int count_files(void)
{
	int count = 0;
	DIR *folder = opendir(".");

	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 2;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(output_file_save(path, NULL, text, strlen(text), NULL), 0);
}

static void assert_holds(const char *path, const char *text)
{
	_cleanup_free_ void *data = NULL;
	size_t size;

	assert_int_equal(input_file_read(path, 1000, &data, &size, NULL), 0);
	assert_int_equal(size, strlen(text));
	assert_memory_equal(data, text, size);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void new_and_replaced(void **state)
{
	put("file", "old");
	assert_int_equal(mode_of("file"), 0644);
	assert_int_equal(chmod("file", 0750), 0);
	put("file", "new one");
	assert_holds("file", "new one");
	assert_int_equal(mode_of("file"), 0750);
	assert_int_equal(count_files(), 1);
}

static void mode_of_another(void **state)
{
	put("model", "");
	assert_int_equal(chmod("model", 04711), 0);
	assert_int_equal(output_file_save("file", "model", "x", 1, NULL), 0);
	assert_int_equal(mode_of("file"), 04711);
	put("old", "");
	assert_int_equal(output_file_save("old", "model", "x", 1, NULL), 0);
	assert_int_equal(mode_of("old"), 04711);
	assert_int_equal(output_file_save("x", "missing", "x", 1, NULL), -ENOENT);
}

static void links(void **state)
{
	put("file", "old");
	assert_int_equal(link("file", "hard"), 0);
	assert_int_equal(symlink("file", "soft"), 0);
	assert_int_equal(symlink("soft", "softer"), 0);
	put("softer", "new");
	assert_holds("file", "new");
	assert_holds("hard", "old");
	assert_true(readlink("softer", (char[10]){0}, 10) == 4);
	assert_true(readlink("soft", (char[10]){0}, 10) == 4);

	assert_int_equal(symlink("not-yet", "dangling"), 0);
	put("dangling", "made");
	assert_holds("not-yet", "made");

	assert_int_equal(symlink("round", "round"), 0);
	assert_int_equal(output_file_save("round", NULL, "x", 1, NULL), -ELOOP);
}

static void abandoned(void **state)
{
	struct output_file file = {0};

	output_file_abandon(&file); /* not opened yet: no effect, fd 0 stays open */
	assert_true(fcntl(0, F_GETFD) >= 0 || errno == EBADF);
	put("file", "old");
	assert_int_equal(output_file_open("file", NULL, &file, NULL), 0);
	assert_non_null(strstr(file.temporary_path, "/.file.corebtf-"));
	assert_int_equal(mode_of(file.temporary_path), 0600);
	assert_int_equal(output_file_write(&file, "new", 3, NULL), 0);
	assert_int_equal(count_files(), 2);
	assert_holds("file", "old");
	output_file_abandon(&file);
	output_file_abandon(&file);
	assert_int_equal(count_files(), 1);
	assert_holds("file", "old");
}

/* What killed runs left behind goes with the next one for the same file; what another run is
 * writing, or belongs to another file, stays. */
static void stale(void **state)
{
	static const char *const kept[] = {".file.corebtf-abcde", ".file.corebtf-abcdefg",
					   ".files.corebtf-abcdef", ".corebtf-abcdef"};
	struct output_file running = {0};

	put(".file.corebtf-abcdef", "stale");
	put(".file.corebtf-012345", "stale");
	assert_int_equal(mkdir(".file.corebtf-folder", 0700), 0);
	for (size_t i = 0; i < 4; i++)
		put(kept[i], "");
	assert_int_equal(output_file_open("file", NULL, &running, NULL), 0);
	assert_int_equal(output_file_write(&running, "last", 4, NULL), 0);
	assert_int_equal(access(".file.corebtf-abcdef", F_OK), -1);
	assert_int_equal(access(".file.corebtf-012345", F_OK), -1);
	assert_int_equal(count_files(), 4 + 1 + 1);

	put("file", "first");
	assert_int_equal(access(running.temporary_path, F_OK), 0);
	assert_holds("file", "first");
	assert_int_equal(output_file_commit(&running, NULL), 0);
	assert_holds("file", "last");
	assert_int_equal(count_files(), 4 + 1 + 1);
}

static void user_attributes(void **state)
{
	char value[8] = "";

	put("file", "old");
	if (setxattr("file", "user.corebtf.test", "yes", 3, 0) < 0)
		skip();
	put("file", "new");
	assert_int_equal(getxattr("file", "user.corebtf.test", value, sizeof(value)), 3);
	assert_memory_equal(value, "yes", 3);
	assert_int_equal(output_file_save("copy", "file", "x", 1, NULL), 0);
	assert_int_equal(getxattr("copy", "user.corebtf.test", value, sizeof(value)), 3);
	assert_int_equal(output_file_save("/dev/shm/test_output_file", "file", "x", 1, NULL), 0);
	unlink("/dev/shm/test_output_file");
}

static void write_error(void **state)
{
	struct output_file file = {0};
	struct reason why;

	put("file", "old");
	assert_int_equal(output_file_open("file", NULL, &file, NULL), 0);
	/* As on a failing disk: writing to the descriptor fails. */
	close(file.fd);
	file.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(output_file_write(&file, "new", 3, &why), -ENOSPC);
	assert_non_null(strstr(why.text, "No space left"));
	output_file_abandon(&file);
	assert_holds("file", "old");
	assert_int_equal(count_files(), 1);
}

static void reasons(void **state)
{
	struct reason why;

	assert_int_equal(output_file_save("missing/file", NULL, "x", 1, &why), -ENOENT);
	assert_non_null(strstr(why.text, "folder missing"));
	assert_int_equal(output_file_save(".", NULL, "x", 1, &why), -EISDIR);
	assert_int_equal(output_file_save("", NULL, "x", 1, &why), -EINVAL);
	assert_int_equal(output_file_save("missing/", NULL, "x", 1, &why), -EINVAL);
	put("file", "");
	assert_int_equal(output_file_save("file/x", NULL, "x", 1, &why), -ENOTDIR);
	if (geteuid()) {
		assert_int_equal(chmod(".", 0500), 0);
		assert_int_equal(output_file_save("file", NULL, "x", 1, &why), -EACCES);
		assert_non_null(strstr(why.text, "in the folder ."));
		assert_int_equal(chmod(".", 0700), 0);
	}
	assert_int_equal(count_files(), 1);
}

static void written_to_directly(void **state)
{
	char text[8] = "", path[64];
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	put(path, "piped");
	assert_int_equal(read(fds[0], text, sizeof(text)), 5);
	assert_string_equal(text, "piped");
	close(fds[0]);
	close(fds[1]);
	put("/dev/null", "gone");
	assert_int_equal(output_file_save("/dev/full", NULL, "x", 1, NULL), -ENOSPC);
	assert_int_equal(count_files(), 0);

	/* As a shell redirects standard output with >>. */
	put("file", "old ");
	fds[0] = open("file", O_WRONLY | O_APPEND);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	put(path, "new");
	close(fds[0]);
	assert_holds("file", "old new");
}

static void long_names(void **state)
{
	char name[256] = "";

	memset(name, 'n', 255);
	put(name, "x");
	put(name, "y");
	assert_holds(name, "y");
}

/* Two are equal once in a thousand million runs. */
static void random_names(void **state)
{
	char one[RANDOM_NAME_LETTERS + 1], other[RANDOM_NAME_LETTERS + 1];

	assert_int_equal(random_name(one, NULL), 0);
	assert_int_equal(random_name(other, NULL), 0);
	assert_int_equal(strlen(one), RANDOM_NAME_LETTERS);
	assert_int_equal(strspn(one, "abcdefghijklmnopqrstuvwxyz012345"), RANDOM_NAME_LETTERS);
	assert_string_not_equal(one, other);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(new_and_replaced),
		IN_FOLDER(mode_of_another),
		IN_FOLDER(links),
		IN_FOLDER(abandoned),
		IN_FOLDER(stale),
		IN_FOLDER(user_attributes),
		IN_FOLDER(write_error),
		IN_FOLDER(reasons),
		IN_FOLDER(long_names),
		IN_FOLDER(written_to_directly),
		cmocka_unit_test(random_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
