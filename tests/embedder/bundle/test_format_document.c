/* SPDX-License-Identifier: MIT */
/*
 * docs/format.md is normative and must agree with the code: compares its field tables with
 * runtime/bundle/format.h, and its example with the bundle that the embedder lays out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "tests/embedder/bundle/bundle_decoder.h"
#include "tests/embedder/bundle/bundle_fixture.h"

static char *document;

static int read_document(void **state)
{
	_cleanup_fclose_ FILE *file = fopen(FORMAT_DOCUMENT, "re");
	size_t size;

	if (!file)
		return -1;
	document = calloc(1, 1 << 20);
	size = fread(document, 1, (1 << 20) - 1, file);
	return size > 0 ? 0 : -1;
}

static int free_document(void **state)
{
	free(document);
	return 0;
}

/* The text from a heading up to the next one; free() it. */
static char *get_section(const char *heading)
{
	const char *start = strstr(document, heading), *end;

	if (!start)
		fail_msg("no heading \"%s\"", heading);
	end = strstr(start + strlen(heading), "\n#");
	assert_non_null(end);
	return strndup(start, (size_t)(end - start));
}

struct field {
	const char *name;
	size_t offset, size;
};

#define FIELD(type, name_)                                                                         \
	{                                                                                          \
#name_, offsetof(struct type, name_), sizeof(((struct type *)0)->name_)            \
	}

/* Each row of the table must be there, and no other; together they fill the struct. */
static void check_table(const char *heading, const struct field *fields, size_t count, size_t size)
{
	_cleanup_free_ char *section = get_section(heading);
	const char *at = section;
	size_t end = 0;

	for (size_t i = 0; i < count; i++) {
		char row[100];

		snprintf(row, sizeof(row), "\n| %zu | %zu | `%s` | ", fields[i].offset,
			 fields[i].size, fields[i].name);
		at = strstr(at, row);
		if (!at)
			fail_msg("\"%s\": no row \"%s\", or not in order", heading, row + 1);
		assert_int_equal(fields[i].offset, end);
		end += fields[i].size;
	}
	assert_int_equal(end, size);
	for (at = section; (at = strstr(at, "\n| ")); at++)
		count -= at[3] >= '0' && at[3] <= '9';
	assert_int_equal(count, 0);
}

