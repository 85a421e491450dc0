/* SPDX-License-Identifier: MIT */
/*
 * What resolving looked at in one kernel's BTF: types, members, enumerators. It is the whole
 * result that trimming needs: a BTF with just these parts answers every request as the full one.
 *
 * Types are numbered in the order they were touched first. That order comes from the requests and
 * not from the kernel's type ids, so two kernels that agree in all that was asked give the same
 * trimmed bytes.
 */
#ifndef COREBTF_RESOLVE_TOUCHED_H
#define COREBTF_RESOLVE_TOUCHED_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/btf/btf_view.h"
#include "embedder/util/reason.h"

#define TOUCHED_NO_BITS SIZE_MAX

struct touched_type {
	uint32_t id;	   /* in the full BTF */
	uint32_t parts;	   /* members or enumerators touched */
	uint32_t at_least; /* members or enumerators to keep, touched or not */
	size_t bits;	   /* first word of its bit set in words; TOUCHED_NO_BITS: none touched */
};

/* Starts zeroed. */
struct touched {
	const struct btf_view *btf;
	uint32_t *numbers; /* by type id: position in types + 1, 0: not touched */
	uint32_t numbers_capacity;
	struct touched_type *types;
	uint32_t count, capacity;
	uint64_t *words;
	size_t word_count, word_capacity;
	struct reason *why; /* of the current kernel; may be NULL */
};

void touched_free(struct touched *touched);

/* Starts over with another BTF, whose types are scanned already. */
int touched_reset(struct touched *touched, const struct btf_view *btf, struct reason *why);

/*
 * Touches a type and, when it is a typedef, a qualifier or an array, what lies behind it down to
 * the type that has the size. Pointers, prototypes and members are not followed.
 * Errors: -EBADMSG a reference out of range, -EOPNOTSUPP a kind that is not known, -ENOMEM.
 */
int touched_type(struct touched *touched, uint32_t id);

/* Touches a member of a struct or union, with its type, or an enumerator. @id is that of the
 * composite or enum itself. */
int touched_part(struct touched *touched, uint32_t id, uint32_t number);

/* The number of members or enumerators of @id matters up to @count: keep so many. */
int touched_at_least(struct touched *touched, uint32_t id, uint32_t count);

/* Touches more parts of each type until it has as many as touched_at_least() asked for. */
int touched_fill(struct touched *touched);

/* Of the types @ids, ascending, those that were touched change places until they are ascending
 * in the order of touching too: libbpf takes the first of several candidates. */
int touched_keep_order(struct touched *touched, const uint32_t *ids, size_t count);

static inline int touched_has_part(const struct touched *touched, const struct touched_type *type,
				   uint32_t number)
{
	if (type->bits == TOUCHED_NO_BITS)
		return 0;
	return touched->words[type->bits + number / 64] >> (number % 64) & 1;
}

#endif
