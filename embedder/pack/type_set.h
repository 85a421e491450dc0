/* SPDX-License-Identifier: MIT */
/*
 * Distinct types of any number of kernels, each once. A type is what its words say (word_roles.h):
 * BTF's layout in host byte order, in which a name is an offset into the strings, and a reference
 *is
 *
 *	0                  void
 *	1 .. type_count    a type, by content: the number of that very type
 *	from slot_base on  a slot: "the struct foo of whichever kernel this is"
 *
 * A slot is (kind, name, ordinal), and in one kernel exactly one type is in it. Structs, unions,
 * enums, typedefs and forward declarations with a name are referred to by their slot, so `struct
 * foo` stays one type in all kernels when something that it points to changes. References by
 * content form no circles.
 *
 * The ordinal tells apart what would be equal: in a kernel with two `struct foo`, the one that is
 * referred to more often has ordinal 0 and the other one 1; a type without a slot that a kernel has
 * twice, word for word, has ordinals 0 and 1.
 */
#ifndef COREBTF_PACK_TYPE_SET_H
#define COREBTF_PACK_TYPE_SET_H

#include "embedder/pack/word_roles.h"
#include "runtime/util/reason.h"

/* How deep references by content may lead; real kernels need some 20. */
#define TYPE_SET_DEPTH_MAX 200

#define TYPE_SET_NO_SLOT UINT32_MAX

struct type_slot {
	uint32_t kind, name, ordinal;
};

struct type_set {
	char *strings; /* each with its NUL; the first is "" */
	uint32_t strings_size;
	uint32_t *words;
	uint32_t *first; /* by type: its place in words */
	uint32_t *ordinals;
	uint32_t *slot_of; /* by type; TYPE_SET_NO_SLOT: it has none */
	uint32_t type_count;
	struct type_slot *slots;
	uint32_t slot_count;
	uint32_t slot_base;
};

/* Frees the arrays; it is {0} then. */
void type_set_free(struct type_set *set);

static inline const uint32_t *type_set_words(const struct type_set *set, uint32_t type)
{
	return set->words + set->first[type];
}

static inline uint32_t type_set_kind(const struct type_set *set, uint32_t type)
{
	return WORD_KIND(type_set_words(set, type)[1]);
}

static inline const char *type_set_string(const struct type_set *set, uint32_t name)
{
	return set->strings + name;
}

/* Whether types of this kind and name have a slot. */
static inline bool type_set_has_slot(uint32_t kind, uint32_t name)
{
	return name && word_roles[kind].has_slots;
}

static inline bool type_set_is_slot(const struct type_set *set, uint32_t reference)
{
	return reference >= set->slot_base;
}

/* Functions, variables, sections, and what only these refer to: few CO-RE relocations read them. */
static inline bool type_set_is_cold(uint32_t kind)
{
	return kind == BTF_KIND_FUNC_PROTO || kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR ||
	       kind == BTF_KIND_DATASEC || kind == TYPE_VIEW_KIND_DECL_TAG;
}

/* Those with a name are read first, with all that they refer to and that is not cold. */
static inline bool type_set_is_warm_root(const struct type_set *set, uint32_t type)
{
	const uint32_t *words = type_set_words(set, type);

	return words[0] && !type_set_is_cold(WORD_KIND(words[1]));
}

/*
 * A number of 64 bits for the content of a type, the same in every set (docs/pack-format.md).
 * @digests: by type, those of all types that it refers to by content.
 */
uint64_t type_set_digest(const struct type_set *set, uint32_t type, const uint64_t *digests);

/*
 * The digests of all types, by type, malloc'd. Errors: -EBADMSG
 * references by content lead in a circle or too deep; -ENOMEM.
 */
int type_set_digests(const struct type_set *set, uint64_t **ret_digests, struct reason *why);

/* One more value into a digest. */
static inline uint64_t digest_add(uint64_t digest, uint64_t value)
{
	digest = (digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ digest >> 32;
}

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

#endif
