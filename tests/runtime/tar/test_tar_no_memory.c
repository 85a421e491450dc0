/* SPDX-License-Identifier: MIT */
/*
 * Each allocation fails once while a tar is opened as a bundle, while one is read for one kernel's
 * BTF, and while a folder is searched. The result is -ENOMEM, or the right one where the memory is
 * not essential; nothing leaks (the sanitizers check that).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <corebtf.h>

#include "runtime/locate/locate.h"
#include "tests/support/runtime_support.h"
#include "tests/support/denied_memory.h"
#include "tests/support/tar_builder.h"

static const struct corebtf_kernel_opts wanted = {
	.sz = sizeof(wanted), .release = "r", .machine = "x86_64", .os_id = "a", .version_id = "2"};

static struct bytes tar;
static char *folder;

static int set_up(void **state)
{
	struct bytes btf = make_btf("folder");

	tar_add_file(&tar, "package.json", "{}", 2);
	tar_add_file(&tar, "package.json", "{ }", 3);
	tar_add_btf(&tar, "a/1/x86_64/r.btf", "one");
	tar_add_btf(&tar, "a/2/x86_64/r.btf", "two");
	tar_add_btf(&tar, "a/2/x86_64/r.btf", "three");
	tar_add_btf(&tar, "a/3/x86_64/r.btf", "one");
	tar_add_header(&tar, '2', "a/4/x86_64/r.btf", "../../1/x86_64/r.btf", 0);
	tar_add_header(&tar, '1', "a/4/x86_64/r.btf", "a/2/x86_64/r.btf", 0);
	tar_add_file(&tar, "a/5/x86_64/r.btf", "", 0);
	tar_end(&tar);
	folder = folder_make();
	folder_write(folder, "/a/1/x86_64/r.btf", btf.data, btf.size);
	folder_write(folder, "/a/2/amd64/r.btf", btf.data, btf.size);
	folder_link(folder, "/a/3", "1");
	bytes_release(&btf);
	return 0;
}

static int tear_down(void **state)
{
	bytes_release(&tar);
	folder_remove(folder);
	free(folder);
	return 0;
}

static int open_tar(const void *context)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *corebtf = NULL;
	const void *bytes = NULL;
	size_t size = 0;
	int err = corebtf_open_tar(tar.data, tar.size, &corebtf, NULL);

	if (err)
		return err;
	assert_int_equal(corebtf_entry_count(corebtf), 5);
	assert_int_equal(corebtf_package_json(corebtf, &bytes, &size), 0);
	assert_int_equal(size, 3);
	err = corebtf_find_entry(corebtf, &wanted, &entry);
	if (!err)
		err = corebtf_entry_btf(corebtf, &entry, &bytes, &size);
	if (!err)
		assert_memory_equal((const char *)bytes + 24, "three", 5);
	corebtf_close(corebtf);
	return err;
}

static int search_folder(const void *context)
{
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	char *path = NULL;
	int err = corebtf_path_in_folder(folder, &wanted, &path, &origin, NULL);

	if (err)
		return err;
	assert_string_equal(origin.machine, "x86_64");
	assert_int_equal(corebtf_path_free(path), 1);
	return 0;
}

/* From a linked tar to the path. The chosen member is a link. */
static int find_in_tar(const void *context)
{
	static const struct utsname kernel = {.release = "r", .machine = "x86_64", .version = "#1"};
	const struct host host = {.root = folder, .uname = &kernel};
	char *path = NULL;
	int err = locate_path_in_tar(&host, tar.data, tar.size, &path, NULL);

	if (err)
		return err;
	assert_int_equal(corebtf_path_free(path), 1);
	return 0;
}

static void test_tar(void **state)
{
	assert_true(deny_each_allocation(open_tar, NULL).denied >= 20);
}

static void test_find_in_tar(void **state)
{
	static const char os_release[] = "ID=a\nVERSION_ID=4\n";

	folder_write(folder, "/etc/os-release", os_release, strlen(os_release));
	assert_true(deny_each_allocation(find_in_tar, NULL).denied >= 20);
}

static void test_folder(void **state)
{
	assert_true(deny_each_allocation(search_folder, NULL).denied >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_find_in_tar),
		cmocka_unit_test(test_folder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
