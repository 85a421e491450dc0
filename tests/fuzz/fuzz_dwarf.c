/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the DWARF of a kernel. Types that are asked for by name can be read as far as the
 * view says, and the full BTF is one that the reader of BTF takes, with the same number of types.
 * What is refused is refused with a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/dwarf/dwarf_source.h"
#include "tests/fuzz/dwarf_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
	if (!condition)
		abort();
}

/* A section as large as its block of memory, so that a sanitizer sees a read past its end. */
static void take(struct dwarf_section *section, const uint8_t **data, const uint8_t *end)
{
	uint32_t size = 0;
	uint8_t *copy;

	for (unsigned int i = 0; i < 4 && *data < end; i++)
		size |= (uint32_t) * (*data)++ << 8 * i;
	if (size > (size_t)(end - *data))
		size = (uint32_t)(end - *data);
	copy = size ? malloc(size) : NULL;
	if (copy)
		memcpy(copy, *data, size);
	*section = (struct dwarf_section){copy, copy ? size : 0};
	*data += size;
}

static int see_name(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	check(type && id);
	*(size_t *)context += strlen(name);
	return 0;
}

static size_t read_types(const struct type_view *view)
{
	size_t sum = 0;

	/* Making a type gives ids to those that it refers to. */
	for (uint32_t id = 0; id < view->type_count && id < 4096; id++) {
		const struct btf_type *type = type_view_type(view, id);
		uint32_t kind, vlen, stripped = id;

		if (!type) {
			check(view->failure < 0 && *view->why.text);
			continue;
		}
		kind = type_view_kind(view, type);
		vlen = type_view_vlen(view, type);
		check(type_view_string(view, type_view_name_offset(view, type)));
		type_view_strip(view, &stripped);
		sum += (size_t)type_view_resolve_size(view, id, 8);
		if (kind == BTF_KIND_INT)
			sum += type_view_int_encoding(view, type);
		if (kind == BTF_KIND_ARRAY)
			sum += type_view_elements(view, type);
		for (uint32_t i = 0; type_view_is_enum(kind) && i < vlen; i++)
			check(type_view_string(view, type_view_enumerator(view, type, i)));
		for (uint32_t i = 0; type_view_is_composite(kind) && i < vlen; i++)
			sum += type_view_bit_offset(view, type, i) +
			       type_view_bit_size(view, type, i);
	}
	return sum;
}

static size_t ask_for_types(const struct dwarf_sections *sections)
{
	static const struct wanted_name names[] = {{"shared", 6}, {"list", 4}, {"state", 5}};
	static struct wanted_types wanted;
	struct dwarf_source *source = NULL;
	struct reason why = {""};
	size_t sum = 0;
	int err = dwarf_source_open(sections, &source, &why);

	wanted.kinds = UINT32_MAX;
	memset(wanted.prefixes, 0xff, sizeof(wanted.prefixes));
	wanted.names = names;
	wanted.name_count = sizeof(names) / sizeof(*names);
	if (!err) {
		struct type_source *types = dwarf_source_types(source);

		err = types->find(types, &wanted, see_name, &sum, &why);
		if (!err)
			sum += read_types(&types->view);
	}
	check(!err || *why.text);
	dwarf_source_close(source);
	return sum;
}

static void write_all(const struct dwarf_sections *sections)
{
	struct dwarf_source *source = NULL;
	struct btf_source btf = {0};
	struct byte_buffer output = {0};
	struct reason why = {""};
	int err = dwarf_source_open(sections, &source, &why);

	if (!err)
		err = dwarf_source_write(source, &output, &why);
	check(!err || *why.text);
	if (!err) {
		check(!btf_source_open_all(&btf, output.data, output.size, &why));
		check(btf.types.view.type_count == dwarf_source_types(source)->view.type_count);
	}
	btf_source_free(&btf);
	byte_buffer_free(&output);
	dwarf_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct dwarf_sections sections = {0};
	size_t sum;

	if (!size)
		return 0;
	sections.big_endian = *data & DWARF_INPUT_BIG_ENDIAN;
	sections.is_64bit = *data & DWARF_INPUT_64BIT;
	data++;
	for (int i = 0; i < 2 * DWARF_INPUT_SECTIONS; i++)
		take(dwarf_input_section(&sections, i), &data, end);
	sum = ask_for_types(&sections);
	write_all(&sections);
	for (int i = 0; i < 2 * DWARF_INPUT_SECTIONS; i++)
		free((void *)dwarf_input_section(&sections, i)->data);
	return sum == SIZE_MAX ? -1 : 0;
}
