/* SPDX-License-Identifier: MIT */
/*
 * Each function below codes one thing: with `writing` it puts the value that it is given into a
 * column, else it takes the value out of the column. `writing` is a constant wherever it matters,
 * so the compiler makes two functions of each.
 */
#include "embedder/pack/type_coder.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"

#define INLINE static inline __attribute__((always_inline))

/* How far a version of a struct may skip members of the version before. */
#define SKIP_MAX 64

/* What a word of an element is compared with. */
enum prediction { PREDICT_NOTHING, PREDICT_BEFORE, PREDICT_BEFORE_PLUS_1, PREDICT_END };

struct type_coder {
	bool failed; /* writing: no memory; reading: damaged */
	int err;
	struct type_set *set; /* reading: being made */

	/* Writing. */
	struct type_columns *out;
	struct pack_order *order;
	uint32_t *string_numbers; /* by offset; 0: not written yet */

	/* Reading. */
	struct type_columns_input *in;
	struct pack_turn turn;
	uint32_t base[PACK_KINDS + 1];
	uint32_t *strings; /* by number: offset */
	uint32_t strings_capacity;
	uint32_t words_capacity, words_used;
	uint32_t pool_base[PACK_STRINGS_COUNT]; /* where strings of a part are in set->strings */

	/* Both. */
	uint32_t string_count;
	uint32_t slot_base[PACK_KINDS + 1]; /* by kind: slots of lower kinds */
	uint32_t *slot_index;		    /* writing: by slot of the set: its number here */
	uint32_t slots_done[PACK_KINDS];
	uint32_t *patterns;	   /* by type: reading, the number; writing, the caller's */
	uint32_t *pattern_numbers; /* writing: by the caller's number: + 1; 0: not written yet */
	uint32_t *pattern_list;	   /* writing: by number: the caller's */
	uint32_t pattern_count;
	uint32_t *found_by; /* by type: the one whose reference it was first met in */
	uint32_t last_root[PACK_KINDS];
};

INLINE void code(struct type_coder *coder, unsigned int column, uint32_t *value, bool writing)
{
	if (writing)
		column_put(&coder->out->columns[column], *value);
	else
		*value = column_get(&coder->in->columns[column]);
}

INLINE void code_difference(struct type_coder *coder, unsigned int column, uint32_t *value,
			    uint32_t predicted, bool writing)
{
	uint32_t difference = writing ? zigzag(*value - predicted) : 0;

	code(coder, column, &difference, writing);
	if (!writing)
		*value = predicted + unzigzag(difference);
}

static bool damaged(struct type_coder *coder)
{
	coder->failed = true;
	if (!coder->err)
		coder->err = -EBADMSG;
	return false;
}

/* --- strings ---------------------------------------------------------------------------------- */

static enum pack_strings strings_of_elements(uint32_t kind)
{
	if (kind == BTF_KIND_FUNC_PROTO)
		return PACK_STRINGS_PARAMETERS;
	return type_view_is_enum(kind) ? PACK_STRINGS_ENUMERATORS : PACK_STRINGS_MEMBERS;
}

static enum pack_strings strings_of_kind(uint32_t kind)
{
	if (kind == BTF_KIND_FUNC)
		return PACK_STRINGS_FUNCTIONS;
	if (kind == BTF_KIND_TYPEDEF)
		return PACK_STRINGS_TYPEDEFS;
	if (type_view_is_composite(kind) || kind == BTF_KIND_FWD)
		return PACK_STRINGS_COMPOSITES;
	return type_view_is_enum(kind) ? PACK_STRINGS_ENUMS : PACK_STRINGS_OTHERS;
}

