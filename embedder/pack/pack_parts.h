/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a pack → its parts, each unpacked when it is asked for. The header and the records
 * of the parts are checked when it is opened, a part when it is unpacked.
 */
#ifndef COREBTF_PACK_PACK_PARTS_H
#define COREBTF_PACK_PACK_PARTS_H

#include <stdbool.h>

#include "embedder/pack/column.h"
#include "runtime/util/reason.h"

struct pack_place {
	uint32_t id, codec, checksum;
	uint32_t size, stored_size;
	const uint8_t *stored;
};

struct pack_parts {
	uint64_t size; /* of the pack */
	uint32_t kernel_count, type_count, slot_count, strings_size;
	struct pack_place *places; /* by ascending id */
	uint32_t count;
};

/* Whether a file that starts with these bytes is a pack. */
bool pack_parts_are(const void *start, size_t size);

/* @data must outlive @ret_parts. Errors: -EBADMSG damaged; -EOPNOTSUPP newer than this reader;
 * -ENOMEM. */
int pack_parts_open(const void *data, size_t size, struct pack_parts *ret_parts,
		    struct reason *why);
void pack_parts_close(struct pack_parts *parts);

/* The size of a part, unpacked; 0: there is none. */
uint32_t pack_parts_size(const struct pack_parts *parts, uint32_t id);

/*
 * Unpacks a part. @ret_memory: malloc'd, the caller frees it; NULL if there is nothing to free.
 * A part that the pack does not have is empty. Errors: -EBADMSG, -ENOMEM.
 */
int pack_parts_read(const struct pack_parts *parts, uint32_t id, void **ret_memory,
		    struct column_reader *ret_reader, struct reason *why);

#endif
