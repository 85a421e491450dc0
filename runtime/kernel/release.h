/* SPDX-License-Identifier: MIT */
/*
 * Kernel releases as distributions write them: which are of one series and flavour, and which of
 * two is the newer. Only for saying what is near, and for the nearest policy; a lookup compares
 * releases as strings.
 */
#ifndef COREBTF_RELEASE_H
#define COREBTF_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELEASE_NUMBERS	     16
#define RELEASE_PATTERN_SIZE 128

struct release {
	/* The series and flavour, as one pattern: the first two numbers as they are, every later
	 * version number as '*', words as they are. "5.4.0-58-generic" is "5.4.*-*-generic". */
	char pattern[RELEASE_PATTERN_SIZE];
	uint64_t numbers[RELEASE_NUMBERS]; /* the version numbers, in their order */
	size_t number_count;
};

/* Returns false if the release cannot be compared: it does not start with two numbers, or has too
 * many or too long ones. */
bool release_read(const char *release, struct release *ret_release);

/* Less than, equal to or greater than 0 as @a is older than, as old as or newer than @b; both of
 * one pattern. Numbers compare as numbers: -9- is older than -10-. */
int release_compare(const struct release *a, const struct release *b);

#endif
