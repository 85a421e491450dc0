/* SPDX-License-Identifier: MIT */
/*
 * Made-up DWARF that is small and would take hours or gigabytes, or that no compiler writes: each
 * is refused with a reason. The units are DWARF 4, little-endian, written here byte by byte.
 */
#include <dwarf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/btf/btf_source.h"
#include "embedder/dwarf/dwarf_source.h"

struct made_dwarf {
	struct byte_buffer info, abbrev;
	size_t unit; /* where the current unit starts */
};

static void free_dwarf(struct made_dwarf *made)
{
	byte_buffer_free(&made->info);
	byte_buffer_free(&made->abbrev);
}

static void put_u16(struct byte_buffer *out, unsigned int value)
{
	byte_buffer_append_u8(out, value & 0xff);
	byte_buffer_append_u8(out, value >> 8);
}

static void put_u32(struct byte_buffer *out, uint32_t value)
{
	put_u16(out, value & 0xffff);
	put_u16(out, value >> 16);
}

static void put_text(struct byte_buffer *out, const char *text)
{
	byte_buffer_append(out, text, strlen(text) + 1);
}

/* One abbreviation: attributes and forms in pairs, each below 128, up to a 0. */
static void put_abbrev(struct made_dwarf *made, uint8_t code, uint8_t tag, int children, ...)
{
	va_list pairs;
	int name;

	byte_buffer_append_u8(&made->abbrev, code);
	byte_buffer_append_u8(&made->abbrev, tag);
	byte_buffer_append_u8(&made->abbrev, (uint8_t)children);
	va_start(pairs, children);
	while ((name = va_arg(pairs, int))) {
		byte_buffer_append_u8(&made->abbrev, (uint8_t)name);
		byte_buffer_append_u8(&made->abbrev, (uint8_t)va_arg(pairs, int));
	}
	va_end(pairs);
	put_u16(&made->abbrev, 0);
}

enum {
	UNIT = 1,
	INT,	/* name, size, encoding */
	STRUCT, /* name, size; then its members, and a 0 */
	MEMBER, /* name, type, location */
	FREE,	/* for the test */
};

static void put_usual_abbrevs(struct made_dwarf *made)
{
	put_abbrev(made, UNIT, DW_TAG_compile_unit, true, 0);
	put_abbrev(made, INT, DW_TAG_base_type, false, DW_AT_name, DW_FORM_string, DW_AT_byte_size,
		   DW_FORM_data1, DW_AT_encoding, DW_FORM_data1, 0);
	put_abbrev(made, STRUCT, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_string,
		   DW_AT_byte_size, DW_FORM_data1, 0);
	put_abbrev(made, MEMBER, DW_TAG_member, false, DW_AT_name, DW_FORM_string, DW_AT_type,
		   DW_FORM_ref4, DW_AT_data_member_location, DW_FORM_data1, 0);
}

static void start_unit(struct made_dwarf *made)
{
	made->unit = made->info.size;
	put_u32(&made->info, 0);
	put_u16(&made->info, 4);
	put_u32(&made->info, 0);
	byte_buffer_append_u8(&made->info, 8);
	byte_buffer_append_u8(&made->info, UNIT);
}

static void end_unit(struct made_dwarf *made)
{
	uint32_t length;

	byte_buffer_append_u8(&made->info, 0);
	length = (uint32_t)(made->info.size - made->unit - 4);
	for (unsigned int i = 0; i < 4; i++)
		made->info.data[made->unit + i] = (uint8_t)(length >> 8 * i);
}

/* Offset in the unit of what comes next. */
static uint32_t here(const struct made_dwarf *made)
{
	return (uint32_t)(made->info.size - made->unit);
}

static void put_int(struct made_dwarf *made)
{
	byte_buffer_append_u8(&made->info, INT);
	put_text(&made->info, "int");
	byte_buffer_append_u8(&made->info, 4);
	byte_buffer_append_u8(&made->info, DW_ATE_signed);
}

static void put_struct(struct made_dwarf *made, const char *name)
{
	byte_buffer_append_u8(&made->info, STRUCT);
	put_text(&made->info, name);
	byte_buffer_append_u8(&made->info, 4);
}

static void put_member(struct made_dwarf *made, const char *name, uint32_t type)
{
	byte_buffer_append_u8(&made->info, MEMBER);
	put_text(&made->info, name);
	put_u32(&made->info, type);
	byte_buffer_append_u8(&made->info, 0);
}

/* Makes the full BTF; returns the error. */
static int write_btf(const struct made_dwarf *made, struct byte_buffer *output, struct reason *why)
{
	const struct dwarf_sections sections = {
		.file = {.info = {made->info.data, made->info.size},
			 .abbrev = {made->abbrev.data, made->abbrev.size}},
		.is_64bit = true,
	};
	struct dwarf_source *source = NULL;
	int err = dwarf_source_open(&sections, &source, why);

	if (!err)
		err = dwarf_source_write(source, output, why);
	dwarf_source_close(source);
	return err;
}

