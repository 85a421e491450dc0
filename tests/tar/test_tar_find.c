/* SPDX-License-Identifier: MIT */
/*
 * Which member is chosen: names in all their spellings, ties, links.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tar/finder.h"
#include "tests/tar/tar_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RELEASE		"5.4.0-58-generic"
#define FOR_IT		"ubuntu/20.04/x86_64/" RELEASE ".btf"

/* A kernel of which no more is known. */
#define KERNEL(release, machine)                                                                   \
	{                                                                                          \
		release, machine, NULL, NULL, NULL                                                 \
	}

static const struct question usual = {
	.release = RELEASE, .machine = "x86_64", .os_id = "ubuntu", .version_id = "20.04"};

/* One or two members with their own names as content; which is found? */
static void test_names(void **state)
{
	static const struct {
		const char *first, *second; /* "": none */
		struct question question;
		const char *found; /* NULL: -ENOENT */
		enum corebtf_match match;
		bool ambiguous;
	} cases[] = {
		/* folders in front, and ways to write the same name */
		{FOR_IT, "", KERNEL(RELEASE, "x86_64"), FOR_IT, COREBTF_MATCH_RELEASE, false},
		{"./" FOR_IT, "", KERNEL(RELEASE, "x86_64"), "./" FOR_IT, COREBTF_MATCH_RELEASE,
		 false},
		{"./btfhub-archive/" FOR_IT, "", KERNEL(RELEASE, "x86_64"),
		 "./btfhub-archive/" FOR_IT, COREBTF_MATCH_RELEASE, false},
		{".//a/../ubuntu/./20.04//x86_64/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"),
		 ".//a/../ubuntu/./20.04//x86_64/" RELEASE ".btf", COREBTF_MATCH_RELEASE, false},
		{"/" FOR_IT, "", KERNEL(RELEASE, "x86_64"), "/" FOR_IT, COREBTF_MATCH_RELEASE,
		 false},
		{"x86_64/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), "x86_64/" RELEASE ".btf",
		 COREBTF_MATCH_RELEASE, false},
		/* no name of a BTF for this kernel */
		{RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/" RELEASE, "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/" RELEASE ".btf.tar.xz", "", KERNEL(RELEASE, "x86_64"), NULL,
		 0, false},
		{"ubuntu/20.04/x86_64/.btf", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"../" FOR_IT, "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL("5.4.0-58", "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL(RELEASE "2", "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL(RELEASE, "aarch64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/debug/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), NULL,
		 0, false},
		/* machines */
		{"a/1/arm64/r.btf", "", KERNEL("r", "aarch64"), "a/1/arm64/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/aarch64/r.btf", "", KERNEL("r", "arm64"), "a/1/aarch64/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/amd64/r.btf", "", KERNEL("r", "x86_64"), "a/1/amd64/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86_64/r.btf", "", KERNEL("r", "i686"), "a/1/x86_64/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86_64/r.btf", "a/1/x86/r.btf", KERNEL("r", "i686"), "a/1/x86/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86/r.btf", "a/1/x86_64/r.btf", KERNEL("r", "i686"), "a/1/x86/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86/r.btf", "", KERNEL("r", "x86_64"), NULL, 0, false},
		{"a/1/arm64/r.btf", "", KERNEL("r", "armv7l"), "a/1/arm64/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		/* the distribution breaks a tie, whatever the order */
		{"debian/12/x86_64/r.btf",
		 "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"ubuntu/20.04/x86_64/r.btf",
		 "debian/12/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"ubuntu/18.04/x86_64/r.btf",
		 "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"debian/12/x86_64/r.btf",
		 "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "22.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		/* the names that archives and os-release do not agree on */
		{"debian/8/x86_64/r.btf",
		 "oracle/8/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ol", "8.4"},
		 "oracle/8/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"rhel/7/x86_64/r.btf",
		 "rhel/8/x86_64/r.btf",
		 {"r", "x86_64", NULL, "redhat", "8.4"},
		 "rhel/8/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"debian/11/x86_64/r.btf",
		 "debian/bookworm/x86_64/r.btf",
		 {"r", "x86_64", NULL, "debian", "12"},
		 "debian/bookworm/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		{"amzn/2/x86_64/r.btf",
		 "amzn/1/x86_64/r.btf",
		 {"r", "x86_64", NULL, "amzn", "2018.03"},
		 "amzn/1/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 false},
		/* uname -v is stronger than os-release, which may be a container's */
		{"ubuntu/20.04/x86_64/r.btf",
		 "ubuntu/18.04/x86_64/r.btf",
		 {"r", "x86_64", "#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020", "ubuntu",
		  "20.04"},
		 "ubuntu/18.04/x86_64/r.btf",
		 COREBTF_MATCH_UNAME_VERSION,
		 false},
		{"ubuntu/18.04/x86_64/r.btf",
		 "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", "#64-Ubuntu SMP Wed Dec 9 08:16:25 UTC 2020", "debian", "12"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_UNAME_VERSION,
		 false},
		/* the first of two that fit alike, and that is said */
		{"debian/12/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf", KERNEL("r", "x86_64"),
		 "debian/12/x86_64/r.btf", COREBTF_MATCH_RELEASE, true},
		{"ubuntu/20.04/x86_64/r.btf",
		 "./btfhub-archive/ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 true},
		/* one name twice: the later one is what tar would leave */
		{"./ubuntu/20.04/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf", KERNEL("r", "x86_64"),
		 "ubuntu/20.04/x86_64/r.btf", COREBTF_MATCH_RELEASE, false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes tar = {.data = NULL};
		struct answer answer;
		int err;

		tar_add_header(&tar, '5', "./", "", 0);
		tar_add_btf(&tar, cases[i].first, cases[i].first);
		if (*cases[i].second)
			tar_add_btf(&tar, cases[i].second, cases[i].second);
		tar_end(&tar);
		err = find_text(tar.data, tar.size, &cases[i].question, &answer);
		if (err != (cases[i].found ? 0 : -ENOENT) ||
		    (!err &&
		     (strcmp(answer.text, cases[i].found) != 0 || answer.match != cases[i].match ||
		      answer.ambiguous != cases[i].ambiguous)))
			fail_msg("case %zu (%s, %s): %d, %s\n%s", i, cases[i].first,
				 cases[i].second, err, answer.text, answer.log);
		bytes_release(&tar);
	}
}

/* Two that fit alike and are alike are not ambiguous. */
static void test_equal_bytes(void **state)
{
	static const struct {
		char type;
		const char *link;
		bool ambiguous;
	} cases[] = {
		{'0', "", false},
		{'1', "debian/12/x86_64/" RELEASE ".btf", false},
		{'2', "../../../debian/12/x86_64/" RELEASE ".btf", false},
		{'1', "elsewhere.btf", true},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct question question = {.release = RELEASE, .machine = "x86_64"};
		struct bytes tar = {.data = NULL};
		struct answer answer;

		tar_add_btf(&tar, "elsewhere.btf", "other");
		tar_add_btf(&tar, "debian/12/x86_64/" RELEASE ".btf", "same");
		if (cases[i].type == '0')
			tar_add_btf(&tar, FOR_IT, "same");
		else
			tar_add_header(&tar, cases[i].type, FOR_IT, cases[i].link, 0);
		tar_end(&tar);
		assert_int_equal(find_text(tar.data, tar.size, &question, &answer), 0);
		assert_string_equal(answer.text, "same");
		assert_int_equal(answer.ambiguous, cases[i].ambiguous);
		bytes_release(&tar);
	}
}

/* A link under the wanted name, and what else the archive holds. */
static void test_links(void **state)
{
	static const struct {
		char type;
		const char *link;
		int err;
		const char *says;
	} cases[] = {
		{'1', "before.btf", 0, ""},
		{'1', "./before.btf", 0, ""},
		{'1', "after.btf", 0, ""},
		{'2', "../../../before.btf", 0, ""},
		{'2', "../../../after.btf", 0, ""},
		{'2', "../../.././x/../before.btf", 0, ""},
		{'2', "/before.btf", 0, ""},
		{'1', "one", 0, ""}, /* to a link to a link to before.btf */
		{'2', "../../../one", 0, ""},
		{'1', "nowhere.btf", -EBADMSG, "not in the archive"},
		{'2', "before.btf", -EBADMSG, "not in the archive"}, /* in the link's own folder */
		{'2', "../../../../before.btf", -EBADMSG, "out of the archive"},
		{'2', "/etc/passwd", -EBADMSG, "not in the archive"},
		{'1', "", -EBADMSG, "out of the archive"},
		{'1', FOR_IT, -EBADMSG, "a chain of more than"}, /* to itself */
		{'1', "loop", -EBADMSG, "a chain of more than"},
		{'1', "folder", -EBADMSG, "not in the archive"},
		{'1', "empty", -EBADMSG, "no BTF"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes tar = {.data = NULL};
		struct answer answer;
		int err;

		tar_add_btf(&tar, "before.btf", "it");
		tar_add_header(&tar, '1', "one", "two", 0);
		tar_add_header(&tar, cases[i].type, FOR_IT, cases[i].link, 0);
		tar_add_header(&tar, '2', "two", "./before.btf", 0);
		tar_add_header(&tar, '1', "loop", "loop2", 0);
		tar_add_header(&tar, '1', "loop2", "loop", 0);
		tar_add_header(&tar, '5', "folder", "", 0);
		tar_add_file(&tar, "empty", "", 0);
		tar_add_btf(&tar, "after.btf", "it");
		tar_end(&tar);
		err = find_text(tar.data, tar.size, &usual, &answer);
		if (err != cases[i].err || !strstr(answer.log, cases[i].says) ||
		    (!err && strcmp(answer.text, "it") != 0))
			fail_msg("case %zu (%c %s): %d\n%s", i, cases[i].type, cases[i].link, err,
				 answer.log);
		bytes_release(&tar);
	}
}

/* Names that only extensions can carry, and those that they take back. */
static void test_pax_names(void **state)
{
	static const struct {
		const char *keyword, *value, *header;
		int err;
	} cases[] = {
		{"path", "./" FOR_IT, "short", 0},
		{"path", "", FOR_IT, 0}, /* no value: the header's */
		{"path", "other.btf", FOR_IT, -ENOENT},
		{"GNU.sparse.name", FOR_IT, "./GNUSparseFile.1/x", -EBADMSG}, /* sparse */
		{"a-keyword-that-is-longer-than-any-that-we-know", "x", FOR_IT, 0},
		{"comment", "1 path=" FOR_IT "\n", "README", -ENOENT},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes tar = {.data = NULL};
		struct answer answer;
		int err;

		tar_add_pax(&tar, cases[i].keyword, cases[i].value);
		tar_add_btf(&tar, cases[i].header, "it");
		tar_end(&tar);
		err = find_text(tar.data, tar.size, &usual, &answer);
		if (err != cases[i].err)
			fail_msg("case %zu: %d\n%s", i, err, answer.log);
		bytes_release(&tar);
	}
}

/* A name too long for any file must not become another one that is short enough. */
static void test_name_too_long(void **state)
{
	struct bytes tar = {.data = NULL};
	struct answer answer;
	char *name = malloc(10000);

	assert_non_null(name);
	memset(name, 'x', 9999);
	name[9999] = '\0';
	memcpy(name, FOR_IT, strlen(FOR_IT));
	tar_add_pax(&tar, "path", name);
	tar_add_btf(&tar, FOR_IT, "it");
	tar_add_header(&tar, 'L', "././@LongLink", "", 10000);
	tar_add_data(&tar, name, 10000);
	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), -ENOENT);
	bytes_release(&tar);
	free(name);
}

/* Nor does one end at a NUL that a pax record has in the middle. */
static void test_name_with_nul(void **state)
{
	static const char rest[] = " path=" FOR_IT "\0x\n";
	struct bytes tar = {.data = NULL};
	struct answer answer;
	char record[sizeof(rest) + 2];

	assert_true(sizeof(rest) + 1 < 100);
	snprintf(record, sizeof(record), "%zu", sizeof(rest) + 1);
	memcpy(record + 2, rest, sizeof(rest) - 1);
	tar_add_header(&tar, 'x', "pax", "", sizeof(rest) + 1);
	tar_add_data(&tar, record, sizeof(rest) + 1);
	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), -ENOENT);
	assert_non_null(strstr(answer.log, "none of its 0 BTFs"));
	bytes_release(&tar);
}

/* Some archivers write the file's size into a hard link's header; no data follows all the same. */
static void test_hard_link_with_size(void **state)
{
	struct bytes tar = {.data = NULL};
	struct answer answer;

	tar_add_btf(&tar, "first", "it");
	tar_add_header(&tar, '1', FOR_IT, "first", 26);
	tar_add_btf(&tar, "last", "other");
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), 0);
	assert_string_equal(answer.text, "it");
	bytes_release(&tar);
}

/* "Not there" comes with what is there instead. */
static void test_explains(void **state)
{
	struct bytes tar = {.data = NULL};
	struct answer answer;

	tar_add_btf(&tar, "ubuntu/20.04/arm64/" RELEASE ".btf", "arm");
	tar_add_btf(&tar, "ubuntu/20.04/x86_64/5.4.0-59-generic.btf", "next");
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), -ENOENT);
	assert_non_null(strstr(answer.log, "another machine"));
	assert_non_null(strstr(answer.log, "none of its 2 BTFs"));
	bytes_release(&tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_equal_bytes),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_pax_names),
		cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_name_with_nul),
		cmocka_unit_test(test_hard_link_with_size),
		cmocka_unit_test(test_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
