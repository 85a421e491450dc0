/* SPDX-License-Identifier: MIT */
/*
 * A real container: first a "host" is made, with process ids of its own, so that its init is number
 * 1; in it a "container", a mount namespace with another /etc/os-release. The BTF must be the one
 * for the host's distribution. Needs root; without it the test is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/kernel/machine.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

#define CANNOT 77 /* CTest's "skipped" as well */

static bool skipped;

static const struct made_blob letters[] = {{"H", 1, 0}, {"C", 1, 0}, {"O", 1, 0}};
enum { HOSTS, CONTAINERS, OTHERS };

struct place {
	struct corebtf *handle;
	char *folder; /* "host" and "container", and etc/os-release of a third distribution */
};

/* The letter that the running kernel gets here. */
static char found(const struct place *place, const char *host_root)
{
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .uname_version = "#1", .host_root = host_root};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const void *btf;
	size_t size;

	if (corebtf_find_entry(place->handle, &kernel, &entry) ||
	    corebtf_entry_btf(place->handle, &entry, &btf, &size))
		return '?';
	return *(const char *)btf;
}

/* Mounts one of the test's files over /etc/os-release, in this mount namespace only. */
static bool put_os_release(const struct place *place, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", place->folder, name);
	return !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount(path, "/etc/os-release", NULL, MS_BIND, NULL);
}

/* Runs @function in a child and returns its status. */
static int run(int (*function)(const struct place *), const struct place *place)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(function(place));
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}

static int in_container(const struct place *place)
{
	char etc[256];

	if (unshare(CLONE_NEWNS) || !put_os_release(place, "container"))
		return CANNOT;
	snprintf(etc, sizeof(etc), "%s/etc", place->folder);
	if (found(place, NULL) != 'H')
		return 2;
	/* an option or a variable names the host's root */
	if (found(place, place->folder) != 'O')
		return 3;
	setenv("HOST_ROOT", place->folder, 1);
	if (found(place, NULL) != 'O')
		return 4;
	unsetenv("HOST_ROOT");
	setenv("HOST_ETC", etc, 1);
	if (found(place, NULL) != 'O')
		return 5;
	unsetenv("HOST_ETC");
	/* the host's cannot be reached: the container's own is used */
	if (mount("none", "/proc", "tmpfs", 0, NULL))
		return CANNOT;
	return found(place, NULL) == 'C' ? 0 : 6;
}

/* Process 1 of its own ids. */
static int on_host(const struct place *place)
{
	if (!put_os_release(place, "host") || mount("proc", "/proc", "proc", 0, NULL))
		return CANNOT;
	if (found(place, NULL) != 'H')
		return 7;
	return run(in_container, place);
}

static int outside(const struct place *place)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWPID))
		return CANNOT;
	return run(on_host, place);
}

static void write_text(const char *folder, const char *path, const char *text)
{
	folder_write(folder, path, text, strlen(text));
}

static void host_is_asked(void **state)
{
	struct utsname name;
	struct place place;
	uint8_t *bundle;
	size_t size;
	int status;

	if (geteuid() != 0) {
		print_message("namespaces need root\n");
		skipped = true;
		skip();
	}
	assert_int_equal(uname(&name), 0);
	{
		const char *machine = machine_canonical(name.machine);
		/* so that the host's is not the first */
		const struct made_entry entries[] = {
			{.release = name.release,
			 .machine = machine,
			 .os_id = "made-container",
			 .version_id = "1",
			 .blob = CONTAINERS},
			{.release = name.release,
			 .machine = machine,
			 .os_id = "made-host",
			 .version_id = "1",
			 .blob = HOSTS},
			{.release = name.release,
			 .machine = machine,
			 .os_id = "made-other",
			 .version_id = "1",
			 .blob = OTHERS},
		};
		const struct made_bundle what = {.entries = entries,
						 .entry_count = 3,
						 .blobs = letters,
						 .blob_count = 3,
						 .block_count = 1};

		bundle = make_bundle(&what, &size);
	}
	assert_int_equal(corebtf_open_memory(bundle, size, &place.handle, NULL), 0);
	place.folder = folder_make();
	write_text(place.folder, "/host", "ID=made-host\nVERSION_ID=1\n");
	write_text(place.folder, "/container", "ID=made-container\nVERSION_ID=1\n");
	write_text(place.folder, "/etc/os-release", "ID=made-other\nVERSION_ID='1'\n");
	status = run(outside, &place);
	corebtf_close(place.handle);
	folder_remove(place.folder);
	free(place.folder);
	free(bundle);
	if (status == CANNOT) {
		print_message("no namespaces can be made here, or nothing can be mounted\n");
		skipped = true;
		skip();
	}
	assert_int_equal(status, 0); /* else the number of the step that failed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(host_is_asked)};
	int failed;

	unsetenv("HOST_ROOT");
	unsetenv("HOST_ETC");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed ? failed : skipped ? CANNOT : 0;
}
