/* SPDX-License-Identifier: MIT */
/*
 * A tar opened as a bundle: its contents, lookups, and that tar_find(), which keeps one BTF only,
 * finds the same.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <corebtf.h>

#include "runtime/util/link_path.h"
#include "tests/runtime/tar/finder.h"
#include "tests/support/tar_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RELEASE		"5.4.0-58-generic"
#define FOR_IT		"ubuntu/20.04/x86_64/" RELEASE ".btf"
#define FOR_OTHER	"ubuntu/18.04/x86_64/" RELEASE ".btf"
#define HEADER_SIZE	24

static const struct question usual = {
	.release = RELEASE, .machine = "x86_64", .os_id = "ubuntu", .version_id = "20.04"};

static struct corebtf_kernel_opts kernel_of(const struct question *question)
{
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.release = question->release,
		.machine = question->machine,
		.uname_version = question->uname_version,
		.os_id = question->os_id,
		.version_id = question->version_id,
	};

	return kernel;
}

struct lines {
	char text[16384];
};

static void note(void *context, const char *line)
{
	struct lines *lines = context;
	size_t length = strlen(lines->text);

	snprintf(lines->text + length, sizeof(lines->text) - length, "%s\n", line);
}

static int open_tar(const struct bytes *tar, struct corebtf **ret_corebtf, struct lines *lines)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = note, .log_context = lines};
	/* exactly as large as the tar and freed after the call, so that a sanitizer sees later
	 * reads
	 */
	uint8_t *copy = malloc(tar->size ? tar->size : 1);
	int err;

	assert_non_null(copy);
	if (tar->size)
		memcpy(copy, tar->data, tar->size);
	memset(lines, 0, sizeof(*lines));
	err = corebtf_open_tar(copy, tar->size, ret_corebtf, &opts);
	free(copy);
	return err;
}

/* make_btf()'s argument for the BTF that is found, or the error. */
static int find_in_bundle(struct corebtf *corebtf, const struct question *question,
			  char text[static 64], struct corebtf_entry *entry)
{
	struct corebtf_kernel_opts kernel = kernel_of(question);
	const void *btf;
	size_t size;
	int err;

	memset(entry, 0, sizeof(*entry));
	entry->sz = sizeof(*entry);
	err = corebtf_find_entry(corebtf, &kernel, entry);
	if (err == -ENOTUNIQ) {
		kernel.ambiguous = COREBTF_AMBIGUOUS_FIRST;
		err = corebtf_find_entry(corebtf, &kernel, entry);
		assert_true(err || entry->ambiguous);
	}
	if (!err)
		err = corebtf_entry_btf(corebtf, entry, &btf, &size);
	if (err)
		return err;
	assert_true(size >= HEADER_SIZE && size - HEADER_SIZE < 64);
	assert_int_equal(size, entry->btf_size);
	memcpy(text, (const char *)btf + HEADER_SIZE, size - HEADER_SIZE);
	text[size - HEADER_SIZE] = '\0';
	return 0;
}

/* ---- the same answer as tar_find() ---- */

static void one(struct bytes *tar)
{
	tar_add_btf(tar, "./btfhub-archive/" FOR_IT, "it");
}

static void two_versions(struct bytes *tar)
{
	tar_add_btf(tar, FOR_OTHER, "other");
	tar_add_btf(tar, FOR_IT, "it");
}

static void two_unknown(struct bytes *tar)
{
	tar_add_btf(tar, "b/1/x86_64/" RELEASE ".btf", "b");
	tar_add_btf(tar, "a/1/x86_64/" RELEASE ".btf", "a");
}

static void two_equal(struct bytes *tar)
{
	tar_add_btf(tar, "b/1/x86_64/" RELEASE ".btf", "equal");
	tar_add_btf(tar, "a/1/x86_64/" RELEASE ".btf", "equal");
}

static void twice(struct bytes *tar)
{
	tar_add_btf(tar, FOR_IT, "first");
	tar_add_btf(tar, "./" FOR_IT, "second");
}

static void twice_the_later_one_a_link(struct bytes *tar)
{
	tar_add_btf(tar, "orig", "target");
	tar_add_btf(tar, FOR_IT, "first");
	tar_add_header(tar, '1', FOR_IT, "orig", 0);
}

static void twice_the_later_one_a_file(struct bytes *tar)
{
	tar_add_btf(tar, "orig", "target");
	tar_add_header(tar, '1', FOR_IT, "orig", 0);
	tar_add_btf(tar, FOR_IT, "second");
}

