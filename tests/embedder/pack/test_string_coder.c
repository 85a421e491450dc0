/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/pack/string_coder.h"

static const char texts[] = "\0dev\0device\0size\0de";
enum { DEV = 1, DEVICE = 5, SIZE = 12, DE = 17, TEXTS_SIZE = 20 };

struct parts {
	struct byte_buffer tails[PACK_STRINGS_COUNT], prefixes[PACK_STRINGS_COUNT];
	struct column_reader tails_in[PACK_STRINGS_COUNT], prefixes_in[PACK_STRINGS_COUNT];
};

static void parts_free(struct parts *parts)
{
	for (int i = 0; i < PACK_STRINGS_COUNT; i++) {
		byte_buffer_free(&parts->tails[i]);
		byte_buffer_free(&parts->prefixes[i]);
	}
}

/* A reader of what was written. */
static void turn_round(struct parts *parts, struct string_coder *coder, uint32_t size)
{
	for (int i = 0; i < PACK_STRINGS_COUNT; i++) {
		parts->tails_in[i] = (struct column_reader){
			.next = parts->tails[i].data,
			.end = parts->tails[i].data + parts->tails[i].size,
		};
		parts->prefixes_in[i] = (struct column_reader){
			.next = parts->prefixes[i].data,
			.end = parts->prefixes[i].data + parts->prefixes[i].size,
		};
	}
	*coder = (struct string_coder){.tails_in = parts->tails_in,
				       .prefixes_in = parts->prefixes_in};
	assert_int_equal(string_coder_read(coder, size), 0);
}

static const char *get(struct string_coder *coder, enum pack_strings part)
{
	assert_int_equal(string_coder_get(coder, part), 0);
	return coder->made + coder->uses[coder->count].offset;
}

static void strings_come_back(void **state)
{
	struct parts parts = {0};
	struct string_coder coder = {.tails_out = parts.tails, .prefixes_out = parts.prefixes};
	uint32_t size;

	assert_int_equal(string_coder_write(&coder, texts, TEXTS_SIZE), 0);
	assert_int_equal(string_coder_put(&coder, PACK_STRINGS_MEMBERS, DEV), 0);
	assert_int_equal(string_coder_put(&coder, PACK_STRINGS_ENUMS, SIZE), 0);
	assert_int_equal(string_coder_put(&coder, PACK_STRINGS_MEMBERS, DEVICE), 0);
	assert_int_equal(string_coder_put(&coder, PACK_STRINGS_MEMBERS, DE), 0);
	assert_int_equal(coder.numbers[DEVICE], 3);
	size = (uint32_t)coder.written;
	assert_int_equal(size, sizeof("dev") + sizeof("size") + sizeof("device") + sizeof("de"));
	/* The rest of dev, device and de. */
	assert_int_equal(parts.tails[PACK_STRINGS_MEMBERS].size, 9);
	assert_memory_equal(parts.tails[PACK_STRINGS_MEMBERS].data, "dev\0ice\0\0", 9);
	string_coder_free(&coder);

	turn_round(&parts, &coder, size);
	assert_string_equal(get(&coder, PACK_STRINGS_MEMBERS), "dev");
	assert_string_equal(get(&coder, PACK_STRINGS_ENUMS), "size");
	assert_string_equal(get(&coder, PACK_STRINGS_MEMBERS), "device");
	assert_string_equal(get(&coder, PACK_STRINGS_MEMBERS), "de");
	assert_int_equal(coder.made_size, coder.made_capacity);
	assert_int_equal(string_coder_get(&coder, PACK_STRINGS_MEMBERS), -EBADMSG);
	free(coder.made);
	string_coder_free(&coder);
	parts_free(&parts);
}

/* Reads strings of which the second has @prefix and @tail; all together may have @size bytes. */
static int read_second(uint32_t prefix, const char *tail, size_t tail_size, uint32_t size)
{
	struct parts parts = {0};
	struct string_coder coder;
	int err;

	byte_buffer_append(&parts.tails[0], "dev", 4);
	column_put(&parts.prefixes[0], 0);
	byte_buffer_append(&parts.tails[0], tail, tail_size);
	column_put(&parts.prefixes[0], prefix);
	turn_round(&parts, &coder, size);
	assert_string_equal(get(&coder, 0), "dev");
	err = string_coder_get(&coder, 0);
	free(coder.made);
	string_coder_free(&coder);
	parts_free(&parts);
	return err;
}

static void damaged_strings_are_refused(void **state)
{
	assert_int_equal(read_second(3, "s", 2, 9), 0);
	assert_int_equal(read_second(3, "s", 2, 8), -EBADMSG);	/* more than the header says */
	assert_int_equal(read_second(4, "s", 2, 99), -EBADMSG); /* longer than "dev" */
	assert_int_equal(read_second(UINT32_MAX, "s", 2, UINT32_MAX / 4), -EBADMSG);
	assert_int_equal(read_second(0, "", 1, 99), -EBADMSG);
	assert_int_equal(read_second(3, "s", 1, 99), -EBADMSG); /* without its NUL */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_come_back),
		cmocka_unit_test(damaged_strings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
