/* SPDX-License-Identifier: MIT */
/*
 * A checked view of raw BTF, of either byte order. Nothing is copied: the view keeps pointers
 * into the caller's bytes and one table with the offset of each type.
 *
 *	header | types ... | (layout) | strings
 *	         ^ offsets[id]
 *
 * btf_view_open() checks the header, btf_view_scan() steps over all types once and proves that
 * each lies inside the type section with all its members. After that, a pointer from
 * btf_view_type() may be read as far as its vlen goes; ids and string offsets found in it are
 * untrusted until btf_view_type() and btf_view_string() have taken them.
 */
#ifndef COREBTF_BTF_BTF_VIEW_H
#define COREBTF_BTF_BTF_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <byteswap.h>
#include <linux/btf.h>

#include "embedder/util/reason.h"

/* Kinds that are newer than the oldest kernel headers we build with. */
#define BTF_VIEW_KIND_UNKN     0
#define BTF_VIEW_KIND_DECL_TAG 17
#define BTF_VIEW_KIND_TYPE_TAG 18
#define BTF_VIEW_KIND_ENUM64   19
#define BTF_VIEW_KIND_KNOWN    20  /* kinds below it are known */
#define BTF_VIEW_KINDS	       128 /* what the seven bits of a new info word can name */

/* ENUM64's elements; linux/btf.h has them from 6.0 on. */
struct btf_view_enum64 {
	uint32_t name_off;
	uint32_t value_low;
	uint32_t value_high;
};

struct btf_view {
	const unsigned char *types;
	const char *strings; /* ends with a NUL, checked */
	uint32_t *offsets;   /* of each type in types; [0] is not used; owned */
	uint32_t types_size;
	uint32_t strings_size;
	uint32_t type_count; /* ids below it are valid; 0 is void */
	uint32_t offsets_capacity;
	bool swapped; /* the bytes have the other byte order than this machine */
	/* Size of a type by kind: base + vlen * element; base 0: a kind that nobody described. */
	struct {
		uint16_t base;
		uint16_t element;
	} kinds[BTF_VIEW_KINDS];
};

/* The void type, id 0. */
extern const struct btf_type btf_view_void;

/* A view starts zeroed; it may be opened again for other bytes and keeps its table's memory. */
void btf_view_free(struct btf_view *view);

/* Reads the header. @data must be aligned to 4 and outlive the view. Errors: -EBADMSG. */
int btf_view_open(struct btf_view *view, const void *data, size_t size, struct reason *why);

/*
 * Called for each type whose kind is in the mask given to btf_view_scan() and that has a name,
 * in ascending order of ids. The name's offset is inside the strings.
 */
typedef int (*btf_view_visit_fn)(void *context, uint32_t id, const struct btf_type *type,
				 const char *name);

/* Decides by a name's first four bytes whether the visitor wants to see it; see
 * resolve/candidates.c. All bits set: every name. */
struct btf_view_filter {
	uint32_t kinds;		 /* bit n: types of kind n are looked at */
	uint64_t prefixes[1024]; /* bit btf_view_prefix_hash(first four bytes of the name) */
};

static inline uint32_t btf_view_prefix_hash(uint32_t first_four)
{
	return (first_four * UINT32_C(0x9e3779b1)) >> 16;
}

/* Steps over all types. @filter and @visit may be NULL. Errors: -EBADMSG, -EOPNOTSUPP a kind
 * without a known size, -ENOMEM, what @visit returns. */
int btf_view_scan(struct btf_view *view, const struct btf_view_filter *filter,
		  btf_view_visit_fn visit, void *context, struct reason *why);

static inline uint32_t btf_view_u32(const struct btf_view *view, uint32_t raw)
{
	return view->swapped ? bswap_32(raw) : raw;
}

/* NULL when @id is out of range. */
static inline const struct btf_type *btf_view_type(const struct btf_view *view, uint32_t id)
{
	if (id == 0)
		return &btf_view_void;
	if (id >= view->type_count)
		return NULL;
	return (const struct btf_type *)(view->types + view->offsets[id]);
}

