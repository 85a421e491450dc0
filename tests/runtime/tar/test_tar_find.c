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

#include "runtime/util/link_path.h"
#include "tests/runtime/tar/finder.h"
#include "tests/support/tar_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RELEASE		"5.4.0-58-generic"
#define FOR_IT		"ubuntu/20.04/x86_64/" RELEASE ".btf"

/* A kernel of which nothing else is known. */
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
		/* the distribution breaks a tie, in any order */
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
		/* the first of two equal candidates, and a line in the log */
		{"debian/12/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf", KERNEL("r", "x86_64"),
		 "debian/12/x86_64/r.btf", COREBTF_MATCH_RELEASE, true},
		{"ubuntu/20.04/x86_64/r.btf",
		 "./btfhub-archive/ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS,
		 true},
		/* one name twice: the later one, as tar extracts it */
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

/* Two equal candidates with equal bytes are not ambiguous. */
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

/* How often the archive was read. */
static int passes(const struct answer *answer)
{
	int count = 1;

	for (const char *at = answer->log; (at = strstr(at, "reading again")); at++)
		count++;
	return count;
}

/* A link with the wanted name, and the other members. */
static void test_links(void **state)
{
	static const struct {
		char type;
		const char *link;
		int passes;
		int err;
		const char *says;
	} cases[] = {
		{'1', "before.btf", 2, 0, ""},
		{'1', "./before.btf", 2, 0, ""},
		{'1', "after.btf", 1, 0, ""},
		{'2', "../../../before.btf", 2, 0, ""},
		{'2', "../../../after.btf", 1, 0, ""},
		{'2', "../../.././x/../before.btf", 2, 0, ""},
		{'2', "/before.btf", 2, 0, ""},
		{'1', "one", 2, 0, ""}, /* to a link to a link to before.btf */
		{'2', "../../../one", 2, 0, ""},
		{'2', "../../../three", 1, 0, ""},   /* to a link, to come, to after.btf */
		{'2', "../../../chain39", 2, 0, ""}, /* forty links in all, in any order */
		{'2', "../../../chain40", 1, -EBADMSG, "a chain of more than"},
		{'2', "../../../file again", 2, 0, ""}, /* a link that a file replaced */
		{'2', "../../../link again", 1, 0, ""}, /* and the other way round */
		{'1', "nowhere.btf", 2, -EBADMSG, "not in the archive"},
		/* in the link's own folder */
		{'2', "before.btf", 2, -EBADMSG, "not in the archive"},
		{'2', "../../../../before.btf", 1, -EBADMSG, "out of the archive"},
		{'2', "../../../leads out", 1, -EBADMSG, "out of the archive"},
		{'2', "/etc/passwd", 2, -EBADMSG, "not in the archive"},
		{'1', "", 1, -EBADMSG, "out of the archive"},
		{'1', FOR_IT, 1, -EBADMSG, "a chain of more than"}, /* to itself */
		{'1', "loop", 1, -EBADMSG, "a chain of more than"},
		{'1', "folder", 2, -EBADMSG, "not in the archive"},
		{'1', "empty", 1, -EBADMSG, "no BTF"},
		{'1', "sparse", 1, -EBADMSG, "stored sparse"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes tar = {.data = NULL};
		struct answer answer;
		int err;

		tar_add_btf(&tar, "before.btf", "it");
		tar_add_header(&tar, '1', "one", "two", 0);
		tar_add_header(&tar, '2', "file again", "nowhere.btf", 0);
		tar_add_btf(&tar, "file again", "it");
		tar_add_btf(&tar, "link again", "not it");
		tar_add_header(&tar, cases[i].type, FOR_IT, cases[i].link, 0);
		tar_add_header(&tar, '2', "two", "./before.btf", 0);
		tar_add_header(&tar, '2', "three", "after.btf", 0);
		tar_add_header(&tar, '2', "link again", "after.btf", 0);
		tar_add_header(&tar, '2', "leads out", "../passwd", 0);
		for (int links = LINK_PATH_FOLLOWED_MAX; links > 1; links--) {
			char name[16], target[16]; /* a chain of so many links to before.btf */

			snprintf(name, sizeof(name), "chain%d", links);
			snprintf(target, sizeof(target), "chain%d", links - 1);
			tar_add_header(&tar, '1', name, links > 2 ? target : "two", 0);
		}
		tar_add_header(&tar, '1', "loop", "loop2", 0);
		tar_add_header(&tar, '1', "loop2", "loop", 0);
		tar_add_header(&tar, '5', "folder", "", 0);
		tar_add_file(&tar, "empty", "", 0);
		tar_add_header(&tar, 'S', "sparse", "", 0);
		tar_add_btf(&tar, "after.btf", "it");
		tar_end(&tar);
		err = find_text(tar.data, tar.size, &usual, &answer);
		if (err != cases[i].err || passes(&answer) != cases[i].passes ||
		    !strstr(answer.log, cases[i].says) || (!err && strcmp(answer.text, "it") != 0))
			fail_msg("case %zu (%c %s): %d, %d passes, %s\n%s", i, cases[i].type,
				 cases[i].link, err, passes(&answer), answer.text, answer.log);
		bytes_release(&tar);
	}
}

/* Members in this order, and the result for a kernel of @question. A text that begins with '=' is a
 * hard link to another member, with '@' a symbolic one. */
static void test_streams(void **state)
{
#define DEBIAN "debian/10/x86_64/r.btf"
#define FOCAL  "ubuntu/20.04/x86_64/r.btf"
#define BIONIC "ubuntu/18.04/x86_64/r.btf"
#define ARM    "debian/10/arm64/r.btf"
	static const struct {
		const char *members[12]; /* name and text, in turn */
		struct question question;
		const char *found;
		enum corebtf_match match;
		bool ambiguous;
		int passes;
	} cases[] = {
		/* a better one after a longer one: no bytes of the longer one remain */
		{{DEBIAN, "a long one", FOCAL, "it"},
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_OS,
		 false,
		 1},
		/* a criterion that was not needed does not make the choice ambiguous */
		{{FOCAL, "it"},
		 {"r", "x86_64", "#64-Ubuntu SMP", "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		/* one that contradicts the kernel is out, though it has the same BTF */
		{{DEBIAN, "it", FOCAL, "it"},
		 {"r", "x86_64", "#64-Ubuntu SMP", "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_UNAME_VERSION,
		 false,
		 1},
		{{DEBIAN, "not it", BIONIC, "it", FOCAL, "it"},
		 {"r", "x86_64", NULL, "ubuntu", "22.04"},
		 "it",
		 COREBTF_MATCH_OS,
		 false,
		 1},
		/* one of another distribution loses to one that names none */
		{{DEBIAN, "not it", "x86_64/r.btf", "it"},
		 {"r", "x86_64", "#64~18.04.1-Ubuntu SMP", NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		{{FOCAL, "not it", DEBIAN, "it"},
		 {"r", "x86_64", "#1 SMP Debian 5.10.1-1", "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_UNAME_VERSION,
		 false,
		 1},
		/* three, of which two are alike, in either order */
		{{DEBIAN, "it", FOCAL, "other", BIONIC, "it"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 true,
		 1},
		/* twice, and the later one makes the difference */
		{{DEBIAN, "it", FOCAL, "other", FOCAL, "it"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		{{DEBIAN, "other", FOCAL, "it", DEBIAN, "it"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		{{DEBIAN, "@../../../" FOCAL, FOCAL, "not it", FOCAL, "it"},
		 {"r", "x86_64", NULL, "debian", "10"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		/* links among candidates: kept bytes are not read again */
		{{DEBIAN, "it", FOCAL, "=" DEBIAN},
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		{{DEBIAN, "it", BIONIC, "other", FOCAL, "=" DEBIAN},
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_OS,
		 false,
		 2},
		/* a link beside the chosen member is followed to find out whether its bytes differ
		 */
		{{"elsewhere", "it", DEBIAN, "it", FOCAL, "=elsewhere"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 2},
		{{"elsewhere", "other", DEBIAN, "it", FOCAL, "=elsewhere"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 true,
		 2},
		{{DEBIAN, "it", FOCAL, "=elsewhere"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 true,
		 2},
		{{DEBIAN, "it", BIONIC, "=" DEBIAN, FOCAL, "other"},
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "other",
		 COREBTF_MATCH_OS,
		 false,
		 1},
		/* the name's bytes changed after they were kept */
		{{DEBIAN, "old", FOCAL, "=" DEBIAN, FOCAL, "@../../../later", DEBIAN, "it", "later",
		  "it"},
		 {"r", "x86_64", NULL, "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		/* but not when it is the only one and its bytes are kept */
		{{"elsewhere", "it", DEBIAN, "@../../../later", "later", "it"},
		 {"r", "x86_64", NULL, NULL, NULL},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		/* the kernel's own machine beats a related one, whatever else fits */
		{{FOCAL, "other", "x86/r.btf", "it"},
		 {"r", "i686", "#64-Ubuntu SMP", "ubuntu", "20.04"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
		{{ARM, "other", FOCAL, "it"},
		 {"r", "i686", NULL, "debian", "10"},
		 "it",
		 COREBTF_MATCH_RELEASE,
		 false,
		 1},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *const *member = cases[i].members;
		struct bytes tar = {.data = NULL};
		struct answer answer;
		int err;

		for (; *member; member += 2)
			if (member[1][0] == '=' || member[1][0] == '@')
				tar_add_header(&tar, member[1][0] == '=' ? '1' : '2', member[0],
					       member[1] + 1, 0);
			else
				tar_add_btf(&tar, member[0], member[1]);
		tar_end(&tar);
		err = find_text(tar.data, tar.size, &cases[i].question, &answer);
		if (err || strcmp(answer.text, cases[i].found) != 0 ||
		    answer.match != cases[i].match || answer.ambiguous != cases[i].ambiguous ||
		    passes(&answer) != cases[i].passes)
			fail_msg("case %zu: %d, %s, match %d, ambiguous %d, %d passes\n%s", i, err,
				 answer.text, answer.match, answer.ambiguous, passes(&answer),
				 answer.log);
		bytes_release(&tar);
	}
}

/* One that fits but for its distribution: the reason is not that none has the release. */
static void test_contradicted(void **state)
{
	static const struct question question = {"r", "x86_64", "#1 SMP Debian 5.10.1-1", NULL,
						 NULL};
	struct bytes tar = {.data = NULL};
	struct answer answer;

	tar_add_btf(&tar, FOCAL, "not it");
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &question, &answer), -ENOENT);
	assert_non_null(strstr(answer.log, "out: this kernel's uname -v names another"));
	assert_non_null(strstr(answer.log, "no BTF for this build of release r on machine x86_64"));
	bytes_release(&tar);
}

/* Names in extensions, and extensions that are cancelled. */
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

/* A name that is too long for a file must not be cut to a valid one. */
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

/* Nor does a name end at a NUL inside a pax record. */
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

/* Some archivers write the file's size into a hard link's header; no data follows nevertheless. */
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

/* For a missing kernel the log names the others. */
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
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_contradicted),
		cmocka_unit_test(test_pax_names),
		cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_name_with_nul),
		cmocka_unit_test(test_hard_link_with_size),
		cmocka_unit_test(test_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
