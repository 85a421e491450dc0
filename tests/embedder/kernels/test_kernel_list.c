/* SPDX-License-Identifier: MIT */
/*
 * Which kernels are found where: the layout, parts of it, links, and files without a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>
#include <cmocka.h>

#include "embedder/kernels/kernel_list.h"
#include "tests/support/scratch.h"

struct skipped {
	size_t count;
	char path[512], why[512]; /* the last one */
};

static void note_skipped(void *context, const char *path, const char *why)
{
	struct skipped *skipped = context;

	skipped->count++;
	snprintf(skipped->path, sizeof(skipped->path), "%s", path);
	snprintf(skipped->why, sizeof(skipped->why), "%s", why);
}

static void touch(const char *path)
{
	scratch_write(path, "x", 1);
}

/* Adds @path to a fresh list, sorted; nothing may be skipped. */
static void list_one(struct kernel_list *list, const char *path)
{
	struct skipped skipped = {0};
	struct reason why = {""};

	kernel_list_init(list);
	if (kernel_list_add(list, path, NULL, note_skipped, &skipped, &why))
		fail_msg("%s: %s", path, why.text);
	if (skipped.count)
		fail_msg("%s: %s", skipped.path, skipped.why);
	kernel_list_sort(list);
}

static void assert_id(const struct kernel_file *file, const char *os_id, const char *version_id,
		      const char *machine, const char *release)
{
	assert_string_equal(file->id.os_id, os_id);
	assert_string_equal(file->id.version_id, version_id);
	assert_string_equal(file->id.machine, machine);
	assert_string_equal(file->id.release, release);
	assert_string_equal(file->id.uname_version, "");
	assert_int_equal(file->id.build_id_size, 0);
}

static void test_whole_tree(void **state)
{
	struct kernel_list list;

	touch("tree/ubuntu/20.04/x86_64/5.4.0-58-generic.btf.tar.xz");
	touch("tree/debian/12/arm64/6.1.0-13-arm64.btf");
	touch("tree/debian/12/x86_64/6.1.0-13-amd64.btf");
	touch("tree/debian/sid/amd64/6.12.3-amd64.btf");
	touch("tree/README.md");
	touch("tree/debian/12/x86_64/6.1.0-13-amd64.txt");
	touch("tree/debian/12/x86_64/.btf");
	touch("tree/.git/12/x86_64/6.1.0.btf");
	list_one(&list, "tree");
	assert_int_equal(list.count, 4);
	assert_id(&list.files[0], "debian", "12", "arm64", "6.1.0-13-arm64");
	assert_id(&list.files[1], "debian", "12", "x86_64", "6.1.0-13-amd64");
	assert_id(&list.files[2], "debian", "sid", "x86_64", "6.12.3-amd64");
	assert_id(&list.files[3], "ubuntu", "20.04", "x86_64", "5.4.0-58-generic");
	assert_string_equal(list.files[1].path, "tree/debian/12/x86_64/6.1.0-13-amd64.btf");
	kernel_list_free(&list);
}

/* What is missing in the given path is taken from the folders above it. */
static void test_parts_of_a_tree(void **state)
{
	static const char *const parts[] = {
		"tree",
		"tree/",
		"tree//debian",
		"tree/debian/12",
		"./tree/debian/12/aarch64/",
		"tree/debian/12/aarch64/6.1.0-13-arm64.btf",
		"tree/debian/../debian/12/aarch64/6.1.0-13-arm64.btf",
	};
	struct kernel_list list;

	touch("tree/debian/12/aarch64/6.1.0-13-arm64.btf");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		list_one(&list, parts[i]);
		assert_int_equal(list.count, 1);
		assert_id(&list.files[0], "debian", "12", "arm64", "6.1.0-13-arm64");
		kernel_list_free(&list);
	}
	assert_int_equal(chdir("tree/debian/12/aarch64"), 0);
	list_one(&list, ".");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "debian", "12", "arm64", "6.1.0-13-arm64");
	kernel_list_free(&list);
	list_one(&list, "6.1.0-13-arm64.btf");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "debian", "12", "arm64", "6.1.0-13-arm64");
	assert_string_equal(list.files[0].path, "6.1.0-13-arm64.btf");
	kernel_list_free(&list);
	assert_int_equal(chdir("../../../.."), 0);
}

/* /home/me/x86_64 is no tree of a distribution called home. */
static void test_other_folders_are_no_os(void **state)
{
	struct kernel_list list;

	touch("Home/me/x86_64/5.4.0.btf");
	list_one(&list, "Home/me/x86_64");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "", "", "x86_64", "5.4.0");
	kernel_list_free(&list);
}

static void test_machines(void **state)
{
	static const char *const machines[][2] = {
		{"x86_64", "x86_64"},	{"amd64", "x86_64"},	{"aarch64", "arm64"},
		{"arm64", "arm64"},	{"i686", "x86"},	{"s390x", "s390x"},
		{"ppc64le", "ppc64le"}, {"riscv64", "riscv64"},
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct kernel_list list;
		char path[128];

		snprintf(path, sizeof(path), "a/1/%s/6.1.btf", machines[i][0]);
		touch(path);
		list_one(&list, path);
		assert_string_equal(list.files[0].id.machine, machines[i][1]);
		kernel_list_free(&list);
	}
}

