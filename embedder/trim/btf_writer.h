/* SPDX-License-Identifier: MIT */
/*
 * Types and the parts of them to keep in, a BTF with nothing else out.
 *
 *	24-byte header | types, numbered from 1 in the order of marking | strings
 *
 * Members and enumerators that are not kept are left out. A pointer or parameter whose type is not
 * kept refers to void instead. Types without a name that have become equal (such as pointers to
 * void) are written once: no request can tell them apart.
 */
#ifndef COREBTF_TRIM_BTF_WRITER_H
#define COREBTF_TRIM_BTF_WRITER_H

#include "embedder/trim/kept_types.h"
#include "embedder/util/byte_buffer.h"

/* Scratch memory; starts zeroed, may be used again and again. */
struct btf_writer {
	const struct kept_types *kept;
	struct reason *why;
	struct byte_buffer types, strings, output;
	uint32_t type_count; /* of the last output, without void */

	/* By position in kept->types: the new id; 0: not given yet. */
	uint32_t *new_ids;
	/* By position: the position of the equal type that represents it + 1; 0: not known yet. */
	uint32_t *stands_for;
	uint32_t position_capacity;

	/* Offset in the full BTF's strings -> offset in the new ones. */
	struct string_slot {
		uint32_t from, to; /* from 0: free */
	} * string_slots;
	uint32_t string_slot_count, strings_used;

	/* Nameless types seen, by content: position + 1 and their bytes in contents. */
	struct content_slot {
		uint32_t position;
		uint32_t hash;
		size_t offset, size;
	} * content_slots;
	uint32_t content_slot_count;
	struct byte_buffer contents;
};

void btf_writer_free(struct btf_writer *writer);

/*
 * Writes the BTF into writer->output, in the byte order of the source.
 * Errors: -EBADMSG a name out of range, -E2BIG more parts of a type than old readers can take,
 * -ENOMEM.
 */
int btf_writer_write(struct btf_writer *writer, const struct kept_types *kept, struct reason *why);

#endif