/* The next string of a part. */
static uint32_t read_string(struct type_coder *coder, enum pack_strings pool)
{
	struct column_reader *reader = &coder->in->strings[pool];
	const uint8_t *start = reader->next, *end;
	uint32_t offset;

	if (start == reader->end || !*start ||
	    array_reserve(coder->strings, coder->strings_capacity,
			  (size_t)coder->string_count + 2)) {
		damaged(coder);
		return 0;
	}
	end = memchr(start, 0, (size_t)(reader->end - start));
	if (!end) {
		damaged(coder);
		return 0;
	}
	reader->next = end + 1;
	offset = coder->pool_base[pool];
	coder->pool_base[pool] += (uint32_t)(end + 1 - start);
	coder->strings[++coder->string_count] = offset;
	return offset;
}

static void write_string(struct type_coder *coder, enum pack_strings pool, uint32_t name)
{
	const char *text = type_set_string(coder->set, name);

	byte_buffer_append(&coder->out->strings[pool], text, strlen(text) + 1);
	coder->string_numbers[name] = ++coder->string_count;
}

/* 0: none; 1: the next new one of @pool; n + 1: number n. From @first on, so that a caller has
 * codes of its own. */
INLINE void code_name(struct type_coder *coder, unsigned int column, enum pack_strings pool,
		      uint32_t *name, bool writing)
{
	uint32_t number;

	if (writing) {
		number = !*name				 ? 0
			 : !coder->string_numbers[*name] ? 1
							 : coder->string_numbers[*name] + 1;
		code(coder, column, &number, true);
		if (number == 1)
			write_string(coder, pool, *name);
		return;
	}
	code(coder, column, &number, false);
	if (number == 0)
		*name = 0;
	else if (number == 1)
		*name = read_string(coder, pool);
	else if (number - 1 <= coder->string_count)
		*name = coder->strings[number - 1];
	else
		*name = damaged(coder);
}

/* --- references ------------------------------------------------------------------------------- */

static uint32_t read_reference(struct type_coder *coder, unsigned int column, uint32_t from)
{
	uint32_t tag = 0, index = 0, kind;

	code(coder, column, &tag, false);
	if (!tag)
		return 0;
	kind = tag >> 1;
	if (!word_roles_know(kind))
		return damaged(coder);
	if (tag & 1) {
		if (coder->turn.known[kind] == coder->in->counts.types[kind])
			return damaged(coder);
		index = coder->base[kind] + ++coder->turn.known[kind];
		coder->found_by[index] = from;
		return index;
	}
	code(coder, column + 1, &index, false);
	if (word_roles[kind].has_slots) {
		uint32_t slots = coder->in->counts.slots[kind];

		if (index < slots)
			return coder->set->slot_base + coder->slot_base[kind] + index;
		index -= slots;
	}
	if (index >= coder->turn.known[kind])
		return damaged(coder);
	return coder->base[kind] + index + 1;
}

static void write_reference(struct type_coder *coder, unsigned int column, uint32_t reference,
			    uint32_t from)
{
	const struct type_set *set = coder->set;
	uint32_t tag = 0, index, kind;

	if (!reference) {
		code(coder, column, &tag, true);
		return;
	}
	if (type_set_is_slot(set, reference)) {
		kind = set->slots[reference - set->slot_base].kind;
		index = coder->slot_index[reference - set->slot_base];
	} else {
		kind = type_set_kind(set, reference);
		if (pack_order_meet(coder->order, reference)) {
			coder->found_by[reference] = from;
			tag = 1;
		}
		index = coder->order->index[reference] - 1 + coder->out->counts.slots[kind];
	}
	tag |= kind << 1;
	code(coder, column, &tag, true);
	if (!(tag & 1))
		code(coder, column + 1, &index, true);
}

INLINE void code_reference(struct type_coder *coder, unsigned int column, uint32_t *reference,
			   uint32_t from, bool writing)
{
	if (writing)
		write_reference(coder, column, *reference, from);
	else
		*reference = read_reference(coder, column, from);
}

/* --- elements --------------------------------------------------------------------------------- */

