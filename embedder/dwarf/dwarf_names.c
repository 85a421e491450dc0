/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_names.h"

#include <stdlib.h>

/* The kernel accepts names of at most 511 bytes. What is longer is hashed no further, and no type
 * is made with it (dwarf_store.h). */
#define HASHED_LENGTH_MAX 4096

#define KEPT_BITS  15
#define KEPT_NAMES (UINT32_C(1) << KEPT_BITS) /* 512 KiB, which the processor's cache holds */

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
	size_t length = strnlen(name->text, HASHED_LENGTH_MAX);

	name->hash = length ? hash_text(name->text, length) : 0;
	name->wanted = false;
	if (names->wanted && length)
		name->wanted = *find_slot(names, name->text,
					  type_view_essential_length(name->text, length));
}

/* The name at @offset of .debug_str, which is in range. */
static inline void get_kept(struct dwarf_names *names, const struct dwarf_section *str,
			    uint32_t offset, struct dwarf_name *ret_name)
{
	struct dwarf_kept_name *kept =
		&names->kept[(offset * UINT32_C(0x9e3779b1)) >> (32 - KEPT_BITS)];

	ret_name->text = (const char *)str->data + offset;
	if (kept->offset != offset + 1) {
		compute(names, ret_name);
		*kept = (struct dwarf_kept_name){offset + 1, ret_name->wanted, ret_name->hash};
	}
	ret_name->hash = kept->hash;
	ret_name->wanted = kept->wanted;
}

bool dwarf_names_can_keep(const struct dwarf_units *units, const struct dwarf_unit *unit,
			  uint64_t offset)
{
	return dwarf_place_part(unit->start) != DWARF_PART_ALTERNATE &&
	       offset < units->sections->file.str.size && offset < UINT32_MAX;
}

uint64_t dwarf_names_hash_text(const char *text)
{
	return *text ? hash_text(text, strnlen(text, HASHED_LENGTH_MAX)) : 0;
}

uint64_t dwarf_names_hash(struct dwarf_names *names, const struct dwarf_units *units,
			  uint32_t offset)
{
	struct dwarf_name name;

	get_kept(names, &units->sections->file.str, offset, &name);
	return name.hash;
}

int dwarf_names_get(struct dwarf_names *names, const struct dwarf_units *units,
		    const struct dwarf_entry *entry, struct dwarf_name *ret_name,
		    struct reason *why)
{
	const struct dwarf_section *str = &units->sections->file.str;
	int err;

	if (dwarf_entry_has(entry, DWARF_NAME) && entry->name.class == DWARF_CLASS_STR &&
	    dwarf_names_can_keep(units, entry->unit, entry->name.number)) {
		get_kept(names, str, (uint32_t)entry->name.number, ret_name);
		return 0;
	}
	err = dwarf_entry_name(units, entry, &ret_name->text, why);
	if (!err)
		compute(names, ret_name);
	return err;
}

int dwarf_names_peek(struct dwarf_names *names, const struct dwarf_units *units,
		     const struct dwarf_spot *spot, struct dwarf_name *ret_name,
		     bool *ret_declaration, struct reason *why)
{
	const struct dwarf_section *str = &units->sections->file.str;
	struct dwarf_entry entry;
	uint64_t offset;
	int err;

	if (spot->abbrev->starts_with_text && !spot->abbrev->has_declaration) {
		ret_name->text = spot->text;
		compute(names, ret_name);
		*ret_declaration = false;
		return 0;
	}
	if (spot->abbrev->name != DWARF_SIZE_VARIES && !spot->abbrev->has_declaration) {
		offset = bytes_load(spot->attributes + spot->abbrev->name, 4, units->swapped);
		if (dwarf_names_can_keep(units, spot->unit, offset)) {
			get_kept(names, str, (uint32_t)offset, ret_name);
			*ret_declaration = false;
			return 0;
		}
	}
	err = dwarf_entry_read(units, spot->unit, spot->place, &entry, why);
	if (err)
		return err;
	*ret_declaration = dwarf_entry_is_declaration(&entry);
	return dwarf_names_get(names, units, &entry, ret_name, why);
}