static void other_machines(struct bytes *tar)
{
	tar_add_btf(tar, "ubuntu/20.04/arm64/" RELEASE ".btf", "arm");
	tar_add_btf(tar, "ubuntu/20.04/amd64/" RELEASE ".btf", "it");
}

static void hard_link(struct bytes *tar)
{
	tar_add_btf(tar, "a", "it");
	tar_add_header(tar, '1', FOR_IT, "./a", 0);
}

static void symbolic_link_forward(struct bytes *tar)
{
	tar_add_header(tar, '2', FOR_IT, "../../../x/./b", 0);
	tar_add_btf(tar, "x/b", "it");
}

static void chain(struct bytes *tar)
{
	tar_add_header(tar, '2', FOR_IT, "/l1", 0);
	tar_add_header(tar, '2', "l2", "l3", 0);
	tar_add_header(tar, '2', "l1", "l2", 0);
	tar_add_btf(tar, "l3", "it");
}

/* @count links, the first of them the kernel's. */
static void long_chain(struct bytes *tar, int count)
{
	char name[16] = "", target[16];

	for (int i = 0; i < count; i++) {
		snprintf(target, sizeof(target), "l%d", i + 1);
		tar_add_header(tar, '2', i ? name : FOR_IT, i ? target : "/l1", 0);
		strcpy(name, target);
	}
	tar_add_btf(tar, name, "it");
}

static void longest_chain(struct bytes *tar)
{
	long_chain(tar, LINK_PATH_FOLLOWED_MAX);
}

static void too_long_chain(struct bytes *tar)
{
	long_chain(tar, LINK_PATH_FOLLOWED_MAX + 1);
}

static void link_beside_a_file(struct bytes *tar)
{
	tar_add_btf(tar, "b/1/x86_64/" RELEASE ".btf", "equal");
	tar_add_header(tar, '1', "a/1/x86_64/" RELEASE ".btf", "b/1/x86_64/" RELEASE ".btf", 0);
}

static void loop(struct bytes *tar)
{
	tar_add_header(tar, '2', FOR_IT, "/l1", 0);
	tar_add_header(tar, '2', "l1", "l1", 0);
}

static void link_to_nothing(struct bytes *tar)
{
	tar_add_header(tar, '2', FOR_IT, "nothing", 0);
	tar_add_btf(tar, FOR_OTHER, "other");
}

static void link_out(struct bytes *tar)
{
	tar_add_header(tar, '2', FOR_IT, "../../../../etc/passwd", 0);
	tar_add_btf(tar, FOR_OTHER, "other");
}

static void link_to_text(struct bytes *tar)
{
	tar_add_file(tar, "README", "This is a text, and no BTF at all.", 34);
	tar_add_header(tar, '1', FOR_IT, "README", 0);
	tar_add_btf(tar, FOR_OTHER, "other");
}

static void empty_file(struct bytes *tar)
{
	tar_add_file(tar, FOR_IT, "", 0);
	tar_add_btf(tar, FOR_OTHER, "other");
}

static void empty_file_elsewhere(struct bytes *tar)
{
	tar_add_file(tar, FOR_OTHER, "", 0);
	tar_add_btf(tar, FOR_IT, "it");
}

static void leads_out(struct bytes *tar)
{
	tar_add_btf(tar, "../" FOR_IT, "it");
	tar_add_btf(tar, FOR_OTHER, "other");
}

static void another_kernel(struct bytes *tar)
{
	tar_add_btf(tar, "ubuntu/20.04/x86_64/5.4.0-59-generic.btf", "another");
}

static void folders_between(struct bytes *tar)
{
	tar_add_header(tar, '5', "ubuntu/", "", 0);
	tar_add_header(tar, '5', FOR_IT "/", "", 0);
	tar_add_header(tar, '2', "ubuntu/focal", "20.04", 0);
	tar_add_file(tar, "README.md", "No BTF", 6);
	tar_add_btf(tar, FOR_IT, "it");
}