static enum prediction prediction_of(uint32_t kind, unsigned int word)
{
	if (type_view_is_composite(kind) && word == 2)
		return PREDICT_BEFORE;
	if (kind == BTF_KIND_ENUM && word == 1)
		return PREDICT_BEFORE_PLUS_1;
	if (kind == BTF_KIND_DATASEC && word == 1)
		return PREDICT_END;
	return PREDICT_NOTHING;
}

INLINE void code_value(struct type_coder *coder, uint32_t kind, unsigned int column,
		       unsigned int word, uint32_t *value, bool is_first, bool writing)
{
	/* The same word of the element before. */
	uint32_t before = is_first ? 0 : value[-(int)word_roles[kind].element_words];

	switch (prediction_of(kind, word)) {
	case PREDICT_NOTHING:
		code(coder, column, value, writing);
		break;
	case PREDICT_BEFORE:
		code_difference(coder, column, value, before, writing);
		break;
	case PREDICT_BEFORE_PLUS_1:
		code_difference(coder, column, value, is_first ? 0 : before + 1, writing);
		break;
	case PREDICT_END:
		code_difference(coder, column, value,
				is_first ? 0
					 : before + value[-(int)word_roles[kind].element_words + 1],
				writing);
		break;
	}
}

INLINE void code_words(struct type_coder *coder, uint32_t type, uint32_t kind, const char *roles,
		       uint32_t *words, bool is_first, bool writing)
{
	for (unsigned int i = 0; roles[i]; i++) {
		unsigned int column = kind * PACK_COLUMNS + PACK_COLUMN_WORD + 2 * i;

		if (roles[i] == WORD_NAME)
			code_name(coder, column, strings_of_elements(kind), &words[i], writing);
		else if (roles[i] == WORD_REFERENCE)
			code_reference(coder, column, &words[i], type, writing);
		else
			code_value(coder, kind, column, i, &words[i], is_first, writing);
	}
}

/* --- versions of a struct --------------------------------------------------------------------- */

/* A member of the version before, with the same name: one of the next, from @from on. */
static uint32_t find_member(const uint32_t *old, uint32_t from, const uint32_t *member)
{
	const uint32_t *members = old + WORD_HEAD;
	uint32_t count = WORD_VLEN(old[1]);
	uint32_t end = count - from > SKIP_MAX ? from + SKIP_MAX : count;

	for (uint32_t i = from; i < end; i++)
		if (members[3 * i] == member[0] && (member[0] || members[3 * i + 1] == member[1]))
			return i;
	return UINT32_MAX;
}

/*
 * Each member either is new, 0, and follows in the columns of all members; or 1 + twice the number
 * of old members that are skipped, + 1 if its type is another one.
 */
INLINE void code_next_version(struct type_coder *coder, uint32_t type, uint32_t kind,
			      uint32_t old_type, uint32_t *words, bool writing)
{
	const uint32_t *old = type_set_words(coder->set, old_type);
	unsigned int columns = kind * PACK_COLUMNS;
	uint32_t count = WORD_VLEN(words[1]), old_count = WORD_VLEN(old[1]), next = 0, shift = 0;

	code_difference(coder, columns + PACK_COLUMN_NEXT_SIZE, &words[2], old[2], writing);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t *member = words + WORD_HEAD + 3 * i, step = 0, same = 0, offset = 0;
		const uint32_t *before;

		if (writing) {
			same = find_member(old, next, member);
			if (same != UINT32_MAX)
				step = 1 + ((same - next) << 1 |
					    (old[WORD_HEAD + 3 * same + 1] != member[1]));
		}
		code(coder, columns + PACK_COLUMN_NEXT_MEMBER, &step, writing);
		if (!step) {
			code_words(coder, type, kind, word_roles[kind].element, member, i == 0,
				   writing);
			continue;
		}
		if (!writing) {
			uint64_t place = (uint64_t)next + ((step - 1) >> 1);

			if (place >= old_count) {
				damaged(coder);
				return;
			}
			same = (uint32_t)place;
		}
		before = old + WORD_HEAD + 3 * same;
		if (!writing)
			member[0] = before[0];
		if ((step - 1) & 1)
			code_reference(coder, columns + PACK_COLUMN_WORD + 2, &member[1], type,
				       writing);
		else if (!writing)
			member[1] = before[1];
		offset = member[2] - before[2];
		code_difference(coder, columns + PACK_COLUMN_NEXT_OFFSET, &offset, shift, writing);
		if (!writing)
			member[2] = before[2] + offset;
		shift = offset;
		next = same + 1;
	}
}

