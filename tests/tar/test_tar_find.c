/* SPDX-License-Identifier: MIT */
/*
 * Which member is chosen: names in all their spellings, ties, links, and the tars that nobody
 * should trust.
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
#define KERNEL(release, machine) {release, machine, NULL, NULL, NULL}

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
		{"./" FOR_IT, "", KERNEL(RELEASE, "x86_64"), "./" FOR_IT, COREBTF_MATCH_RELEASE, false},
		{"./btfhub-archive/" FOR_IT, "", KERNEL(RELEASE, "x86_64"), "./btfhub-archive/" FOR_IT,
		 COREBTF_MATCH_RELEASE, false},
		{".//a/../ubuntu/./20.04//x86_64/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"),
		 ".//a/../ubuntu/./20.04//x86_64/" RELEASE ".btf", COREBTF_MATCH_RELEASE, false},
		{"/" FOR_IT, "", KERNEL(RELEASE, "x86_64"), "/" FOR_IT, COREBTF_MATCH_RELEASE, false},
		{"x86_64/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), "x86_64/" RELEASE ".btf",
		 COREBTF_MATCH_RELEASE, false},
		/* no name of a BTF for this kernel */
		{RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/" RELEASE, "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/" RELEASE ".btf.tar.xz", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/.btf", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{"../" FOR_IT, "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL("5.4.0-58", "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL(RELEASE "2", "x86_64"), NULL, 0, false},
		{FOR_IT, "", KERNEL(RELEASE, "aarch64"), NULL, 0, false},
		{"ubuntu/20.04/x86_64/debug/" RELEASE ".btf", "", KERNEL(RELEASE, "x86_64"), NULL, 0, false},
		/* machines */
		{"a/1/arm64/r.btf", "", KERNEL("r", "aarch64"), "a/1/arm64/r.btf", COREBTF_MATCH_RELEASE, false},
		{"a/1/aarch64/r.btf", "", KERNEL("r", "arm64"), "a/1/aarch64/r.btf", COREBTF_MATCH_RELEASE, false},
		{"a/1/amd64/r.btf", "", KERNEL("r", "x86_64"), "a/1/amd64/r.btf", COREBTF_MATCH_RELEASE, false},
		{"a/1/x86_64/r.btf", "", KERNEL("r", "i686"), "a/1/x86_64/r.btf", COREBTF_MATCH_RELEASE, false},
		{"a/1/x86_64/r.btf", "a/1/x86/r.btf", KERNEL("r", "i686"), "a/1/x86/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86/r.btf", "a/1/x86_64/r.btf", KERNEL("r", "i686"), "a/1/x86/r.btf",
		 COREBTF_MATCH_RELEASE, false},
		{"a/1/x86/r.btf", "", KERNEL("r", "x86_64"), NULL, 0, false},
		{"a/1/arm64/r.btf", "", KERNEL("r", "armv7l"), "a/1/arm64/r.btf", COREBTF_MATCH_RELEASE, false},
		/* the distribution breaks a tie, whatever the order */
		{"debian/12/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"}, "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS, false},
		{"ubuntu/20.04/x86_64/r.btf", "debian/12/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"}, "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS, false},
		{"ubuntu/18.04/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"}, "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS, false},
		{"debian/12/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "22.04"}, "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS, false},
		/* the names that archives and os-release do not agree on */
		{"debian/8/x86_64/r.btf", "oracle/8/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ol", "8.4"}, "oracle/8/x86_64/r.btf", COREBTF_MATCH_OS, false},
		{"rhel/7/x86_64/r.btf", "rhel/8/x86_64/r.btf",
		 {"r", "x86_64", NULL, "redhat", "8.4"}, "rhel/8/x86_64/r.btf", COREBTF_MATCH_OS, false},
		{"debian/11/x86_64/r.btf", "debian/bookworm/x86_64/r.btf",
		 {"r", "x86_64", NULL, "debian", "12"}, "debian/bookworm/x86_64/r.btf",
		 COREBTF_MATCH_OS, false},
		{"amzn/2/x86_64/r.btf", "amzn/1/x86_64/r.btf",
		 {"r", "x86_64", NULL, "amzn", "2018.03"}, "amzn/1/x86_64/r.btf", COREBTF_MATCH_OS, false},
		/* uname -v is stronger than os-release, which may be a container's */
		{"ubuntu/20.04/x86_64/r.btf", "ubuntu/18.04/x86_64/r.btf",
		 {"r", "x86_64", "#64~18.04.1-Ubuntu SMP Wed Dec 9 17:11:11 UTC 2020", "ubuntu", "20.04"},
		 "ubuntu/18.04/x86_64/r.btf", COREBTF_MATCH_UNAME_VERSION, false},
		{"ubuntu/18.04/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", "#64-Ubuntu SMP Wed Dec 9 08:16:25 UTC 2020", "debian", "12"},
		 "ubuntu/20.04/x86_64/r.btf", COREBTF_MATCH_UNAME_VERSION, false},
		/* the first of two that fit alike, and that is said */
		{"debian/12/x86_64/r.btf", "ubuntu/20.04/x86_64/r.btf", KERNEL("r", "x86_64"),
		 "debian/12/x86_64/r.btf", COREBTF_MATCH_RELEASE, true},
		{"ubuntu/20.04/x86_64/r.btf", "./btfhub-archive/ubuntu/20.04/x86_64/r.btf",
		 {"r", "x86_64", NULL, "ubuntu", "20.04"}, "ubuntu/20.04/x86_64/r.btf",
		 COREBTF_MATCH_OS, true},
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
		    (!err && (strcmp(answer.text, cases[i].found) != 0 ||
			      answer.match != cases[i].match ||
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
		{'1', "one", 0, ""},   /* to a link to a link to before.btf */
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

/* --- tars that lie ------------------------------------------------------------------------ */

static void short_file(struct bytes *tar)
{
	tar_add_file(tar, FOR_IT, "\x9f\xeb", 2);
}

static void empty_file(struct bytes *tar)
{
	tar_add_file(tar, FOR_IT, "", 0);
}

static void foreign_file(struct bytes *tar)
{
	tar_add_file(tar, FOR_IT, "this file is of no use to libbpf", 32);
}

static void size_past_the_end(struct bytes *tar)
{
	tar_add_header(tar, '0', FOR_IT, "", 1 << 20);
	tar_add_data(tar, "\x9f\xeb", 2);
}

static void size_past_the_end_elsewhere(struct bytes *tar)
{
	tar_add_header(tar, '0', "README", "", 1 << 20);
}

static void size_too_small(struct bytes *tar)
{
	char text[2000];

	memset(text, 'x', sizeof(text));
	tar_add_header(tar, '0', "README", "", 3);
	tar_add_data(tar, text, sizeof(text));
	tar_add_btf(tar, FOR_IT, "it");
}

static void size_of_a_large_btf(struct bytes *tar)
{
	tar_add_header(tar, '0', FOR_IT, "", UINT64_C(1) << 32);
	tar_add_data(tar, "\x9f\xeb", 2);
}

static void size_in_binary_huge(struct bytes *tar)
{
	tar_add_header(tar, '0', "README", "", 0);
	tar_set_size_field(tar, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
}

static void size_in_binary_too_long(struct bytes *tar)
{
	tar_add_header(tar, '0', "README", "", 0);
	tar_set_size_field(tar, "\x80\1\0\0\0\0\0\0\0\0\0\0");
}

static void size_negative(struct bytes *tar)
{
	tar_add_header(tar, '0', "README", "", 0);
	tar_set_size_field(tar, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\0");
}

static void size_no_number(struct bytes *tar)
{
	tar_add_header(tar, '0', "README", "", 0);
	tar_set_size_field(tar, "0000000009\0");
}

static void wrong_checksum(struct bytes *tar)
{
	tar_add_btf(tar, FOR_IT, "it");
	tar->data[0] ^= 1;
}

static void wrong_checksum_later(struct bytes *tar)
{
	size_t at;

	tar_add_btf(tar, FOR_IT, "it");
	at = tar->size;
	tar_add_btf(tar, "README", "x");
	tar->data[at + 300] ^= 1;
}

static void long_name_at_the_end(struct bytes *tar)
{
	tar_add_header(tar, 'L', "././@LongLink", "", 4);
	tar_add_data(tar, "name", 4);
}

static void long_name_of_a_gigabyte(struct bytes *tar)
{
	tar_add_header(tar, 'L', "././@LongLink", "", 1 << 30);
	tar_add_data(tar, "name", 4);
}

static void pax_with_size_past_the_end(struct bytes *tar)
{
	tar_add_pax(tar, "size", "999999");
	tar_add_btf(tar, FOR_IT, "it");
}

static void pax_with_size_of_letters(struct bytes *tar)
{
	tar_add_pax(tar, "size", "12x");
	tar_add_btf(tar, FOR_IT, "it");
}

static void pax_with_size_of_many_digits(struct bytes *tar)
{
	tar_add_pax(tar, "size", "18446744073709551616");
	tar_add_btf(tar, FOR_IT, "it");
}

static void pax_bytes(struct bytes *tar, const char *records)
{
	tar_add_header(tar, 'x', "pax", "", strlen(records));
	tar_add_data(tar, records, strlen(records));
	tar_add_btf(tar, FOR_IT, "it");
}

static void pax_length_zero(struct bytes *tar)
{
	pax_bytes(tar, "0 path=x\n");
}

static void pax_length_too_short(struct bytes *tar)
{
	pax_bytes(tar, "5 path=x\n");
}

static void pax_length_too_long(struct bytes *tar)
{
	pax_bytes(tar, "99 path=x\n");
}

static void pax_length_of_many_digits(struct bytes *tar)
{
	pax_bytes(tar, "99999999999999999999999999999999 path=x\n");
}

static void pax_no_length(struct bytes *tar)
{
	pax_bytes(tar, " path=x\n");
}

static void pax_no_newline(struct bytes *tar)
{
	pax_bytes(tar, "9 path=xx");
}

static void pax_no_equals_sign(struct bytes *tar)
{
	pax_bytes(tar, "9 pathxx\n");
}

static void sparse_map_without_end(struct bytes *tar)
{
	uint8_t *header;

	tar_add_header(tar, 'S', "README", "", 0);
	header = tar->data + tar->size - 512;
	header[482] = 1;
	tar_set_size_field(tar, "00000000000");
}

static void no_end(struct bytes *tar)
{
	tar_add_btf(tar, FOR_IT, "it");
}

static void nothing(struct bytes *tar)
{
	bytes_add(tar, "", 0);
}

static void text(struct bytes *tar)
{
	for (int i = 0; i < 100; i++)
		bytes_add(tar, "this is no archive ", 19);
}

static void zstd(struct bytes *tar)
{
	bytes_add(tar, "\x28\xb5\x2f\xfd, and so on", 15);
}

static const struct {
	const char *name;
	void (*make)(struct bytes *tar);
	bool has_end; /* the end mark comes after it */
	int err;
	const char *says;
} lies[] = {
#define LIE(make, has_end, err, says) {#make, make, has_end, err, says}
	LIE(short_file, true, -EBADMSG, "no BTF"),
	LIE(empty_file, true, -EBADMSG, "no BTF"),
	LIE(foreign_file, true, -EBADMSG, "no BTF"),
	LIE(size_past_the_end, true, -EBADMSG, "ends inside a member"),
	LIE(size_past_the_end_elsewhere, true, -EBADMSG, "ends inside a member"),
	LIE(size_too_small, true, -EBADMSG, "checksum"),
	LIE(size_of_a_large_btf, true, -EFBIG, "are no BTF"),
	LIE(size_in_binary_huge, true, -EBADMSG, "ends inside a member"),
	LIE(size_in_binary_too_long, true, -EBADMSG, "no number"),
	LIE(size_negative, true, -EBADMSG, "no number"),
	LIE(size_no_number, true, -EBADMSG, "no number"),
	LIE(wrong_checksum, true, -EBADMSG, "neither gzip nor xz nor tar"),
	LIE(wrong_checksum_later, true, -EBADMSG, "checksum"),
	LIE(long_name_at_the_end, true, -EBADMSG, "without a member"),
	LIE(long_name_of_a_gigabyte, true, -EBADMSG, "ends inside a member"),
	LIE(pax_with_size_past_the_end, true, -EBADMSG, "ends inside a member"),
	LIE(pax_with_size_of_letters, true, -EBADMSG, "pax"),
	LIE(pax_with_size_of_many_digits, true, -EBADMSG, "pax"),
	LIE(pax_length_zero, true, -EBADMSG, "pax"),
	LIE(pax_length_too_short, true, -EBADMSG, "pax"),
	LIE(pax_length_too_long, true, -EBADMSG, "inside a record"),
	LIE(pax_length_of_many_digits, true, -EBADMSG, "pax"),
	LIE(pax_no_length, true, -EBADMSG, "pax"),
	LIE(pax_no_newline, true, -EBADMSG, "pax"),
	LIE(pax_no_equals_sign, true, -EBADMSG, "pax"),
	LIE(sparse_map_without_end, false, -EBADMSG, "sparse file's map"),
	LIE(no_end, false, -EBADMSG, "without its end mark"),
	LIE(nothing, false, -EBADMSG, "too short"),
	LIE(text, false, -EBADMSG, "neither gzip nor xz nor tar"),
	LIE(zstd, false, -EBADMSG, "zstd"),
#undef LIE
};

static void check_lie(size_t i, const char *packer, const struct bytes *tar)
{
	struct answer answer;
	int err = find_text(tar->data, tar->size, &usual, &answer);

	if (err != lies[i].err || !strstr(answer.log, lies[i].says))
		fail_msg("%s, %s: %d instead of %d (%s)\n%s", lies[i].name, packer, err, lies[i].err,
			 lies[i].says, answer.log);
}

static void test_lies(void **state)
{
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		struct bytes tar = {.data = NULL}, packed;

		lies[i].make(&tar);
		if (lies[i].has_end)
			tar_end(&tar);
		check_lie(i, "plain", &tar);
		if (strcmp(lies[i].name, "zstd") != 0) {
			packed = pack_gzip(tar.data, tar.size);
			check_lie(i, "gzip", &packed);
			bytes_release(&packed);
			packed = pack_xz(tar.data, tar.size);
			check_lie(i, "xz", &packed);
			bytes_release(&packed);
		}
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
		{"path", "", FOR_IT, 0},	    /* no value: the header's */
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

/* Cut off anywhere, an archive is damaged and never "no BTF for this kernel" or a BTF. */
static void test_cut_off(void **state)
{
	struct bytes tar = {.data = NULL}, packed[2];
	struct answer answer;

	tar_add_btf(&tar, "a/1/x86_64/other.btf", "other");
	tar_add_pax(&tar, "path", FOR_IT);
	tar_add_btf(&tar, "short", "it");
	tar_end(&tar);
	/* to the end mark's first block, which is enough of it */
	for (size_t size = 0; size < tar.size - 512; size += size % 512 < 2 || size % 512 > 509 ? 1 : 51)
		assert_int_equal(find_text(tar.data, size, &usual, &answer), -EBADMSG);
	packed[0] = pack_gzip(tar.data, tar.size);
	packed[1] = pack_xz(tar.data, tar.size);
	for (size_t i = 0; i < COUNT_OF(packed); i++) {
		assert_int_equal(find_text(packed[i].data, packed[i].size, &usual, &answer), 0);
		for (size_t size = 0; size < packed[i].size; size++)
			assert_int_equal(find_text(packed[i].data, size, &usual, &answer), -EBADMSG);
		bytes_release(&packed[i]);
	}
	bytes_release(&tar);
}

/* A changed byte in what is packed is found by its checksum, wherever it is. */
static void test_flipped_bits(void **state)
{
	struct bytes tar = {.data = NULL}, packed[2];
	struct answer answer;

	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	packed[0] = pack_gzip(tar.data, tar.size);
	packed[1] = pack_xz(tar.data, tar.size);
	for (size_t i = 0; i < COUNT_OF(packed); i++) {
		for (size_t at = 0; at < packed[i].size; at++) {
			int err;

			packed[i].data[at] ^= 0x10;
			err = find_text(packed[i].data, packed[i].size, &usual, &answer);
			/* gzip's time stamp is nobody's business, and to copy other zeros is not
			 * an error */
			if (!err && (i == 1 || strcmp(answer.text, "it") != 0))
				fail_msg("byte %zu of %zu: not noticed", at, packed[i].size);
			packed[i].data[at] ^= 0x10;
		}
		bytes_release(&packed[i]);
	}
	bytes_release(&tar);
}

static void test_after_the_stream(void **state)
{
	struct bytes tar = {.data = NULL}, gzip, xz;
	struct answer answer;

	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	gzip = pack_gzip(tar.data, tar.size);
	xz = pack_xz(tar.data, tar.size);
	/* padding, as a file on a tape or an aligned section has it */
	bytes_add(&gzip, "\0\0\0\0\0\0\0\0", 8);
	bytes_add(&xz, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(find_text(gzip.data, gzip.size, &usual, &answer), 0);
	assert_int_equal(find_text(xz.data, xz.size, &usual, &answer), 0);
	bytes_add(&gzip, "rest", 4);
	bytes_add(&xz, "rest", 4);
	assert_int_equal(find_text(gzip.data, gzip.size, &usual, &answer), -EBADMSG);
	assert_int_equal(find_text(xz.data, xz.size, &usual, &answer), -EBADMSG);
	bytes_release(&gzip);
	bytes_release(&xz);
	bytes_release(&tar);
}

/* A thousand small streams in a row that unpack to more than any archive has. */
static void test_bomb(void **state)
{
	struct bytes start = {.data = NULL}, packed;
	size_t size = 1 << 20;
	char *zeros = calloc(1, size);
	struct answer answer;

	assert_non_null(zeros);
	tar_add_header(&start, '0', "zeros", "", UINT64_C(1) << 32);
	packed = pack_gzip(start.data, start.size);
	bytes_release(&start);
	start = pack_gzip(zeros, size);
	for (int i = 0; i < 1024; i++)
		bytes_add(&packed, start.data, start.size);
	assert_true(packed.size < 2 << 20);
	assert_int_equal(find_text(packed.data, packed.size, &usual, &answer), -EFBIG);
	assert_non_null(strstr(answer.log, "1024 MiB"));
	bytes_release(&packed);
	bytes_release(&start);
	free(zeros);
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
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_equal_bytes),
		cmocka_unit_test(test_links),	     cmocka_unit_test(test_lies),
		cmocka_unit_test(test_pax_names),    cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_name_with_nul), cmocka_unit_test(test_hard_link_with_size),
		cmocka_unit_test(test_cut_off),	     cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_after_the_stream), cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
