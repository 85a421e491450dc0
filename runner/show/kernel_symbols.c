/* SPDX-License-Identifier: MIT */
/*
 * In: /proc/kallsyms. Out: address -> function. Only functions are kept (t, T, w, W).
 */
#include "runner/show/kernel_symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

static int compare(const void *left_pointer, const void *right_pointer)
{
	const struct kernel_symbol *left = left_pointer, *right = right_pointer;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	return strcmp(left->name, right->name);
}

void kernel_symbols_read(struct kernel_symbols *symbols, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char text[512];

	while (file && symbols->count < KERNEL_SYMBOLS_MAX && fgets(text, sizeof(text), file)) {
		char *end;
		uint64_t address = strtoull(text, &end, 16);
		size_t length;

		/* ffffffff81000000 T _stext; of a module: a tab and [module] follow */
		if (!address || end[0] != ' ' || !strchr("tTwW", end[1]) || end[2] != ' ')
			continue;
		length = strcspn(end + 3, "\t\n ");
		if (array_reserve(symbols->list, symbols->capacity, symbols->count + 1))
			break;
		symbols->list[symbols->count].address = address;
		symbols->list[symbols->count].name = arena_string(&symbols->names, end + 3, length);
		if (!symbols->list[symbols->count].name)
			break;
		symbols->count++;
	}
	if (symbols->count)
		qsort(symbols->list, symbols->count, sizeof(*symbols->list), compare);
}

void kernel_symbols_free(struct kernel_symbols *symbols)
{
	free(symbols->list);
	arena_free(&symbols->names);
	*symbols = (struct kernel_symbols){0};
}

const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address,
				uint64_t *ret_offset)
{
	size_t low = 0, high = symbols->count;

	while (low < high) { /* the first that is past the address */
		size_t middle = low + (high - low) / 2;

		if (symbols->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* far past the last function there is none: an address of a program, or of data */
	if (!low || address - symbols->list[low - 1].address > 1 << 20)
		return NULL;
	*ret_offset = address - symbols->list[low - 1].address;
	return symbols->list[low - 1].name;
}
