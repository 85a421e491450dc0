/* SPDX-License-Identifier: MIT */
/*
 * Hostile tars: wrong sizes, cut off, damaged, or bombs.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/bundle/format.h"
#include "runtime/tar/tar.h"
#include "tests/runtime/tar/finder.h"
#include "tests/support/tar_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RELEASE		"5.4.0-58-generic"
#define FOR_IT		"ubuntu/20.04/x86_64/" RELEASE ".btf"

static const struct question usual = {
	.release = RELEASE, .machine = "x86_64", .os_id = "ubuntu", .version_id = "20.04"};

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
#define LIE(make, has_end, err, says)                                                              \
	{                                                                                          \
#make, make, has_end, err, says                                                    \
	}
	LIE(short_file, true, -EBADMSG, "no BTF"),
	LIE(empty_file, true, -EBADMSG, "no BTF"),
	LIE(foreign_file, true, -EBADMSG, "no BTF"),
	LIE(size_past_the_end, true, -EBADMSG, "ends inside a member"),
	LIE(size_past_the_end_elsewhere, true, -EBADMSG, "ends inside a member"),
	LIE(size_too_small, true, -EBADMSG, "checksum"),
	LIE(size_of_a_large_btf, true, -EBADMSG, "ends inside a member"),
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
		fail_msg("%s, %s: %d instead of %d (%s)\n%s", lies[i].name, packer, err,
			 lies[i].err, lies[i].says, answer.log);
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

/* Cut off anywhere, an archive is damaged: never -ENOENT, never a BTF. */
static void test_cut_off(void **state)
{
	struct bytes tar = {.data = NULL}, packed[2];
	struct answer answer;

	tar_add_btf(&tar, "a/1/x86_64/other.btf", "other");
	tar_add_pax(&tar, "path", FOR_IT);
	tar_add_btf(&tar, "short", "it");
	tar_end(&tar);
	/* to the end mark's first block, which is enough of it */
	for (size_t size = 0; size < tar.size - 512;
	     size += size % 512 < 2 || size % 512 > 509 ? 1 : 51)
		assert_int_equal(find_text(tar.data, size, &usual, &answer), -EBADMSG);
	packed[0] = pack_gzip(tar.data, tar.size);
	packed[1] = pack_xz(tar.data, tar.size);
	for (size_t i = 0; i < COUNT_OF(packed); i++) {
		assert_int_equal(find_text(packed[i].data, packed[i].size, &usual, &answer), 0);
		for (size_t size = 0; size < packed[i].size; size++)
			assert_int_equal(find_text(packed[i].data, size, &usual, &answer),
					 -EBADMSG);
		bytes_release(&packed[i]);
	}
	bytes_release(&tar);
}

/* A changed byte anywhere in the packed data is found by its checksum. */
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
			/* not errors: another time stamp in gzip's header, and copying other
			 * zeros */
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

/* Reads of any size give the same bytes. */
static void test_read_sizes(void **state)
{
	static const size_t sizes[] = {1, 511, 512, 4096, 32767, 32768, 32769, 100000, 300000};
	static const struct log nobody = {.write = NULL};
	static uint8_t data[200001], back[300000];
	struct bytes packed[3] = {{.data = NULL}};

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i >> 5);
	bytes_add(&packed[0], data, sizeof(data));
	packed[1] = pack_gzip(data, sizeof(data));
	packed[2] = pack_xz(data, sizeof(data));
	for (size_t i = 0; i < COUNT_OF(sizes) * COUNT_OF(packed); i++) {
		const struct bytes *bytes = &packed[i % COUNT_OF(packed)];
		size_t size = sizes[i / COUNT_OF(packed)], done = 0;
		struct tar_stream *stream = malloc(sizeof(*stream));
		int got;

		assert_non_null(stream);
		assert_int_equal(tar_stream_open(stream, bytes->data, bytes->size, &nobody), 0);
		assert_int_equal(tar_stream_skip(stream, 3), 0);
		for (done = 3; (got = tar_stream_read(stream, back + done, size)) > 0;) {
			done += (size_t)got;
			size = done + size > sizeof(back) ? sizeof(back) - done : size;
			if (done < sizeof(data))
				assert_int_equal(got, size);
		}
		assert_int_equal(got, 0);
		assert_int_equal(done, sizeof(data));
		assert_int_equal(stream->position, sizeof(data));
		assert_memory_equal(back + 3, data + 3, sizeof(data) - 3);
		assert_int_equal(tar_stream_skip(stream, 1), -EBADMSG);
		tar_stream_close(stream);
		free(stream);
	}
	for (size_t i = 0; i < COUNT_OF(packed); i++)
		bytes_release(&packed[i]);
}

