/* SPDX-License-Identifier: MIT */
/*
 * Decimal digits in releases and versions; ASCII, whatever the locale.
 */
#ifndef COREBTF_UTIL_DIGITS_H
#define COREBTF_UTIL_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many digits @text starts with. */
static inline size_t count_digits(const char *text)
{
	size_t length = 0;

	while (is_digit(text[length]))
		length++;
	return length;
}

#endif
