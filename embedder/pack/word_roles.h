/* SPDX-License-Identifier: MIT */
/*
 * What each 32-bit word of a type in BTF's layout is: a name, a reference to a type, or a value. So
 * the code that packs types needs no case for each kind.
 *
 *	name | info | third | tail ... | element, info's vlen times ...
 */
#ifndef COREBTF_PACK_WORD_ROLES_H
#define COREBTF_PACK_WORD_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/types/type_view.h"

#define WORD_HEAD	   3 /* name, info, third */
#define WORD_NAME	   'n'
#define WORD_REFERENCE	   'r'
#define WORD_VALUE	   'v'
#define WORD_ELEMENT_MAX   3
#define WORD_KIND(info)	   ((info) >> 24 & 0x7f)
#define WORD_VLEN(info)	   ((info)&0xffffff)
#define WORD_KFLAG(info)   ((info) >> 31)
#define WORD_INFO(k, v, f) ((uint32_t)(k) << 24 | (v) | (uint32_t)(f) << 31)

/* A role for each word. */
struct word_roles {
	char head[WORD_HEAD + WORD_ELEMENT_MAX + 1]; /* name, info, third, tail */
	char element[WORD_ELEMENT_MAX + 1];
	uint8_t tail_words, element_words;
	/* Types of this kind with a name are referred to by kind and name. */
	bool has_slots;
};

extern const struct word_roles word_roles[TYPE_VIEW_KIND_KNOWN];

static inline bool word_roles_know(uint32_t kind)
{
	return kind && kind < TYPE_VIEW_KIND_KNOWN;
}

/* Words of a type of a kind that is known. */
static inline size_t word_count(uint32_t info)
{
	const struct word_roles *roles = &word_roles[WORD_KIND(info)];

	return WORD_HEAD + roles->tail_words + (size_t)WORD_VLEN(info) * roles->element_words;
}

/* The roles of a type's words, one after the other: of the first one word_roles[kind].head, then
 * that of the word after the one with @role. */
static inline const char *word_next_role(const struct word_roles *roles, const char *role)
{
	return *++role ? role : roles->element;
}

#endif