/* The DWARF is refused with @error, and a reason that has @words. */
static void assert_refused(struct made_dwarf *made, int error, const char *words)
{
	struct byte_buffer output = {.data = NULL};
	struct reason why = {""};

	end_unit(made);
	byte_buffer_append_u8(&made->abbrev, 0);
	assert_int_equal(write_btf(made, &output, &why), error);
	if (!strstr(why.text, words))
		fail_msg("the reason is: %s", why.text);
	byte_buffer_free(&output);
	free_dwarf(made);
}

/* What this file writes is good DWARF. */
static void test_good(void **state)
{
	struct made_dwarf made = {.unit = 0};
	struct byte_buffer output = {.data = NULL};
	struct btf_source btf = {.types_size = 0};
	struct reason why = {""};
	uint32_t type;

	put_usual_abbrevs(&made);
	byte_buffer_append_u8(&made.abbrev, 0);
	start_unit(&made);
	type = here(&made);
	put_int(&made);
	put_struct(&made, "t");
	put_member(&made, "m", type);
	byte_buffer_append_u8(&made.info, 0);
	end_unit(&made);
	assert_int_equal(write_btf(&made, &output, &why), 0);
	assert_int_equal(btf_source_open_all(&btf, output.data, output.size, &why), 0);
	assert_int_equal(btf.types.view.type_count, 3);
	btf_source_free(&btf);
	byte_buffer_free(&output);
	free_dwarf(&made);
}

/* Attributes without bytes make every entry cost time. */
static void test_repeated_attributes(void **state)
{
	struct made_dwarf made = {.unit = 0};

	put_usual_abbrevs(&made);
	byte_buffer_append_u8(&made.abbrev, FREE);
	byte_buffer_append_u8(&made.abbrev, DW_TAG_structure_type);
	byte_buffer_append_u8(&made.abbrev, false);
	for (unsigned int i = 0; i < 100; i++) {
		byte_buffer_append_u8(&made.abbrev, DW_AT_declaration);
		byte_buffer_append_u8(&made.abbrev, DW_FORM_flag_present);
	}
	put_u16(&made.abbrev, 0);
	start_unit(&made);
	assert_refused(&made, -EBADMSG, "again and again");
}

static void test_long_name(void **state)
{
	struct made_dwarf made = {.unit = 0};
	char name[5001];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put_usual_abbrevs(&made);
	start_unit(&made);
	put_struct(&made, name);
	byte_buffer_append_u8(&made.info, 0);
	assert_refused(&made, -E2BIG, "than BTF can hold");
}

/* Structs in structs, as only C++ has them, without a sibling to jump to. */
static void test_deep_entries(void **state)
{
	struct made_dwarf made = {.unit = 0};

	put_usual_abbrevs(&made);
	start_unit(&made);
	for (unsigned int i = 0; i < 100; i++)
		put_struct(&made, "t");
	for (unsigned int i = 0; i < 100; i++)
		byte_buffer_append_u8(&made.info, 0);
	assert_refused(&made, -EBADMSG, "too deep in a type");
}

static void test_contains_itself(void **state)
{
	struct made_dwarf made = {.unit = 0};
	uint32_t type;

	put_usual_abbrevs(&made);
	start_unit(&made);
	type = here(&made);
	put_struct(&made, "t");
	put_member(&made, "m", type);
	byte_buffer_append_u8(&made.info, 0);
	assert_refused(&made, -EBADMSG, "contains itself");
}

/* A megabyte of abbreviations that each of many units would decode again. */
static void test_shared_abbreviations(void **state)
{
	struct made_dwarf made = {.unit = 0};

	put_usual_abbrevs(&made);
	for (unsigned int code = 128; code < 16384; code++) {
		byte_buffer_append_u8(&made.abbrev, (uint8_t)(code | 0x80));
		byte_buffer_append_u8(&made.abbrev, (uint8_t)(code >> 7));
		byte_buffer_append_u8(&made.abbrev, DW_TAG_variable);
		byte_buffer_append_u8(&made.abbrev, false);
		for (unsigned int i = 0; i < 30; i++) {
			byte_buffer_append_u8(&made.abbrev, DW_AT_decl_file);
			byte_buffer_append_u8(&made.abbrev, DW_FORM_data1);
		}
		put_u16(&made.abbrev, 0);
	}
	for (unsigned int i = 0; i < 500; i++) {
		start_unit(&made);
		end_unit(&made);
	}
	start_unit(&made);
	assert_refused(&made, -EBADMSG, "would take hours");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_repeated_attributes),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_deep_entries),
		cmocka_unit_test(test_contains_itself),
		cmocka_unit_test(test_shared_abbreviations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
