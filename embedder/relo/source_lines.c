/* SPDX-License-Identifier: MIT */
/*
 * In: .BTF.ext and the offset of an instruction. Out: the last function and the last line that
 * start at it or before it in its section. The compiler writes both tables in ascending order.
 */
#include <stdlib.h>

#include "embedder/relo/source_lines.h"
#include "runtime/util/array.h"

/* Limit of sections skipped, for all searches of one object; compilers' output needs far fewer. */
#define STEPS_MAX (1u << 24)

static int open_table(struct source_table *table, enum btf_ext_table which, const void *ext,
		      size_t size)
{
	struct btf_ext_section section;

	table->steps_left = STEPS_MAX;
	if (btf_ext_reader_open(&table->reader, which, ext, size, NULL))
		return 0;
	while (btf_ext_reader_next(&table->reader, &section, NULL) > 0) {
		if (array_reserve(table->sections, table->capacity, table->count + 1))
			return -ENOMEM;
		table->sections[table->count++] = section;
	}
	return 0;
}

int source_lines_open(struct source_lines *lines, const void *ext, size_t size)
{
	int err;

	*lines = (struct source_lines){0};
	err = open_table(&lines->functions, BTF_EXT_FUNCTIONS, ext, size);
	if (!err)
		err = open_table(&lines->lines, BTF_EXT_LINES, ext, size);
	if (err)
		source_lines_free(lines);
	return err;
}

void source_lines_free(struct source_lines *lines)
{
	free(lines->functions.sections);
	free(lines->lines.sections);
	*lines = (struct source_lines){0};
}

static uint32_t record_offset(const struct source_table *table, uint32_t record)
{
	return btf_ext_word(&table->reader, &table->sections[table->section], record, 0);
}

/* Moves to the section named @name; false: the table has no records for it. */
static bool find_section(struct source_table *table, uint32_t name)
{
	for (size_t tried = 0; tried < table->count; tried++) {
		const struct btf_ext_section *section = &table->sections[table->section];

		if (section->name == name && section->count)
			return true;
		if (!table->steps_left)
			return false;
		table->steps_left--;
		table->section = (table->section + 1) % table->count;
		table->record = 0;
	}
	return false;
}

/* Moves to the last record at or before @offset; false: there is none. */
static bool find_record(struct source_table *table, uint32_t name, uint32_t offset)
{
	uint32_t low, high;

	if (!find_section(table, name))
		return false;
	low = table->record;
	high = table->sections[table->section].count;
	if (record_offset(table, low) > offset) {
		high = low;
		low = 0;
		if (!high || record_offset(table, 0) > offset)
			return false;
	} else if (high - low > 8 && record_offset(table, low + 8) > offset) {
		high = low + 8; /* the next relocation is usually a few lines further */
	}
	/* low is at or before the offset, high is after it or the end. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (record_offset(table, middle) > offset)
			high = middle;
		else
			low = middle;
	}
	table->record = low;
	return true;
}

static uint32_t word(const struct source_table *table, unsigned int number)
{
	return btf_ext_word(&table->reader, &table->sections[table->section], table->record,
			    number);
}

static uint32_t known_string(const struct type_view *types, uint32_t offset)
{
	return type_view_string(types, offset) ? offset : 0;
}

struct source_line source_lines_find(struct source_lines *lines, const struct type_view *types,
				     uint32_t section, uint32_t instruction_offset)
{
	struct source_line found = {0};

	if (find_record(&lines->functions, section, instruction_offset)) {
		const struct btf_type *function = type_view_type(types, word(&lines->functions, 1));

		if (function && type_view_kind(types, function) == BTF_KIND_FUNC)
			found.function =
				known_string(types, type_view_name_offset(types, function));
	}
	if (find_record(&lines->lines, section, instruction_offset)) {
		uint32_t place = word(&lines->lines, 3); /* line << 10 | column */

		found.file = known_string(types, word(&lines->lines, 1));
		found.text = known_string(types, word(&lines->lines, 2));
		found.line = place >> 10;
		found.column = place & 0x3ff;
	}
	return found;
}
