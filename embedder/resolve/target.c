/* SPDX-License-Identifier: MIT */
#include "embedder/resolve/target.h"

int target_out_of_steps(struct target *target, uint32_t id)
{
	target->steps_left = 0;
	return reason_set(
		target->why, -EBADMSG,
		"type [%u]: too many nested members to search, this is no real kernel's BTF", id);
}

int target_bad_type(const struct target *target, uint32_t id)
{
	return reason_set(target->why, -EBADMSG,
			  "type [%u]: a reference is out of range or never ends (%u types)", id,
			  target->btf->type_count - 1);
}

int target_bad_string(const struct target *target, uint32_t id, uint32_t offset)
{
	return reason_set(target->why, -EBADMSG, "type [%u]: string offset %u is past the end (%u)",
			  id, offset, target->btf->strings_size);
}
