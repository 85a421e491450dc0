/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Today's largest kernels have 8 MB of types and 3 MB of strings. A machine of 32 bits has fewer
 * addresses to spare. What is made up may fill all of it. */
#define TYPES_MAX   ((sizeof(void *) == 8 ? UINT32_C(64) : UINT32_C(32)) << 20)
#define STRINGS_MAX ((sizeof(void *) == 8 ? UINT32_C(64) : UINT32_C(32)) << 20)

#define STRING_MAX 4095

#define SLOTS_MIN 1024

static void *reserve(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int dwarf_store_init(struct dwarf_store *store, bool swapped)
{
	*store = (struct dwarf_store){
		.types = reserve(TYPES_MAX),
		.strings = reserve(STRINGS_MAX),
		.strings_size = 1,
		.slots = calloc(SLOTS_MIN, sizeof(*store->slots)),
		.slot_mask = SLOTS_MIN - 1,
		.swapped = swapped,
	};
	if (store->types && store->strings && store->slots)
		return 0;
	dwarf_store_free(store);
	return -ENOMEM;
}

void dwarf_store_free(struct dwarf_store *store)
{
	if (store->types)
		munmap(store->types, TYPES_MAX);
	if (store->strings)
		munmap(store->strings, STRINGS_MAX);
	free(store->slots);
	*store = (struct dwarf_store){.types = NULL};
}

uint32_t *dwarf_store_add(struct dwarf_store *store, uint32_t words)
{
	unsigned char *start = store->types + store->types_size;

	if (words > (TYPES_MAX - store->types_size) / sizeof(uint32_t))
		return NULL;
	store->types_size += words * (uint32_t)sizeof(uint32_t);
	return (uint32_t *)start;
}

/* The slot of @text, or the free one where it belongs. */
static uint32_t *find_slot(const struct dwarf_store *store, const char *text)
{
	uint32_t hash = UINT32_C(2166136261);

	for (const char *at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT32_C(16777619);
	hash ^= hash >> 15;
	for (uint32_t slot = hash & store->slot_mask;; slot = (slot + 1) & store->slot_mask)
		if (!store->slots[slot] || !strcmp(store->strings + store->slots[slot], text))
			return &store->slots[slot];
}

static int grow_slots(struct dwarf_store *store)
{
	struct dwarf_store grown = *store;

	grown.slot_mask = store->slot_mask * 2 + 1;
	grown.slots = calloc((size_t)grown.slot_mask + 1, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i <= store->slot_mask; i++)
		if (store->slots[i])
			*find_slot(&grown, store->strings + store->slots[i]) = store->slots[i];
	free(store->slots);
	*store = grown;
	return 0;
}

int dwarf_store_string(struct dwarf_store *store, const char *text, uint32_t *ret_offset)
{
	size_t size = strnlen(text, STRING_MAX + 1) + 1;
	uint32_t *slot;

	*ret_offset = 0;
	if (size == 1)
		return 0;
	if (size > STRING_MAX + 1)
		return -E2BIG;
	if (store->string_count > store->slot_mask / 2 && grow_slots(store))
		return -ENOMEM;
	slot = find_slot(store, text);
	if (!*slot) {
		if (size > STRINGS_MAX - store->strings_size)
			return -E2BIG;
		memcpy(store->strings + store->strings_size, text, size);
		*slot = store->strings_size;
		store->strings_size += (uint32_t)size;
		store->string_count++;
	}
	*ret_offset = *slot;
	return 0;
}
