/* SPDX-License-Identifier: MIT */
#include "embedder/resolve/matcher.h"

static int mark(struct matcher *matcher, enum mark_kind kind, uint32_t id, uint32_t number)
{
	return mark_list_add(matcher->marks, kind, id, number)
		       ? reason_set(matcher->why, -ENOMEM, "out of memory")
		       : 0;
}

int matcher_mark_type(struct matcher *matcher, uint32_t id)
{
	return mark(matcher, MARK_TYPE, id, 0);
}

int matcher_mark_part(struct matcher *matcher, uint32_t id, uint32_t number)
{
	return mark(matcher, MARK_PART, id, number);
}

int matcher_mark_at_least(struct matcher *matcher, uint32_t id, uint32_t count)
{
	return mark(matcher, MARK_AT_LEAST, id, count);
}

int matcher_out_of_steps(struct matcher *matcher, uint32_t id)
{
	matcher->steps_left = 0;
	return reason_set(matcher->why, -EBADMSG,
			  "type [%u]: too many nested members to search; no real kernel's BTF has "
			  "so many",
			  id);
}

int matcher_bad_type(const struct matcher *matcher, uint32_t id)
{
	if (matcher->types->failure)
		return reason_set(matcher->why, matcher->types->failure, "%s",
				  matcher->types->why.text);
	return reason_set(matcher->why, -EBADMSG,
			  "type [%u]: a reference is out of range or never ends (%u types)", id,
			  matcher->types->type_count - 1);
}

int matcher_bad_string(const struct matcher *matcher, uint32_t id, uint32_t offset)
{
	return reason_set(matcher->why, -EBADMSG,
			  "type [%u]: string offset %u is past the end (%u)", id, offset,
			  matcher->types->strings_size);
}
