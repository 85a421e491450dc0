/* SPDX-License-Identifier: MIT */
/*
 * In: the list of kernels that were found. Out: one line for each.
 */
#include "embedder/cli/kernel_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/json.h"
#include "embedder/cli/table.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"

static int compare_kernels(const void *a, const void *b)
{
	const struct kernel_file *left = a, *right = b;
	int order = strcmp(left->id.os_id, right->id.os_id);

	if (!order)
		order = strverscmp(left->id.version_id, right->id.version_id);
	if (!order)
		order = strcmp(left->id.machine, right->id.machine);
	if (!order)
		order = strverscmp(left->id.release, right->id.release);
	return order ? order : strcmp(left->path, right->path);
}

void kernel_table_sort(struct kernel_list *list)
{
	if (list->count)
		qsort(list->files, list->count, sizeof(*list->files), compare_kernels);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

/* What its file has; of images and plain BTFs that is not known, or plain. */
static const char *types_name(const struct kernel_file *file, const char *unknown)
{
	switch (file->types) {
	case KERNEL_TYPES_BTF:
		return "BTF";
	case KERNEL_TYPES_DWARF:
		return "DWARF";
	default:
		return unknown;
	}
}

int kernel_table_print(const struct kernel_list *list)
{
	static const char *const headings[] = {"OS",	  "VERSION", "MACHINE",
					       "RELEASE", "PATH",    "TYPES"};
	bool has_dwarf = false;
	_cleanup_(table_free) struct table table;
	int err = 0;

	for (size_t i = 0; i < list->count; i++)
		has_dwarf |= list->files[i].types == KERNEL_TYPES_DWARF;
	table_init(&table, sizeof(headings) / sizeof(headings[0]) - !has_dwarf);
	for (size_t i = 0; i < table.columns; i++)
		err |= table_add(&table, headings[i]);
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_file *file = &list->files[i];

		err |= table_add(&table, or_dash(file->id.os_id));
		err |= table_add(&table, or_dash(file->id.version_id));
		err |= table_add(&table, file->id.machine);
		err |= table_add(&table, file->id.release);
		err |= table_add(&table, file->path);
		if (has_dwarf)
			err |= table_add(&table, types_name(file, "-"));
	}
	if (err)
		return -ENOMEM;
	table_print(&table, stdout);
	printf("\n%s kernel%s\n", text_count(list->count).text, text_plural(list->count));
	return 0;
}

static void print_text(const char *before, const char *text)
{
	printf("%s", before);
	json_print_string(stdout, text);
}

void kernel_table_print_json(const struct kernel_list *list)
{
	printf("{\n  \"kernels\": [");
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_file *file = &list->files[i];

		print_text(i ? ",\n    {\"release\": " : "\n    {\"release\": ", file->id.release);
		print_text(", \"machine\": ", file->id.machine);
		print_text(", \"os_id\": ", file->id.os_id);
		print_text(", \"version_id\": ", file->id.version_id);
		print_text(", \"path\": ", file->path);
		print_text(", \"types\": ", types_name(file, ""));
		printf("}");
	}
	printf("\n  ]\n}\n");
}
