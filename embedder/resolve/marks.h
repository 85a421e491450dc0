/* SPDX-License-Identifier: MIT */
/*
 * What an answer needs: the types, members and enumerators that led to it, in the order in which
 * matching read them. A BTF that holds just the marked parts, and in which no other member has
 * become the last one, gives the same answer again (trim/ builds it).
 *
 * Marks say nothing about what a kernel lacks, so kernels that agree in the marked parts may still
 * give different answers. Whoever remembers an answer compares the types that it read (answer.h).
 *
 * A mark on a type includes the chain of typedefs, qualifiers and arrays after it, down to the
 * type that has the size. A mark on a member includes the member's type in the same way.
 */
#ifndef COREBTF_RESOLVE_MARKS_H
#define COREBTF_RESOLVE_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/array.h"

enum mark_kind {
	MARK_TYPE,     /* the type itself; number is 0 */
	MARK_PART,     /* member or enumerator @number of the type */
	MARK_AT_LEAST, /* that the type has at least @number members or enumerators */
};

struct mark {
	uint32_t type; /* id */
	uint32_t kind : 8, number : 24;
};

/* Starts zeroed. */
struct mark_list {
	struct mark *marks;
	size_t count, capacity;
};

static inline void mark_list_free(struct mark_list *list)
{
	free(list->marks);
	*list = (struct mark_list){0};
}

/* 0 or -ENOMEM. @number: below 2^24, as many as a type can have parts. */
static inline int mark_list_add(struct mark_list *list, enum mark_kind kind, uint32_t type,
				uint32_t number)
{
	int err = array_reserve(list->marks, list->capacity, list->count + 1);

	if (!err)
		list->marks[list->count++] =
			(struct mark){.type = type, .kind = kind, .number = number};
	return err;
}

#endif
