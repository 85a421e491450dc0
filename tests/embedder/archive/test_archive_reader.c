/* SPDX-License-Identifier: MIT */
/*
 * Archives as GNU tar, dpkg-deb, rpmbuild and libarchive write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <stdbool.h>

#include "tests/embedder/archive/member_lines.h"
#include "tests/support/scratch.h"

static void run(const char *command)
{
	int status = system(command);

	if (status)
		fail_msg("%s: status %d", command, status);
}

static bool has(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	if (system(command) == 0)
		return true;
	print_message("skipped: no %s here\n", program);
	return false;
}

static void expect_lines(const char *path, size_t limit, const char *expected)
{
	struct member_lines lines;

	read_lines(path, limit, &lines);
	if (lines.error)
		fail_msg("%s: %s", path, lines.why.text);
	assert_string_equal(lines.text, expected);
}

/* Names that GNU tar's formats write differently. */
static void test_formats(void **state)
{
	static const char *const formats[] = {"v7", "oldgnu", "gnu", "ustar", "posix"};
	char long_name[300], command[1200], expected[2048];

	(void)state;
	memset(long_name, 'x', sizeof(long_name));
	long_name[100] = long_name[200] = '/';
	long_name[250] = '\0';
	snprintf(command, sizeof(command),
		 "mkdir -p a/b a/%.200s && printf one >a/b/one && printf two >a/%s && ln a/b/one "
		 "a/hard && "
		 "ln -s b/one a/soft",
		 long_name, long_name);
	run(command);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		/* These two have no room for such names. */
		bool is_short = strcmp(formats[i], "v7") == 0 || strcmp(formats[i], "ustar") == 0;

		snprintf(command, sizeof(command),
			 "tar --format=%s -cf t.tar ./a/b/one a/hard a/soft %s%s", formats[i],
			 is_short ? "" : "a/", is_short ? "" : long_name);
		run(command);
		snprintf(expected, sizeof(expected),
			 "a/b/one 3 one\na/hard => a/b/one\na/soft -> b/one\n%s%s%s",
			 is_short ? "" : "a/", is_short ? "" : long_name,
			 is_short ? "" : " 3 two\n");
		expect_lines("t.tar", 100, expected);
	}
	expect_lines("t.tar", 2,
		     "a/b/one 3 (it has 3 bytes, more than the 2 that are accepted)\n"
		     "a/hard => a/b/one\na/soft -> b/one\n"
		     "a/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/xxx"
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 3 (it has 3 bytes, more "
		     "than the 2 that are accepted)\n");
}

static void test_sparse(void **state)
{
	(void)state;
	run("truncate -s 100000 s && printf end >>s && tar -Scf s.tar s && "
	    "tar -S --format=posix -cf p.tar s");
	for (int i = 0; i < 2; i++) {
		const char *path = i ? "p.tar" : "s.tar";
		struct archive_reader *reader = NULL;
		struct archive_member member;
		void *data = NULL;
		size_t size = 0;

		assert_int_equal(archive_reader_open(path, NULL, NULL, &reader, NULL), 0);
		assert_int_equal(archive_reader_next(reader, &member, NULL), 1);
		assert_int_equal(member.size, 100003);
		assert_int_equal(archive_reader_read(reader, 100003, &data, &size, NULL), 0);
		assert_int_equal(size, 100003);
		assert_memory_equal((char *)data + 100000, "end", 3);
		assert_int_equal(((char *)data)[99999], 0);
		assert_int_equal(archive_reader_next(reader, &member, NULL), 0);
		free(data);
		archive_reader_close(reader);
	}
}

/* A tar of two files, packed with libarchive's filter of that name. */
static void write_packed(const char *path, const char *filter)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_pax_restricted(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
	for (int i = 0; i < 2; i++) {
		archive_entry_set_pathname(entry, i ? "./b" : "./a");
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, 5);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		assert_int_equal(archive_write_data(archive, i ? "world" : "hello", 5), 5);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	archive_entry_free(entry);
}

