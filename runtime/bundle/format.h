/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a bundle: what the embedder writes into the section .corebtf
 * and what the runtime reads back from a mapping of it.
 *
 * This is the one place where the layout stands in C; docs/format.md is the
 * normative text with the reasons. All integers have the byte order of the
 * target ELF file, so on the target the mapped bytes are read as they are.
 *
 *	+--------------------+ 0
 *	| header             |
 *	+--------------------+ entries_offset
 *	| entries            | one for each kernel, sorted by hash
 *	+--------------------+ blobs_offset
 *	| blob records       | one for each distinct trimmed BTF
 *	+--------------------+ blocks_offset
 *	| block records      | one for each stored run of blobs
 *	+--------------------+ objects_offset
 *	| object records     | one for each BPF object the BTFs were trimmed for
 *	+--------------------+ strings_offset
 *	| strings            | NUL-terminated; offset 0 is the empty string
 *	+--------------------+ data_offset
 *	| blocks             | raw: the blobs themselves; xz: an .xz stream
 *	+--------------------+ size
 *
 * Every table starts at a multiple of 8, gaps are zero. Several bundles may
 * follow one another in a section, with zero bytes between them.
 *
 * Packed tables (COREBTF_FEATURE_PACKED_TABLES): between header and data is one
 * .xz stream of all that stands there otherwise, so the offsets of the tables
 * are those in the unpacked bundle. The checksums of their records and the
 * hashes are zero: tables_checksum is compared before they are unpacked, and
 * the entries are sorted without the hash. Each 32-bit word of a record is the
 * difference, modulo 2^32, from the same word of the record before it; of an
 * entry only those before its build-id (differences.h).
 */
#ifndef COREBTF_FORMAT_H
#define COREBTF_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define COREBTF_SECTION_NAME ".corebtf"

/* The first byte is no text and not ASCII; the last two show a file that went through a text
 * mode transfer or was cut by an editor. */
#define COREBTF_MAGIC	   "\xc0reBTF\x1a\n"
#define COREBTF_MAGIC_SIZE 8

/* Written in the target's byte order; read as 0x04030201 the bundle has the other one. */
#define COREBTF_BYTE_ORDER UINT32_C(0x01020304)

#define COREBTF_FORMAT_VERSION 2

/* Bundles, tables and blocks start at a multiple of this. */
#define COREBTF_ALIGNMENT 8

/* Features: a reader that does not know a set bit must not read the bundle. */
#define COREBTF_FEATURE_XZ	      UINT32_C(1) /* some blocks are .xz streams */
#define COREBTF_FEATURE_PACKED_TABLES UINT32_C(2) /* all tables are one .xz stream */
#define COREBTF_FEATURES_KNOWN	      (COREBTF_FEATURE_XZ | COREBTF_FEATURE_PACKED_TABLES)

/* Limits. What is past one of them is damaged (reader) or refused (writer). */
#define COREBTF_MAX_BUNDLE_SIZE	  UINT32_C(0xfffffff8)
#define COREBTF_MAX_ENTRIES	  (UINT32_C(1) << 20)
#define COREBTF_MAX_OBJECTS	  (UINT32_C(1) << 16)
#define COREBTF_MAX_STRINGS_SIZE  (UINT32_C(1) << 26)
#define COREBTF_MAX_BLOB_SIZE	  (UINT32_C(1) << 26)
#define COREBTF_MAX_PACKED_TABLES (UINT32_C(1) << 20) /* offset of their end, unpacked */
#define COREBTF_MAX_BLOCK_SIZE	  (UINT32_C(1) << 26) /* unpacked, of an xz block */

struct corebtf_format_header {
	uint8_t magic[COREBTF_MAGIC_SIZE];
	uint32_t byte_order;
	uint16_t version;     /* COREBTF_FORMAT_VERSION */
	uint16_t header_size; /* of this header; a newer one may be longer */
	uint32_t size;	      /* of the whole bundle, a multiple of 8 */
	uint32_t features;    /* COREBTF_FEATURE_*: unknown bits forbid reading */
	uint32_t hints;	      /* unknown bits may be ignored; none defined yet, written 0 */
	uint32_t entry_count;
	uint32_t blob_count;
	uint32_t block_count;
	uint32_t object_count;
	uint16_t entry_size; /* of each record; a newer writer's may be longer, a multiple of 4 */
	uint16_t blob_size;
	uint16_t block_size;
	uint16_t object_size;
	uint32_t entries_offset; /* all offsets: bytes from the start of the bundle */
	uint32_t blobs_offset;
	uint32_t blocks_offset;
	uint32_t objects_offset;
	uint32_t strings_offset;
	uint32_t strings_size;
	uint32_t data_offset;
	uint32_t packed_tables_size; /* of the .xz stream after the header; 0: not packed */
	uint32_t reserved;	     /* zero */
	uint32_t tables_checksum;    /* CRC-32 of the bytes [96, data_offset) */
	uint32_t header_checksum;    /* CRC-32 of the 92 bytes before it */
};

