/* SPDX-License-Identifier: MIT */
/*
 * The events of one ring buffer or perf buffer -> lines: a table, or JSON lines. The type of the
 * events is compiled when the printer is made; printing an event takes no memory and reads no BTF.
 *
 * A table starts with its titles. In JSON each event is an object; members that begin with an
 * underscore are ours: "_map" names the buffer, "_note" says what is wrong with the event. An event
 * takes at most 64 KiB of text (LINE_LIMIT).
 */
#ifndef COREBTF_RUNNER_EVENT_PRINTER_H
#define COREBTF_RUNNER_EVENT_PRINTER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/util/reason.h"
#include "runner/show/show_value.h" /* enum show_format */

struct btf;
struct event_printer;

struct event_printer_options {
	const struct btf *btf; /* must outlive the printer */
	uint32_t type;	 /* of the events, in @btf; 0: not known, they are printed in hexadecimal */
	const char *map; /* the buffer's name; must outlive the printer */
	bool names_map;	 /* each line says which buffer it is from: there are several */
	enum show_format format;
	FILE *out; /* where lines go; the caller flushes it when the buffer is drained */
};

/* 0, -EINVAL (no such type) or -ENOMEM. */
int event_printer_new(const struct event_printer_options *options, struct event_printer **ret,
		      struct reason *why);
void event_printer_free(struct event_printer *printer);

/*
 * One line. @size is how many bytes there are, whatever the type says: what fits is printed, with a
 * note. 0, or the error of writing to @out.
 */
int event_printer_print(struct event_printer *printer, const void *event, size_t size);

#endif
