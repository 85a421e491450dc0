/* SPDX-License-Identifier: MIT */
#include "embedder/pack/type_columns.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/pack/type_coder.h"
#include "runtime/util/array.h"

/* --- writing ---------------------------------------------------------------------------------- */

void type_columns_free(struct type_columns *columns)
{
	for (unsigned int i = 0; i < PACK_PART_COLUMNS_END; i++)
		byte_buffer_free(&columns->columns[i]);
	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++) {
		byte_buffer_free(&columns->tails[i]);
		byte_buffer_free(&columns->prefixes[i]);
	}
}

/* Numbers the slots as the roots of their kinds come. */
static void number_slots(struct type_coder *coder)
{
	const struct pack_order *order = coder->order;
	struct type_counts *counts = &coder->out->counts;

	for (uint32_t kind = 1; kind < PACK_KINDS; kind++) {
		uint32_t before = TYPE_SET_NO_SLOT;

		counts->types[kind] = order->base[kind + 1] - order->base[kind];
		counts->roots[kind] = order->turn.known[kind];
		counts->slots[kind] = 0;
		for (uint32_t i = 0; i < order->turn.known[kind]; i++) {
			uint32_t slot = coder->set->slot_of[order->queues[order->base[kind] + i]];

			if (slot != TYPE_SET_NO_SLOT && slot != before)
				coder->slot_index[slot] = counts->slots[kind]++;
			before = slot;
		}
	}
}

static void coder_free(struct type_coder *coder)
{
	string_coder_free(&coder->strings);
	free(coder->slot_index);
	free(coder->pattern_numbers);
	free(coder->found_by);
}

int type_columns_write(struct type_columns *columns, struct pack_order *order,
		       const uint32_t *patterns, uint32_t **ret_patterns,
		       uint32_t *ret_pattern_count)
{
	struct type_set *set = (struct type_set *)order->set; /* only read here */
	size_t types = (size_t)set->type_count + 1;
	struct type_coder coder = {
		.set = set,
		.out = columns,
		.order = order,
		.patterns = (uint32_t *)patterns,
		.strings = {.tails_out = columns->tails, .prefixes_out = columns->prefixes},
		.slot_index = calloc((size_t)set->slot_count + 1, sizeof(uint32_t)),
		.pattern_list = malloc(types * sizeof(uint32_t)),
		.found_by = calloc(types, sizeof(uint32_t)),
	};
	uint32_t most = 0, type;
	int err;

	for (uint32_t i = 1; i < types; i++)
		most = patterns[i] > most ? patterns[i] : most;
	coder.pattern_numbers = calloc((size_t)most + 1, sizeof(uint32_t));
	if (!coder.slot_index || !coder.pattern_numbers || !coder.pattern_list || !coder.found_by)
		coder.err = -ENOMEM;
	if (!coder.err)
		coder.err = string_coder_write(&coder.strings, set->strings, set->strings_size);
	if (!coder.err)
		number_slots(&coder);
	while (!coder.err && (type = pack_order_next(order)) != 0) {
		uint32_t kind = type_set_kind(set, type);

		type_coder_write(&coder, type, kind,
				 order->index[type] <= columns->counts.roots[kind]);
	}
	columns->strings_size = coder.strings.written;
	coder_free(&coder);
	err = coder.err;
	for (unsigned int i = 0; i < PACK_PART_COLUMNS_END; i++)
		err = byte_buffer_failed(&columns->columns[i]) ? -ENOMEM : err;
	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++)
		err = byte_buffer_failed(&columns->tails[i]) ||
				      byte_buffer_failed(&columns->prefixes[i])
			      ? -ENOMEM
			      : err;
	if (err) {
		free(coder.pattern_list);
		return err;
	}
	*ret_patterns = coder.pattern_list;
	*ret_pattern_count = coder.pattern_count;
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Whether all that the columns have was read, and no more. */
static bool is_read(const struct type_coder *coder)
{
	const struct type_columns_input *in = coder->in;
	bool warm = coder->turn.stop_at_cold; /* then some is left in each */

	for (uint32_t kind = 0; kind < PACK_KINDS; kind++)
		if ((!warm && coder->turn.done[kind] != in->counts.types[kind]) ||
		    coder->slots_done[kind] != in->counts.slots[kind])
			return false;
	for (unsigned int i = 0; i < PACK_PART_COLUMNS_END; i++)
		if (in->columns[i].is_damaged || (!warm && column_left(&in->columns[i])))
			return false;
	for (unsigned int i = 0; !warm && i < PACK_STRINGS_COUNT; i++)
		if (column_left(&in->tails[i]) || column_left(&in->prefixes[i]))
			return false;
	return warm || coder->strings.made_size == coder->strings.made_capacity;
}

