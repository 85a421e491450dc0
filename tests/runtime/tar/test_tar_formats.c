/* SPDX-License-Identifier: MIT */
/*
 * Archives of GNU tar, in each of its formats, packed in each way, with each layout of names in
 * use: every BTF in them is found.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/runtime/tar/finder.h"
#include "tests/support/tar_builder.h"

#define SKIPPED 77

/* 60 characters, a bit more than the longest parts of BTFHub's names */
#define LONG_A	 "a-folder-with-a-long-name-of-sixty-characters-for-the-prefix"
#define LONG_B	 "b-folder-with-a-long-name-of-sixty-characters-for-the-prefix"
#define LONG_150 LONG_A "/" LONG_B "/ubuntu/20.04/x86_64"
#define LONG_300 LONG_A "/" LONG_B "/" LONG_A "/" LONG_B "/ubuntu/20.04/x86_64"

enum format { V7 = 1, USTAR = 2, GNU = 4, PAX = 8, ALL = 15 };

static const struct {
	enum format format;
	const char *option;
} formats[] = {
	{V7, "v7"}, {USTAR, "ustar"}, {GNU, "gnu"}, {GNU, "oldgnu"}, {PAX, "posix"},
};

/* What is in the archive: a file, or a link to another of these. */
enum kind { FILE_WITH_BTF, HARD, SYMBOLIC };

static const struct content {
	const char *release;
	const char *folder;
	enum kind kind;
	const char *target; /* of a link, as link(2) or symlink(2) in the tree's root gets it */
	const char *text;
	unsigned int in; /* the formats that can store it */
} contents[] = {
	{"5.4.0-1-generic", "ubuntu/20.04/x86_64", FILE_WITH_BTF, "", "one", ALL},
	{"5.4.0-2-generic", "ubuntu/20.04/x86_64", HARD, "ubuntu/20.04/x86_64/5.4.0-1-generic.btf",
	 "one", ALL},
	{"5.4.0-3-generic", "ubuntu/20.04/x86_64", SYMBOLIC, "5.4.0-1-generic.btf", "one", ALL},
	{"4.18.0-1.el8", "centos/8/x86_64", SYMBOLIC,
	 "../../../ubuntu/20.04/x86_64/5.4.0-3-generic.btf", "one", ALL},
	/* names longer than a header's 100 bytes, than ustar's 256, and links to them */
	{"6.0.0-1", LONG_150, FILE_WITH_BTF, "", "long", USTAR | GNU | PAX},
	{"6.0.0-2", "zlinks/1/x86_64", HARD, LONG_150 "/6.0.0-1.btf", "long", GNU | PAX},
	{"6.0.0-3", LONG_300, FILE_WITH_BTF, "", "longest", GNU | PAX},
	{"6.0.0-4", "zlinks/1/x86_64", HARD, LONG_300 "/6.0.0-3.btf", "longest", GNU | PAX},
	{"6.0.0-5", "zlinks/1/x86_64", SYMBOLIC, "../../../" LONG_300 "/6.0.0-3.btf", "longest",
	 GNU | PAX},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static char root[] = "/tmp/corebtf-tar-XXXXXX";

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char *command;
	va_list arguments;
	int status;

	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	status = system(command);
	if (status)
		print_error("%s: status %d\n", command, status);
	assert_int_equal(status, 0);
	free(command);
}

/* The members that one format can store, as a tree of files. */
static void make_tree(const char *tree, enum format format)
{
	run("rm -rf %s/%s && mkdir -p %s/%s", root, tree, root, tree);
	for (size_t i = 0; i < COUNT_OF(contents); i++) {
		const struct content *content = &contents[i];
		char path[1024], target[1024];

		if (!(content->in & format))
			continue;
		run("mkdir -p %s/%s/%s", root, tree, content->folder);
		snprintf(path, sizeof(path), "%s/%s/%s/%s.btf", root, tree, content->folder,
			 content->release);
		snprintf(target, sizeof(target), "%s/%s/%s", root, tree, content->target);
		if (content->kind == HARD) {
			assert_int_equal(link(target, path), 0);
		} else if (content->kind == SYMBOLIC) {
			assert_int_equal(symlink(content->target, path), 0);
		} else {
			struct bytes btf = make_btf(content->text);
			FILE *file = fopen(path, "we");

			assert_non_null(file);
			assert_int_equal(fwrite(btf.data, 1, btf.size, file), btf.size);
			fclose(file);
			bytes_release(&btf);
		}
	}
}

