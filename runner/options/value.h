/* SPDX-License-Identifier: MIT */
/*
 * The value of a variable as text: of the command line, and for the help.
 */
#ifndef COREBTF_RUNNER_VALUE_H
#define COREBTF_RUNNER_VALUE_H

#include <stddef.h>

#include "runtime/util/reason.h"
#include "runner/options/variable.h"

/* Larger arrays of char make no option. */
#define VALUE_TEXT_MAX 4096

/*
 * Sets the variable's value. Numbers are decimal, hexadecimal with 0x or octal with 0; an enum's
 * value is one of its names, also without the prefix that all of them have, or a number. @text
 * NULL: true, for a flag. -EINVAL, and @why says what is allowed.
 */
int value_parse(struct variable *variable, const char *text, struct reason *why);

/* What the option takes, for the help: "N", "TEXT", "one|two"; "" for a flag. */
void value_describe(const struct variable *variable, char *text, size_t size);

/* The value, for the help; "" for a flag that is off, for 0 and for empty text. */
void value_print(const struct variable *variable, char *text, size_t size);

#endif
