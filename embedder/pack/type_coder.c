/* SPDX-License-Identifier: MIT */
/*
 * Each function below codes one thing: with `writing` it puts the value that it is given into a
 * column, else it takes the value out of the column. `writing` is a constant wherever it matters,
 * so the compiler makes two functions of each.
 */
#include "embedder/pack/type_coder.h"

#include <string.h>

#include "runtime/util/array.h"

#define INLINE static inline __attribute__((always_inline))

/* How far a version of a struct may skip members of the version before. */
#define SKIP_MAX 64

/* What a word of an element is compared with. */
enum prediction { PREDICT_NOTHING, PREDICT_BEFORE, PREDICT_BEFORE_PLUS_1, PREDICT_END };

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

static uint32_t fail(struct type_coder *coder, int err)
{
	if (!coder->err)
		coder->err = err;
	return 0;
}

static uint32_t damaged(struct type_coder *coder)
{
	return fail(coder, -EBADMSG);
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

/* A string that has no number yet; it gets one. */
INLINE uint32_t code_new_string(struct type_coder *coder, enum pack_strings part, uint32_t name,
				bool writing)
{
	int err = writing ? string_coder_put(&coder->strings, part, name)
			  : string_coder_get(&coder->strings, part);

	return err ? fail(coder, err) : coder->strings.count;
}

INLINE uint32_t known_number(struct type_coder *coder, uint32_t number)
{
	return number <= coder->strings.count ? number : damaged(coder);
}

/*
 * The name of an element: 0 none; 1, 2 what last, and before that, followed the name that the
 * element before has; 3 the next new string; n + 3 string number n.
 */
INLINE void code_name(struct type_coder *coder, unsigned int column, enum pack_strings part,
		      uint32_t *name, bool writing)
{
	struct recent *recent = &coder->strings.uses[coder->name].next_name;
	uint32_t number = writing ? coder->strings.numbers[*name] : 0, value;

	if (writing)
		value = !*name			   ? 0
			: !number		   ? 3
			: number == recent->last   ? 1
			: number == recent->before ? 2
						   : number + 3;
	code(coder, column, &value, writing);
	if (value == 3)
		number = code_new_string(coder, part, *name, writing);
	else if (!writing)
		number = value == 1   ? recent->last
			 : value == 2 ? recent->before
			 : value > 3  ? known_number(coder, value - 3)
				      : 0;
	/* The array of uses may have moved. */
	if (number)
		recent_add(&coder->strings.uses[coder->name].next_name, number);
	if (!writing)
		*name = coder->strings.uses[number].offset;
	coder->name = number;
}

/* --- references ------------------------------------------------------------------------------- */

/* @recent: what the name of the element had last, for tags 1 and 2; NULL: it has no name, and the
 * other tags are one lower. */
static uint32_t read_reference(struct type_coder *coder, unsigned int column, uint32_t from,
			       const struct recent *recent)
{
	uint32_t tag = 0, index = 0, kind;

	code(coder, column, &tag, false);
	if (!tag)
		return 0;
	if (recent && tag <= 2)
		return tag == 1 ? recent->last : recent->before;
	if (recent)
		tag--;
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
			    uint32_t from, const struct recent *recent)
{
	const struct type_set *set = coder->set;
	uint32_t tag = 0, index = 0, kind;
	bool is_new;

	if (reference && recent && (reference == recent->last || reference == recent->before)) {
		tag = reference == recent->last ? 1 : 2;
		code(coder, column, &tag, true);
		return;
	}
	if (reference && type_set_is_slot(set, reference)) {
		kind = set->slots[reference - set->slot_base].kind;
		index = coder->slot_index[reference - set->slot_base];
		tag = kind << 1;
	} else if (reference) {
		kind = type_set_kind(set, reference);
		tag = kind << 1;
		if (pack_order_meet(coder->order, reference)) {
			coder->found_by[reference] = from;
			tag |= 1;
		}
		index = coder->order->index[reference] - 1 + coder->out->counts.slots[kind];
	}
	is_new = tag & 1;
	tag += tag && recent;
	code(coder, column, &tag, true);
	if (tag && !is_new)
		code(coder, column + 1, &index, true);
}

INLINE void code_reference(struct type_coder *coder, unsigned int column, uint32_t *reference,
			   uint32_t from, struct recent *recent, bool writing)
{
	if (writing)
		write_reference(coder, column, *reference, from, recent);
	else
		*reference = read_reference(coder, column, from, recent);
	if (recent && *reference)
		recent_add(recent, *reference);
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
	struct recent *recent = NULL;

	for (unsigned int i = 0; roles[i]; i++) {
		unsigned int column = kind * PACK_COLUMNS + PACK_COLUMN_WORD + 2 * i;

		if (roles[i] == WORD_NAME) {
			code_name(coder, column, strings_of_elements(kind), &words[i], writing);
			recent = &coder->strings.uses[coder->name].reference;
		} else if (roles[i] == WORD_REFERENCE) {
			code_reference(coder, column, &words[i], type, recent, writing);
		} else {
			code_value(coder, kind, column, i, &words[i], is_first, writing);
		}
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
				       NULL, writing);
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
	if (!coder->err &&
	    array_reserve(set->words, coder->words_capacity, (size_t)coder->words_used + count))
		fail(coder, -ENOMEM);
	if (coder->err)
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
	uint32_t number, value;

	if (writing) {
		bool is_same = before && *name && *name == type_set_words(set, before)[0] &&
			       (set->slot_of[type] == TYPE_SET_NO_SLOT ||
				set->slot_of[type] == set->slot_of[before]);

		number = coder->strings.numbers[*name];
		value = is_same ? 1 : !*name ? 0 : !number ? 2 : number + 2;
		code(coder, column, &value, true);
		if (value == 2)
			code_new_string(coder, strings_of_kind(kind), *name, true);
		return is_same;
	}
	code(coder, column, &value, false);
	if (value == 1) {
		*name = before ? type_set_words(set, before)[0] : 0;
		if (!*name)
			damaged(coder);
		return true;
	}
	number = value == 2  ? code_new_string(coder, strings_of_kind(kind), 0, false)
		 : value > 2 ? known_number(coder, value - 2)
			     : 0;
	*name = coder->strings.uses[number].offset;
	return false;
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
	if (coder->err)
		return;
	code_info(coder, kind, old, &info, writing);
	if (!writing) {
		words = make_words(coder, type, info, old != 0);
		if (!words)
			return;
		words[0] = name;
		words[1] = info;
	}
	coder->name = 0;
	if (old) {
		code_next_version(coder, type, kind, old, words, writing);
		return;
	}
	if (roles->head[2] == WORD_REFERENCE)
		code_reference(coder, columns + PACK_COLUMN_THIRD, &words[2], type, NULL, writing);
	else
		code(coder, columns + PACK_COLUMN_THIRD, &words[2], writing);
	words += WORD_HEAD;
	code_words(coder, type, kind, roles->head + WORD_HEAD, words, true, writing);
	words += roles->tail_words;
	if (!roles->element_words)
		return;
	for (uint32_t i = 0; i < WORD_VLEN(info); i++)
		code_words(coder, type, kind, roles->element,
			   words + (size_t)i * roles->element_words, i == 0, writing);
}

void type_coder_write(struct type_coder *coder, uint32_t type, uint32_t kind, bool is_root)
{
	code_type(coder, type, kind, is_root, true);
}

void type_coder_read(struct type_coder *coder, uint32_t type, uint32_t kind, bool is_root)
{
	code_type(coder, type, kind, is_root, false);
}
