/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_names.h"

#include <stdlib.h>

#define KEPT_NAMES (UINT32_C(1) << 15) /* 512 KiB, which the processor's cache holds */

static uint64_t hash_text(const char *text, size_t length)
{
	uint64_t hash = dwarf_mix(0, length), word;

	for (; length >= sizeof(word); text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = dwarf_mix(hash, word);
	}
	word = 0;
	memcpy(&word, text, length);
	hash = dwarf_mix(hash, word);
	return hash ? hash : 1;
}

void dwarf_names_free(struct dwarf_names *names)
{
	free(names->slots);
	free(names->kept);
	*names = (struct dwarf_names){.kept = NULL};
}

static uint32_t *find_slot(const struct dwarf_names *names, const char *text, size_t length)
{
	uint32_t slot = (uint32_t)hash_text(text, length) & names->slot_mask;

	for (;; slot = (slot + 1) & names->slot_mask) {
		const struct wanted_name *name;

		if (!names->slots[slot])
			return &names->slots[slot];
		name = &names->wanted->names[names->slots[slot] - 1];
		if (name->length == length && memcmp(name->text, text, length) == 0)
			return &names->slots[slot];
	}
}

int dwarf_names_init(struct dwarf_names *names, const struct wanted_types *wanted)
{
	size_t count = wanted ? wanted->name_count : 0;
	uint32_t slots = 16;

	dwarf_names_free(names);
	while (slots / 2 < count)
		slots *= 2;
	names->wanted = wanted;
	names->slot_mask = slots - 1;
	names->slots = calloc(slots, sizeof(*names->slots));
	names->kept = calloc(KEPT_NAMES, sizeof(*names->kept));
	if (!names->slots || !names->kept) {
		dwarf_names_free(names);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		*find_slot(names, wanted->names[i].text, wanted->names[i].length) = (uint32_t)i + 1;
	return 0;
}

static void compute(const struct dwarf_names *names, struct dwarf_name *name)
{
	size_t length = strlen(name->text);

	name->hash = length ? hash_text(name->text, length) : 0;
	name->wanted = false;
	if (names->wanted && length)
		name->wanted = *find_slot(names, name->text,
					  type_view_essential_length(name->text, length));
}

int dwarf_names_get(struct dwarf_names *names, const struct dwarf_units *units,
		    const struct dwarf_entry *entry, struct dwarf_name *ret_name,
		    struct reason *why)
{
	const struct dwarf_section *str = &units->sections->file.str;
	uint64_t offset = entry->name.number;
	struct dwarf_kept_name *kept;
	int err;

	if (dwarf_entry_has(entry, DWARF_NAME) && entry->name.class == DWARF_CLASS_STR &&
	    dwarf_place_part(entry->place) != DWARF_PART_ALTERNATE && offset < str->size &&
	    offset < UINT32_MAX) {
		kept = &names->kept[((uint32_t)offset * UINT32_C(0x9e3779b1)) >> 17];
		ret_name->text = (const char *)str->data + offset;
		if (kept->offset != offset + 1) {
			compute(names, ret_name);
			*kept = (struct dwarf_kept_name){(uint32_t)offset + 1, ret_name->wanted,
							 ret_name->hash};
		}
		ret_name->hash = kept->hash;
		ret_name->wanted = kept->wanted;
		return 0;
	}
	err = dwarf_entry_name(units, entry, &ret_name->text, why);
	if (!err)
		compute(names, ret_name);
	return err;
}
