/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_order.h"

#include <stdlib.h>

/* The order in which queues are emptied; the file's version stands for it. */
static const uint8_t turns[] = {
	BTF_KIND_INT,
	BTF_KIND_FLOAT,
	BTF_KIND_FWD,
	BTF_KIND_ENUM,
	TYPE_VIEW_KIND_ENUM64,
	BTF_KIND_STRUCT,
	BTF_KIND_UNION,
	BTF_KIND_TYPEDEF,
	BTF_KIND_PTR,
	BTF_KIND_ARRAY,
	BTF_KIND_CONST,
	BTF_KIND_VOLATILE,
	BTF_KIND_RESTRICT,
	TYPE_VIEW_KIND_TYPE_TAG,
	/* cold: */
	BTF_KIND_FUNC_PROTO,
	BTF_KIND_FUNC,
	BTF_KIND_VAR,
	BTF_KIND_DATASEC,
	TYPE_VIEW_KIND_DECL_TAG,
};
#define TURNS	   sizeof(turns)
#define FIRST_COLD 14

uint32_t pack_turn_next(struct pack_turn *turn)
{
	unsigned int end = turn->stop_at_cold ? FIRST_COLD : TURNS;
	uint32_t kind = turns[turn->place];

	if (turn->done[kind] == turn->known[kind]) {
		for (turn->place = 0; turn->place < end; turn->place++) {
			kind = turns[turn->place];
			if (turn->done[kind] < turn->known[kind])
				break;
		}
		if (turn->place == end) {
			turn->place = 0;
			return 0;
		}
	}
	turn->done[kind]++;
	return kind;
}

/* --- an order of given types ------------------------------------------------------------------ */

#define for_each_type(type, types, type_words)                                                     \
	for (uint32_t word_ = 0; word_ < (type_words); word_++)                                    \
		for (uint64_t bits_ = (types)[word_];                                              \
		     bits_ && ((type) = word_ * 64 + (uint32_t)__builtin_ctzll(bits_), true);      \
		     bits_ &= bits_ - 1)

int pack_order_init(struct pack_order *order, const struct type_set *set, const uint64_t *types,
		    uint32_t type_words)
{
	uint32_t type;

	*order = (struct pack_order){.set = set};
	for_each_type(type, types, type_words)
	{
		order->base[type_set_kind(set, type) + 1]++;
		order->count++;
	}
	for (uint32_t kind = 0; kind < PACK_KINDS; kind++)
		order->base[kind + 1] += order->base[kind];
	order->queues = malloc(((size_t)order->count + 1) * sizeof(*order->queues));
	order->index = calloc((size_t)set->type_count + 1, sizeof(*order->index));
	if (order->queues && order->index)
		return 0;
	pack_order_free(order);
	return -ENOMEM;
}

void pack_order_free(struct pack_order *order)
{
	free(order->queues);
	free(order->index);
	*order = (struct pack_order){.set = NULL};
}

uint64_t *pack_order_roots(const struct type_set *set, const uint64_t *types, uint32_t type_words)
{
	uint64_t *roots = malloc(((size_t)set->type_count / 64 + 1 + type_words) * sizeof(*roots));
	uint32_t type;

	if (!roots)
		return NULL;
	for (uint32_t word = 0; word < type_words; word++)
		roots[word] = types[word];
	for_each_type(type, types, type_words)
	{
		const uint32_t *words = type_set_words(set, type);
		const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
		const char *role = roles->head;
		size_t count = word_count(words[1]);

		for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
			uint32_t target = words[i];

			if (*role != WORD_REFERENCE || !target || type_set_is_slot(set, target) ||
			    type_set_words(set, target)[0] || target / 64 >= type_words)
				continue;
			roots[target / 64] &= ~(UINT64_C(1) << (target & 63));
		}
	}
	return roots;
}

bool pack_order_meet(struct pack_order *order, uint32_t type)
{
	uint32_t kind;

	if (order->index[type])
		return false;
	kind = type_set_kind(order->set, type);
	order->queues[order->base[kind] + order->turn.known[kind]] = type;
	order->index[type] = ++order->turn.known[kind];
	return true;
}

uint32_t pack_order_next(struct pack_order *order)
{
	uint32_t kind = pack_turn_next(&order->turn);

	return kind ? order->queues[order->base[kind] + order->turn.done[kind] - 1] : 0;
}
