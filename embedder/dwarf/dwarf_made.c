/* SPDX-License-Identifier: MIT */
#include "embedder/dwarf/dwarf_made.h"

#include <dwarf.h>
#include <stdlib.h>

#include "runtime/types/type_view.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

/* What the 16 bits of older readers hold. */
#define PARTS_MAX UINT16_MAX

int dwarf_made_too_large(struct dwarf_made *type, const char *what)
{
	_cleanup_free_ char *printable = NULL;
	const char *name = "";

	if (!type->die.die || dwarf_die_name(&type->die, &name, NULL) || !*name)
		name = "without a name";
	printable = text_printable(name);
	return reason_set(type->why, -E2BIG,
			  "DWARF: the type %.200s at 0x%llx has %s, more than BTF can hold",
			  printable ? printable : "",
			  (unsigned long long)dwarf_place_offset(type->conversion->type_place),
			  what);
}

int dwarf_made_fail(struct dwarf_made *type, int err)
{
	return dwarf_conversion_fail(err, type->why);
}

int dwarf_made_put(struct dwarf_made *type, uint32_t value)
{
	uint32_t *word = dwarf_store_add(&type->conversion->store, 1);

	if (!word)
		return dwarf_made_fail(type, -E2BIG);
	*word = dwarf_store_word(&type->conversion->store, value);
	return 0;
}

int dwarf_made_put_text(struct dwarf_made *type, const char *text)
{
	uint32_t offset;
	int err = dwarf_store_string(&type->conversion->store, text, &offset);

	return err ? dwarf_made_fail(type, err) : dwarf_made_put(type, offset);
}

int dwarf_made_put_name(struct dwarf_made *type, const struct dwarf_die *die)
{
	const char *name;
	int err = dwarf_die_name(die, &name, type->why);

	return err ? err : dwarf_made_put_text(type, name);
}

/* The words that every type starts with; info and the last word are set by dwarf_made_finish(). */
int dwarf_made_start(struct dwarf_made *type, const struct dwarf_die *named)
{
	int err = named ? dwarf_made_put_name(type, named) : dwarf_made_put(type, 0);

	if (!err)
		err = dwarf_made_put(type, 0);
	return err ? err : dwarf_made_put(type, 0);
}

void dwarf_made_finish(struct dwarf_made *type, uint32_t kind, bool flag, uint32_t size_or_type)
{
	struct dwarf_store *store = &type->conversion->store;
	struct btf_type *made = (struct btf_type *)(store->types + type->start);

	made->info = dwarf_store_word(store, (uint32_t)flag << 31 | kind << 24 | type->parts);
	made->size = dwarf_store_word(store, size_or_type);
}

int dwarf_made_add_part(struct dwarf_made *type)
{
	return ++type->parts > PARTS_MAX ? dwarf_made_too_large(type, "too many members") : 0;
}

/* An attribute of the entry as a number; 0 without it. */
int dwarf_made_number(struct dwarf_made *type, const struct dwarf_die *die, unsigned int attribute,
		      uint64_t *ret_number)
{
	int found;

	*ret_number = 0;
	found = dwarf_die_number(die, attribute, ret_number, NULL, type->why);
	return found < 0 ? found : 0;
}

int dwarf_made_size(struct dwarf_made *type, uint32_t *ret_size)
{
	uint64_t size;
	int err = dwarf_made_number(type, &type->die, DW_AT_byte_size, &size);

	*ret_size = (uint32_t)size;
	if (!err && size > UINT32_MAX)
		err = dwarf_made_too_large(type, "a size of 4 GiB or more");
	return err;
}

int dwarf_made_each_child(struct dwarf_made *type, dwarf_made_child_fn visit, void *context)
{
	_cleanup_(dwarf_die_close) struct dwarf_die child = {.die = NULL};
	int more = dwarf_die_child(&type->die, &child, type->why);

	while (more > 0) {
		uint16_t tag;
		int err = dwarf_die_tag(&child, &tag, type->why);

		if (!err)
			err = visit(type, &child, tag, context);
		if (err)
			return err;
		more = dwarf_die_next(&child, type->why);
	}
	return more;
}

/* The id of what an attribute of @die refers to; 0 (void) without it. */
int dwarf_made_reference(struct dwarf_made *type, const struct dwarf_die *die, uint32_t *ret_id)
{
	uint64_t place;
	int found = dwarf_die_reference(die, DW_AT_type, &place, type->why);

	*ret_id = 0;
	return found > 0 ? dwarf_conversion_id(type->conversion, place, ret_id, type->why) : found;
}
