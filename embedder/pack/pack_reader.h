/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a pack → its kernels and their types, checked.
 */
#ifndef COREBTF_PACK_PACK_READER_H
#define COREBTF_PACK_PACK_READER_H

#include "embedder/pack/pack.h"
#include "embedder/pack/pack_cursor.h"
#include "embedder/pack/pack_parts.h"

/* Of the types that have a pattern: how many, and the sums that kernels' digests and checksums are
 * made of. */
struct pack_pattern {
	uint64_t digests, checksums;
	uint32_t types;
};

struct pack_reader {
	void *data; /* of the file */
	struct pack_parts parts;
	/* Their types are not read yet (pack_reader_kernel()). */
	struct pack_kernel *kernels;
	size_t count;

	/* From pack_reader_load() on. */
	uint64_t family; /* another number each time (struct type_versions) */
	struct type_set set;
	bool is_warm;	    /* only the types before the first cold one were read */
	uint64_t *digests;  /* by type; NULL with is_warm */
	uint32_t *patterns; /* by type: which kernels have it */
	uint32_t pattern_count;
	/* By kernel, from changes[change_first[n]] on: the patterns that it has and the kernel
	 * before it has not, or the other way round. One more place at the end. */
	uint32_t *changes;
	size_t *change_first;
	struct pack_pattern *pattern_sums; /* by pattern */
	uint32_t *slot_first;		   /* by slot: the first type in it; the others follow */
	struct pack_cursor cursor;	   /* of pack_reader_kernel() */
};

/* Reads the header and the kernels' keys. @data is malloc'd, and taken over, on failure too.
 * Errors: -EBADMSG damaged, -EOPNOTSUPP newer, -ENOMEM. */
int pack_reader_open_memory(void *data, size_t size, struct pack_reader *ret_reader,
			    struct reason *why);

/* The same for a file. Errors: also those of input_file_read(). */
int pack_reader_open(const char *path, struct pack_reader *ret_reader, struct reason *why);
void pack_reader_close(struct pack_reader *reader); /* for _cleanup_ */

/* Reads the types; once is enough. Errors: -EBADMSG, -ENOMEM. */
int pack_reader_load(struct pack_reader *reader, struct reason *why);

/* About how much memory the pack takes once its types are read, and while they are: @warm, by
 * pack_reader_load_warm(). Bytes. */
uint64_t pack_reader_load_size(const struct pack_reader *reader, bool warm);

/* Reads only the types that most CO-RE relocations need, in half of the time. What needs all types
 * (making a BTF, merging) cannot be done then. */
int pack_reader_load_warm(struct pack_reader *reader, struct reason *why);

/*
 * Reads which types kernel @number has, into its types[]: by the numbers of reader->set. Errors:
 * -EBADMSG its checksum is wrong, -ENOMEM.
 */
int pack_reader_kernel(struct pack_reader *reader, size_t number, struct reason *why);

/* Adds all kernels for which @want returns true (NULL: all) to a pack. @context: for @want. Errors:
 * -EBADMSG, -EFBIG, -ENOMEM. */
int pack_reader_merge(struct pack_reader *reader, struct pack *pack,
		      bool (*want)(void *context, const struct pack_kernel *kernel), void *context,
		      struct reason *why);

#endif
