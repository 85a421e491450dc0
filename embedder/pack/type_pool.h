/* SPDX-License-Identifier: MIT */
/*
 * A set of distinct types that grows: a string, a slot or a type that is in it already is found and
 * not added again. Numbers are those of the order in which things came; the pack's own order is
 * found when it is written (pack_order.h).
 *
 * A kernel is almost the one that was added before it. So what is asked for is first compared with
 * what followed the last time, and only when it is something else it is looked up by its hash. For
 * neighbours that is one type in a hundred, and memory is read in its order.
 */
#ifndef COREBTF_PACK_TYPE_POOL_H
#define COREBTF_PACK_TYPE_POOL_H

#include "embedder/pack/type_set.h"

/* Numbers, from 1 on, by the hash of what has them. */
struct hash_index {
	struct hash_entry {
		uint32_t hash;
		uint32_t number; /* 0: free */
	} * entries;
	uint32_t mask, count;

	/* By a number's key: the number that was asked for next, the last time; 0: none. */
	uint32_t *next;
	uint32_t next_capacity;
	uint32_t last; /* key of what was asked for last */
};

struct type_pool {
	struct type_set set;
	uint64_t *digests; /* by type */
	uint32_t *groups;  /* by slot: type_pool_group(); 0: not known yet */
	uint32_t strings_capacity, words_size, words_capacity;
	uint32_t first_capacity, ordinals_capacity, slot_of_capacity, digests_capacity;
	uint32_t slots_capacity, groups_capacity;
	struct hash_index strings, slots, types;
};

/* 0 or -ENOMEM. */
int type_pool_init(struct type_pool *pool);
void type_pool_free(struct type_pool *pool);

/* How many bytes it takes. */
uint64_t type_pool_memory(const struct type_pool *pool);

/* Each finds or adds. Errors: -ENOMEM, -EFBIG more than a pack has room for. */

int type_pool_string(struct type_pool *pool, const char *text, uint32_t *ret_name);

/* @ret_slot: as a reference. */
int type_pool_slot(struct type_pool *pool, uint32_t kind, uint32_t name, uint32_t ordinal,
		   uint32_t *ret_slot);

/* A slot that stands for all of this slot's kind and essential name; ENUM64 is as ENUM. */
int type_pool_group(struct type_pool *pool, uint32_t slot, uint32_t *ret_group);

/* @words: as many as word_count() says, with names and references of this pool. @slot:
 * TYPE_SET_NO_SLOT, or where the type is, as a reference. */
int type_pool_type(struct type_pool *pool, const uint32_t *words, uint32_t ordinal, uint32_t slot,
		   uint32_t *ret_type);

#endif
