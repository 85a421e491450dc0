/* SPDX-License-Identifier: MIT */
/*
 * One kernel of a pack as a source of types, without making its BTF. Ids are those of the pack: the
 * numbers of its types, then its slots. So the types of the pack are read as they are, for all of
 * its kernels; only which type is in a slot differs, and it is looked up when the slot is first
 * asked for. That is the slot's version (types/type_source.h).
 */
#ifndef COREBTF_PACK_PACK_SOURCE_H
#define COREBTF_PACK_PACK_SOURCE_H

#include "embedder/pack/pack_reader.h"
#include "runtime/types/type_source.h"

/* Which type the kernel has in a slot, once it was looked up. */
struct slot_content {
	uint32_t round; /* of the kernel for which @type is right */
	uint32_t type;	/* 0: none */
};

/* The ids with wanted names, of any kernel of the pack. */
struct found_ids {
	const struct wanted_types *wanted; /* NULL: none */
	uint32_t *ids;
	uint32_t count, capacity;
};

/* How many lists of names are looked for in turns: those of relocations, and those of facts. */
#define PACK_SOURCE_NAMES 2

/* Starts zeroed; may be opened again for another kernel, which is fast if it is in the same pack.
 */
struct pack_source {
	struct type_source types;
	/* Private to pack_source.c. */
	struct type_versions versions;
	const struct pack_reader *reader;
	const struct pack_kernel *kernel;
	struct pack_cursor cursor;
	bool lacks_types;
	struct slot_content *contents; /* by slot */
	uint32_t round;		       /* how many kernels were opened */
	uint32_t *offsets;	       /* by id */
	uint32_t *made;		       /* slots whose offsets are set */
	uint32_t made_count;
	struct found_ids found[PACK_SOURCE_NAMES];
	unsigned int next_found; /* replaced next */
	uint8_t *marks;		 /* by id: which of found[] it is in, whether its order matters */
};

/* Whether a type was asked for that pack_reader_load_warm() did not read: then the answers so far
 * are worth nothing, and the source has to be opened again on a reader that has all types. */
static inline bool pack_source_lacks_types(const struct pack_source *source)
{
	return source->lacks_types;
}

/* @reader must be loaded and outlive the source; any number of threads may use it. Errors: -EBADMSG
 * the kernel's checksum is wrong; -ENOMEM. */
int pack_source_open(struct pack_source *source, const struct pack_reader *reader, size_t number,
		     struct reason *why);
void pack_source_free(struct pack_source *source);

#endif
