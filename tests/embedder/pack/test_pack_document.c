/* SPDX-License-Identifier: MIT */
/* docs/pack-format.md is normative and must agree with the code: its limits, and its example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/btf/btf_source.h"
#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_writer.h"
#include "embedder/util/input_file.h"
#include "tests/support/btf_bytes.h"

static char *document;

static int read_document(void **state)
{
	struct reason why = {""};
	void *data;
	size_t size;

	if (input_file_read(PACK_DOCUMENT, 1 << 20, &data, &size, &why))
		fail_msg("%s: %s", PACK_DOCUMENT, why.text);
	document = strndup(data, size);
	free(data);
	return 0;
}

static int free_document(void **state)
{
	free(document);
	return 0;
}

static void limits(void **state)
{
	assert_non_null(strstr(
		document,
		"\n| size of the file; all parts unpacked and `strings_size` together | 2^30 |"));
	assert_true(PACK_SIZE_MAX == 1 << 30);
	assert_non_null(
		strstr(document,
		       "\n| all parts unpacked and `strings_size` together | 2^20 + 64 * size |"));
	assert_true(PACK_RATIO_SLACK == 1 << 20 && PACK_RATIO_MAX == 64);
	assert_non_null(strstr(document, "\n| kernels | 2^20 |"));
	assert_true(PACK_KERNELS_MAX == 1 << 20);
	assert_non_null(strstr(document, "\n| types | 2^26 |"));
	assert_true(PACK_TYPES_MAX == 1 << 26);
	assert_non_null(strstr(document, "\n| a chain of references by content | 200 |"));
	assert_int_equal(TYPE_SET_DEPTH_MAX, 200);
}

/* Every column that the code has is in the document's table, and has the same number. */
static void columns(void **state)
{
	assert_int_equal(PACK_COLUMN_PATTERN, 10);
	assert_non_null(strstr(document, "\n| 10 | the pattern:"));
	assert_int_equal(PACK_COLUMN_WORD, 4);
	assert_non_null(strstr(document, "\n| 4 + 2w, 5 + 2w | word w"));
	assert_int_equal(PACK_COLUMN_NEXT_INFO, 11);
	assert_int_equal(PACK_COLUMN_NEXT_OFFSET, 14);
	assert_non_null(strstr(document, "\n| 14 | for each member that is not new:"));
	assert_non_null(strstr(document, "\n| 0x504 | first types"));
	assert_int_equal(PACK_PART_FIRSTS, 0x504);
}

static size_t read_hexdump(uint8_t *bytes, size_t capacity)
{
	static const char fence[] = "\n```hexdump\n";
	const char *line = strstr(document, fence);
	size_t size = 0;

	assert_non_null(line);
	line += strlen(fence);
	for (; strncmp(line, "```", 3) != 0; line = strchr(line, '\n') + 1) {
		char *at;

		assert_int_equal(strtoul(line, &at, 16), size);
		for (int i = 0; i < 16 && at[strspn(at, " ")] != '|'; i++) {
			assert_true(size < capacity);
			bytes[size++] = (uint8_t)strtoul(at, &at, 16);
		}
	}
	return size;
}

static void example(void **state)
{
	struct btf_bytes btf = {.swapped = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__};
	uint32_t integer = btf_bytes_int(&btf, "int", 4, 1);
	struct btf_source source = {.offsets = NULL};
	struct byte_buffer bytes = {.data = NULL};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct pack pack;
	uint8_t printed[2048];
	size_t size, printed_size;
	void *raw;

	btf_bytes_type(&btf, "list", BTF_BYTES_KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(&btf, "next", 3, 0);
	btf_bytes_member(&btf, "count", integer, 64);
	btf_bytes_type(&btf, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), 2);
	raw = btf_bytes_build(&btf, &size);
	id.release = "6.1.0-47-amd64";
	id.machine = "x86_64";
	id.os_id = "debian";
	id.version_id = "12";
	assert_int_equal(btf_source_open(&source, raw, size, NULL), 0);
	assert_int_equal(pack_init(&pack), 0);
	assert_int_equal(pack_add(&pack, &(struct pack_kernel_info){&id, PACK_ORIGIN_KERNEL, false},
				  &source.types, NULL),
			 0);
	assert_int_equal(pack_write(&pack, &bytes, NULL), 0);
	printed_size = read_hexdump(printed, sizeof(printed));
	assert_int_equal(printed_size, bytes.size);
	assert_memory_equal(printed, bytes.data, bytes.size);
	byte_buffer_free(&bytes);
	pack_free(&pack);
	btf_source_free(&source);
	btf_bytes_free(&btf);
	free(raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(columns),
		cmocka_unit_test(example),
	};

	return cmocka_run_group_tests(tests, read_document, free_document);
}
