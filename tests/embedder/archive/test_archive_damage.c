/* SPDX-License-Identifier: MIT */
/*
 * Archives that no tar would write: the reader reports what is wrong and returns the other members;
 * it never takes damaged packed bytes for the end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/embedder/archive/member_lines.h"
#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

static void expect_of(const struct bytes *archive, int error, const char *expected)
{
	struct member_lines lines;

	scratch_write("t", archive->data, archive->size);
	read_lines("t", 1000, &lines);
	if (lines.error != error)
		fail_msg("%d instead of %d: %s", lines.error, error, lines.why.text);
	assert_string_equal(lines.text, expected);
}

static void expect_reason(const char *part)
{
	struct member_lines lines;

	read_lines("t", 1000, &lines);
	if (!strstr(lines.why.text, part))
		fail_msg("'%s' without '%s'", lines.why.text, part);
}

static void test_names(void **state)
{
	struct bytes tar = {0};
	char name[4097];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[4096] = '\0';
	tar_add_file(&tar, "first", "1", 1);
	tar_add_file(&tar, "/etc/passwd", "x", 1);
	tar_add_file(&tar, "../../up", "x", 1);
	tar_add_file(&tar, "a/../../up", "x", 1);
	tar_add_file(&tar, "new\nline", "x", 1);
	tar_add_pax(&tar, "path", name);
	tar_add_file(&tar, "short", "x", 1);
	tar_add_header(&tar, '1', "hard", "../out", 0);
	tar_add_header(&tar, '2', "soft", "../out", 0);
	tar_add_header(&tar, '3', "device", "", 0);
	tar_add_file(&tar, "last", "2", 1);
	tar_end(&tar);
	expect_of(
		&tar, 0,
		"first 1 1\n"
		"! /etc/passwd: skipped: its name is an absolute path\n"
		"! ../../up: skipped: its name leads out of the archive (..)\n"
		"! a/../../up: skipped: its name leads out of the archive (..)\n"
		"! new\nline: skipped: there is a control character in its name\n"
		"! nnnnnnnnnnnnnnnnnnnn: skipped: its name has 4096 bytes, more than the 1024 that "
		"are accepted\n"
		"! hard: skipped: it is a link that leads out of the archive\n"
		"soft -> ../out\n"
		"last 1 2\n");
	bytes_release(&tar);
}

/* Every prefix of an archive: the reader returns the complete members and then says that the
 * archive is cut off, unless only zeros are missing. */
static void test_cut_off(void **state)
{
	struct bytes tar = {0};
	struct member_lines lines;

	(void)state;
	tar_add_file(&tar, "a", "1", 1);
	tar_add_file(&tar, "b", "2", 1);
	for (size_t size = 1; size < tar.size; size++) {
		scratch_write("t", tar.data, size);
		read_lines("t", 1000, &lines);
		/* Complete members and nothing else: GNU tar accepts that too. */
		if (size % 1024 == 0)
			assert_int_equal(lines.error, 0);
		else if (lines.error != -EBADMSG && !strstr(lines.text, "("))
			fail_msg("%zu of %zu bytes: %d\n%s", size, tar.size, lines.error,
				 lines.text);
	}
	bytes_release(&tar);
}

static void test_bad_header(void **state)
{
	struct bytes tar = {0};

	(void)state;
	tar_add_file(&tar, "a", "1", 1);
	tar_add_file(&tar, "b", "2", 1);
	tar_add_file(&tar, "c", "3", 1);
	tar_end(&tar);
	tar.data[1024] ^= 1; /* in the name of b: its checksum is wrong */
	expect_of(&tar, 0, "a 1 1\n! : skipped: a damaged stretch of the archive\nc 1 3\n");
	bytes_release(&tar);
}