static void test_tables(void **state)
{
	static const struct field header[] = {
		FIELD(corebtf_format_header, magic),
		FIELD(corebtf_format_header, byte_order),
		FIELD(corebtf_format_header, version),
		FIELD(corebtf_format_header, header_size),
		FIELD(corebtf_format_header, size),
		FIELD(corebtf_format_header, features),
		FIELD(corebtf_format_header, hints),
		FIELD(corebtf_format_header, entry_count),
		FIELD(corebtf_format_header, blob_count),
		FIELD(corebtf_format_header, block_count),
		FIELD(corebtf_format_header, object_count),
		FIELD(corebtf_format_header, entry_size),
		FIELD(corebtf_format_header, blob_size),
		FIELD(corebtf_format_header, block_size),
		FIELD(corebtf_format_header, object_size),
		FIELD(corebtf_format_header, entries_offset),
		FIELD(corebtf_format_header, blobs_offset),
		FIELD(corebtf_format_header, blocks_offset),
		FIELD(corebtf_format_header, objects_offset),
		FIELD(corebtf_format_header, strings_offset),
		FIELD(corebtf_format_header, strings_size),
		FIELD(corebtf_format_header, data_offset),
		FIELD(corebtf_format_header, packed_tables_size),
		FIELD(corebtf_format_header, reserved),
		FIELD(corebtf_format_header, tables_checksum),
		FIELD(corebtf_format_header, header_checksum),
	};
	static const struct field entry[] = {
		FIELD(corebtf_format_entry, hash),
		FIELD(corebtf_format_entry, blob),
		FIELD(corebtf_format_entry, release),
		FIELD(corebtf_format_entry, machine),
		FIELD(corebtf_format_entry, os_id),
		FIELD(corebtf_format_entry, version_id),
		FIELD(corebtf_format_entry, uname_version),
		FIELD(corebtf_format_entry, build_id_size),
		FIELD(corebtf_format_entry, build_id),
		FIELD(corebtf_format_entry, checksum),
	};
	static const struct field blob[] = {
		FIELD(corebtf_format_blob, block),    FIELD(corebtf_format_blob, offset),
		FIELD(corebtf_format_blob, size),     FIELD(corebtf_format_blob, crc),
		FIELD(corebtf_format_blob, checksum),
	};
	static const struct field block[] = {
		FIELD(corebtf_format_block, offset),
		FIELD(corebtf_format_block, stored_size),
		FIELD(corebtf_format_block, unpacked_size),
		FIELD(corebtf_format_block, codec),
		FIELD(corebtf_format_block, checksum),
	};
	static const struct field object[] = {
		FIELD(corebtf_format_object, digest),
		FIELD(corebtf_format_object, name),
		FIELD(corebtf_format_object, relocation_count),
		FIELD(corebtf_format_object, checksum),
	};

#define CHECK_TABLE(heading, fields)                                                               \
	check_table(heading, fields, sizeof(fields) / sizeof(fields[0]),                           \
		    sizeof(struct corebtf_format_##fields))
	CHECK_TABLE("\n### 4.1 Header\n", header);
	CHECK_TABLE("\n### 4.3 Entry\n", entry);
	CHECK_TABLE("\n### 4.4 Blob record\n", blob);
	CHECK_TABLE("\n### 4.5 Block record\n", block);
	CHECK_TABLE("\n### 4.6 Object record\n", object);
}

static void test_differences(void **state)
{
	_cleanup_free_ char *section = get_section("\n### 4.2 Packed tables\n");

	assert_non_null(strstr(section, "the first 32 bytes, those before `build_id`"));
	assert_int_equal(COREBTF_ENTRY_DIFFERENCES, 32);
}

/* The document gives each as a power of two; here are the numbers it means. */
static void test_limits(void **state)
{
	_cleanup_free_ char *section = get_section("\n### 4.7 Limits\n");

	assert_non_null(strstr(section, "\n| size of a bundle | 2^32 - 8 |"));
	assert_true(COREBTF_MAX_BUNDLE_SIZE == (UINT64_C(1) << 32) - 8);
	assert_non_null(strstr(section, "\n| entries | 2^20 |"));
	assert_int_equal(COREBTF_MAX_ENTRIES, 1 << 20);
	assert_non_null(strstr(section, "\n| objects | 2^16 |"));
	assert_int_equal(COREBTF_MAX_OBJECTS, 1 << 16);
	assert_non_null(strstr(section, "\n| strings | 2^26 bytes |"));
	assert_int_equal(COREBTF_MAX_STRINGS_SIZE, 1 << 26);
	assert_non_null(strstr(section, "\n| a blob | 2^26 bytes |"));
	assert_int_equal(COREBTF_MAX_BLOB_SIZE, 1 << 26);
	assert_non_null(strstr(section, "\n| a codec 1 block, unpacked | 2^26 bytes |"));
	assert_int_equal(COREBTF_MAX_BLOCK_SIZE, 1 << 26);
	assert_non_null(strstr(section, "\n| end of the strings, in packed tables | 2^20 |"));
	assert_int_equal(COREBTF_MAX_PACKED_TABLES, 1 << 20);
}

/* The bytes of the lines "OFFSET  XX XX ...  |text|" in the fence ```hexdump. */
static size_t read_hexdump(uint8_t *bytes, size_t capacity)
{
	static const char fence[] = "\n```hexdump\n";
	const char *line = strstr(document, fence);
	size_t size = 0;

	assert_non_null(line);
	line += strlen(fence);
	for (; strncmp(line, "```", 3) != 0; line = strchr(line, '\n') + 1) {
		char *at;
		const char *text = strchr(line, '|');

		assert_int_equal(strtoul(line, &at, 16), size);
		assert_non_null(text);
		for (int i = 0; i < 16 && at[strspn(at, " ")] != '|'; i++) {
			assert_true(size < capacity && at < text);
			bytes[size] = (uint8_t)strtoul(at, &at, 16);
			text++;
			assert_int_equal(*text, bytes[size] >= ' ' && bytes[size] <= '~'
							? bytes[size]
							: '.');
			size++;
		}
	}
	return size;
}

static void test_example(void **state)
{
	/* A BTF with one type: INT "int", 4 bytes, signed. */
	static const uint8_t btf[] = {
		0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 16, 0,  0, 0, 16, 0, 0,   0,	  5,   0, 0,
		0,    1,    0, 0, 0,  0, 0, 0, 1, 4, 0, 0, 0,  32, 0, 0, 1,  0, 'i', 'n', 't', 0,
	};
	struct bundle_builder *builder = bundle_builder_new();
	struct kernel_id first = KERNEL("6.1.0-47-amd64", "x86_64", "debian", "12");
	struct kernel_id second = KERNEL("6.1.0-48-amd64", "x86_64", "debian", "12");
	uint8_t build_id[20];
	_cleanup_free_ void *built = NULL;
	struct decoded_bundle *bundle;
	uint8_t printed[1024];
	size_t size, printed_size;

	second.build_id_size = 20;
	for (uint8_t i = 0; i < 20; i++)
		build_id[i] = (uint8_t)(0xb0 + i);
	second.build_id = build_id;
	assert_int_equal(bundle_builder_add(builder, &second, btf, sizeof(btf), "b", NULL), 0);
	assert_int_equal(bundle_builder_add(builder, &first, btf, sizeof(btf), "a", NULL), 0);
	assert_int_equal(
		bundle_builder_add_object(builder, "exec.bpf.o", UINT64_C(0x0123456789abcdef), 14),
		0);
	built = fixture_layout(builder, false, BUNDLE_COMPRESSION_NONE, &size);
	bundle_builder_free(builder);

	printed_size = read_hexdump(printed, sizeof(printed));
	assert_int_equal(printed_size, size);
	assert_memory_equal(printed, built, size);

	/* What the text below the hexdump says of it. */
	bundle = decode_bundle(printed, printed_size);
	assert_int_equal(bundle->entries[0].hash, 0x241e7291);
	assert_string_equal(bundle->entries[0].release, "6.1.0-48-amd64");
	assert_int_equal(bundle->entries[1].hash, 0xe9d7a4f6);
	assert_int_equal(bundle->entries[0].blob, bundle->entries[1].blob);
	decoded_bundle_free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests(tests, read_document, free_document);
}
