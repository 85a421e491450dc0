/* SPDX-License-Identifier: MIT */
/*
 * A source that makes each type of a raw BTF when it is first asked for, and notes which those are:
 * what a reader of DWARF or of a pack does, with raw BTF behind it.
 */
#ifndef COREBTF_TESTS_LAZY_SOURCE_H
#define COREBTF_TESTS_LAZY_SOURCE_H

#include "runtime/btf/btf_source.h"

struct lazy_source {
	struct type_source types;
	struct btf_source raw;
	uint32_t *offsets; /* TYPE_VIEW_NOT_MADE until a type is made */
	uint32_t made;	   /* types */
	uint32_t fails_at; /* make() fails for this type; 0: for none */
};

/* 0, or the error of btf_source_open(). @data must outlive the source. */
int lazy_source_open(struct lazy_source *lazy, const void *data, size_t size, struct reason *why);
void lazy_source_free(struct lazy_source *lazy);

/* Forgets which types were made. */
void lazy_source_forget(struct lazy_source *lazy);

static inline bool lazy_source_has_made(const struct lazy_source *lazy, uint32_t id)
{
	return lazy->offsets[id] != TYPE_VIEW_NOT_MADE;
}

#endif
