/* SPDX-License-Identifier: MIT */
/*
 * The enumerators of an enum or enum64, sorted by value.
 */
#ifndef COREBTF_RUNNER_ENUM_NAMES_H
#define COREBTF_RUNNER_ENUM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/arena.h"

struct btf;
struct btf_type;

struct enum_names {
	bool is_signed; /* values are sign-extended to 64 bits */
	size_t count;
	struct enum_value {
		uint64_t value;
		const char *name; /* the BTF's */
	} values[];
};

/* @type is an enum of either kind. In @memory; NULL when there is none. */
struct enum_names *enum_names_read(const struct btf *btf, const struct btf_type *type,
				   struct arena *memory);

/* The first name of the value; NULL: it has none. */
const char *enum_names_find(const struct enum_names *names, uint64_t value);

#endif
