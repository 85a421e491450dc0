/* SPDX-License-Identifier: MIT */
/* Which kernel the path of a BTF says: every form that is taken, and every one that is not. */
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/archive_path.h"
#include "tests/support/runtime_support.h"

static const struct {
	const char *path;
	const char *ending; /* NULL: no BTF's path */
	const char *release, *machine, *os_id, *version_id;
} paths[] = {
	/* the whole layout, below anything */
	{"debian/12/x86_64/6.1.0-9-amd64.btf", ".btf", "6.1.0-9-amd64", "x86_64", "debian", "12"},
	{"/srv/btfs/debian/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "debian", "12"},
	{"/debian/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "debian", "12"},
	{"debian//12/x86_64///6.1.btf", ".btf", "6.1", "x86_64", "debian", "12"},
	{"Ubuntu/20.04.6/AMD/5.4.btf", ".btf", "5.4", "AMD", "Ubuntu", "20.04.6"},
	/* one machine, one name; an unknown one stays */
	{"ubuntu/20.04/aarch64/5.4.btf", ".btf", "5.4", "arm64", "ubuntu", "20.04"},
	{"ubuntu/20.04/amd64/5.4.btf", ".btf", "5.4", "x86_64", "ubuntu", "20.04"},
	{"ubuntu/20.04/m68k/5.4.btf", ".btf", "5.4", "m68k", "ubuntu", "20.04"},
	/* packed */
	{"a/1/x86_64/5.4.btf.tar.xz", ".btf.tar.xz", "5.4", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.btf.tar", ".btf.tar", "5.4", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.btf.gz", ".btf.gz", "5.4", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.btf.zst", ".btf.zst", "5.4", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.btf.bz2", ".btf.bz2", "5.4", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.btf.tar.lz4", ".btf.tar.lz4", "5.4", "x86_64", "a", "1"},
	/* a release may look like an ending */
	{"a/1/x86_64/5.4.btf.btf", ".btf", "5.4.btf", "x86_64", "a", "1"},
	{"a/1/x86_64/5.4.xz.btf.xz", ".btf.xz", "5.4.xz", "x86_64", "a", "1"},
	/* above btfhub-archive nothing counts, and a hidden folder ends the key as well */
	{"./btfhub-archive/debian/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "debian", "12"},
	{"debian/btfhub-archive/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"debian/12/btfhub-archive/6.1.btf", ".btf", "6.1", "", "", ""},
	{"debian/.12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"./12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	/* with too few folders nobody knows which is missing */
	{"12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"6.1.btf", ".btf", "6.1", "", "", ""},
	{"/6.1.btf", ".btf", "6.1", "", "", ""},
	/* export's name for what is not known */
	{"unknown/unknown/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", ""},
	{"unknown/12/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "", "12"},
	{"debian/unknown/x86_64/6.1.btf", ".btf", "6.1", "x86_64", "debian", ""},
	/* none */
	{"debian/12/x86_64/6.1", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/6.1.btf/", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/6.1.btf.tar.xz.asc", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/6.1.xz", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/6.1.BTF", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/6.1btf", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/.btf", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/.btf.tar.xz", NULL, NULL, NULL, NULL, NULL},
	{"debian/12/x86_64/._6.1.btf", NULL, NULL, NULL, NULL, NULL},
	{".btf", NULL, NULL, NULL, NULL, NULL},
	{"", NULL, NULL, NULL, NULL, NULL},
};

static void each_form(void **state)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *path = strdup(paths[i].path);
		const char *ending = archive_path_ending(path);
		struct kernel_id id = {.release = "before"};

		assert_non_null(path);
		if (!paths[i].ending) {
			assert_null(ending);
			assert_false(archive_path_is_raw(path));
			assert_false(archive_path_cut(path, &id));
			assert_string_equal(path, paths[i].path);
			assert_string_equal(id.release, "before");
		} else {
			assert_string_equal(ending, paths[i].ending);
			assert_int_equal(archive_path_is_raw(path), !strcmp(ending, ".btf"));
			assert_true(archive_path_cut(path, &id));
			assert_string_equal(id.release, paths[i].release);
			assert_string_equal(id.machine, paths[i].machine);
			assert_string_equal(id.os_id, paths[i].os_id);
			assert_string_equal(id.version_id, paths[i].version_id);
			assert_string_equal(id.uname_version, "");
			assert_int_equal(id.build_id_size, 0);
		}
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