static const struct {
	const char *name;
	void (*build)(struct bytes *tar);
	const char *found; /* NULL: the error */
	int error;
	bool ambiguous;
} cases[] = {
	{"one", one, "it", 0, false},
	{"two versions", two_versions, "it", 0, false},
	{"two unknown distributions", two_unknown, NULL, 0, true}, /* either may be first */
	{"two equal ones", two_equal, "equal", 0, false},
	{"twice", twice, "second", 0, false},
	{"twice, then a link", twice_the_later_one_a_link, "target", 0, false},
	{"twice, first a link", twice_the_later_one_a_file, "second", 0, false},
	{"other machines", other_machines, "it", 0, false},
	{"hard link", hard_link, "it", 0, false},
	{"symbolic link forward", symbolic_link_forward, "it", 0, false},
	{"chain", chain, "it", 0, false},
	{"longest chain of links", longest_chain, "it", 0, false},
	{"one link too many", too_long_chain, NULL, -EBADMSG, false},
	{"link beside a file", link_beside_a_file, "equal", 0, false},
	{"loop", loop, NULL, -EBADMSG, false},
	{"link to nothing", link_to_nothing, NULL, -EBADMSG, false},
	{"link out of it", link_out, NULL, -EBADMSG, false},
	{"link to a text", link_to_text, NULL, -EBADMSG, false},
	{"empty file", empty_file, NULL, -EBADMSG, false},
	{"empty file elsewhere", empty_file_elsewhere, "it", 0, false},
	{"a name that leads out", leads_out, "other", 0, false},
	{"another kernel", another_kernel, NULL, -ENOENT, false},
	{"folders between", folders_between, "it", 0, false},
};

static void test_same_as_tar_find(void **state)
{
	static struct answer answer;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes tar = {.data = NULL};
		struct corebtf_entry entry;
		struct corebtf *corebtf;
		struct lines lines;
		char text[64] = "";
		int err, found_err;

		cases[i].build(&tar);
		tar_end(&tar);
		err = open_tar(&tar, &corebtf, &lines);
		if (err)
			fail_msg("%s: %d\n%s", cases[i].name, err, lines.text);
		err = find_in_bundle(corebtf, &usual, text, &entry);
		found_err = find_text(tar.data, tar.size, &usual, &answer);
		if (err != cases[i].error || found_err != err ||
		    (cases[i].found && strcmp(text, cases[i].found) != 0) ||
		    (!err && !cases[i].ambiguous && strcmp(text, answer.text) != 0) ||
		    (!err &&
		     (answer.match != entry.match || !!entry.ambiguous != cases[i].ambiguous ||
		      answer.ambiguous != cases[i].ambiguous)))
			fail_msg("%s: %d '%s', tar_find: %d '%s'\n%s%s", cases[i].name, err, text,
				 found_err, answer.text, lines.text, answer.log);
		corebtf_close(corebtf);
		bytes_release(&tar);
	}
}

/* ---- what is in it ---- */

static void test_contents(void **state)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct bytes tar = {.data = NULL};
	struct corebtf *corebtf;
	struct lines lines;
	char name[128], text[64];

	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "./btfhub-archive/debian/%d/arm64/6.1.%d.btf", i % 3,
			 i);
		snprintf(text, sizeof(text), "BTF %d", i / 2);
		tar_add_btf(&tar, name, text);
	}
	tar_add_btf(&tar, "not-a-kernel", "of no use");
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	bytes_release(&tar);
	assert_int_equal(corebtf_check(corebtf), 0);
	assert_int_equal(corebtf_summarize(corebtf, &summary), 0);
	assert_int_equal(summary.bundles, 1);
	assert_int_equal(summary.entries, 500);
	assert_int_equal(summary.blobs, 250);
	assert_int_equal(summary.objects, 0);
	assert_false(summary.compressed);
	for (int i = 0; i < 500; i++) {
		struct question question = {.release = name, .machine = "aarch64"};
		struct corebtf_entry entry;
		char expected[64];

		snprintf(name, sizeof(name), "6.1.%d", i);
		snprintf(expected, sizeof(expected), "BTF %d", i / 2);
		assert_int_equal(find_in_bundle(corebtf, &question, text, &entry), 0);
		assert_string_equal(text, expected);
		assert_string_equal(entry.os_id, "debian");
		assert_string_equal(entry.machine, "arm64");
		assert_int_equal(atoi(entry.version_id), i % 3);
		assert_int_equal(entry.match, COREBTF_MATCH_RELEASE);
	}
	corebtf_close(corebtf);
}

