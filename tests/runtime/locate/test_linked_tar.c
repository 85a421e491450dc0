/* SPDX-License-Identifier: MIT */
/*
 * The functions of btf_core_path.h and btf_core.h, in a program with a linked tar, on made-up
 * hosts: the tar has 5.4.0-58-generic of ubuntu 20.04 ("it") and of debian 10 ("other").
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <btf_helpers.h>

#include "runtime/locate/locate.h"
#include "tests/support/tar_builder.h"

/* As `ld -r -b binary min_core_btfs.tar.gz` does. */
__asm__(".pushsection .data\n"
	".globl _binary_min_core_btfs_tar_gz_start\n"
	"_binary_min_core_btfs_tar_gz_start:\n"
	".incbin \"" LINKED_TAR "\"\n"
	".globl _binary_min_core_btfs_tar_gz_end\n"
	"_binary_min_core_btfs_tar_gz_end:\n"
	".byte 0\n"
	".popsection\n");

static char root[] = "/tmp/corebtf-host-XXXXXX";
static const struct utsname ubuntu = {
	.release = "5.4.0-58-generic", .machine = "x86_64", .version = "#1 SMP"};
static const struct utsname newer = {
	.release = "5.4.0-59-generic", .machine = "x86_64", .version = "#1 SMP"};
static const struct utsname arm = {
	.release = "5.4.0-58-generic", .machine = "aarch64", .version = "#1 SMP"};

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char *command;
	va_list arguments;

	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	assert_int_equal(system(command), 0);
	free(command);
}

static void set_os(const char *id, const char *version_id)
{
	run("mkdir -p %s/etc && printf 'ID=\"%s\"\\nVERSION_ID=%s\\n' >%s/etc/os-release", root, id,
	    version_id, root);
}

static int count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void assert_btf(const char *path, const char *text)
{
	char bytes[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes) - 1), 24 + strlen(text));
	assert_string_equal(bytes + 24, text);
	close(fd);
}

/* The path has the right bytes, and nothing remains after it is freed. */
static void test_path(void **state)
{
	static const struct {
		const char *id, *version_id, *text;
	} cases[] = {
		{"ubuntu", "20.04", "it"}, {"debian", "10", "other"}, {"debian", "'10'", "other"},
		{"debian", "11", "other"}, {"ubuntu", "18.04", "it"},
	};
	int before = count_fds();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct host host = {.root = root, .uname = &ubuntu};
		char *path = NULL;

		set_os(cases[i].id, cases[i].version_id);
		assert_int_equal(locate_path_in_tar(&host, NULL, 0, &path, NULL), 0);
		assert_non_null(path);
		assert_btf(path, cases[i].text);
		assert_int_equal(clean_core_btf_rs(path), 0);
		assert_int_equal(count_fds(), before);
	}
}

static void test_failures(void **state)
{
	static const char garbage[] = "this is no tar";
	const struct host other = {.root = root, .uname = &newer};
	const struct host other_machine = {.root = root, .uname = &arm};
	const struct host host = {.root = root, .uname = &ubuntu};
	char *path = (char *)"untouched";
	int before = count_fds();

	assert_int_equal(locate_path_in_tar(&other, NULL, 0, &path, NULL), -ENOENT);
	assert_int_equal(locate_path_in_tar(&other_machine, NULL, 0, &path, NULL), -ENOENT);
	assert_int_equal(locate_path_in_tar(&host, garbage, sizeof(garbage), &path, NULL),
			 -EBADMSG);
	/* an empty tar has no BTF; the linked one is not used instead */
	assert_int_equal(locate_path_in_tar(&host, "", 0, &path, NULL), -ENODATA);
	assert_string_equal(path, "untouched");
	assert_int_equal(count_fds(), before);
}

/* With the kernel's BTF, or one that the user names, no tar is read. */
static void test_not_asked(void **state)
{
	static const char garbage[] = "this is no tar";
	const struct host host = {.root = root, .uname = &ubuntu};
	char *path = (char *)"touched", *forced;

	run("mkdir -p %s/sys/kernel/btf && touch %s/sys/kernel/btf/vmlinux", root, root);
	assert_int_equal(locate_path_in_tar(&host, garbage, sizeof(garbage), &path, NULL), 0);
	assert_null(path);
	run("rm -r %s/sys", root);

	run("printf '\\237\\353\\001\\0forced' >%s/forced.btf", root);
	assert_true(asprintf(&forced, "%s/forced.btf", root) > 0);
	assert_int_equal(setenv("COREBTF_BTF", forced, 1), 0);
	assert_int_equal(locate_path_in_tar(&host, garbage, sizeof(garbage), &path, NULL), 0);
	unsetenv("COREBTF_BTF");
	assert_string_equal(path, forced);
	assert_int_equal(clean_core_btf_rs(path), 0);
	assert_int_equal(access(forced, F_OK), 0); /* it is the user's */
	free(forced);
}