/*
 * Records. The last four bytes of each are a checksum: CRC-32 of the record's other bytes, then of
 * the strings that it names, each with its NUL, in the order of the fields. In a longer record of a
 * newer writer the checksum is still last.
 */

/* One kernel. Sorted by (hash, release, machine, os_id, version_id, uname_version, build-id). */
struct corebtf_format_entry {
	uint32_t hash;		/* corebtf_format_hash(release, machine) */
	uint32_t blob;		/* number of the blob record */
	uint32_t release;	/* string: the kernel release, as uname -r prints it */
	uint32_t machine;	/* string: the canonical machine name (x86_64, arm64, ...) */
	uint32_t os_id;		/* string: os-release's ID, empty: not known */
	uint32_t version_id;	/* string: os-release's VERSION_ID, empty: not known */
	uint32_t uname_version; /* string: as uname -v prints it, empty: not known */
	uint32_t build_id_size; /* 0: not known, else at most 20 */
	uint8_t build_id[20];	/* the kernel's GNU build-id, zero-padded */
	uint32_t checksum;
};

/* One trimmed BTF. */
struct corebtf_format_blob {
	uint32_t block;	 /* number of the block record that holds it */
	uint32_t offset; /* of its first byte in the unpacked block, a multiple of 8 */
	uint32_t size;
	uint32_t crc; /* CRC-32 of its bytes */
	uint32_t checksum;
};

#define COREBTF_CODEC_RAW 0
#define COREBTF_CODEC_XZ  1 /* one .xz stream (https://tukaani.org/xz/xz-file-format.txt) */

/* A stored run of blobs, the unit of compression. */
struct corebtf_format_block {
	uint32_t offset; /* of the stored bytes, from data_offset */
	uint32_t stored_size;
	uint32_t unpacked_size; /* equals stored_size for COREBTF_CODEC_RAW */
	uint32_t codec;		/* COREBTF_CODEC_* */
	uint32_t checksum;
};

/* A BPF object that the BTFs were trimmed for. */
struct corebtf_format_object {
	uint64_t digest;	   /* CRC-64/XZ of its .BTF section's bytes, then .BTF.ext's */
	uint32_t name;		   /* string: file name without folders */
	uint32_t relocation_count; /* CO-RE relocations in it */
	uint32_t checksum;
} __attribute__((packed, aligned(4))); /* no padding behind the checksum */

/* In packed tables: the bytes of an entry that are stored as differences. */
#define COREBTF_ENTRY_DIFFERENCES offsetof(struct corebtf_format_entry, build_id)

_Static_assert(sizeof(struct corebtf_format_header) == 96, "header is 96 bytes");
_Static_assert(sizeof(struct corebtf_format_entry) == 56, "entry is 56 bytes");
_Static_assert(sizeof(struct corebtf_format_blob) == 20, "blob record is 20 bytes");
_Static_assert(sizeof(struct corebtf_format_block) == 20, "block record is 20 bytes");
_Static_assert(sizeof(struct corebtf_format_object) == 20, "object record is 20 bytes");

/* The next offset at which a table, a block or a blob may start. */
static inline uint64_t corebtf_format_align(uint64_t offset)
{
	return (offset + COREBTF_ALIGNMENT - 1) & ~(uint64_t)(COREBTF_ALIGNMENT - 1);
}

/* FNV-1a, 32 bits, over the release, one zero byte and the machine: short keys, no tables. */
static inline uint32_t corebtf_format_hash(const char *release, const char *machine)
{
	uint32_t hash = UINT32_C(2166136261);

	for (; *release; release++)
		hash = (hash ^ (uint8_t)*release) * UINT32_C(16777619);
	hash *= UINT32_C(16777619); /* the zero byte */
	for (; *machine; machine++)
		hash = (hash ^ (uint8_t)*machine) * UINT32_C(16777619);
	return hash;
}

#endif