static void test_names_with_odd_bytes(void **state)
{
	struct kernel_list list;

	touch("tree/d\nb/1\x01/x86_64/5 \xff\"\\.btf");
	list_one(&list, "tree");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "d\nb", "1\x01", "x86_64", "5 \xff\"\\");
	kernel_list_free(&list);
}

static void test_links(void **state)
{
	struct kernel_list list;

	touch("tree/ubuntu/20.04/x86_64/5.4.0.btf");
	touch("store/x/1/arm64/6.1.btf");
	assert_int_equal(symlink("20.04", "tree/ubuntu/focal"), 0);
	assert_int_equal(symlink("20.04", "tree/ubuntu/1-before-the-real-name"), 0);
	assert_int_equal(symlink("../..", "tree/ubuntu/20.04/x86_64/up"), 0);
	assert_int_equal(symlink(".", "tree/ubuntu/a-loop"), 0);
	assert_int_equal(symlink("../store/x", "tree/debian"), 0);
	assert_int_equal(symlink("5.4.0.btf", "tree/ubuntu/20.04/x86_64/5.4.1.btf"), 0);
	list_one(&list, "tree");
	assert_int_equal(list.count, 3);
	assert_id(&list.files[0], "debian", "1", "arm64", "6.1");
	assert_id(&list.files[1], "ubuntu", "20.04", "x86_64", "5.4.0");
	assert_id(&list.files[2], "ubuntu", "20.04", "x86_64", "5.4.1");
	kernel_list_free(&list);
}

/* The given name may be the link and its target the layout, or the other way round. */
static void test_link_as_path(void **state)
{
	struct kernel_list list;

	touch("tree/debian/12/x86_64/6.1.btf");
	touch("store/17/6.1.btf");
	assert_int_equal(symlink("tree/debian/12/x86_64", "mine"), 0);
	assert_int_equal(symlink("../../../store/17", "tree/debian/12/s390x"), 0);
	list_one(&list, "mine");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "debian", "12", "x86_64", "6.1");
	assert_string_equal(list.files[0].path, "mine/6.1.btf");
	kernel_list_free(&list);
	list_one(&list, "tree/debian/12/s390x/6.1.btf");
	assert_id(&list.files[0], "debian", "12", "s390x", "6.1");
	kernel_list_free(&list);
}

static void test_the_same_twice(void **state)
{
	struct skipped skipped = {0};
	struct kernel_list list;

	touch("tree/debian/12/x86_64/6.1.btf");
	touch("tree/debian/12/x86_64/6.2.btf");
	kernel_list_init(&list);
	assert_int_equal(kernel_list_add(&list, "tree", NULL, note_skipped, &skipped, NULL), 0);
	assert_int_equal(kernel_list_add(&list, "./tree/debian", NULL, NULL, NULL, NULL), 0);
	assert_int_equal(
		kernel_list_add(&list, "tree/debian/12/x86_64/6.2.btf", NULL, NULL, NULL, NULL), 0);
	assert_int_equal(list.count, 5);
	kernel_list_sort(&list);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.files[0].id.release, "6.1");
	assert_string_equal(list.files[1].id.release, "6.2");
	/* Two files for one kernel are both listed; whether they differ is checked later. */
	touch("a/debian/12/x86_64/6.1.btf");
	assert_int_equal(kernel_list_add(&list, "./a", NULL, NULL, NULL, NULL), 0);
	kernel_list_sort(&list);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.files[0].path, "./a/debian/12/x86_64/6.1.btf");
	kernel_list_free(&list);
}

