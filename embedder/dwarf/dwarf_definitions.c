/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_definitions.h"

#include <dwarf.h>
#include <stdlib.h>

#define SLOTS_MIN 32768 /* a kernel has some ten thousand names */
#define NAMES_MAX (UINT32_C(1) << 19)

void dwarf_definitions_free(struct dwarf_definitions *definitions)
{
	free(definitions->slots);
	*definitions = (struct dwarf_definitions){.slots = NULL};
}

static uint64_t key_of(uint16_t tag, const struct dwarf_name *name)
{
	/* C++ compilers call a struct a class. */
	uint64_t key =
		dwarf_mix(tag == DW_TAG_class_type ? DW_TAG_structure_type : tag, name->hash);

	return key ? key : 1;
}

static struct dwarf_definition *find_slot(struct dwarf_definition *slots, uint32_t mask,
					  uint64_t key)
{
	uint32_t slot = (uint32_t)(key >> 17) & mask;

	while (slots[slot].key && slots[slot].key != key)
		slot = (slot + 1) & mask;
	return &slots[slot];
}

static int grow(struct dwarf_definitions *definitions)
{
	uint32_t mask = definitions->slots ? definitions->mask * 2 + 1 : SLOTS_MIN - 1;
	struct dwarf_definition *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; definitions->slots && i <= definitions->mask; i++)
		if (definitions->slots[i].key)
			*find_slot(slots, mask, definitions->slots[i].key) = definitions->slots[i];
	free(definitions->slots);
	definitions->slots = slots;
	definitions->mask = mask;
	return 0;
}

int dwarf_definitions_add(struct dwarf_definitions *definitions, uint16_t tag,
			  const struct dwarf_name *name, uint64_t place)
{
	struct dwarf_definition *slot;

	if (!definitions->slots || definitions->count > definitions->mask / 2) {
		int err = grow(definitions);

		if (err)
			return err;
	}
	slot = find_slot(definitions->slots, definitions->mask, key_of(tag, name));
	if (slot->key)
		return 0;
	if (definitions->count == NAMES_MAX)
		return -E2BIG;
	*slot = (struct dwarf_definition){key_of(tag, name), place, 0};
	definitions->count++;
	return 0;
}

struct dwarf_definition *dwarf_definitions_find(const struct dwarf_definitions *definitions,
						uint16_t tag, const struct dwarf_name *name)
{
	struct dwarf_definition *slot;

	if (!definitions->slots)
		return NULL;
	slot = find_slot(definitions->slots, definitions->mask, key_of(tag, name));
	return slot->key ? slot : NULL;
}
