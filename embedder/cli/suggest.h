/* SPDX-License-Identifier: MIT */
/*
 * Suggestions for misspelt words.
 */
#ifndef COREBTF_CLI_SUGGEST_H
#define COREBTF_CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *word;
	size_t length; /* of the part that is compared */
	const char *nearest;
	size_t distance;
};

/* Prepares the search for the first @length bytes of @word. */
struct suggestion suggest_start(const char *word, size_t length);

/* Offers a name; `nearest` is the best one so far, NULL while all differ too much to be meant. */
void suggest_offer(struct suggestion *suggestion, const char *name);

#endif
