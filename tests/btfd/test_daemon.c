/* SPDX-License-Identifier: MIT */
/*
 * btfd as a process: its messages to the service manager, its output, its open files. It loads real
 * programs, with the kernel's BTF hidden unless a test says otherwise. Its output is compared after
 * it has stopped, when it is complete.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "numbered_execs.h"
#include "stage.h"

#define SOME_EXECS 20

static char *const plain[] = {"btfd", "objects", NULL};
static char *const with_file[] = {"btfd", "-b", "used.bundle", "objects", NULL};

static void expect_text(const char *text, const char *part)
{
	if (!strstr(text, part)) {
		print_error("'%s' is not in: %s\n", part, text);
		fail();
	}
}

static size_t lines_of(const char *path)
{
	char *text = stage_read(path, NULL);
	size_t lines = 0;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	free(text);
	return lines;
}

/* After loading, only sockets, maps, links and buffers are open. */
static void expect_nothing_kept(const struct watched *watched)
{
	char program[PATH_SIZE];

	assert_int_equal(watched_fds(watched, "memfd:"), 0);
	assert_int_equal(watched_fds(watched, "(deleted)"), 0); /* files without a name */
	assert_int_equal(watched_fds(watched, "bundle"), 0);
	snprintf(program, sizeof(program), "%s/btfd", stage_folder);
	assert_int_equal(watched_fds(watched, program), 0);
	assert_int_equal(watched_fds(watched, "bpf-prog"), 0);
	assert_int_equal(watched_fds(watched, "bpf-map"), 1); /* the buffer's */
	assert_int_equal(watched_fds(watched, "bpf_link") + watched_fds(watched, "bpf-link"), 2);
	assert_false(watched_maps_section(watched));
}

static void test_whole_life(void **state)
{
	struct watched watched;

	watched_start(&watched, 0, plain);
	expect_text(watched_ready(&watched), "2 objects, 2 programs, ");
	expect_text(watched.listener.text, "own section .corebtf");
	expect_nothing_kept(&watched);
	numbered_execs_make(SOME_EXECS);
	printf("btfd: RssAnon %ld kB, RssFile %ld kB, VmData %ld kB\n",
	       watched_kilobytes(&watched, "RssAnon"), watched_kilobytes(&watched, "RssFile"),
	       watched_kilobytes(&watched, "VmData"));
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
	assert_int_equal(lines_of("err"), 2); /* ready, stopped */
}

static void test_kernel_btf_first(void **state)
{
	struct watched watched;

	/* The damaged bundle is not read. */
	stage_write("used.bundle", "damaged", 7);
	watched_start(&watched, SEE_KERNEL_BTF, with_file);
	expect_text(watched_ready(&watched), "the kernel's own BTF");
	numbered_execs_make(SOME_EXECS);
	watched_stop(&watched, SIGINT);
	assert_int_equal(numbered_execs_compare(1), 0);
}

static void test_prefer_bundle(void **state)
{
	char *const arguments[] = {"btfd", "--prefer-bundle", "--bundle=used.bundle", "objects",
				   NULL};
	struct watched watched;

	stage_replace("bundle", "used.bundle");
	watched_start(&watched, SEE_KERNEL_BTF, arguments);
	expect_text(watched_ready(&watched), "out of used.bundle");
	expect_nothing_kept(&watched);
	numbered_execs_make(SOME_EXECS);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
}

/* Not root, with the two capabilities only, as under the systemd unit. */
static void test_unprivileged(void **state)
{
	struct watched watched;

	if (prctl(PR_CAPBSET_READ, CAP_BPF, 0, 0, 0) != 1 ||
	    prctl(PR_CAPBSET_READ, CAP_PERFMON, 0, 0, 0) != 1) {
		printf("left out: this kernel, or this root, does not have CAP_BPF and "
		       "CAP_PERFMON\n");
		skip();
	}
	watched_start(&watched, UNPRIVILEGED, plain);
	expect_text(watched_ready(&watched), "own section .corebtf");
	expect_nothing_kept(&watched);
	numbered_execs_make(SOME_EXECS);
	watched_reload(&watched);
	expect_text(watched.listener.text, "STATUS=2 objects");
	numbered_execs_make(SOME_EXECS);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
}

/* One line that names the file and what is wrong with it, exit status 1, and no READY=1. */
static void refuse_to_start(char *const *arguments, const char *file, const char *what)
{
	struct watched watched;
	char *said;

	watched_start(&watched, 0, arguments);
	assert_int_equal(watched_wait(&watched), 1);
	said = stage_read("err", NULL);
	expect_text(said, "btfd: cannot start: ");
	expect_text(said, file);
	expect_text(said, what);
	free(said);
	assert_int_equal(lines_of("err"), 1);
}

