/* SPDX-License-Identifier: MIT */
/*
 * In: a pack. Out: its kernels, and how many bytes are for what. Only the header and the kernels'
 * records are unpacked.
 */
#include "embedder/cli/pack_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "embedder/cli/command.h"
#include "embedder/cli/report.h"
#include "embedder/cli/table.h"
#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_reader.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/json.h"
#include "embedder/util/text.h"
#include "runtime/kernel/kernel.h"

static const char *const origin_names[PACK_ORIGINS] = {"unknown", "dwarf", "kernel"};

/* What the bytes of a pack are for. */
enum use { USE_TYPES, USE_FUNCTIONS, USE_STRINGS, USE_KERNELS, USE_TABLES, USES };

static const struct {
	const char *text, *key;
} uses[USES] = {
	{"structs, enums, typedefs and what they refer to", "types"},
	{"functions and variables", "functions"},
	{"strings", "strings"},
	{"which kernel has what", "kernels"},
	{"header and tables", "tables"},
};

static enum use use_of(uint32_t part)
{
	if (part < PACK_PART_COLUMNS_END && part % PACK_COLUMNS != PACK_COLUMN_PATTERN)
		return type_set_is_cold(part / PACK_COLUMNS) ? USE_FUNCTIONS : USE_TYPES;
	if (part >= PACK_PART_STRINGS && part < PACK_PART_KERNELS)
		return USE_STRINGS;
	return USE_KERNELS;
}

struct use_sizes {
	uint64_t stored, unpacked;
};

static void add_up(const struct pack_parts *parts, struct use_sizes *sizes)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < parts->count; i++) {
		const struct pack_place *place = &parts->places[i];
		struct use_sizes *use = &sizes[use_of(place->id)];

		use->stored += place->stored_size;
		use->unpacked += place->size;
		all += place->stored_size;
	}
	sizes[USE_TABLES].stored = sizes[USE_TABLES].unpacked = parts->size - all;
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static int print_kernels(const struct pack_reader *reader)
{
	static const char *const headings[] = {"OS",	 "VERSION", "MACHINE", "RELEASE",
					       ">TYPES", "FROM",    "BUILD-ID"};
	_cleanup_(table_free) struct table table;
	int err = 0;

	table_init(&table, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < table.columns; i++)
		err |= table_add(&table, headings[i]);
	for (size_t i = 0; i < reader->count; i++) {
		const struct pack_kernel *kernel = &reader->kernels[i];
		char build_id[KERNEL_BUILD_ID_SIZE * 2 + 1];

		kernel_build_id_text(kernel->id.build_id, kernel->id.build_id_size, build_id);
		err |= table_add(&table, or_dash(kernel->id.os_id));
		err |= table_add(&table, or_dash(kernel->id.version_id));
		err |= table_add(&table, kernel->id.machine);
		err |= table_add(&table, kernel->id.release);
		err |= table_add(&table, text_count(kernel->type_count).text);
		err |= table_add(&table, origin_names[kernel->origin]);
		err |= table_add(&table, or_dash(build_id));
	}
	if (!err)
		table_print(&table, stdout);
	return err;
}

static int print_sizes(const struct pack_reader *reader)
{
	static const char *const headings[] = {">STORED", ">UNPACKED", "FOR"};
	struct use_sizes sizes[USES] = {0};
	_cleanup_(table_free) struct table table;
	int err = 0;

	add_up(&reader->parts, sizes);
	table_init(&table, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < table.columns; i++)
		err |= table_add(&table, headings[i]);
	for (unsigned int i = 0; i < USES; i++) {
		err |= table_add(&table, text_count(sizes[i].stored).text);
		err |= table_add(&table, text_count(sizes[i].unpacked).text);
		err |= table_add(&table, uses[i].text);
	}
	putchar('\n');
	if (!err)
		table_print(&table, stdout);
	return err;
}

static int print_tables(const struct pack_reader *reader)
{
	int err = print_kernels(reader);

	if (!err)
		err = print_sizes(reader);
	printf("\n%s kernel%s, %s distinct types, %s\n", text_count(reader->count).text,
	       text_plural(reader->count), text_count(reader->parts.type_count).text,
	       text_size(reader->parts.size).text);
	return err;
}

static void print_text(const char *before, const char *text)
{
	printf("%s", before);
	json_print_string(stdout, text);
}

static void print_json_kernel(const struct pack_kernel *kernel)
{
	print_text("{\"release\": ", kernel->id.release);
	print_text(", \"machine\": ", kernel->id.machine);
	print_text(", \"os_id\": ", kernel->id.os_id);
	print_text(", \"version_id\": ", kernel->id.version_id);
	print_text(", \"uname_version\": ", kernel->id.uname_version);
	printf(", \"build_id\": \"");
	for (size_t i = 0; i < kernel->id.build_id_size; i++)
		printf("%02x", kernel->id.build_id[i]);
	printf("\", \"types\": %" PRIu32 ", \"from\": \"%s\", \"big_endian\": %s, "
	       "\"types_only\": %s, \"digest\": \"%016" PRIx64 "\"}",
	       kernel->type_count, origin_names[kernel->origin],
	       kernel->is_big_endian ? "true" : "false", kernel->types_only ? "true" : "false",
	       kernel->digest);
}

static void print_json(const char *path, const struct pack_reader *reader)
{
	struct use_sizes sizes[USES] = {0};

	add_up(&reader->parts, sizes);
	print_text("{\n  \"file\": ", path);
	printf(",\n  \"summary\": {\"kernels\": %zu, \"distinct_types\": %" PRIu32
	       ", \"slots\": %" PRIu32 ", \"size\": %" PRIu64 "},\n  \"kernels\": [",
	       reader->count, reader->parts.type_count, reader->parts.slot_count,
	       reader->parts.size);
	for (size_t i = 0; i < reader->count; i++) {
		printf("%s\n    ", i ? "," : "");
		print_json_kernel(&reader->kernels[i]);
	}
	printf("\n  ],\n  \"bytes\": {");
	for (unsigned int i = 0; i < USES; i++)
		printf("%s\n    \"%s\": {\"stored\": %" PRIu64 ", \"unpacked\": %" PRIu64 "}",
		       i ? "," : "", uses[i].key, sizes[i].stored, sizes[i].unpacked);
	printf("\n  }\n}\n");
}

int pack_table_print(const char *path, bool json)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	struct reason why = {""};

	if (pack_reader_open(path, &reader, &why)) {
		report_failure(path, "%s", why.text);
		return STATUS_FAILED;
	}
	if (json) {
		print_json(path, &reader);
	} else if (print_tables(&reader)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}
