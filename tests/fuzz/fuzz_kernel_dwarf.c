/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an ELF file with DWARF: its sections are found or refused, and they are the same in
 * the parts of the file that are kept of a kernel in an archive.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_dwarf.h"
#include "embedder/util/cleanup.h"

#define LIMIT (UINT64_C(256) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
	if (!condition)
		abort();
}

static void check_budget(struct memory_budget *budget)
{
	check(!budget->used && !budget->holders);
	memory_budget_destroy(budget);
}

/* Takes over @bytes. */
static struct kernel_dwarf *open_dwarf(struct kernel_btf *bytes, struct memory_budget *budget)
{
	struct kernel_dwarf *dwarf = NULL;
	struct kernel_facts facts;
	struct reason why = {""};
	int err;

	check(!memory_budget_acquire(budget, 0, NULL));
	bytes->budget = budget;
	err = kernel_dwarf_open(bytes, NULL, &facts, &dwarf, &why);
	check(!bytes->data && !err == !!dwarf && !err == !*why.text);
	return dwarf;
}

static bool is_same(const struct dwarf_section *a, const struct dwarf_section *b)
{
	return a->size == b->size && (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

static bool is_same_file(const struct dwarf_file *a, const struct dwarf_file *b)
{
	return is_same(&a->info, &b->info) && is_same(&a->abbrev, &b->abbrev) &&
	       is_same(&a->str, &b->str) && is_same(&a->line_str, &b->line_str) &&
	       is_same(&a->str_offsets, &b->str_offsets) && is_same(&a->types, &b->types) &&
	       is_same(&a->addr, &b->addr);
}

static void compare_excerpt(const uint8_t *data, size_t size, const struct kernel_dwarf *whole)
{
	struct kernel_excerpt_range ranges[KERNEL_EXCERPT_RANGES];
	_cleanup_(kernel_excerpt_close) struct kernel_excerpt excerpt = {0};
	_cleanup_(kernel_dwarf_close) struct kernel_dwarf *dwarf = NULL;
	struct kernel_btf kept = {0};
	struct memory_budget budget;
	size_t count = kernel_dwarf_ranges(data, size, KERNEL_TYPES_DWARF, ranges);

	check(count > 0 && count <= KERNEL_EXCERPT_RANGES);
	check(!kernel_excerpt_open_ranges(size, ranges, count, &excerpt, NULL));
	for (size_t at = 0; at < size; at += 1000)
		check(!kernel_excerpt_take(&excerpt, at, data + at,
					   size - at < 1000 ? size - at : 1000));
	check(!kernel_excerpt_finish(&excerpt, &kept, NULL));
	memory_budget_init(&budget, LIMIT);
	dwarf = open_dwarf(&kept, &budget);
	check(dwarf && is_same_file(&dwarf->sections.file, &whole->sections.file));
	kernel_dwarf_close(&dwarf);
	check_budget(&budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_btf bytes = {.memory = malloc(size + !size), .size = size};
	struct kernel_dwarf *dwarf;
	struct memory_budget budget;

	check(bytes.memory != NULL);
	memcpy(bytes.memory, data, size);
	bytes.data = bytes.memory;
	memory_budget_init(&budget, LIMIT);
	dwarf = open_dwarf(&bytes, &budget);
	if (dwarf) {
		check(budget.used <= LIMIT);
		compare_excerpt(data, size, dwarf);
	}
	kernel_dwarf_close(&dwarf);
	check_budget(&budget);
	return 0;
}
