/* SPDX-License-Identifier: MIT */
/*
 * The BTF for a kernel from a folder in BTFHub's layout, and from a folder or a tar that the user
 * names as a source.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/locate/locate.h"
#include "tests/support/runtime_support.h"
#include "tests/support/tar_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define HEADER_SIZE	24

static void put(const char *root, const char *path, const char *text)
{
	struct bytes btf = make_btf(text);

	folder_write(root, path, btf.data, btf.size);
	bytes_release(&btf);
}

/* BTFHub's .btf.tar.xz: a BTF by a name without folders. */
static void put_packed(const char *root, const char *path, const char *text, int count)
{
	struct bytes tar = {.data = NULL}, packed;

	tar_add_file(&tar, "README", "not this one", 12);
	for (int i = 0; i < count; i++)
		tar_add_btf(&tar, "some.btf", text);
	tar_end(&tar);
	packed = pack_xz(tar.data, tar.size);
	folder_write(root, path, packed.data, packed.size);
	bytes_release(&packed);
	bytes_release(&tar);
}

struct found {
	char text[64];
	struct corebtf_origin origin;
	struct logged logged;
	bool is_own_file; /* the path is the file in the folder */
};

static struct found found;

static void read_path(char *path)
{
	char bytes[HEADER_SIZE + sizeof(found.text)] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	assert_true(fd >= 0);
	size = read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	assert_true(size >= HEADER_SIZE);
	strcpy(found.text, bytes + HEADER_SIZE);
	found.is_own_file = !strcmp(path, found.origin.file);
	assert_int_equal(corebtf_path_free(path), 1);
}

static int ask(const char *folder, const struct corebtf_kernel_opts *kernel)
{
	char *path = (char *)"untouched";
	struct corebtf_open_opts opts;
	int err;

	memset(&found, 0, sizeof(found));
	opts = logged_opts(&found.logged);
	found.origin.sz = sizeof(found.origin);
	err = corebtf_path_in_folder(folder, kernel, &path, &found.origin, &opts);
	if (err)
		assert_string_equal(path, "untouched");
	else
		read_path(path);
	return err;
}

static void assert_said(const char *text)
{
	if (!strstr(found.logged.text, text))
		fail_msg("'%s' is not in:\n%s", text, found.logged.text);
}

/* When it is refused, as it should be where more than one fits, the first one is asked for. */
static int ask_for(const char *folder, const char *release, const char *machine, const char *os_id,
		   const char *version_id)
{
	struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel),
					     .release = release,
					     .machine = machine,
					     .os_id = os_id,
					     .version_id = version_id};
	int err = ask(folder, &kernel);

	if (err != -ENOTUNIQ) {
		assert_int_equal(found.origin.ambiguous, 0);
		return err;
	}
	assert_said("fits as well, with another BTF: ubuntu/20.04/x86_64/");
	kernel.ambiguous = COREBTF_AMBIGUOUS_FIRST;
	return ask(folder, &kernel);
}

static void fill(const char *root)
{
	put(root, "/ubuntu/20.04/x86_64/5.4.0-58-generic.btf", "focal.");
	put(root, "/ubuntu/bionic/x86_64/5.4.0-58-generic.btf", "bionic");
	folder_link(root, "/ubuntu/18.04", "bionic");
	put_packed(root, "/debian/12/arm64/6.1.0-9-arm64.btf.tar.xz", "packed", 1);
	put(root, "/debian/12/aarch64/6.1.0-10-arm64.btf", "other spelling");
	put(root, "/debian/12/arm64/both.btf", "raw");
	put_packed(root, "/debian/12/arm64/both.btf.tar.xz", "packed", 1);
	put(root, "/README.md", "no folder");
	put(root, "/debian/README.md", "no folder");
	put(root, "/debian/12/5.4.0-58-generic.btf", "at the wrong place");
	put(root, "/.git/objects/x86_64/5.4.0-58-generic.btf", "hidden");
	put(root, "/equal/1/x86_64/equal.btf", "equal");
	put_packed(root, "/equal/2/x86_64/equal.btf.tar.xz", "equal", 1);
	folder_link(root, "/other", "equal");
	folder_link(root, "/loop", "loop");
	folder_link(root, "/debian/up", "..");
}

