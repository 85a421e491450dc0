/* SPDX-License-Identifier: MIT */
/*
 * The CO-RE relocation records of a .BTF.ext section, one after the other.
 *
 *	header | ... | record size u32 | { section name u32, count u32, records ... } ...
 */
#ifndef COREBTF_RELO_CORE_RELO_H
#define COREBTF_RELO_CORE_RELO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/reason.h"

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

struct core_relo_reader {
	const unsigned char *position;
	size_t left; /* bytes after position */
	uint32_t record_size;
	uint32_t in_section; /* records left in the section that is being read */
	bool swapped;
};

/* @ext: a .BTF.ext section, untrusted. Without CO-RE relocations the reader is empty. */
int core_relo_reader_open(struct core_relo_reader *reader, const void *ext, size_t size,
			  struct reason *why);

/* 1 and a record, 0 at the end, or -EBADMSG. */
int core_relo_reader_next(struct core_relo_reader *reader, struct core_relo *ret_relo,
			  struct reason *why);

#endif