/* The order of members matters only for two of one name. */
static void test_order_does_not_matter(void **state)
{
	struct corebtf *handles[2];
	struct lines lines;

	for (int order = 0; order < 2; order++) {
		struct bytes tar = {.data = NULL};

		tar_add_btf(&tar, order ? "b/1/x86_64/r.btf" : "a/1/x86_64/r.btf",
			    order ? "b" : "a");
		tar_add_btf(&tar, order ? "a/1/x86_64/r.btf" : "b/1/x86_64/r.btf",
			    order ? "a" : "b");
		tar_add_btf(&tar, order ? "x/a/1/x86_64/r.btf" : "y/a/1/x86_64/r.btf",
			    order ? "x" : "y");
		tar_add_btf(&tar, order ? "y/a/1/x86_64/r.btf" : "x/a/1/x86_64/r.btf",
			    order ? "y" : "x");
		tar_end(&tar);
		assert_int_equal(open_tar(&tar, &handles[order], &lines), 0);
		bytes_release(&tar);
	}
	assert_int_equal(corebtf_entry_count(handles[0]), 4);
	for (size_t i = 0; i < 4; i++) {
		struct corebtf_entry entries[2] = {{.sz = sizeof(entries[0])},
						   {.sz = sizeof(entries[0])}};
		const void *btfs[2];
		size_t sizes[2];

		for (int order = 0; order < 2; order++) {
			assert_int_equal(corebtf_entry_at(handles[order], i, &entries[order]), 0);
			assert_int_equal(corebtf_entry_btf(handles[order], &entries[order],
							   &btfs[order], &sizes[order]),
					 0);
		}
		assert_string_equal(entries[0].os_id, entries[1].os_id);
		assert_int_equal(sizes[0], sizes[1]);
		assert_memory_equal(btfs[0], btfs[1], sizes[0]);
	}
	corebtf_close(handles[0]);
	corebtf_close(handles[1]);
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"debian/12/x86_64/6.1.0-9-amd64.btf",
					    "debian/12/x86_64/6.1.0-30-amd64.btf"};
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel), .release = "6.1.0-10-amd64", .machine = "x86_64"};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct bytes tar = {.data = NULL};
	struct corebtf *corebtf;
	struct lines lines;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		tar_add_btf(&tar, names[i], "one for both");
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	bytes_release(&tar);
	assert_int_equal(corebtf_find_entry(corebtf, &kernel, &entry), -ENOENT);
	kernel.nearest = COREBTF_NEAREST_SURROUNDED;
	assert_int_equal(corebtf_find_entry(corebtf, &kernel, &entry), 0);
	assert_int_equal(entry.match, COREBTF_MATCH_NEAREST);
	assert_string_equal(entry.release, "6.1.0-9-amd64");
	corebtf_close(corebtf);
}

/* A member without a BTF is logged when the tar is opened, keeps its entry, and fails a check of
 * all entries. */
static void test_unreadable_members(void **state)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct bytes tar = {.data = NULL};
	struct corebtf *corebtf;
	struct lines lines;
	char *path = NULL;

	empty_file(&tar);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	bytes_release(&tar);
	assert_non_null(strstr(lines.text, FOR_IT ": holds no BTF"));
	assert_int_equal(corebtf_entry_count(corebtf), 2);
	assert_int_equal(corebtf_check(corebtf), -EBADMSG);
	assert_non_null(strstr(lines.text, "1 of its members hold no BTF"));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(corebtf_entry_at(corebtf, i, &entry), 0);
		assert_int_equal(corebtf_entry_path(corebtf, &entry, &path),
				 entry.btf_size ? 0 : -EBADMSG);
		if (entry.btf_size)
			assert_int_equal(corebtf_path_free(path), 1);
	}
	assert_non_null(strstr(lines.text, "the member for x86_64 " RELEASE " holds no BTF"));
	corebtf_close(corebtf);
}

static void test_sparse(void **state)
{
	struct corebtf_entry entry;
	struct bytes tar = {.data = NULL}, btf = make_btf("sparse");
	struct corebtf *corebtf;
	struct lines lines;
	char text[64];

	tar_add_pax(&tar, "GNU.sparse.major", "0");
	tar_add_file(&tar, FOR_IT, btf.data, btf.size);
	tar_add_btf(&tar, FOR_OTHER, "other");
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	assert_non_null(strstr(lines.text, FOR_IT ": stored sparse"));
	assert_int_equal(find_in_bundle(corebtf, &usual, text, &entry), -EBADMSG);
	corebtf_close(corebtf);
	bytes_release(&tar);
	bytes_release(&btf);
}

/* ---- package.json ---- */

