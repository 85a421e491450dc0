/* SPDX-License-Identifier: MIT */
#include "embedder/facts/field_facts.h"

#include <string.h>

#include "embedder/facts/type_text.h"

#define ANONYMOUS_DEPTH_MAX 16
#define MEMBERS_MAX	    4000		/* listed of one type */
#define STEPS_MAX	    (UINT64_C(1) << 26) /* members looked at, of one kernel */

struct finding {
	const struct type_view *types;
	struct byte_buffer *texts;
	uint32_t pointer_size;
	uint64_t steps_left; /* anonymous structs in hostile types can be nested without end */
};

/* A member of a struct, or of an anonymous one in it. */
struct place {
	const struct btf_type *owner;
	uint32_t member;
	uint32_t bit_offset; /* from the start of the outermost struct */
};

static const char *member_name(const struct type_view *types, const struct btf_type *owner,
			       uint32_t member)
{
	const char *name = type_view_string(
		types, type_view_u32(types, type_view_members(owner)[member].name_off));

	return name ? name : "";
}

static uint32_t member_type(const struct type_view *types, const struct btf_type *owner,
			    uint32_t member)
{
	return type_view_u32(types, type_view_members(owner)[member].type);
}

/* The struct or union at the end of a chain of modifiers; NULL: another kind of type. */
static const struct btf_type *composite_of(const struct type_view *types, uint32_t id)
{
	const struct btf_type *type = type_view_strip(types, &id);

	return type && type_view_is_composite(type_view_kind(types, type)) ? type : NULL;
}

static bool find_member(struct finding *finding, const struct btf_type *owner, const char *name,
			unsigned int depth, struct place *ret_place)
{
	const struct type_view *types = finding->types;

	for (uint32_t i = 0; i < type_view_vlen(types, owner) && finding->steps_left; i++) {
		const char *own = member_name(types, owner, i);
		uint32_t offset = type_view_bit_offset(types, owner, i);
		const struct btf_type *inner;

		finding->steps_left--;
		if (strcmp(own, name) == 0) {
			*ret_place = (struct place){owner, i, offset};
			return true;
		}
		if (*own || depth == ANONYMOUS_DEPTH_MAX)
			continue;
		inner = composite_of(types, member_type(types, owner, i));
		if (inner && find_member(finding, inner, name, depth + 1, ret_place)) {
			ret_place->bit_offset += offset;
			return true;
		}
	}
	return false;
}

/* --- texts ------------------------------------------------------------------------------------ */

static uint32_t add_text(struct finding *finding, const char *text)
{
	uint32_t at = (uint32_t)finding->texts->size;

	if (!*text)
		return 0;
	byte_buffer_append(finding->texts, text, strlen(text) + 1);
	return at;
}

static void list_members(struct finding *finding, const struct btf_type *owner, unsigned int depth,
			 uint32_t *left)
{
	const struct type_view *types = finding->types;

	for (uint32_t i = 0; i < type_view_vlen(types, owner) && *left && finding->steps_left;
	     i++) {
		const char *name = member_name(types, owner, i);
		const struct btf_type *inner = NULL;
		char type[128];

		finding->steps_left--;
		if (!*name && depth < ANONYMOUS_DEPTH_MAX)
			inner = composite_of(types, member_type(types, owner, i));
		if (inner)
			list_members(finding, inner, depth + 1, left);
		if (!*name)
			continue;
		--*left;
		type_text(types, member_type(types, owner, i), type, sizeof(type));
		byte_buffer_append(finding->texts, name, strlen(name));
		byte_buffer_append_u8(finding->texts, '\t');
		byte_buffer_append(finding->texts, type, strlen(type));
		byte_buffer_append_u8(finding->texts, '\n');
	}
}

static void describe_found(struct finding *finding, const struct place *place, uint32_t id,
			   uint32_t bit_offset, struct field_fact *fact)
{
	const struct type_view *types = finding->types;
	int64_t size = type_view_resolve_size(types, id, finding->pointer_size);
	char type[128];

	type_text(types, id, type, sizeof(type));
	fact->is_found = true;
	fact->bit_offset = bit_offset;
	fact->size = size > 0 && size <= UINT32_MAX ? (uint32_t)size : 0;
	fact->type = add_text(finding, type);
	if (!place->owner)
		return;
	fact->bit_size = type_view_bit_size(types, place->owner, place->member);
	if (place->member)
		fact->before =
			add_text(finding, member_name(types, place->owner, place->member - 1));
	if (place->member + 1 < type_view_vlen(types, place->owner))
		fact->after =
			add_text(finding, member_name(types, place->owner, place->member + 1));
}

