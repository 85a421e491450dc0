/* SPDX-License-Identifier: MIT */
/*
 * The order of types in a pack, and in a BTF that is made of one. Each kind has a queue. The roots
 * are in it from the start: types with a name, and those that no other type refers to by content.
 * Any other type joins the queue of its kind when the first reference to it is met. So such a
 * reference needs no number in the file: it is always the next of its kind.
 *
 * Types are taken from the queues kind by kind, those first that CO-RE relocations need most
 * ("warm"). Functions, their prototypes and variables ("cold") come once all others are done, so
 * a reader can stop before them.
 */
#ifndef COREBTF_PACK_PACK_ORDER_H
#define COREBTF_PACK_PACK_ORDER_H

#include "embedder/pack/type_set.h"

#define PACK_KINDS TYPE_VIEW_KIND_KNOWN

/* Which queue is next: kept by writers and readers alike. */
struct pack_turn {
	uint32_t known[PACK_KINDS]; /* types in the queue, those that are done included */
	uint32_t done[PACK_KINDS];
	unsigned int place; /* in the list of kinds */
	bool stop_at_cold;
};

/* The kind of the next type, which counts as done; 0: there is none. */
uint32_t pack_turn_next(struct pack_turn *turn);

struct pack_order {
	const struct type_set *set;
	struct pack_turn turn;
	uint32_t base[PACK_KINDS + 1]; /* by kind: types of lower kinds */
	uint32_t *queues;	       /* all queues, one after the other, at base[] */
	uint32_t *index;	       /* by type: its place in its queue + 1; 0: not in it yet */
	uint32_t count;
};

/* @types: bit n for type n: the types to be ordered. Error: -ENOMEM. */
int pack_order_init(struct pack_order *order, const struct type_set *set, const uint64_t *types,
		    uint32_t type_words);
void pack_order_free(struct pack_order *order);

/* Which of the types are roots: bit n for type n, malloc'd. NULL: no memory. */
uint64_t *pack_order_roots(const struct type_set *set, const uint64_t *types, uint32_t type_words);

/* Puts a type into its queue; false: it is in it already. */
bool pack_order_meet(struct pack_order *order, uint32_t type);

/* The next type; 0: there is none. Its references are to be met, in their order. */
uint32_t pack_order_next(struct pack_order *order);

/* A type's number in this order, from 1 on. */
static inline uint32_t pack_order_number(const struct pack_order *order, uint32_t type)
{
	return order->base[type_set_kind(order->set, type)] + order->index[type];
}

#endif
