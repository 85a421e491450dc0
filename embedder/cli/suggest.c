/* SPDX-License-Identifier: MIT */
#include "embedder/cli/suggest.h"

#include <stdint.h>
#include <string.h>

#define MAX_LENGTH   31
#define MAX_DISTANCE 2

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance. */
static size_t edit_distance(const char *word, size_t length, const char *name)
{
	size_t row[MAX_LENGTH + 1], width = strlen(name);

	if (width > MAX_LENGTH)
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; i <= length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t best = smaller(diagonal + (word[i - 1] != name[j - 1]),
					      smaller(row[j], row[j - 1]) + 1);

			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[width];
}

struct suggestion suggest_start(const char *word, size_t length)
{
	return (struct suggestion){.word = word, .length = length, .distance = MAX_DISTANCE + 1};
}

void suggest_offer(struct suggestion *suggestion, const char *name)
{
	size_t distance = edit_distance(suggestion->word, suggestion->length, name);

	if (distance >= suggestion->distance || distance >= strlen(name))
		return;
	suggestion->distance = distance;
	suggestion->nearest = name;
}
