/* SPDX-License-Identifier: MIT */
/*
 * The layout of a pack: docs/pack-format.md in C. Integers are little-endian.
 */
#ifndef COREBTF_PACK_PACK_FORMAT_H
#define COREBTF_PACK_PACK_FORMAT_H

#include <stdint.h>

#define PACK_MAGIC	    "\xc0reP\x41\x43\x1a\x0a"
#define PACK_MAGIC_SIZE	    8
#define PACK_VERSION	    1
#define PACK_HEADER_SIZE    64
#define PACK_FEATURES_KNOWN UINT32_C(0)

#define PACK_KERNELS_MAX (UINT32_C(1) << 20)
#define PACK_TYPES_MAX	 (UINT32_C(1) << 26)
#define PACK_SIZE_MAX	 (UINT64_C(1) << 30) /* of the file, and of all parts unpacked */
#define PACK_RATIO_MAX	 64		     /* how often a part is larger than it is stored ... */
#define PACK_RATIO_SLACK (UINT64_C(1) << 20) /* ... from this size on, all parts together */

struct pack_header {
	uint8_t magic[PACK_MAGIC_SIZE];
	uint16_t version;
	uint16_t header_size;
	uint32_t features;
	uint64_t size; /* of the whole file */
	uint32_t part_count;
	uint32_t kernel_count;
	uint32_t type_count;
	uint32_t slot_count;
	uint32_t parts_checksum; /* of the part records */
	uint32_t strings_size;	 /* of all strings, each with its NUL */
	uint8_t reserved[12];
	uint32_t checksum; /* of the bytes before it */
};
_Static_assert(sizeof(struct pack_header) == PACK_HEADER_SIZE, "no padding");

enum pack_codec {
	PACK_CODEC_RAW = 0,
	PACK_CODEC_ZSTD = 1, /* one frame */
};

/* The parts follow their records, in the order of these, without padding. */
struct pack_part {
	uint16_t id; /* ascending; parts that would be empty are left out */
	uint16_t codec;
	uint32_t stored_size;
	uint32_t size;
	uint32_t checksum; /* of the stored bytes */
};
_Static_assert(sizeof(struct pack_part) == 16, "no padding");

/* A column of types of one kind is part kind * 16 + one of these. */
enum pack_column {
	PACK_COLUMN_NAME,    /* of roots */
	PACK_COLUMN_INFO,    /* vlen and kind_flag */
	PACK_COLUMN_THIRD,   /* a value, or the tag of a reference ... */
	PACK_COLUMN_THIRD_I, /* ... and its index */
	PACK_COLUMN_WORD, /* first word of an array, INT, VAR, tag, or of each element: value or tag
			   */
	PACK_COLUMN_WORD_I, /* its index; then the second and the third word: */
	PACK_COLUMN_PATTERN = PACK_COLUMN_WORD + 6,
	/* Structs and unions that differ from the version before: */
	PACK_COLUMN_NEXT_INFO,
	PACK_COLUMN_NEXT_SIZE,
	PACK_COLUMN_NEXT_MEMBER,
	PACK_COLUMN_NEXT_OFFSET,
};
#define PACK_COLUMNS 16

#define PACK_PART_COLUMNS_END (20 * PACK_COLUMNS)

enum pack_part_id {
	PACK_PART_STRINGS = 0x400,  /* what a string ends with, by what it names (pack_strings) */
	PACK_PART_PREFIXES = 0x410, /* how much of the string before it it begins with, likewise */
	PACK_PART_KERNELS = 0x500,
	PACK_PART_COUNTS = 0x501,
	PACK_PART_ORDINALS = 0x502,
	PACK_PART_PATTERNS = 0x503,
	PACK_PART_FIRSTS = 0x504,
};

/* Strings, by what they name. */
enum pack_strings {
	PACK_STRINGS_MEMBERS,
	PACK_STRINGS_ENUMERATORS,
	PACK_STRINGS_PARAMETERS,
	PACK_STRINGS_FUNCTIONS,
	PACK_STRINGS_TYPEDEFS,
	PACK_STRINGS_COMPOSITES,
	PACK_STRINGS_ENUMS,
	PACK_STRINGS_OTHERS,
	PACK_STRINGS_COUNT,
};

/* In the flags of a kernel. */
#define PACK_KERNEL_BIG_ENDIAN 1
#define PACK_KERNEL_TYPES_ONLY 2
#define PACK_KERNEL_FLAGS      3

#endif
