/* SPDX-License-Identifier: MIT */
/*
 * One field that is no struct and no array of other things -> text.
 */
#ifndef COREBTF_RUNNER_SHOW_VALUE_H
#define COREBTF_RUNNER_SHOW_VALUE_H

#include "runner/show/event_view.h"

enum show_format { SHOW_TABLE, SHOW_JSON };

/* What a caller makes sure of: room for the opening quote of a text, or a whole number. */
#define SHOW_VALUE_ROOM 256

/*
 * The field, whose bytes are at @offset of the event, in the struct at @outer. False: the event
 * ends before it; nothing was written.
 */
bool show_value(struct event_view *view, const struct field *field, uint64_t offset, uint64_t outer,
		enum show_format format);

/* An address in the kernel: function+0x1f, or the number. */
void show_address(struct event_view *view, uint64_t address, enum show_format format);

#endif