/* A thousand small streams in a row that unpack to more than the limit. */
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

/* A member larger than the limit for a BTF, with all its bytes. Only the chosen one matters. */
static void test_huge_btf(void **state)
{
	struct bytes tar = {.data = NULL}, packed;
	size_t size = (64 << 20) + 1;
	char *zeros = calloc(1, size);
	struct answer answer;

	assert_non_null(zeros);
	tar_add_file(&tar, FOR_IT, zeros, size);
	tar_end(&tar);
	packed = pack_gzip(tar.data, tar.size);
	assert_int_equal(find_text(packed.data, packed.size, &usual, &answer), -EFBIG);
	assert_non_null(strstr(answer.log, "are no BTF"));
	bytes_release(&packed);
	bytes_release(&tar);

	tar_add_file(&tar, "debian/10/x86_64/" RELEASE ".btf", zeros, size);
	tar_add_btf(&tar, FOR_IT, "it");
	tar_end(&tar);
	packed = pack_gzip(tar.data, tar.size);
	assert_int_equal(find_text(packed.data, packed.size, &usual, &answer), 0);
	assert_string_equal(answer.text, "it");
	bytes_release(&packed);
	bytes_release(&tar);
	free(zeros);
}

/* Very many members for one kernel, and very many links, take limited memory. */
static void test_crowds(void **state)
{
	struct bytes tar = {.data = NULL};
	struct answer answer;
	char name[64];

	for (int i = 0; i < 65; i++) {
		snprintf(name, sizeof(name), "debian/%d/x86_64/" RELEASE ".btf", i);
		tar_add_btf(&tar, name, "it");
		if (i == 63) { /* a repeated name counts once */
			tar_add_btf(&tar, name, "it");
			tar_end(&tar);
			assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), 0);
			tar.size -= 1024;
		}
	}
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), -EFBIG);
	assert_non_null(strstr(answer.log, "more than 64 BTFs for this kernel"));
	bytes_release(&tar);

	for (int i = 0; i < 65537; i++) {
		snprintf(name, sizeof(name), "link %d", i);
		tar_add_header(&tar, '2', name, FOR_IT, 0);
		if (i == 65535) {
			tar_add_btf(&tar, FOR_IT, "it");
			tar_end(&tar);
			assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), 0);
			tar.size -= 1024;
		}
	}
	tar_end(&tar);
	assert_int_equal(find_text(tar.data, tar.size, &usual, &answer), -EFBIG);
	assert_non_null(strstr(answer.log, "more than 65536 links"));
	bytes_release(&tar);
}

/* Fills in a checksum that fits, as one may by chance. */
static void sum_up(uint8_t block[static TAR_START_SIZE])
{
	unsigned int sum = 0;

	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < TAR_START_SIZE; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

/* What is not a tar, though the sum of its first block fits. */
static void test_other_files(void **state)
{
	uint8_t block[TAR_START_SIZE] = "a name";

	(void)state;
	sum_up(block);
	assert_true(tar_is(block, sizeof(block)));
	memcpy(block,
	       "\x7f"
	       "ELF",
	       4);
	sum_up(block);
	assert_false(tar_is(block, sizeof(block)));
	memcpy(block, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	sum_up(block);
	assert_false(tar_is(block, sizeof(block)));

	/* no digit in the checksum's field, and a signed sum of 0: 8 blanks, 2 times -128 */
	memset(block, 0, sizeof(block));
	block[300] = block[301] = 0x80;
	assert_false(tar_is(block, sizeof(block)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),	     cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_flipped_bits), cmocka_unit_test(test_after_the_stream),
		cmocka_unit_test(test_bomb),	     cmocka_unit_test(test_huge_btf),
		cmocka_unit_test(test_crowds),	     cmocka_unit_test(test_read_sizes),
		cmocka_unit_test(test_other_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