/* Sizes without that much data behind them. */
static void test_declared_bombs(void **state)
{
	static const struct {
		const char *field;
		const char *line;
	} sizes[] = {
		{"77777777777",
		 "a 8589934591 (it has 8589934591 bytes, more than the 1000 that are "
		 "accepted)\n"},
		{"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", NULL},
		{"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bytes tar = {0};
		struct member_lines lines;

		tar_add_header(&tar, '0', "a", "", 1);
		tar_set_size_field(&tar, sizes[i].field);
		tar_add_data(&tar, "1", 1);
		tar_end(&tar);
		scratch_write("t", tar.data, tar.size);
		read_lines("t", 1000, &lines);
		assert_int_equal(lines.error, -EBADMSG);
		if (sizes[i].line)
			assert_string_equal(lines.text, sizes[i].line);
		bytes_release(&tar);
	}
}

/* 3 GiB of zeros in 3 MB: refused long before the end. gzip data may have any number of parts. */
static void test_real_bomb(void **state)
{
	static uint8_t zeros[16 << 20];
	struct bytes tar = {0}, start, part, bomb = {0};
	struct member_lines lines;

	(void)state;
	tar_add_file(&tar, "first", "1", 1);
	tar_add_header(&tar, '0', "zeros", "", UINT64_C(3) << 30);
	start = pack_gzip(tar.data, tar.size);
	part = pack_gzip(zeros, sizeof(zeros));
	bytes_add(&bomb, start.data, start.size);
	for (int i = 0; i < 3 << 6; i++)
		bytes_add(&bomb, part.data, part.size);
	scratch_write("t", bomb.data, bomb.size);
	read_lines("t", 0, &lines);
	assert_int_equal(lines.error, -EFBIG);
	assert_string_equal(lines.text, "first 1\nzeros 3221225472\n");
	assert_non_null(strstr(lines.why.text, "archive bomb"));
	bytes_release(&tar);
	bytes_release(&start);
	bytes_release(&part);
	bytes_release(&bomb);
}

/* Flips a bit anywhere in the packed bytes: no wrong byte comes out without a failure at the end.
 */
static void check_flips(const struct bytes *packed, const char *good)
{
	struct bytes copy = {malloc(packed->size), packed->size};
	size_t step = packed->size / 97 + 1;

	for (size_t at = 0; at < packed->size; at += step) {
		struct member_lines lines;

		memcpy(copy.data, packed->data, packed->size);
		copy.data[at] ^= 0x10;
		scratch_write("t", copy.data, copy.size);
		read_lines("t", 1000, &lines);
		if (lines.error == 0 && strcmp(lines.text, good) != 0)
			fail_msg("byte %zu: taken for sound\n%s", at, lines.text);
	}
	for (size_t size = 1; size < packed->size; size += step) {
		struct member_lines lines;

		scratch_write("t", packed->data, size);
		read_lines("t", 1000, &lines);
		if (lines.error >= 0)
			fail_msg("%zu of %zu bytes taken for all", size, packed->size);
	}
	free(copy.data);
}

static void test_packed_damage(void **state)
{
	struct bytes tar = {0}, packed;
	uint8_t noise[600];

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) /* random, so that it is stored unpacked */
		noise[i] = (uint8_t)(32 + (i * 167 + i * i * 31 / 7) % 90);
	tar_add_file(&tar, "a", noise, sizeof(noise));
	tar_end(&tar);
	scratch_write("t", tar.data, tar.size);
	{
		struct member_lines good;

		read_lines("t", 1000, &good);
		assert_int_equal(good.error, 0);
		packed = pack_gzip(tar.data, tar.size);
		check_flips(&packed, good.text);
		bytes_release(&packed);
		packed = pack_xz(tar.data, tar.size);
		check_flips(&packed, good.text);
		bytes_release(&packed);
	}
	bytes_release(&tar);
}

/* Bytes behind the end are not read as members, and the reader reports them. */
static void test_behind_the_end(void **state)
{
	struct bytes tar = {0};

	(void)state;
	tar_add_file(&tar, "a", "1", 1);
	tar_end(&tar);
	tar_add_file(&tar, "b", "2", 1);
	tar_end(&tar);
	expect_of(&tar, 0,
		  "a 1 1\n! : skipped: what follows the end of the archive (another archive? "
		  "Unpack and pack them again as one)\n");
	bytes_release(&tar);
}

static void test_no_archive(void **state)
{
	struct bytes text = {(uint8_t *)"just some text, long enough for anything\n", 40};
	struct bytes deb = {(uint8_t *)"!<arch>\n", 8};
	struct bytes none = {(uint8_t *)"", 0};

	(void)state;
	expect_of(&text, -EBADMSG, "");
	expect_reason("no tar archive");
	expect_of(&deb, -ENODATA, "");
	expect_of(&none, -EBADMSG, "");
	expect_reason("empty");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(
		archive_reader_open("fifo", NULL, NULL, &(struct archive_reader *){NULL}, NULL),
		-EINVAL);
	assert_int_equal(
		archive_reader_open("nowhere", NULL, NULL, &(struct archive_reader *){NULL}, NULL),
		-ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_cut_off, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_bad_header, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_declared_bombs, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_real_bomb, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_packed_damage, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_behind_the_end, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(test_no_archive, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