static void test_choice(void **state)
{
	static const struct {
		const char *release, *machine, *os_id, *version_id;
		const char *text; /* NULL: -ENOENT */
		enum corebtf_match match;
		bool ambiguous;
		bool is_own_file;
		const char *said;
	} cases[] = {
		{"5.4.0-58-generic", "x86_64", "ubuntu", "20.04", "focal.", COREBTF_MATCH_OS, false,
		 true,
		 "chosen: ubuntu/20.04/x86_64/5.4.0-58-generic.btf, by release, machine, os id "
		 "and version id"},
		{"5.4.0-58-generic", "amd64", "ubuntu", "bionic", "bionic", COREBTF_MATCH_OS, false,
		 true, NULL},
		{"5.4.0-58-generic", "x86_64", "ubuntu", "18.04", "bionic", COREBTF_MATCH_OS, false,
		 true, "/ubuntu/18.04/x86_64/5.4.0-58-generic.btf"},
		{"5.4.0-58-generic", "i686", "ubuntu", "20.04", "focal.", COREBTF_MATCH_OS, false,
		 true, NULL},
		{"5.4.0-58-generic", "x86_64", "alpine", "3", "bionic", COREBTF_MATCH_RELEASE, true,
		 true, "ambiguous"},
		{"5.4.0-58-generic", "arm64", NULL, NULL, NULL, 0, false, false,
		 "release 5.4.0-58-generic is there, but for machine x86_64"},
		{"6.1.0-9-arm64", "aarch64", NULL, NULL, "packed", COREBTF_MATCH_RELEASE, false,
		 false, NULL},
		{"6.1.0-10-arm64", "arm64", NULL, NULL, "other spelling", COREBTF_MATCH_RELEASE,
		 false, true, NULL},
		{"both", "arm64", NULL, NULL, "raw", COREBTF_MATCH_RELEASE, false, true, NULL},
		{"equal", "x86_64", NULL, NULL, "equal", COREBTF_MATCH_RELEASE, false, true, NULL},
		{"6.1.0-11-arm64", "arm64", NULL, NULL, NULL, 0, false, false,
		 "no BTF for release 6.1.0-11-arm64 on machine arm64"},
		{"../x86_64/5.4.0-58-generic", "x86_64", NULL, NULL, NULL, 0, false, false,
		 "no kernel has the release"},
	};
	char *root = folder_make();

	fill(root);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int err = ask_for(root, cases[i].release, cases[i].machine, cases[i].os_id,
				  cases[i].version_id);

		if (err != (cases[i].text ? 0 : -ENOENT) ||
		    (cases[i].text && (strcmp(found.text, cases[i].text) != 0 ||
				       found.origin.match != cases[i].match ||
				       found.origin.ambiguous != cases[i].ambiguous ||
				       found.is_own_file != cases[i].is_own_file ||
				       strcmp(found.origin.release, cases[i].release) != 0)))
			fail_msg("case %zu: %d '%s', match %d\n%s", i, err, found.text,
				 found.origin.match, found.logged.text);
		if (cases[i].said)
			assert_said(cases[i].said);
	}
	folder_remove(root);
	free(root);
}

static void test_archive_in_the_folder(void **state)
{
	char *root = folder_make(), *slash;

	put(root, "/btfhub-archive/debian/12/x86_64/r.btf", "inside");
	put(root, "/debian/12/x86_64/r.btf", "beside");
	put(root, "/package.json", "{}");
	assert_int_equal(ask_for(root, "r", "x86_64", NULL, NULL), 0);
	assert_string_equal(found.text, "inside");
	assert_string_equal(found.origin.os_id, "debian");
	assert_string_equal(found.origin.version_id, "12");
	assert_string_equal(found.origin.machine, "x86_64");
	assert_int_equal(found.origin.source, COREBTF_SOURCE_BUNDLE);
	assert_true(asprintf(&slash, "%s///", root) > 0);
	assert_int_equal(ask_for(slash, "r", "x86_64", NULL, NULL), 0);
	assert_string_equal(found.text, "inside");
	free(slash);
	folder_remove(root);
	free(root);
}

static void test_running_kernel(void **state)
{
	char *root = folder_make(), *file;
	struct utsname here;

	assert_int_equal(uname(&here), 0);
	assert_int_equal(ask(root, NULL), -ENODATA);
	assert_true(asprintf(&file, "/any/1/%s/%s.btf", here.machine, here.release) > 0);
	put(root, file, "running");
	assert_int_equal(ask(root, NULL), 0);
	assert_string_equal(found.text, "running");
	free(file);
	folder_remove(root);
	free(root);
}