#define UNREAD_WORDS (WORD_HEAD + WORD_ELEMENT_MAX)

/* What stands for all types that are not read: of each kind one without name and elements. */
static int make_unread(struct type_coder *coder)
{
	struct type_set *set = coder->set;

	if (array_reserve(set->words, coder->words_capacity, PACK_KINDS * UNREAD_WORDS))
		return -ENOMEM;
	for (uint32_t kind = 0; kind < PACK_KINDS; kind++) {
		uint32_t *words = set->words + coder->words_used;

		memset(words, 0, UNREAD_WORDS * sizeof(*words));
		words[1] = WORD_INFO(kind, 0, 0);
		for (uint32_t type = coder->base[kind] + 1; type <= coder->base[kind + 1]; type++) {
			set->first[type] = coder->words_used;
			set->slot_of[type] = TYPE_SET_NO_SLOT;
			coder->patterns[type] = TYPE_COLUMNS_UNREAD;
		}
		coder->words_used += UNREAD_WORDS;
	}
	return 0;
}

static int read_types(struct type_coder *coder, struct reason *why)
{
	struct type_set *set = coder->set;
	size_t types = (size_t)set->type_count + 1;
	uint32_t kind;
	int err;

	set->first = calloc(types, sizeof(*set->first));
	set->slot_of = malloc(types * sizeof(*set->slot_of));
	set->slots = calloc((size_t)set->slot_count + 1, sizeof(*set->slots));
	coder->patterns = malloc(types * sizeof(*coder->patterns));
	coder->found_by = calloc(types, sizeof(*coder->found_by));
	if (!set->first || !set->slot_of || !set->slots || !coder->patterns || !coder->found_by)
		return -ENOMEM;
	err = make_unread(coder);
	if (!err)
		err = string_coder_read(&coder->strings, coder->in->strings_size);
	set->strings = coder->strings.made;
	if (err)
		return err;
	while (!coder->err && (kind = pack_turn_next(&coder->turn)) != 0) {
		uint32_t place = coder->turn.done[kind];

		type_coder_read(coder, coder->base[kind] + place, kind,
				place <= coder->in->counts.roots[kind]);
	}
	if (coder->err == -ENOMEM)
		return -ENOMEM;
	if (coder->err || !is_read(coder))
		return reason_set(why, -EBADMSG,
				  "its types are damaged: a column says what the "
				  "others do not allow");
	return 0;
}

int type_columns_read(struct type_columns_input *input, bool warm, uint32_t *ordinals,
		      struct type_set *ret_set, uint32_t **ret_patterns,
		      uint32_t *ret_pattern_count, struct reason *why)
{
	struct type_coder coder = {
		.in = input,
		.set = ret_set,
		.strings = {.tails_in = input->tails, .prefixes_in = input->prefixes},
		.turn = {.stop_at_cold = warm},
	};
	int err;

	*ret_set = (struct type_set){.ordinals = ordinals};
	for (uint32_t kind = 0; kind < PACK_KINDS; kind++) {
		coder.base[kind + 1] = coder.base[kind] + input->counts.types[kind];
		coder.slot_base[kind + 1] = coder.slot_base[kind] + input->counts.slots[kind];
		coder.turn.known[kind] = input->counts.roots[kind];
	}
	ret_set->type_count = coder.base[PACK_KINDS];
	ret_set->slot_count = coder.slot_base[PACK_KINDS];
	ret_set->slot_base = ret_set->type_count + 1;
	err = read_types(&coder, why);
	if (err == -ENOMEM)
		reason_errno(why, err, "cannot read its types");
	ret_set->strings_size = coder.strings.made_size;
	coder_free(&coder);
	if (err) {
		free(coder.patterns);
		return err;
	}
	*ret_patterns = coder.patterns;
	*ret_pattern_count = coder.pattern_count;
	return 0;
}
