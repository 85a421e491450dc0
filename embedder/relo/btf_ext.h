/* SPDX-License-Identifier: MIT */
/*
 * The .BTF.ext section of a BPF object: three tables of one layout. Untrusted, of either byte
 * order.
 *
 *	header | ... | record size u32 | { section name u32, count u32, records ... } ...
 */
#ifndef COREBTF_RELO_BTF_EXT_H
#define COREBTF_RELO_BTF_EXT_H

#include <byteswap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtime/util/reason.h"

enum btf_ext_table {
	BTF_EXT_FUNCTIONS, /* func_info: which function starts at an instruction */
	BTF_EXT_LINES,	   /* line_info: which source line an instruction comes from */
	BTF_EXT_CORE_RELOS,
	BTF_EXT_TABLES
};

/* The records of one program section. */
struct btf_ext_section {
	uint32_t name;	      /* offset in the strings of .BTF, not checked */
	uint32_t count;	      /* records, all inside the table */
	uint32_t record_size; /* bytes, a multiple of 4 */
	const unsigned char *records;
};

struct btf_ext_reader {
	const unsigned char *position;
	size_t left; /* bytes after position */
	uint32_t record_size;
	bool swapped; /* the section has the other byte order than this machine */
};

/*
 * @ext: aligned to 4. A missing table is empty, also if the header is too old to have it.
 * Errors: -EBADMSG, -EOPNOTSUPP another version.
 */
int btf_ext_reader_open(struct btf_ext_reader *reader, enum btf_ext_table table, const void *ext,
			size_t size, struct reason *why);

/* 1 and the next section, 0 at the end, or -EBADMSG. */
int btf_ext_reader_next(struct btf_ext_reader *reader, struct btf_ext_section *ret_section,
			struct reason *why);

/* Word @number of record @record, in host byte order. */
static inline uint32_t btf_ext_word(const struct btf_ext_reader *reader,
				    const struct btf_ext_section *section, uint32_t record,
				    unsigned int number)
{
	uint32_t value;

	memcpy(&value,
	       section->records + (size_t)record * section->record_size + number * sizeof(value),
	       sizeof(value));
	return reader->swapped ? bswap_32(value) : value;
}

#endif
