/* SPDX-License-Identifier: MIT */
/*
 * In: what --keep asks for, and a candidate. Out: whether it is there, and the marks of all that is
 * on the way to it. No libbpf is followed here: members are found by name alone, whichever type
 * they have, and a pointer leads on.
 */
#include "embedder/resolve/matcher.h"
#include "runtime/field/field_walk.h"

static int mark_part(void *context, uint32_t id, uint32_t number)
{
	return matcher_mark_part(context, id, number);
}

static int mark_pointed(void *context, uint32_t id)
{
	return matcher_mark_type(context, id);
}

/* All members or enumerators. */
static int mark_all(struct matcher *matcher, uint32_t id)
{
	const struct type_view *types = matcher->types;
	uint32_t root = id;
	const struct btf_type *type = type_view_strip(types, &id);
	uint32_t kind, count;

	if (!type)
		return matcher_bad_type(matcher, root);
	kind = type_view_kind(types, type);
	if (!type_view_is_composite(kind) && !type_view_is_enum(kind))
		return 0;
	count = type_view_vlen(types, type);
	for (uint32_t i = 0; i < count; i++) {
		int err = matcher_mark_part(matcher, id, i);

		if (err)
			return err;
	}
	return 0;
}

int match_kept(struct matcher *matcher, const struct request *request, uint32_t id,
	       struct answer_match *match)
{
	struct field_walk walk = {
		.types = matcher->types,
		.pointer_size = matcher->pointer_size,
		.through_pointers = true,
		.part = mark_part,
		.pointed = mark_pointed,
		.context = matcher,
		.names_left = matcher->steps_left,
		.why = matcher->why,
	};
	struct field_place place;
	int result, err = matcher_mark_type(matcher, id);

	*match = (struct answer_match){.owner = id};
	if (err)
		return err;
	result = field_walk(&walk, request->kept, id, &place);
	matcher->steps_left = walk.names_left;
	match->reached = place.steps + 1;
	if (result == 1 && !request->kept->step_count)
		err = mark_all(matcher, id);
	if (result == -EINVAL || result == -E2BIG) /* the elements of an array have no size, ... */
		return answer_refuse(match, result);
	return err ? err : result < 0 ? result : result == 1 ? ANSWER_MATCH : ANSWER_NO_MATCH;
}
