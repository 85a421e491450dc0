/* SPDX-License-Identifier: MIT */
/*
 * The kinds of CO-RE relocations, and one relocation record of a .BTF.ext section.
 */
#ifndef COREBTF_RELO_CORE_RELO_H
#define COREBTF_RELO_CORE_RELO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/btf_ext.h"

/* enum bpf_core_relo_kind of linux/bpf.h, as of Linux 6.12; libbpf's relo_core.c has the words. */
enum core_relo_kind {
	CORE_RELO_FIELD_BYTE_OFFSET = 0,
	CORE_RELO_FIELD_BYTE_SIZE = 1,
	CORE_RELO_FIELD_EXISTS = 2,
	CORE_RELO_FIELD_SIGNED = 3,
	CORE_RELO_FIELD_LSHIFT_U64 = 4,
	CORE_RELO_FIELD_RSHIFT_U64 = 5,
	CORE_RELO_TYPE_ID_LOCAL = 6,
	CORE_RELO_TYPE_ID_TARGET = 7,
	CORE_RELO_TYPE_EXISTS = 8,
	CORE_RELO_TYPE_SIZE = 9,
	CORE_RELO_ENUMVAL_EXISTS = 10,
	CORE_RELO_ENUMVAL_VALUE = 11,
	CORE_RELO_TYPE_MATCHES = 12,
	CORE_RELO_KINDS
};

static inline bool core_relo_is_field(enum core_relo_kind kind)
{
	return kind <= CORE_RELO_FIELD_RSHIFT_U64;
}

static inline bool core_relo_is_enumerator(enum core_relo_kind kind)
{
	return kind == CORE_RELO_ENUMVAL_EXISTS || kind == CORE_RELO_ENUMVAL_VALUE;
}

const char *core_relo_kind_name(enum core_relo_kind kind);

struct core_relo {
	uint32_t instruction_offset; /* bytes, in its section */
	uint32_t type_id;	     /* root type, local */
	uint32_t access_offset;	     /* string "0:1:2", offset in the object's BTF strings */
	uint32_t kind;		     /* not checked yet */
};

/* A record of the table BTF_EXT_CORE_RELOS. */
static inline struct core_relo core_relo_read(const struct btf_ext_reader *reader,
					      const struct btf_ext_section *section,
					      uint32_t record)
{
	return (struct core_relo){
		.instruction_offset = btf_ext_word(reader, section, record, 0),
		.type_id = btf_ext_word(reader, section, record, 1),
		.access_offset = btf_ext_word(reader, section, record, 2),
		.kind = btf_ext_word(reader, section, record, 3),
	};
}

#endif
