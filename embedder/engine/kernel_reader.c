/* SPDX-License-Identifier: MIT */
#include "embedder/engine/kernel_reader.h"

int kernel_reader_open(struct kernel_reader *reader, const struct kernel_types *types,
		       struct type_source **ret_source, struct reason *why)
{
	int err;

	kernel_reader_close(reader);
	if (types->dwarf) {
		err = dwarf_source_open(&types->dwarf->sections, &reader->dwarf, why);
		if (!err)
			*ret_source = dwarf_source_types(reader->dwarf);
		return err;
	}
	err = btf_source_open(&reader->btf, types->btf.data, types->btf.size, why);
	if (!err)
		*ret_source = &reader->btf.types;
	return err;
}

int kernel_reader_open_all(struct kernel_reader *reader, const struct kernel_types *types,
			   struct type_source **ret_source, struct reason *why)
{
	int err = kernel_reader_open(reader, types, ret_source, why);

	if (err || !reader->dwarf)
		return err;
	byte_buffer_clear(&reader->full);
	err = dwarf_source_write(reader->dwarf, &reader->full, why);
	if (!err)
		err = btf_source_open(&reader->btf, reader->full.data, reader->full.size, why);
	*ret_source = &reader->btf.types;
	return err;
}

void kernel_reader_close(struct kernel_reader *reader)
{
	dwarf_source_close(reader->dwarf);
	reader->dwarf = NULL;
}

void kernel_reader_free(struct kernel_reader *reader)
{
	kernel_reader_close(reader);
	btf_source_free(&reader->btf);
	byte_buffer_free(&reader->full);
}
