/* SPDX-License-Identifier: MIT */
/*
 * The site of a CO-RE relocation: object, instruction and what it queries. Many sites share one
 * request; a verdict on the request holds for all of them.
 */
#ifndef COREBTF_RELO_RELO_SITE_H
#define COREBTF_RELO_RELO_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/relo/source_lines.h"

struct request;

/* A BPF object whose relocations were read. */
struct relo_object {
	const char *name;
	bool big_endian;
	uint64_t digest; /* bpf_object_file.digest */
	uint32_t relocation_count;
	const char *strings; /* of its .BTF; sites refer to them */
	size_t first_site;   /* its sites are relocation_count in a row */
};

/* What all relocations of an object with the same type and access string share. */
struct local_relo {
	uint32_t kind; /* enum core_relo_kind */
	uint32_t name; /* of the local root type, with flavour; offset in the object's strings */
	const struct request *request; /* NULL: a local type id, which no kernel changes */
};

struct relo_site {
	uint32_t object;	     /* number in the set */
	uint32_t local;		     /* number of the local_relo in the set */
	uint32_t section;	     /* of the program; offset in the object's strings */
	uint32_t instruction_offset; /* bytes, in the section */
	struct source_line line;
};

#endif