/* --- one type --------------------------------------------------------------------------------- */

/* Room for the words of a type that is read. Every element takes a byte of its column at least, so
 * a vlen cannot ask for more than the file has. */
static uint32_t *make_words(struct type_coder *coder, uint32_t type, uint32_t info, bool is_next)
{
	struct type_set *set = coder->set;
	uint32_t kind = WORD_KIND(info);
	const struct word_roles *roles = &word_roles[kind];
	unsigned int column =
		kind * PACK_COLUMNS + (is_next ? PACK_COLUMN_NEXT_MEMBER : PACK_COLUMN_WORD);
	size_t count = word_count(info);

	if (roles->element_words && WORD_VLEN(info) > column_left(&coder->in->columns[column]))
		damaged(coder);
	if (!coder->failed &&
	    array_reserve(set->words, coder->words_capacity, (size_t)coder->words_used + count)) {
		coder->err = -ENOMEM;
		coder->failed = true;
	}
	if (coder->failed)
		return NULL;
	set->first[type] = coder->words_used;
	coder->words_used += (uint32_t)count;
	return set->words + set->first[type];
}

INLINE void code_info(struct type_coder *coder, uint32_t kind, uint32_t old_type, uint32_t *info,
		      bool writing)
{
	unsigned int columns = kind * PACK_COLUMNS;
	uint32_t old = old_type ? type_set_words(coder->set, old_type)[1] : 0;
	uint32_t value = writing ? WORD_VLEN(*info) << 1 | WORD_KFLAG(*info) : 0;

	if (old_type)
		code_difference(coder, columns + PACK_COLUMN_NEXT_INFO, &value,
				WORD_VLEN(old) << 1 | WORD_KFLAG(old), writing);
	else
		code(coder, columns + PACK_COLUMN_INFO, &value, writing);
	if (!writing) {
		if (value >> 25)
			value = damaged(coder);
		*info = WORD_INFO(kind, value >> 1, value & 1);
	}
}

/* What a root's name column says besides a name: 1, it is that of the root before. */
INLINE bool code_root(struct type_coder *coder, uint32_t type, uint32_t kind, uint32_t *name,
		      uint32_t before, bool writing)
{
	unsigned int column = kind * PACK_COLUMNS + PACK_COLUMN_NAME;
	const struct type_set *set = coder->set;
	uint32_t number;

	if (writing) {
		bool is_same = before && *name && *name == type_set_words(set, before)[0] &&
			       (set->slot_of[type] == TYPE_SET_NO_SLOT ||
				set->slot_of[type] == set->slot_of[before]);

		number = is_same			 ? 1
			 : !*name			 ? 0
			 : !coder->string_numbers[*name] ? 2
							 : coder->string_numbers[*name] + 2;
		code(coder, column, &number, true);
		if (number == 2)
			write_string(coder, strings_of_kind(kind), *name);
		return is_same;
	}
	code(coder, column, &number, false);
	*name = 0;
	if (number == 1 && before && type_set_words(set, before)[0])
		*name = type_set_words(set, before)[0];
	else if (number == 2)
		*name = read_string(coder, strings_of_kind(kind));
	else if (number > 2 && number - 2 <= coder->string_count)
		*name = coder->strings[number - 2];
	else if (number)
		damaged(coder);
	return number == 1;
}

