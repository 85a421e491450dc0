/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_types.h"

#include <errno.h>
#include <stdlib.h>

#include "runtime/types/type_view.h"
#include "runtime/util/array.h"

#define SLOTS_MIN 4096

/* The kernel accepts a million types of a BTF. */
#define TYPES_MAX UINT32_C(0x000fffff)

int dwarf_types_init(struct dwarf_types *types, uint64_t void_digest)
{
	*types = (struct dwarf_types){
		.slots = calloc(SLOTS_MIN, sizeof(*types->slots)),
		.slot_mask = SLOTS_MIN - 1,
	};
	if (!types->slots || array_reserve(types->types, types->capacity, 1) ||
	    array_reserve(types->offsets, types->offsets_capacity, 1)) {
		dwarf_types_free(types);
		return -ENOMEM;
	}
	types->types[0] = (struct dwarf_type){.digest = void_digest};
	types->offsets[0] = 0;
	types->count = 1;
	return 0;
}

void dwarf_types_free(struct dwarf_types *types)
{
	free(types->types);
	free(types->offsets);
	free(types->slots);
	*types = (struct dwarf_types){.count = 0};
}

static uint32_t *find_slot(const struct dwarf_types *types, uint64_t digest)
{
	uint32_t slot = (uint32_t)(digest >> 11) & types->slot_mask;

	while (types->slots[slot] && types->types[types->slots[slot]].digest != digest)
		slot = (slot + 1) & types->slot_mask;
	return &types->slots[slot];
}

static int grow_slots(struct dwarf_types *types)
{
	uint32_t mask = types->slot_mask * 2 + 1;
	uint32_t *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(types->slots);
	types->slots = slots;
	types->slot_mask = mask;
	for (uint32_t id = 1; id < types->count; id++)
		*find_slot(types, types->types[id].digest) = id;
	return 0;
}

int dwarf_types_add(struct dwarf_types *types, uint64_t digest, uint64_t place,
		    enum dwarf_made_as as, uint32_t *ret_id)
{
	uint32_t *slot;

	if (digest == types->types[0].digest) {
		*ret_id = 0;
		return 0;
	}
	if (types->count > types->slot_mask / 2 && grow_slots(types))
		return -ENOMEM;
	slot = find_slot(types, digest);
	if (!*slot) {
		if (types->count > TYPES_MAX)
			return -E2BIG;
		if (array_reserve(types->types, types->capacity, (size_t)types->count + 1) ||
		    array_reserve(types->offsets, types->offsets_capacity,
				  (size_t)types->count + 1))
			return -ENOMEM;
		types->types[types->count] = (struct dwarf_type){digest, place, as};
		types->offsets[types->count] = TYPE_VIEW_NOT_MADE;
		*slot = types->count++;
	}
	*ret_id = *slot;
	return 0;
}
