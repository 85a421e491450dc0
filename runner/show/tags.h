/* SPDX-License-Identifier: MIT */
/*
 * The declaration tags of a BTF (btf_decl_tag of clang 14 and newer), by what they are on: a member
 * of a struct, a variable, a typedef. BTF has them as types of their own in any order, so they are
 * collected once.
 */
#ifndef COREBTF_RUNNER_TAGS_H
#define COREBTF_RUNNER_TAGS_H

#include <stddef.h>
#include <stdint.h>

struct btf;

struct tag {
	uint32_t type;	   /* the type that is tagged */
	int32_t component; /* its member; -1: the type itself */
	const char *text;  /* the BTF's */
};

/* Starts zeroed. */
struct tags {
	struct tag *list; /* sorted by type and component; several of one in the order of their
			     texts in the BTF */
	size_t count, capacity;
};

/* 0 or -ENOMEM. The texts are @btf's, which must outlive the tags. */
int tags_collect(struct tags *tags, const struct btf *btf);
void tags_free(struct tags *tags);

/* The tags of a type (@component -1) or a member: the first, and how many follow each other. */
const struct tag *tags_of(const struct tags *tags, uint32_t type, int32_t component,
			  size_t *ret_count);

#endif