/* As the last source, and its log lines. */
static void test_last_source(void **state)
{
	const struct host host = {.root = root, .uname = &ubuntu};
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	struct corebtf_path_opts opts = {.sz = sizeof(opts), .ret_origin = &origin};
	char *path = NULL;

	set_os("debian", "10");
	assert_int_equal(locate_path(&host, NULL, &path, &opts), 0);
	assert_btf(path, "other");
	assert_int_equal(origin.source, COREBTF_SOURCE_LINKED_TAR);
	assert_int_equal(origin.match, COREBTF_MATCH_OS);
	assert_int_equal(origin.ambiguous, 0);
	assert_string_equal(origin.release, "5.4.0-58-generic");
	assert_string_equal(origin.machine, "x86_64");
	assert_string_equal(origin.os_id, "debian");
	assert_string_equal(origin.version_id, "10");
	assert_non_null(strstr(origin.file, "tar"));
	corebtf_path_free(path);
	set_os("fedora", "30");
	assert_int_equal(locate_path(&host, NULL, &path, &opts), -ENOTUNIQ);
	opts.ambiguous = COREBTF_AMBIGUOUS_FIRST;
	assert_int_equal(locate_path(&host, NULL, &path, &opts), 0);
	assert_int_equal(origin.match, COREBTF_MATCH_RELEASE);
	assert_int_equal(origin.ambiguous, 1);
	corebtf_path_free(path);
}

/* Only for a kernel without a member, and only if its neighbours are equal. */
static void test_neighbours(void **state)
{
	static const struct utsname between = {
		.release = "5.4.0-60-generic", .machine = "x86_64", .version = "#1 SMP"};
	const struct host host = {.root = root, .uname = &between},
			  known = {.root = root, .uname = &newer};
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	const struct corebtf_path_opts opts = {
		.sz = sizeof(opts), .nearest = COREBTF_NEAREST_SURROUNDED, .ret_origin = &origin};
	char *path = NULL;

	for (int alike = 0; alike < 2; alike++) {
		struct bytes tar = {.data = NULL};

		tar_add_btf(&tar, "ubuntu/20.04/x86_64/5.4.0-58-generic.btf", "same");
		tar_add_header(&tar, '1', "ubuntu/20.04/x86_64/5.4.0-59-generic.btf",
			       "ubuntu/20.04/x86_64/5.4.0-58-generic.btf", 0);
		tar_add_btf(&tar, "ubuntu/20.04/x86_64/5.4.0-62-generic.btf",
			    alike ? "same" : "other");
		tar_end(&tar);
		assert_int_equal(locate_path_in_tar(&host, tar.data, tar.size, &path, NULL),
				 -ENOENT);
		assert_int_equal(locate_path_in_tar(&known, tar.data, tar.size, &path, &opts), 0);
		assert_btf(path, "same");
		assert_int_equal(origin.match, COREBTF_MATCH_RELEASE);
		corebtf_path_free(path);
		assert_int_equal(locate_path_in_tar(&host, tar.data, tar.size, &path, &opts),
				 alike ? 0 : -ENOENT);
		if (alike) {
			assert_btf(path, "same");
			assert_int_equal(origin.source, COREBTF_SOURCE_LINKED_TAR);
			assert_int_equal(origin.match, COREBTF_MATCH_NEAREST);
			assert_string_equal(origin.release, "5.4.0-59-generic");
			assert_string_equal(origin.file, "the tar");
			corebtf_path_free(path);
		}
		bytes_release(&tar);
	}
}

static void test_arguments(void **state)
{
	struct bpf_object_open_opts opts = {.sz = sizeof(opts)};
	char own[] = "/proc/self/fd/0", *path = own;

	assert_int_equal(ensure_core_btf_with_linked_tar(NULL), -EINVAL);
	assert_int_equal(ensure_core_btf_with_tar_binary(NULL, "x", 1), -EINVAL);
	assert_int_equal(ensure_core_btf_with_tar_binary(&path, "x", -1), -EINVAL);
	assert_int_equal(ensure_core_btf_with_tar_binary(&path, NULL, 1), -EINVAL);
	assert_ptr_equal(path, own);
	assert_int_equal(clean_core_btf_rs(NULL), 0);
	assert_int_equal(clean_core_btf_rs(own), -EINVAL);
	assert_true(fcntl(0, F_GETFD) >= 0);

	/* the caller's own path is neither replaced nor freed */
	assert_int_equal(ensure_core_btf(NULL), -EINVAL);
	assert_int_equal(ensure_core_btf_tar(NULL, "x", 1), -EINVAL);
	opts.btf_custom_path = own;
	assert_int_equal(ensure_core_btf(&opts), 0);
	assert_int_equal(ensure_core_btf_tar(&opts, "x", 1), 0);
	clean_core_btf(&opts);
	cleanup_core_btf(&opts);
	assert_ptr_equal(opts.btf_custom_path, own);
	assert_true(fcntl(0, F_GETFD) >= 0);
	clean_core_btf(NULL);
	cleanup_core_btf(NULL);
	opts.btf_custom_path = NULL;
	clean_core_btf(&opts);
}

static int make_root(void **state)
{
	/* the environment's paths are for the real host */
	unsetenv("COREBTF_BTF");
	unsetenv("COREBTF_BUNDLE");
	unsetenv("HOST_ROOT");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	run("rm -r %s", root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),	   cmocka_unit_test(test_failures),
		cmocka_unit_test(test_not_asked),  cmocka_unit_test(test_last_source),
		cmocka_unit_test(test_neighbours), cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