/* A file of the right name without a BTF is an error; the next best one is not used. */
static void test_damaged(void **state)
{
	static const struct {
		const char *release;
		int error;
		const char *said;
	} cases[] = {
		{"empty", -EBADMSG, "empty.btf: 0 bytes that are no BTF"},
		{"empty-packed", -EBADMSG, "is empty"},
		{"text", -EBADMSG, "text.btf: 24 bytes that are no BTF"},
		{"cut", -EBADMSG, "cut.btf.tar.xz: "},
		{"two", -EBADMSG, "two.btf.tar.xz: holds more than one BTF"},
		{"none", -EBADMSG, "none.btf.tar.xz: no file in it is a BTF"},
		{"dangling", -EBADMSG, "dangling.btf: cannot be opened"},
		{"folder", -EBADMSG, "folder.btf: is a folder"},
	};
	struct bytes tar = {.data = NULL}, packed;
	char *root = folder_make();

	folder_write(root, "/debian/12/x86_64/empty.btf", "", 0);
	folder_write(root, "/debian/12/x86_64/empty-packed.btf.tar.xz", "", 0);
	folder_write(root, "/debian/12/x86_64/text.btf", "this is no BTF, but text", 24);
	put_packed(root, "/debian/12/x86_64/two.btf.tar.xz", "two", 2);
	put_packed(root, "/debian/12/x86_64/none.btf.tar.xz", "none", 0);
	tar_add_btf(&tar, "some.btf", "cut");
	tar_end(&tar);
	packed = pack_xz(tar.data, tar.size);
	folder_write(root, "/debian/12/x86_64/cut.btf.tar.xz", packed.data, packed.size - 9);
	bytes_release(&packed);
	bytes_release(&tar);
	folder_link(root, "/debian/12/x86_64/dangling.btf", "nothing");
	put(root, "/debian/12/x86_64/folder.btf/file", "in a folder");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int err = ask_for(root, cases[i].release, "x86_64", NULL, NULL);

		if (err != cases[i].error)
			fail_msg("%s: %d\n%s", cases[i].release, err, found.logged.text);
		assert_said(cases[i].said);
	}
	folder_remove(root);
	free(root);
}

static void test_no_archive(void **state)
{
	char *root = folder_make(), *path;

	assert_int_equal(ask_for(root, "r", "x86_64", NULL, NULL), -ENODATA);
	assert_said("is no archive of BTFs");
	put(root, "/debian/12/r.btf", "too high");
	assert_int_equal(ask_for(root, "r", "x86_64", NULL, NULL), -ENODATA);
	assert_true(asprintf(&path, "%s/debian/12/r.btf", root) > 0);
	assert_int_equal(ask_for(path, "r", "x86_64", NULL, NULL), -ENOTDIR);
	free(path);
	assert_int_equal(ask_for("", "r", "x86_64", NULL, NULL), -ENOENT);
	assert_true(asprintf(&path, "%s/missing", root) > 0);
	assert_int_equal(ask_for(path, "r", "x86_64", NULL, NULL), -ENOENT);
	assert_said("cannot be read: No such file or directory");
	free(path);
	folder_remove(root);
	free(root);
}

static void test_arguments(void **state)
{
	struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel), .nearest = 7};
	struct corebtf_origin origin = {.sz = 0};
	char *path = NULL;

	assert_int_equal(corebtf_path_in_folder(NULL, NULL, &path, NULL, NULL), -EINVAL);
	assert_int_equal(corebtf_path_in_folder("/", NULL, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(corebtf_path_in_folder("/", NULL, &path, &origin, NULL), -EINVAL);
	assert_int_equal(corebtf_path_in_folder("/", &kernel, &path, NULL, NULL), -EINVAL);
	assert_null(path);
}

/* A folder that cannot be read could have the right one: an error. */
static void test_unreadable_folder(void **state)
{
	char *root, *closed;
	int err;

	if (geteuid() != 0)
		skip(); /* root can read any folder */
	root = folder_make();
	assert_int_equal(chmod(root, 0755), 0);
	put(root, "/debian/12/x86_64/r.btf", "it");
	assert_true(asprintf(&closed, "%s/debian/11", root) > 0);
	assert_int_equal(mkdir(closed, 0700), 0);
	assert_int_equal(seteuid(65534), 0);
	err = ask_for(root, "r", "x86_64", NULL, NULL);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, -EACCES);
	assert_said("debian/11 cannot be read: Permission denied");
	assert_int_equal(rmdir(closed), 0);
	free(closed);

	/* its names can be read, but its files not opened */
	put(root, "/debian/11/x86_64/other.btf", "other");
	assert_true(asprintf(&closed, "%s/debian/11/x86_64", root) > 0);
	assert_int_equal(chmod(closed, 0744), 0);
	assert_int_equal(seteuid(65534), 0);
	err = ask_for(root, "r", "x86_64", NULL, NULL);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, -EACCES);
	assert_said("debian/11/x86_64/r.btf cannot be examined: Permission denied");
	free(closed);
	folder_remove(root);
	free(root);
}