static struct bytes read_all(const char *name)
{
	struct bytes all = {.data = NULL};
	char path[256], part[4096];
	size_t got;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "re");
	assert_non_null(file);
	while ((got = fread(part, 1, sizeof(part), file)) > 0)
		bytes_add(&all, part, got);
	fclose(file);
	return all;
}

static void check_archive(const char *name, enum format format)
{
	struct bytes tar = read_all(name);
	struct answer answer;

	for (size_t i = 0; i < COUNT_OF(contents); i++) {
		const struct content *content = &contents[i];
		const struct question question = {.release = content->release, .machine = "x86_64"};
		int err = find_text(tar.data, tar.size, &question, &answer);

		if (err != (content->in & format ? 0 : -ENOENT))
			print_error("%s: %s:\n%s", name, content->release, answer.log);
		assert_int_equal(err, content->in & format ? 0 : -ENOENT);
		if (!err)
			assert_string_equal(answer.text, content->text);
	}
	bytes_release(&tar);
}

static void test_every_format(void **state)
{
	static const char *const packers[] = {"", "--gzip", "--xz"};
	/* bcc's way, bpf-compatible's, and what people type */
	static const char *const layouts[] = {"-C %s/tree .", "-C %s ./btfhub-archive",
					      "-C %s/tree ubuntu centos", "-C %s tree"};

	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		make_tree("tree", formats[i].format);
		run("rm -rf %s/btfhub-archive && cp -a %s/tree %s/btfhub-archive", root, root,
		    root);
		for (size_t k = 0; k < COUNT_OF(packers); k++)
			for (size_t l = 0; l < COUNT_OF(layouts); l++) {
				char where[256];

				/* v7's tree has these folders only */
				if (l == 2 && formats[i].format != V7)
					continue;
				snprintf(where, sizeof(where), layouts[l], root);
				run("tar -c %s --format=%s --sort=name -f %s/x.tar %s", packers[k],
				    formats[i].option, root, where);
				check_archive("x.tar", formats[i].format);
			}
	}
}

/* The file's bytes again instead of a hard link. */
static void test_hard_dereference(void **state)
{
	make_tree("tree", GNU);
	run("tar -c --hard-dereference -f %s/x.tar -C %s/tree .", root, root);
	check_archive("x.tar", GNU);
}

/* Other records of GNU tar between the members. */
static void test_other_members(void **state)
{
	make_tree("tree", GNU);
	run("mkfifo %s/tree/fifo && truncate -s 3M %s/tree/holes.txt && "
	    "printf x >>%s/tree/holes.txt",
	    root, root, root);
	/* sparse members of each of its four formats, which are skipped */
	run("tar -c --sparse --format=gnu -f %s/x.tar -C %s/tree .", root, root);
	check_archive("x.tar", GNU);
	for (int version = 0; version < 3; version++) {
		static const char *const versions[] = {"0.0", "0.1", "1.0"};

		run("tar -c --sparse --sparse-version=%s --format=posix -f %s/x.tar -C %s/tree .",
		    versions[version], root, root);
		check_archive("x.tar", GNU);
	}
	/* multi-volume labels, a global pax header, incremental folders, large ids */
	run("tar -c --format=gnu --label=volume -f %s/x.tar -C %s/tree .", root, root);
	check_archive("x.tar", GNU);
	run("tar -c --format=posix --pax-option='comment=x' -f %s/x.tar -C %s/tree .", root, root);
	check_archive("x.tar", GNU);
	run("tar -c --format=gnu --listed-incremental=%s/snapshot -f %s/x.tar -C %s/tree .", root,
	    root, root);
	check_archive("x.tar", GNU);
	run("tar -c --format=gnu --owner=x:99999999 --group=y:99999999 -f %s/x.tar -C %s/tree .",
	    root, root);
	check_archive("x.tar", GNU);
	run("tar -c --format=posix --pax-option='globexthdr.name=/x,comment:=hello' -f %s/x.tar "
	    "-C %s/tree .",
	    root, root);
	check_archive("x.tar", GNU);
}