static void describe_missing(struct finding *finding, const struct btf_type *owner,
			     struct field_fact *fact)
{
	uint32_t left = MEMBERS_MAX;
	size_t at = finding->texts->size;

	if (!owner)
		return;
	list_members(finding, owner, 0, &left);
	if (finding->texts->size == at)
		return;
	byte_buffer_append_u8(finding->texts, 0);
	fact->members = (uint32_t)at;
}

/* --- one candidate ---------------------------------------------------------------------------- */

/* Follows the request's steps from a type. Returns how many there are; *@ret_owner: the struct in
 * which the next one would be. All: the last place is written. */
static uint32_t follow(struct finding *finding, const struct request *request, uint32_t id,
		       struct place *ret_place, uint32_t *ret_id, uint32_t *ret_bit_offset,
		       const struct btf_type **ret_owner)
{
	const struct type_view *types = finding->types;
	uint32_t step = 1;

	*ret_bit_offset = 0;
	*ret_place = (struct place){.owner = NULL};
	for (; step < request->accessor_count; step++) {
		const struct accessor *accessor = &request->accessors[step];
		const struct btf_type *type = type_view_strip(types, &id);

		*ret_owner = NULL;
		if (!type)
			return step;
		if (!accessor->name.length) {
			int64_t size;

			if (type_view_kind(types, type) != BTF_KIND_ARRAY)
				return step;
			id = type_view_u32(types, type_view_array(type)->type);
			size = type_view_resolve_size(types, id, finding->pointer_size);
			*ret_bit_offset += accessor->index * (uint32_t)(size > 0 ? size : 0) * 8;
			*ret_place = (struct place){.owner = NULL};
			continue;
		}
		*ret_owner = composite_of(types, id);
		if (!*ret_owner ||
		    !find_member(finding, *ret_owner, accessor->name.text, 0, ret_place))
			return step;
		*ret_bit_offset += ret_place->bit_offset;
		id = member_type(types, ret_place->owner, ret_place->member);
	}
	*ret_id = id;
	return step;
}

/* The first candidate that has the field, or else the one that has most of the way to it. */
static void find_fact(struct finding *finding, const struct request *request, const uint32_t *ids,
		      size_t count, struct field_fact *fact)
{
	const struct btf_type *owner = NULL;
	uint32_t furthest = 0;

	for (size_t i = 0; i < count; i++) {
		struct place place;
		const struct btf_type *last = NULL;
		uint32_t id = 0, bit_offset;
		uint32_t steps = follow(finding, request, ids[i], &place, &id, &bit_offset, &last);

		fact->is_known = true;
		if (steps == request->accessor_count) {
			describe_found(finding, &place, id, bit_offset, fact);
			return;
		}
		if (steps > furthest) {
			furthest = steps;
			owner = last;
		}
	}
	describe_missing(finding, owner, fact);
}

void field_facts_find(const struct request_set *set, const struct candidates *candidates,
		      const struct type_view *types, struct field_fact *ret_facts,
		      struct byte_buffer *texts)
{
	struct finding finding = {types, texts, candidates->pointer_size, STEPS_MAX};

	if (!texts->size)
		byte_buffer_append_u8(texts, 0);
	for (size_t i = 0; i < set->count; i++) {
		const struct request *request = set->requests[i];
		size_t count;
		const uint32_t *ids;

		ret_facts[i] = (struct field_fact){.is_known = false};
		if (request->broken || !core_relo_is_field(request->kind))
			continue;
		if (i && request_same_path(set->requests[i - 1], request)) {
			ret_facts[i] = ret_facts[i - 1];
			continue;
		}
		ids = candidates_of(candidates, request->root, &count);
		find_fact(&finding, request, ids, count, &ret_facts[i]);
	}
}
