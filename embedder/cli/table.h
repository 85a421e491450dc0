/* SPDX-License-Identifier: MIT */
/*
 * Rows of text in columns as wide as they need to be.
 */
#ifndef COREBTF_CLI_TABLE_H
#define COREBTF_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table {
	size_t columns;
	char **cells; /* row by row, printable */
	size_t count, capacity;
};

/* The headings are the first row. @columns at least 1. */
void table_init(struct table *table, size_t columns);
void table_free(struct table *table);

/* Adds the next cell; the text is copied and made printable. 0 or -ENOMEM. */
int table_add(struct table *table, const char *text);

/* Columns whose heading starts with '>' are aligned to the right; the sign is not printed. */
void table_print(const struct table *table, FILE *file);

#endif