static int compare_slots(const struct type_set *set, const struct type_slot *slot, uint32_t name,
			 uint32_t ordinal)
{
	int order = strcmp(type_set_string(set, slot->name), type_set_string(set, name));

	return order ? order : (slot->ordinal > ordinal) - (slot->ordinal < ordinal);
}

/* The slot of a root that is read. */
static uint32_t read_slot(struct type_coder *coder, uint32_t type, uint32_t kind, uint32_t name,
			  uint32_t before)
{
	struct type_set *set = coder->set;
	uint32_t slot;

	if (!type_set_has_slot(kind, name))
		return TYPE_SET_NO_SLOT;
	if (before && set->ordinals[before] == set->ordinals[type])
		return set->slot_of[before];
	if (before || coder->slots_done[kind] == coder->in->counts.slots[kind]) {
		damaged(coder);
		return TYPE_SET_NO_SLOT;
	}
	slot = coder->slot_base[kind] + coder->slots_done[kind]++;
	/* Readers search by name. */
	if (coder->slots_done[kind] > 1 &&
	    compare_slots(set, &set->slots[slot - 1], name, set->ordinals[type]) >= 0) {
		damaged(coder);
		return TYPE_SET_NO_SLOT;
	}
	set->slots[slot] = (struct type_slot){kind, name, set->ordinals[type]};
	return slot;
}

INLINE void code_pattern(struct type_coder *coder, uint32_t type, uint32_t kind, uint32_t before,
			 bool writing)
{
	unsigned int column = kind * PACK_COLUMNS + PACK_COLUMN_PATTERN;
	uint32_t like = before ? before : coder->found_by[type], number;

	if (writing) {
		uint32_t pattern = coder->patterns[type];

		number = like && coder->patterns[like] == pattern ? 0
			 : coder->pattern_numbers[pattern] ? coder->pattern_numbers[pattern] + 1
							   : 1;
		code(coder, column, &number, true);
		if (number == 1) {
			coder->pattern_list[coder->pattern_count] = pattern;
			coder->pattern_numbers[pattern] = ++coder->pattern_count;
		}
		return;
	}
	code(coder, column, &number, false);
	if (number == 0 && like)
		coder->patterns[type] = coder->patterns[like];
	else if (number == 1)
		coder->patterns[type] = coder->pattern_count++;
	else if (number > 1 && number - 2 < coder->pattern_count)
		coder->patterns[type] = number - 2;
	else
		damaged(coder);
}

INLINE void code_type(struct type_coder *coder, uint32_t type, uint32_t kind, bool is_root,
		      bool writing)
{
	struct type_set *set = coder->set;
	const struct word_roles *roles = &word_roles[kind];
	unsigned int columns = kind * PACK_COLUMNS;
	uint32_t root = is_root ? coder->last_root[kind] : 0, old = 0, name = 0, info = 0;
	uint32_t *words = writing ? set->words + set->first[type] : NULL;
	bool is_same = false;

	if (writing) {
		name = words[0];
		info = words[1];
	}
	if (is_root) {
		is_same = code_root(coder, type, kind, &name, root, writing);
		coder->last_root[kind] = type;
	}
	if (!writing)
		set->slot_of[type] = read_slot(coder, type, kind, name, is_same ? root : 0);
	code_pattern(coder, type, kind, root, writing);
	if (is_same && type_view_is_composite(kind))
		old = root;
	if (coder->failed)
		return;
	code_info(coder, kind, old, &info, writing);
	if (!writing) {
		words = make_words(coder, type, info, old != 0);
		if (!words)
			return;
		words[0] = name;
		words[1] = info;
	}
	if (old) {
		code_next_version(coder, type, kind, old, words, writing);
		return;
	}
	if (roles->third == WORD_REFERENCE)
		code_reference(coder, columns + PACK_COLUMN_THIRD, &words[2], type, writing);
	else
		code(coder, columns + PACK_COLUMN_THIRD, &words[2], writing);
	words += WORD_HEAD;
	code_words(coder, type, kind, roles->tail, words, true, writing);
	words += roles->tail_words;
	if (!roles->element_words)
		return;
	for (uint32_t i = 0; i < WORD_VLEN(info); i++)
		code_words(coder, type, kind, roles->element,
			   words + (size_t)i * roles->element_words, i == 0, writing);
}

