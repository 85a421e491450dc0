/* SPDX-License-Identifier: MIT */
/*
 * Without libarchive: what does not need it works, the rest says what is missing. dlopen() is
 * replaced by one that finds nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/archive/archive_writer.h"
#include "embedder/archive/packed_stream.h"
#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

void *dlopen(const char *file, int mode)
{
	return NULL;
}

char *dlerror(void)
{
	return "not here";
}

static int unpack(const struct bytes *packed, struct reason *why)
{
	struct packed_memory memory = {packed->data, packed->size};
	struct packed_source source = {packed_memory_read, &memory};
	struct packed_stream *stream = NULL;
	uint8_t buffer[16] = {0};
	int err = packed_stream_open(&source, &stream, why);

	if (!err)
		err = (int)packed_stream_read(stream, buffer, sizeof(buffer), why);
	packed_stream_close(stream);
	if (err > 0)
		assert_memory_equal(buffer, "some text", (size_t)err);
	return err;
}

static void test_not_needed(void **state)
{
	struct bytes plain = {(uint8_t *)"some text", 9}, packed = pack_gzip("some text", 9);

	assert_int_equal(unpack(&plain, NULL), 9);
	assert_int_equal(unpack(&packed, NULL), 9);
	bytes_release(&packed);
}

static void assert_missing(int err, const struct reason *why)
{
	assert_int_equal(err, -EOPNOTSUPP);
	if (!strstr(why->text, "takes libarchive") || !strstr(why->text, "not here"))
		fail_msg("'%s'", why->text);
}

static void test_needed(void **state)
{
	struct bytes packed = pack_xz("some text", 9), tar = {0};
	struct archive_reader *reader = NULL;
	struct reason why = {""};
	void *archive = NULL;
	size_t size;

	for (int i = 0; i < 2; i++)
		assert_missing(unpack(&packed, &why), &why);
	tar_add_file(&tar, "a", "1", 1);
	tar_end(&tar);
	scratch_write("tar", tar.data, tar.size);
	assert_missing(archive_reader_open("tar", NULL, NULL, &reader, &why), &why);
	assert_null(reader);
	assert_missing(archive_writer_pack(ARCHIVE_PLAIN, NULL, 0, &archive, &size, &why), &why);
	assert_null(archive);
	bytes_release(&packed);
	bytes_release(&tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_needed),
		cmocka_unit_test_setup_teardown(test_needed, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