static void test_packings(void **state)
{
	static const char *const filters[] = {"gzip", "xz", "zstd", "bzip2", "lz4"};

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		write_packed("packed", filters[i]);
		expect_lines("packed", 100, "a 5 hello\nb 5 world\n");
		expect_lines("packed", 0, "a 5\nb 5\n");
	}
}

/* gzip and xz files may consist of several, one behind the other, and have zeros behind them. */
static void test_packed_in_parts(void **state)
{
	(void)state;
	run("printf one >one && tar -cf t.tar one && head -c 300 t.tar >1 && tail -c +301 t.tar >2 "
	    "&& "
	    "gzip 1 && gzip 2 && cat 1.gz 2.gz >t.gz && head -c 512 /dev/zero >>t.gz");
	expect_lines("t.gz", 100, "one 3 one\n");
	run("head -c 300 t.tar | xz >1.xz && tail -c +301 t.tar | xz >2.xz && cat 1.xz 2.xz >t.xz "
	    "&& "
	    "head -c 512 /dev/zero >>t.xz");
	expect_lines("t.xz", 100, "one 3 one\n");
}

static void test_deb(void **state)
{
	(void)state;
	if (!has("dpkg-deb"))
		skip();
	run("mkdir -p p/DEBIAN p/boot && printf image >p/boot/vmlinuz-6.1 && "
	    "printf 'Package: p\\nVersion: 1\\nArchitecture: all\\nMaintainer: n <n@e.org>\\n"
	    "Description: none\\n' >p/DEBIAN/control");
	run("for way in none gzip xz zstd; do dpkg-deb -Z$way -b p p-$way.deb >/dev/null || exit; "
	    "done");
	expect_lines("p-none.deb", 100, "boot/vmlinuz-6.1 5 image\n");
	expect_lines("p-gzip.deb", 100, "boot/vmlinuz-6.1 5 image\n");
	expect_lines("p-xz.deb", 100, "boot/vmlinuz-6.1 5 image\n");
	expect_lines("p-zstd.deb", 100, "boot/vmlinuz-6.1 5 image\n");
}

static void test_rpm(void **state)
{
	static const char spec[] =
		"Name: p\nVersion: 1\nRelease: 1\nSummary: none\nLicense: none\n"
		"%description\nnone\n%install\nmkdir -p %{buildroot}/lib/modules/6.1\n"
		"printf image >%{buildroot}/lib/modules/6.1/vmlinuz\n"
		"ln %{buildroot}/lib/modules/6.1/vmlinuz %{buildroot}/lib/modules/6.1/z\n"
		"ln -s vmlinuz %{buildroot}/lib/modules/6.1/y\n%files\n/lib/modules\n";

	(void)state;
	if (!has("rpmbuild"))
		skip();
	scratch_write("p.spec", spec, strlen(spec));
	run("for way in w9.gzdio w6.xzdio w3.zstdio w9.bzdio; do "
	    "HOME=$PWD rpmbuild -bb --define \"_topdir $PWD/$way\" --define \"_binary_payload "
	    "$way\" "
	    "p.spec >log 2>&1 && cp $way/RPMS/*/p-1-1.*.rpm $way.rpm || { cat log; exit 1; }; "
	    "done");
	for (int i = 0; i < 4; i++) {
		static const char *const paths[] = {"w9.gzdio.rpm", "w6.xzdio.rpm", "w3.zstdio.rpm",
						    "w9.bzdio.rpm"};

		/* cpio stores the data with the last of two hard links. */
		expect_lines(paths[i], 100,
			     "lib/modules/6.1/y -> vmlinuz\n"
			     "! ./lib/modules/6.1/vm: skipped: a hard link before its data, which "
			     "follows under another name\n"
			     "lib/modules/6.1/z 5 image\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_formats, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_sparse, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_packings, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_packed_in_parts, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_deb, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_rpm, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
