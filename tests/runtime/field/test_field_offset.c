/* SPDX-License-Identifier: MIT */
/*
 * corebtf_field_offset(): an entry of a bundle in, as users of the library call it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "tests/support/btf_bytes.h"
#include "tests/support/make_bundle.h"

static char last_line[512];

static void keep_line(void *context, const char *line)
{
	snprintf(last_line, sizeof(last_line), "%s", line);
}

/* A bundle in memory, with one entry: its BTF. */
struct opened {
	uint8_t *bundle;
	struct corebtf *corebtf;
	struct corebtf_entry entry;
};

static struct opened open_bundle(const void *btf, size_t size, bool xz)
{
	const struct made_entry entry = {.release = "6.1.0", .machine = "x86_64", .blob = 0};
	const struct made_blob blob = {.data = btf, .size = size, .block = 0};
	const struct made_bundle made = {.xz = xz,
					 .entries = &entry,
					 .entry_count = 1,
					 .blobs = &blob,
					 .blob_count = 1,
					 .block_count = 1};
	struct corebtf_open_opts opts = {.sz = sizeof(opts), .log = keep_line};
	struct opened opened = {.entry = {.sz = sizeof(struct corebtf_entry)}};
	size_t bundle_size;

	opened.bundle = make_bundle(&made, &bundle_size);
	assert_int_equal(corebtf_open_memory(opened.bundle, bundle_size, &opened.corebtf, &opts),
			 0);
	assert_int_equal(corebtf_entry_at(opened.corebtf, 0, &opened.entry), 0);
	return opened;
}

static void close_bundle(struct opened *opened)
{
	corebtf_close(opened->corebtf);
	free(opened->bundle);
}

/* struct task { int pid; int flag : 3; }; enum e { A = 7 }; */
static void *task_btf(size_t *ret_size)
{
	struct btf_bytes b = {0};
	uint32_t number = btf_bytes_int(&b, "int", 4, 1);
	void *btf;

	btf_bytes_type(&b, "task", BTF_BYTES_KIND_FLAG(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(&b, "pid", number, 32);
	btf_bytes_member(&b, "flag", number, 3u << 24 | 5);
	btf_bytes_type(&b, "e", BTF_BYTES_KIND(BTF_KIND_ENUM, 1), 4);
	btf_bytes_word(&b, btf_bytes_string(&b, "A"));
	btf_bytes_word(&b, 7);
	btf = btf_bytes_build(&b, ret_size);
	btf_bytes_free(&b);
	return btf;
}

static void finds_fields(void **state)
{
	size_t size;
	void *btf = task_btf(&size);

	for (int xz = 0; xz < 2; xz++) {
		struct opened opened = open_bundle(btf, size, xz);
		struct corebtf_field field = {.sz = sizeof(field)};

		assert_int_equal(
			corebtf_field_offset(opened.corebtf, &opened.entry, "task.pid", &field), 0);
		assert_int_equal(field.sz, sizeof(field));
		assert_int_equal(field.bit_offset, 32);
		assert_int_equal(field.bit_size, 0);
		assert_int_equal(field.size, 4);
		assert_int_equal(
			corebtf_field_offset(opened.corebtf, &opened.entry, "task.flag", &field),
			0);
		assert_int_equal(field.bit_offset, 5);
		assert_int_equal(field.bit_size, 3);
		assert_int_equal(
			corebtf_field_offset(opened.corebtf, &opened.entry, "enum e.A", &field), 0);
		assert_int_equal(field.value, 7);
		close_bundle(&opened);
	}
	free(btf);
}

static void refuses(void **state)
{
	size_t size;
	void *btf = task_btf(&size);
	struct opened opened = open_bundle(btf, size, false);
	struct corebtf_field field = {.sz = sizeof(field), .bit_offset = 99};
	struct {
		size_t sz;
		uint64_t bit_offset;
	} older = {.sz = sizeof(older)};

	assert_int_equal(corebtf_field_offset(opened.corebtf, &opened.entry, "task.none", &field),
			 -ENOENT);
	assert_non_null(strstr(last_line, "task.none: there is no none"));
	assert_int_equal(corebtf_field_offset(opened.corebtf, &opened.entry, "task.", &field),
			 -EINVAL);
	assert_int_equal(corebtf_field_offset(opened.corebtf, &opened.entry, NULL, &field),
			 -EINVAL);
	assert_int_equal(corebtf_field_offset(opened.corebtf, NULL, "task.pid", &field), -EINVAL);
	assert_int_equal(corebtf_field_offset(NULL, &opened.entry, "task.pid", &field), -EINVAL);
	assert_int_equal(field.bit_offset, 99); /* untouched */
	/* A caller of an older version, whose struct ends earlier. */
	assert_int_equal(corebtf_field_offset(opened.corebtf, &opened.entry, "task.pid",
					      (struct corebtf_field *)&older),
			 0);
	assert_int_equal(older.bit_offset, 32);
	close_bundle(&opened);
	free(btf);
}

/* The checksum of the blob is right, and what is in it is no BTF. */
static void refuses_what_is_no_btf(void **state)
{
	static const char text[64] = "not BTF";
	struct opened opened = open_bundle(text, sizeof(text), false);
	struct corebtf_field field = {.sz = sizeof(field)};

	assert_int_equal(corebtf_field_offset(opened.corebtf, &opened.entry, "task.pid", &field),
			 -EBADMSG);
	assert_non_null(strstr(last_line, "not BTF"));
	close_bundle(&opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_fields),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_is_no_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
