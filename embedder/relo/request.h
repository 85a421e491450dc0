/* SPDX-License-Identifier: MIT */
/*
 * One request: the query of a CO-RE relocation to a kernel's types, without its site
 * (relo_site.h). It is complete; the object it came from is not needed any more.
 *
 *	field        root struct task_struct, accessors [0] .mm .start
 *	type         root struct task_struct, shape
 *	enumerator   root enum bpf_func_id, enumerator BPF_FUNC_ringbuf_output
 */
#ifndef COREBTF_RELO_REQUEST_H
#define COREBTF_RELO_REQUEST_H

#include <stdint.h>

#include "embedder/relo/core_relo.h"
#include "embedder/relo/shape.h"
#include "runtime/field/field_path.h"

/* libbpf's bound on the steps of a field access, anonymous members included. */
#define REQUEST_STEPS_MAX 64

/* One step of a field access: a named member, or an array index when the name is empty.
 * Anonymous structs on the way do not count: the target may nest them differently. */
struct accessor {
	struct symbol name;
	uint32_t index;		   /* array index; for a member not used */
	const struct shape *shape; /* FIELD shape of the member's type; NULL for an index */
};

/* A local type that requests start from. Its candidates are the target's types with the same
 * essential name and kind (ENUM and ENUM64 are one kind). */
struct request_root {
	struct symbol name; /* without flavour */
	uint32_t kind;	    /* BTF_KIND_*, typedefs not followed; ENUM for ENUM64 */
};

#define REQUEST_NO_ROOT UINT32_MAX

struct request {
	enum core_relo_kind kind;
	uint32_t root; /* number in the set; REQUEST_NO_ROOT when broken */
	struct request_root root_type;
	uint32_t accessor_count;
	const struct accessor *accessors; /* field: the first one is the index into the pointer */
	const struct shape *shape;	  /* type */
	struct symbol enumerator;
	/* Why libbpf fails on it with every kernel (no trimming helps); NULL: it does not. */
	const char *broken;
	/* What --keep asks for instead of a relocation; NULL: it is one. */
	const struct field_path *kept;
	const unsigned char *key; /* equal for equal requests, with the kind as the last byte */
	uint32_t key_size;
	uint32_t number; /* in the set */
	const struct request
		*same; /* the equal request that is in the set instead; NULL: this is */
};

#endif