/* ---- as a source among the others ---- */

static int locate_for(const char *release, const char *bundle_path, enum corebtf_nearest nearest)
{
	const struct utsname uname = {.machine = "x86_64", .version = "#1"};
	struct utsname named = uname;
	const struct host host = {.root = "/nonexistent", .uname = &named};
	struct corebtf_path_opts opts = {.sz = sizeof(opts), .nearest = nearest};
	struct corebtf_open_opts log;
	char *path = NULL;
	int err;

	strcpy(named.release, release);
	memset(&found, 0, sizeof(found));
	log = logged_opts(&found.logged);
	opts.log = log.log;
	opts.log_context = log.log_context;
	opts.bundle_path = bundle_path;
	found.origin.sz = sizeof(found.origin);
	opts.ret_origin = &found.origin;
	err = locate_path(&host, "/dev/null", &path, &opts);
	if (!err)
		read_path(path);
	return err;
}

static void test_as_a_source(void **state)
{
	char *root = folder_make(), *tree, *tar_path, *broken;
	struct bytes tar = {.data = NULL}, packed;

	put(root, "/tree/debian/12/x86_64/6.1.0-9-amd64.btf", "in the folder");
	tar_add_btf(&tar, "./debian/12/x86_64/6.1.0-9-amd64.btf", "in the tar");
	tar_add_btf(&tar, "./debian/12/x86_64/6.1.0-30-amd64.btf", "in the tar");
	tar_end(&tar);
	packed = pack_gzip(tar.data, tar.size);
	folder_write(root, "/tar", packed.data, packed.size);
	folder_write(root, "/broken", packed.data, packed.size - 1);
	bytes_release(&packed);
	bytes_release(&tar);
	assert_true(asprintf(&tree, "%s/tree", root) > 0);
	assert_true(asprintf(&tar_path, "%s/tar", root) > 0);
	assert_true(asprintf(&broken, "%s/broken", root) > 0);

	assert_int_equal(locate_for("6.1.0-9-amd64", tree, COREBTF_NEAREST_NEVER), 0);
	assert_string_equal(found.text, "in the folder");
	assert_true(found.is_own_file);
	assert_int_equal(found.origin.source, COREBTF_SOURCE_BUNDLE);
	assert_int_equal(locate_for("6.1.0-9-amd64", tar_path, COREBTF_NEAREST_NEVER), 0);
	assert_string_equal(found.text, "in the tar");
	assert_string_equal(found.origin.file, tar_path);
	assert_int_equal(found.origin.source, COREBTF_SOURCE_BUNDLE);
	assert_int_equal(found.origin.match, COREBTF_MATCH_RELEASE);
	assert_string_equal(found.origin.release, "6.1.0-9-amd64");

	/* nothing for this kernel: the next source; neighbours, which a tar has */
	assert_int_equal(locate_for("6.1.0-10-amd64", tree, COREBTF_NEAREST_SURROUNDED), -ENOENT);
	assert_said("neighbours are not looked for in a folder");
	assert_int_equal(locate_for("6.1.0-10-amd64", tar_path, COREBTF_NEAREST_NEVER), -ENOENT);
	assert_said("not from here: a bundle file that is named");
	assert_int_equal(locate_for("6.1.0-10-amd64", tar_path, COREBTF_NEAREST_SURROUNDED), 0);
	assert_int_equal(found.origin.match, COREBTF_MATCH_NEAREST);
	assert_string_equal(found.origin.release, "6.1.0-9-amd64");

	/* an unreadable file that the user named is an error */
	assert_int_equal(locate_for("6.1.0-9-amd64", broken, COREBTF_NEAREST_NEVER), -EBADMSG);
	assert_int_equal(locate_for("6.1.0-9-amd64", "/nonexistent", COREBTF_NEAREST_NEVER),
			 -EINVAL);
	assert_said("/nonexistent: cannot be opened");
	assert_int_equal(locate_for("6.1.0-9-amd64", root, COREBTF_NEAREST_NEVER), -ENOENT);
	free(tree);
	free(tar_path);
	free(broken);
	folder_remove(root);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_archive_in_the_folder),
		cmocka_unit_test(test_running_kernel),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_no_archive),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_unreadable_folder),
		cmocka_unit_test(test_as_a_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