/* --- all types -------------------------------------------------------------------------------- */

void type_columns_free(struct type_columns *columns)
{
	for (unsigned int i = 0; i < PACK_PART_COLUMNS_END; i++)
		byte_buffer_free(&columns->columns[i]);
	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++)
		byte_buffer_free(&columns->strings[i]);
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
	free(coder->string_numbers);
	free(coder->strings);
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
		.string_numbers = calloc(set->strings_size, sizeof(uint32_t)),
		.slot_index = calloc((size_t)set->slot_count + 1, sizeof(uint32_t)),
		.pattern_list = malloc(types * sizeof(uint32_t)),
		.found_by = calloc(types, sizeof(uint32_t)),
	};
	uint32_t most = 0, type;
	int err = 0;

	for (uint32_t i = 1; i < types; i++)
		most = patterns[i] > most ? patterns[i] : most;
	coder.pattern_numbers = calloc((size_t)most + 1, sizeof(uint32_t));
	if (!coder.string_numbers || !coder.slot_index || !coder.pattern_numbers ||
	    !coder.pattern_list || !coder.found_by) {
		err = -ENOMEM;
	} else {
		number_slots(&coder);
		while ((type = pack_order_next(order)) != 0) {
			uint32_t kind = type_set_kind(set, type);

			code_type(&coder, type, kind,
				  order->index[type] <= columns->counts.roots[kind], true);
		}
	}
	coder_free(&coder);
	for (unsigned int i = 0; i < PACK_PART_COLUMNS_END; i++)
		err = byte_buffer_failed(&columns->columns[i]) ? -ENOMEM : err;
	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++)
		err = byte_buffer_failed(&columns->strings[i]) ? -ENOMEM : err;
	if (err) {
		free(coder.pattern_list);
		return err;
	}
	*ret_patterns = coder.pattern_list;
	*ret_pattern_count = coder.pattern_count;
	return 0;
}

/* Puts the strings of all parts behind one another. */
static int join_strings(struct type_coder *coder, struct reason *why)
{
	uint64_t size = 1;
	char *next;

	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++)
		size += column_left(&coder->in->strings[i]);
	if (size > PACK_SIZE_MAX)
		return reason_set(why, -EBADMSG,
				  "its strings have %llu bytes, more than a pack may",
				  (unsigned long long)size);
	next = coder->set->strings = malloc((size_t)size);
	if (!next)
		return -ENOMEM;
	*next++ = '\0';
	for (unsigned int i = 0; i < PACK_STRINGS_COUNT; i++) {
		size_t left = column_left(&coder->in->strings[i]);

		coder->pool_base[i] = (uint32_t)(next - coder->set->strings);
		if (left)
			memcpy(next, coder->in->strings[i].next, left);
		next += left;
	}
	coder->set->strings_size = (uint32_t)size;
	return 0;
}

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
		if (column_left(&in->strings[i]))
			return false;
	return true;
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
		err = join_strings(coder, why);
	if (err)
		return err;
	while (!coder->failed && (kind = pack_turn_next(&coder->turn)) != 0) {
		uint32_t place = coder->turn.done[kind];

		code_type(coder, coder->base[kind] + place, kind,
			  place <= coder->in->counts.roots[kind], false);
	}
	if (coder->err == -ENOMEM)
		return -ENOMEM;
	if (coder->failed || !is_read(coder))
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
	coder_free(&coder);
	if (err) {
		free(coder.patterns);
		return err;
	}
	*ret_patterns = coder.patterns;
	*ret_pattern_count = coder.pattern_count;
	return 0;
}