static void test_what_cannot_be_keyed(void **state)
{
	struct skipped skipped = {0};
	struct reason why = {""};
	struct kernel_list list;

	touch("tree/debian/12/x86_64/6.1.btf");
	touch("tree/debian/12/spam/6.1.btf");
	touch("vmlinux-6.1");
	kernel_list_init(&list);
	assert_int_equal(kernel_list_add(&list, "tree", NULL, note_skipped, &skipped, &why), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(skipped.count, 1);
	assert_string_equal(skipped.path, "tree/debian/12/spam/6.1.btf");
	assert_non_null(strstr(skipped.why, "'spam'"));
	assert_int_equal(
		kernel_list_add(&list, "tree/debian/12/spam/6.1.btf", NULL, NULL, NULL, &why),
		-EINVAL);
	assert_non_null(strstr(why.text, "OS/VERSION/MACHINE/RELEASE.btf"));
	assert_int_equal(kernel_list_add(&list, "vmlinux-6.1", NULL, NULL, NULL, &why), -EINVAL);
	assert_non_null(strstr(why.text, "not named"));
	assert_int_equal(list.count, 1);
	kernel_list_free(&list);
}

static void test_what_is_not_there(void **state)
{
	struct reason why = {""};
	struct kernel_list list;

	kernel_list_init(&list);
	assert_int_equal(kernel_list_add(&list, "nowhere", NULL, NULL, NULL, &why), -ENOENT);
	assert_non_null(strstr(why.text, "No such file"));
	assert_int_equal(mkdir("empty", 0777), 0);
	assert_int_equal(kernel_list_add(&list, "empty", NULL, NULL, NULL, &why), -ENOENT);
	assert_non_null(strstr(why.text, "no kernel BTF in this folder"));
	assert_int_equal(kernel_list_add(&list, "/dev/null", NULL, NULL, NULL, &why), -EINVAL);
	kernel_list_sort(&list);
	assert_int_equal(list.count, 0);
	kernel_list_free(&list);
}

/* Neither may stop the walk. */
static void test_things_that_are_no_files(void **state)
{
	struct skipped skipped = {0};
	struct kernel_list list;

	touch("tree/debian/12/x86_64/6.1.btf");
	assert_int_equal(mkfifo("tree/debian/12/x86_64/5.0.btf", 0666), 0);
	assert_int_equal(symlink("nowhere", "tree/debian/12/x86_64/5.1.btf"), 0);
	assert_int_equal(symlink("nowhere", "tree/debian/12/x86_64/README"), 0);
	assert_int_equal(mkdir("tree/debian/12/x86_64/7.0.btf", 0777), 0);
	kernel_list_init(&list);
	assert_int_equal(kernel_list_add(&list, "tree", NULL, note_skipped, &skipped, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(skipped.count, 2);
	assert_string_equal(skipped.path, "tree/debian/12/x86_64/5.1.btf");
	kernel_list_free(&list);
}

static void test_running_kernel(void **state)
{
	struct kernel_list list;
	struct utsname host;

	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		skip();
	assert_int_equal(uname(&host), 0);
	assert_int_equal(symlink("/sys/kernel/btf/vmlinux", "this-one"), 0);
	list_one(&list, "this-one");
	assert_int_equal(list.count, 1);
	assert_string_equal(list.files[0].id.release, host.release);
	assert_string_equal(list.files[0].id.uname_version, host.version);
	if (access("/sys/kernel/notes", R_OK) == 0)
		assert_int_equal(list.files[0].id.build_id_size, 20);
	kernel_list_free(&list);
}

/* Archives, packages and kernels: their keys are not known yet. */
static void test_sources(void **state)
{
	const struct kernel_id as = {.release = (char *)"6.9", .machine = "arm64"};
	struct skipped skipped = {0};
	struct reason why = {""};
	struct kernel_list list;

	touch("mixed/6.1.tar.gz");
	touch("mixed/linux-image.deb");
	touch("mixed/boot/vmlinuz-6.1.0-13-amd64");
	touch("mixed/boot/vmlinuz-0-rescue");
	touch("mixed/boot/config-6.1.0-13-amd64");
	touch("mixed/modules/6.1.0-13-amd64/vmlinuz.xz");
	touch("mixed/debian/12/x86_64/6.1.btf.zst");
	assert_int_equal(symlink("boot", "mixed/other"), 0);
	assert_int_equal(link("mixed/6.1.tar.gz", "mixed/7.tar"), 0);
	list_one(&list, "mixed");
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "debian", "12", "x86_64", "6.1");
	assert_int_equal(list.source_count, 4);
	assert_string_equal(list.sources[0].path, "mixed/6.1.tar.gz");
	assert_string_equal(list.sources[1].path, "mixed/boot/vmlinuz-6.1.0-13-amd64");
	assert_string_equal(list.sources[2].path, "mixed/linux-image.deb");
	assert_string_equal(list.sources[3].path, "mixed/modules/6.1.0-13-amd64/vmlinuz.xz");
	assert_false(list.sources[0].was_named);
	kernel_list_free(&list);

	/* For a file that is named itself, its first bytes decide, and --as. */
	scratch_write("anything", "\177ELF", 4);
	kernel_list_init(&list);
	assert_int_equal(kernel_list_add(&list, "anything", NULL, note_skipped, &skipped, &why), 0);
	assert_int_equal(list.source_count, 1);
	assert_true(list.sources[0].was_named);
	touch("other");
	assert_int_equal(kernel_list_add(&list, "other", NULL, note_skipped, &skipped, &why),
			 -EINVAL);
	assert_non_null(strstr(why.text, "--as"));
	assert_int_equal(kernel_list_add(&list, "other", &as, note_skipped, &skipped, &why), 0);
	assert_int_equal(list.count, 1);
	assert_id(&list.files[0], "", "", "arm64", "6.9");
	kernel_list_free(&list);
}

#define SCRATCH_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_sources),
		SCRATCH_TEST(test_whole_tree),
		SCRATCH_TEST(test_parts_of_a_tree),
		SCRATCH_TEST(test_other_folders_are_no_os),
		SCRATCH_TEST(test_machines),
		SCRATCH_TEST(test_names_with_odd_bytes),
		SCRATCH_TEST(test_links),
		SCRATCH_TEST(test_link_as_path),
		SCRATCH_TEST(test_the_same_twice),
		SCRATCH_TEST(test_what_cannot_be_keyed),
		SCRATCH_TEST(test_what_is_not_there),
		SCRATCH_TEST(test_things_that_are_no_files),
		SCRATCH_TEST(test_running_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
