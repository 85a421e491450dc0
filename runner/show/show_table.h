/* SPDX-License-Identifier: MIT */
/*
 * Events as a table: a column for each field, also of structs in structs; an array is one column.
 */
#ifndef COREBTF_RUNNER_SHOW_TABLE_H
#define COREBTF_RUNNER_SHOW_TABLE_H

#include "runner/show/event_view.h"

#define TABLE_WIDTH_MAX                                                                            \
	32 /* a column grows up to here; a longer cell shifts the rest of its line */

struct show_table {
	uint8_t *widths;  /* for each field of the plan */
	bool is_followed; /* something else follows in the line: the last cell is filled up, too */
};

/* 0 or -ENOMEM. */
int show_table_new(struct show_table *table, const struct plan *plan);
void show_table_free(struct show_table *table);

/* The titles of the columns, without a newline. */
void show_table_head(struct show_table *table, const struct plan *plan, struct line *line);
/* The cells of one event, without a newline. A field that is not in the event is "-". */
void show_table_row(struct show_table *table, struct event_view *view);

/* One field that is no struct, in the struct at @outer, as the text of a cell. */
void show_table_cell(struct event_view *view, const struct field *field, uint64_t outer);

#endif
