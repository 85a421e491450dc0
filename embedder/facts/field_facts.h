/* SPDX-License-Identifier: MIT */
/*
 * What a kernel's types say of the fields that objects ask for: type, place and neighbours, or, of
 * a missing one, what is there instead. For messages: the verdicts of resolve/ decide.
 */
#ifndef COREBTF_FACTS_FIELD_FACTS_H
#define COREBTF_FACTS_FIELD_FACTS_H

#include "embedder/resolve/candidates.h"
#include "embedder/util/byte_buffer.h"

struct field_fact {
	bool is_known; /* it is a field, and the kernel has a type of the root's name */
	bool is_found;
	uint32_t bit_offset; /* from the start of the root */
	uint32_t bit_size;   /* of a bit-field; 0: it is none */
	uint32_t size;	     /* bytes; 0: not known */
	/* In the texts, 0: "". Found: the type, and the members before and after it. Missing:
	 * "NAME\tTYPE\n" of all members of the type in which it would be. */
	uint32_t type, before, after, members;
};

/*
 * @candidates: of the kernel's types, after candidates_find(). @ret_facts: by request; requests
 * that differ only in kind have the same texts. Texts are appended to @texts, and the offsets count
 * from its first byte, which is a NUL. What does not fit the memory is marked in @texts.
 */
void field_facts_find(const struct request_set *set, const struct candidates *candidates,
		      const struct type_view *types, struct field_fact *ret_facts,
		      struct byte_buffer *texts);

#endif