/* NULL when @offset is out of range. */
static inline const char *btf_view_string(const struct btf_view *view, uint32_t offset)
{
	return offset < view->strings_size ? view->strings + offset : NULL;
}

static inline uint32_t btf_view_kind(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, type->info) >> 24 & 0x7f;
}

static inline uint32_t btf_view_vlen(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, type->info) & 0xffffff;
}

static inline bool btf_view_kind_flag(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, type->info) >> 31;
}

/* The word that is a size for some kinds and a type id for others. */
static inline uint32_t btf_view_size(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, type->size);
}

static inline uint32_t btf_view_target(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, type->type);
}

static inline uint32_t btf_view_name_offset(const struct btf_view *view,
					    const struct btf_type *type)
{
	return btf_view_u32(view, type->name_off);
}

static inline const struct btf_member *btf_view_members(const struct btf_type *type)
{
	return (const struct btf_member *)(type + 1);
}

static inline const struct btf_param *btf_view_params(const struct btf_type *type)
{
	return (const struct btf_param *)(type + 1);
}

static inline const struct btf_array *btf_view_array(const struct btf_type *type)
{
	return (const struct btf_array *)(type + 1);
}

/* Elements in an array type. */
static inline uint32_t btf_view_elements(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, btf_view_array(type)->nelems);
}

/* The word behind an INT: encoding, offset and bits. */
static inline uint32_t btf_view_int_word(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_u32(view, *(const uint32_t *)(type + 1));
}

static inline uint32_t btf_view_int_offset(const struct btf_view *view, const struct btf_type *type)
{
	return btf_view_int_word(view, type) >> 16 & 0xff;
}

static inline uint32_t btf_view_int_encoding(const struct btf_view *view,
					     const struct btf_type *type)
{
	return btf_view_int_word(view, type) >> 24 & 0xf;
}

/* Name of enumerator @number of an ENUM or ENUM64, as an offset. */
static inline uint32_t btf_view_enumerator(const struct btf_view *view, const struct btf_type *type,
					   uint32_t number)
{
	if (btf_view_kind(view, type) == BTF_KIND_ENUM)
		return btf_view_u32(view, ((const struct btf_enum *)(type + 1))[number].name_off);
	return btf_view_u32(view, ((const struct btf_view_enum64 *)(type + 1))[number].name_off);
}

/* Bit offset of a member in its struct, and the width of a bit-field (0: it is none). */
static inline uint32_t btf_view_bit_offset(const struct btf_view *view, const struct btf_type *type,
					   uint32_t number)
{
	uint32_t word = btf_view_u32(view, btf_view_members(type)[number].offset);

	return btf_view_kind_flag(view, type) ? word & 0xffffff : word;
}

static inline uint32_t btf_view_bit_size(const struct btf_view *view, const struct btf_type *type,
					 uint32_t number)
{
	uint32_t word = btf_view_u32(view, btf_view_members(type)[number].offset);

	return btf_view_kind_flag(view, type) ? word >> 24 : 0;
}

static inline bool btf_view_is_composite(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

static inline bool btf_view_is_enum(uint32_t kind)
{
	return kind == BTF_KIND_ENUM || kind == BTF_VIEW_KIND_ENUM64;
}

/* What libbpf looks through on its way to the type that matters. */
static inline bool btf_view_is_transparent(uint32_t kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_VIEW_KIND_TYPE_TAG;
}

/*
 * Follows modifiers and typedefs. *@id becomes the id of the type they end at.
 * NULL: a reference out of range or a chain that never ends; *@id then names the type.
 */
const struct btf_type *btf_view_strip(const struct btf_view *view, uint32_t *id);

/*
 * The size libbpf's btf__resolve_size() gives, @pointer_size for a pointer; -EINVAL for a type
 * without a size or a chain of more than 32 types, -E2BIG when it passes 32 bits.
 */
int64_t btf_view_resolve_size(const struct btf_view *view, uint32_t id, uint32_t pointer_size);

/* The word for a kind, "struct", "typedef", ...; "kind 42" is "unknown kind". */
const char *btf_view_kind_name(uint32_t kind);

/* Length of a type name without its flavour: "sample___old" is "sample". */
size_t btf_view_essential_length(const char *name, size_t length);

#endif