/* Makes used.bundle a bad one: the kinds, and the text of the error for each. */
struct bad_bundle {
	const char *name;
	const char *what;
	void (*make)(void);
};

static void make_flipped(void)
{
	size_t size;
	char *bytes = stage_read("bundle", &size);

	assert_true(size > 96);
	bytes[90] ^= 1; /* in the header */
	stage_write("used.bundle", bytes, size);
	free(bytes);
}

static void make_short(void)
{
	size_t size;
	char *bytes = stage_read("bundle", &size);

	stage_write("used.bundle", bytes, size / 2);
	free(bytes);
}

/* All bytes of the BTFs; only the needed one is read. */
static void make_flipped_btfs(void)
{
	size_t size;
	char *bytes = stage_read("bundle", &size);

	for (size_t i = size / 2; i < size; i++)
		bytes[i] ^= 0x55;
	stage_write("used.bundle", bytes, size);
	free(bytes);
}

static void make_other(void)
{
	stage_replace("other.bundle", "used.bundle");
}

static void make_foreign(void)
{
	stage_write("used.bundle", "no bundle at all, whatever it is called", 39);
}

static void make_missing(void)
{
	unlink("used.bundle");
}

static const struct bad_bundle bad_bundles[] = {
	{"one bit", "damaged", make_flipped},
	{"cut off", "damaged", make_short},
	{"bits of all BTFs", "damaged", make_flipped_btfs},
	{"other kernels", "no BTF for this kernel", make_other},
	{"foreign", "carries no BTFs", make_foreign},
	{"missing", "No such file", make_missing},
};
#define BAD_BUNDLES (sizeof(bad_bundles) / sizeof(bad_bundles[0]))

static void test_bad_bundle_at_start(void **state)
{
	for (size_t i = 0; i < BAD_BUNDLES; i++) {
		bad_bundles[i].make();
		refuse_to_start(with_file, "used.bundle", bad_bundles[i].what);
	}
}

static void expect_failed_reload(struct watched *watched, const char *file, const char *what)
{
	size_t lines = lines_of("err");
	const char *status = watched_reload(watched);

	expect_text(status, "reload failed: ");
	expect_text(status, file);
	expect_text(status, what);
	assert_int_equal(lines_of("err"), lines + 1);
	expect_nothing_kept(watched);
	numbered_execs_make(3);
}

static void test_bad_bundle_at_reload(void **state)
{
	struct watched watched;
	size_t fds;

	stage_replace("bundle", "used.bundle");
	watched_start(&watched, 0, with_file);
	watched_ready(&watched);
	fds = watched_fds(&watched, NULL);
	for (size_t i = 0; i < BAD_BUNDLES; i++) {
		bad_bundles[i].make();
		expect_failed_reload(&watched, "used.bundle", bad_bundles[i].what);
		assert_int_equal(watched_fds(&watched, NULL), fds);
	}
	stage_replace("bundle", "used.bundle");
	expect_text(watched_reload(&watched), "2 objects");
	numbered_execs_make(3);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
}

static void test_bad_objects(void **state)
{
	struct watched watched;
	size_t size;
	char *bytes = stage_read("objects/exit.bpf.o", &size);

	watched_start(&watched, 0, plain);
	watched_ready(&watched);

	stage_write("objects/z.bpf.o", bytes, size / 2);
	expect_failed_reload(&watched, "objects/z.bpf.o", "no BPF object");
	stage_write("objects/z.bpf.o", "", 0);
	expect_failed_reload(&watched, "objects/z.bpf.o", "empty");
	unlink("objects/z.bpf.o");
	assert_return_code(mkfifo("objects/z.bpf.o", 0600), errno);
	expect_failed_reload(&watched, "objects/z.bpf.o", "neither a file nor a folder");
	unlink("objects/z.bpf.o");
	assert_return_code(symlink("nowhere", "objects/z.bpf.o"), errno);
	expect_failed_reload(&watched, "objects/z.bpf.o", "No such file");
	unlink("objects/z.bpf.o");
	assert_return_code(rename("objects", "away"), errno);
	expect_failed_reload(&watched, "objects", "No such file");
	assert_return_code(mkdir("objects", 0755), errno);
	expect_failed_reload(&watched, "objects", "no *.bpf.o in this folder");
	assert_return_code(rmdir("objects"), errno);
	assert_return_code(rename("away", "objects"), errno);

	/* A second name of a file, and files with other endings, are ignored. */
	assert_return_code(link("objects/exit.bpf.o", "objects/z.bpf.o"), errno);
	stage_write("objects/notes.txt", "x", 1);
	stage_write("objects/.bpf.o", "x", 1);
	expect_text(watched_reload(&watched), "2 objects");
	unlink("objects/z.bpf.o");
	unlink("objects/notes.txt");
	unlink("objects/.bpf.o");

	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
	free(bytes);
}

