/* SPDX-License-Identifier: MIT */
/*
 * A field by name and a kernel's types -> its offset and size.
 */
#ifndef COREBTF_FIELD_FIND_H
#define COREBTF_FIELD_FIND_H

#include "runtime/field/field_walk.h"
#include "runtime/types/type_source.h"

struct field_found {
	struct field_place place;
	uint64_t size; /* bytes; 0: the type has no size, as an array without a length */
	int64_t value; /* of an enumerator */
};

/*
 * Errors: -ENOENT the types have no such type or field (@why says which); -ENOTUNIQ they have
 * several types of that name, in which the field differs; -EINVAL the text is no field's name, or
 * leads through a pointer; -EBADMSG damaged types; -E2BIG; -ENOMEM.
 */
int field_find(struct type_source *source, const char *text, struct field_found *ret_found,
	       struct reason *why);

#endif
