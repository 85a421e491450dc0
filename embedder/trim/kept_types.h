/* SPDX-License-Identifier: MIT */
/*
 * The types, members and enumerators of one kernel that the trimmed BTF keeps: the union of the
 * marks of all answers (resolve/marks.h). A BTF with just these parts answers every request as the
 * full one does.
 *
 * Types are numbered in the order in which they were first marked. That order comes from the
 * requests and not from the kernel's type ids, so two kernels that agree in all marked parts
 * give the same trimmed bytes.
 */
#ifndef COREBTF_TRIM_KEPT_TYPES_H
#define COREBTF_TRIM_KEPT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/resolve/marks.h"
#include "runtime/types/type_view.h"
#include "runtime/util/reason.h"

#define KEPT_NO_BITS SIZE_MAX

struct kept_type {
	uint32_t id;	   /* in the source */
	uint32_t parts;	   /* members or enumerators kept */
	uint32_t at_least; /* members or enumerators to keep, whichever they are */
	bool is_hidden;	   /* written without its name */
	size_t bits;	   /* first word of its bit set in words; KEPT_NO_BITS: no part is kept */
};

/* Starts zeroed. */
struct kept_types {
	const struct type_view *view;
	uint32_t *numbers; /* by type id: position in types + 1, 0: not kept */
	uint32_t numbers_capacity;
	struct kept_type *types;
	uint32_t count, capacity;
	uint64_t *words;
	size_t word_count, word_capacity;
	struct reason *why; /* of the current kernel; may be NULL */
};

void kept_types_free(struct kept_types *kept);

/* Starts over with the types of another kernel. */
void kept_types_reset(struct kept_types *kept, const struct type_view *view, struct reason *why);

/* Adds the marks of an answer. Errors: -EBADMSG a reference out of range, -EOPNOTSUPP a kind that
 * no relocation can ask for, -ENOMEM; that of a type that could not be made. */
int kept_types_add(struct kept_types *kept, const struct mark *marks, size_t count);

/* Adds a type and the chain after it down to the type that has the size. Errors: as above. */
int kept_types_add_type(struct kept_types *kept, uint32_t id);

/* Keeps more parts of each type until it has as many as MARK_AT_LEAST asks for. */
int kept_types_fill(struct kept_types *kept);

/* Of the candidates @ids, ascending, those that are kept change places until they are ascending in
 * the order of marking too: libbpf takes the first of several candidates. */
int kept_types_order(struct kept_types *kept, const uint32_t *ids, size_t count);

/* Position of type @id plus 1; 0: it is not kept. */
static inline uint32_t kept_types_number(const struct kept_types *kept, uint32_t id)
{
	return id < kept->numbers_capacity ? kept->numbers[id] : 0;
}

static inline int kept_type_has_part(const struct kept_types *kept, const struct kept_type *type,
				     uint32_t number)
{
	if (type->bits == KEPT_NO_BITS)
		return 0;
	return kept->words[type->bits + number / 64] >> (number % 64) & 1;
}

#endif