static void test_package_json(void **state)
{
	struct bytes tar = {.data = NULL};
	struct corebtf *corebtf;
	struct lines lines;
	const void *json = NULL;
	size_t size = 1;

	/* without one */
	tar_add_btf(&tar, FOR_IT, "it");
	tar_add_file(&tar, "sub/package.json", "{}", 2);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	assert_int_equal(corebtf_package_json(corebtf, &json, &size), -ENODATA);
	assert_null(json);
	assert_int_equal(corebtf_package_json(corebtf, NULL, &size), -EINVAL);
	assert_int_equal(corebtf_package_json(NULL, &json, &size), -EINVAL);
	corebtf_close(corebtf);
	bytes_release(&tar);

	/* twice: the later one; and no BTF at all */
	tar_add_file(&tar, "package.json", "{\"old\": 1}", 10);
	tar_add_file(&tar, "./package.json", "{\"a\\0b\": 2}", 11);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	assert_int_equal(corebtf_package_json(corebtf, &json, &size), 0);
	assert_int_equal(size, 11);
	assert_memory_equal(json, "{\"a\\0b\": 2}", 11);
	assert_int_equal(corebtf_entry_count(corebtf), 0);
	assert_int_equal(corebtf_check(corebtf), 0);
	corebtf_close(corebtf);
	bytes_release(&tar);

	/* an empty one is one */
	tar_add_file(&tar, "package.json", "", 0);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), 0);
	assert_int_equal(corebtf_package_json(corebtf, &json, &size), 0);
	assert_int_equal(size, 0);
	corebtf_close(corebtf);
	bytes_release(&tar);

	/* too large; and a wrong size */
	tar_add_header(&tar, '0', "package.json", "", (UINT64_C(1) << 26) + 1);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), -EFBIG);
	bytes_release(&tar);
	tar_add_header(&tar, '0', "package.json", "", UINT64_C(1) << 20);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), -EBADMSG);
	bytes_release(&tar);
}

/* ---- files, and data that is not a tar ---- */

static void test_refused(void **state)
{
	struct bytes tar = {.data = NULL}, packed;
	struct corebtf *corebtf = (void *)1;
	struct lines lines;

	assert_int_equal(corebtf_open_tar(NULL, 1, &corebtf, NULL), -EINVAL);
	assert_int_equal(corebtf_open_tar("", 0, NULL, NULL), -EINVAL);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), -ENODATA);
	bytes_add(&tar, "\x28\xb5\x2f\xfd zstd", 9);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), -EBADMSG);
	assert_non_null(strstr(lines.text, "packed with zstd"));
	bytes_release(&tar);
	tar_add_file(&tar, "README", "none", 4);
	tar_end(&tar);
	assert_int_equal(open_tar(&tar, &corebtf, &lines), -ENODATA);
	assert_non_null(strstr(lines.text, "a tar without BTFs"));
	bytes_release(&tar);

	/* damage behind the needed members */
	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	packed = pack_gzip(tar.data, tar.size);
	packed.data[packed.size - 5] ^= 1;
	assert_int_equal(open_tar(&packed, &corebtf, &lines), -EBADMSG);
	bytes_release(&packed);
	packed = pack_xz(tar.data, tar.size);
	packed.data[packed.size - 20] ^= 1;
	assert_int_equal(open_tar(&packed, &corebtf, &lines), -EBADMSG);
	bytes_release(&packed);
	/* cut off anywhere before the end mark */
	for (size_t size = 1; size < tar.size - 1024; size += 1 + size / 8) {
		const struct bytes cut = {.data = tar.data, .size = size};

		assert_int_equal(open_tar(&cut, &corebtf, &lines), -EBADMSG);
	}
	bytes_release(&tar);
	assert_ptr_equal(corebtf, (void *)1); /* untouched, all the time */
}

static void write_file(const char *path, const struct bytes *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes->data, 1, bytes->size, file), bytes->size);
	assert_int_equal(fclose(file), 0);
}

/* Recognised by the first bytes, whatever the name; also when the file is short. */
static void test_files(void **state)
{
	char path[] = "/tmp/corebtf-test-XXXXXX.bundle";
	struct bytes tars[4] = {{.data = NULL}};
	int fd = mkstemps(path, 7);

	assert_true(fd >= 0);
	close(fd);
	one(&tars[0]);
	tar_end(&tars[0]);
	tars[1] = pack_gzip(tars[0].data, tars[0].size);
	tars[2] = pack_xz(tars[0].data, tars[0].size);
	assert_true(tars[1].size < 512);
	bytes_add(&tars[3], tars[0].data, tars[0].size);
	memset(tars[3].data + 257, 0, 8); /* v7: no magic; the checksum is without it, too */
	snprintf((char *)tars[3].data + 148, 8, "%06o",
		 (unsigned int)strtoul((char *)tars[0].data + 148, NULL, 8) -
			 ('u' + 's' + 't' + 'a' + 'r' + '0' + '0'));
	for (size_t i = 0; i < COUNT_OF(tars); i++) {
		struct corebtf_entry entry;
		struct corebtf *corebtf;
		char text[64];

		write_file(path, &tars[i]);
		assert_int_equal(corebtf_open_file(path, &corebtf, NULL), 0);
		assert_int_equal(find_in_bundle(corebtf, &usual, text, &entry), 0);
		assert_string_equal(text, "it");
		corebtf_close(corebtf);
		bytes_release(&tars[i]);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_tar_find),
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_unreadable_members),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_package_json),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