/* A sparse BTF is refused, with a message what to do. */
static void test_sparse_btf(void **state)
{
	static const struct question question = {.release = "1.0-sparse", .machine = "x86_64"};
	static const char *const options[] = {"--format=gnu", "--format=posix --sparse-version=0.0",
					      "--format=posix --sparse-version=0.1",
					      "--format=posix --sparse-version=1.0"};
	struct answer answer;

	run("rm -rf %s/tree && mkdir -p %s/tree/debian/12/x86_64", root, root);
	run("f=%s/tree/debian/12/x86_64/1.0-sparse.btf; printf '\\237\\353\\001' >$f; "
	    "truncate -s 5M $f; printf x >>$f",
	    root);
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		struct bytes tar;

		run("tar -c --sparse %s -f %s/x.tar -C %s/tree .", options[i], root, root);
		tar = read_all("x.tar");
		assert_int_equal(find_text(tar.data, tar.size, &question, &answer), -EBADMSG);
		assert_non_null(strstr(answer.log, "--sparse"));
		bytes_release(&tar);
	}
}

/* tar -r adds a file of the same name: like tar -x we take the second one. */
static void test_appended(void **state)
{
	static const struct question question = {.release = "5.4.0-1-generic", .machine = "x86_64"};
	struct answer answer;
	struct bytes tar, btf = make_btf("newer");
	char path[256];
	FILE *file;

	make_tree("tree", V7);
	run("tar -c -f %s/x.tar -C %s/tree .", root, root);
	snprintf(path, sizeof(path), "%s/tree/ubuntu/20.04/x86_64/5.4.0-1-generic.btf", root);
	unlink(path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(btf.data, 1, btf.size, file), btf.size);
	fclose(file);
	run("tar -r -f %s/x.tar -C %s/tree ./ubuntu/20.04/x86_64/5.4.0-1-generic.btf", root, root);
	tar = read_all("x.tar");
	assert_int_equal(find_text(tar.data, tar.size, &question, &answer), 0);
	assert_string_equal(answer.text, "newer");
	assert_false(answer.ambiguous);
	bytes_release(&tar);
	bytes_release(&btf);
}

/* `cat a.gz b.gz` and `cat a.xz b.xz` are one archive each, as for tar. */
static void test_packed_in_parts(void **state)
{
	static const char *const packers[] = {"gzip", "xz"};

	make_tree("tree", GNU);
	for (size_t i = 0; i < COUNT_OF(packers); i++) {
		run("tar -c -f %s/x -C %s/tree . && split -b 700 -a 4 %s/x %s/part. && "
		    "for f in %s/part.*; do %s -c $f; done >%s/x.tar && rm %s/part.*",
		    root, root, root, root, root, packers[i], root, root);
		run("tar -t -f %s/x.tar >/dev/null", root);
		check_archive("x.tar", GNU);
	}
}

static int make_root(void **state)
{
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	run("rm -rf %s", root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_format),  cmocka_unit_test(test_hard_dereference),
		cmocka_unit_test(test_other_members), cmocka_unit_test(test_sparse_btf),
		cmocka_unit_test(test_appended),      cmocka_unit_test(test_packed_in_parts),
	};

	if (system("tar --version 2>/dev/null | grep -q 'GNU tar' && xz --version >/dev/null 2>&1 "
		   "&& gzip --version >/dev/null 2>&1")) {
		print_message("skipped: this takes GNU tar, gzip and xz\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, make_root, remove_root);
}