/* A rebuilt object is not loaded with BTFs that may lack types for it. */
static void test_stale_bundle(void **state)
{
	struct watched watched;
	size_t size;
	char *bytes = stage_read("objects/exit.bpf.o", &size);
	char *other;

	stage_replace("bundle", "used.bundle");
	watched_start(&watched, 0, with_file);
	watched_ready(&watched);
	/* The name of a member that it reads, in its .BTF. */
	other = memmem(bytes, size, "\0exit_code", 11);
	assert_non_null(other);
	memcpy(other + 1, "exit_mode", 9);
	stage_write("objects/exit.bpf.o", bytes, size);
	expect_failed_reload(&watched, "objects/exit.bpf.o", "not made for this build");
	memcpy(other + 1, "exit_code", 9);
	stage_write("objects/exit.bpf.o", bytes, size);
	expect_text(watched_reload(&watched), "2 objects");
	numbered_execs_make(3);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
	free(bytes);
}

/* A full disk, or a reader that went away: it ends with an error, as events are lost. */
static void test_output_fails(void **state)
{
	struct watched watched;
	char *said;

	unlink("out");
	assert_return_code(symlink("/dev/full", "out"), errno);
	watched_start(&watched, 0, plain);
	watched_ready(&watched);
	assert_int_equal(system("true"), 0);
	assert_int_equal(watched_wait(&watched), 1);
	unlink("out");
	said = stage_read("err", NULL);
	expect_text(said, "btfd: stopped by an error: No space left on device\n");
	free(said);
}

/* A reload loads new objects and unloads removed ones. */
static void test_other_objects_at_reload(void **state)
{
	struct watched watched;
	char *text;

	assert_return_code(rename("objects/exit.bpf.o", "exit.away"), errno);
	watched_start(&watched, 0, plain);
	expect_text(watched_ready(&watched), "1 objects, 1 programs");
	numbered_execs_make(SOME_EXECS);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(0), 0);
	text = stage_read("out", NULL);
	assert_null(strstr(text, "exit "));
	free(text);

	watched_start(&watched, 0, plain);
	expect_text(watched_ready(&watched), "1 objects, 1 programs");
	assert_return_code(rename("exit.away", "objects/exit.bpf.o"), errno);
	expect_text(watched_reload(&watched), "2 objects, 2 programs");
	expect_nothing_kept(&watched);
	numbered_execs_make(SOME_EXECS);
	watched_stop(&watched, SIGTERM);
	assert_int_equal(numbered_execs_compare(1), 0);
}

static void test_usage(void **state)
{
	char *const nothing[] = {"btfd", NULL};
	char *const unknown[] = {"btfd", "--no-such-option", "objects", NULL};
	char *const help[] = {"btfd", "--help", NULL};
	struct watched watched;

	watched_start(&watched, 0, nothing);
	assert_int_equal(watched_wait(&watched), 2);
	watched_start(&watched, 0, unknown);
	assert_int_equal(watched_wait(&watched), 2);
	watched_start(&watched, 0, help);
	assert_int_equal(watched_wait(&watched), 0);
	assert_true(lines_of("out") > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_whole_life, watched_teardown),
		cmocka_unit_test_teardown(test_kernel_btf_first, watched_teardown),
		cmocka_unit_test_teardown(test_prefer_bundle, watched_teardown),
		cmocka_unit_test_teardown(test_unprivileged, watched_teardown),
		cmocka_unit_test_teardown(test_bad_bundle_at_start, watched_teardown),
		cmocka_unit_test_teardown(test_bad_bundle_at_reload, watched_teardown),
		cmocka_unit_test_teardown(test_bad_objects, watched_teardown),
		cmocka_unit_test_teardown(test_stale_bundle, watched_teardown),
		cmocka_unit_test_teardown(test_output_fails, watched_teardown),
		cmocka_unit_test_teardown(test_other_objects_at_reload, watched_teardown),
		cmocka_unit_test_teardown(test_usage, watched_teardown),
	};
	int err = stage_open();

	if (err)
		return err;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	stage_close();
	return err;
}
