/* SPDX-License-Identifier: MIT */
/*
 * Types by id, in BTF's layout and in either byte order: read by every step that matches, marks
 * or writes types. A source (type_source.h) fills in a view; its readers do not know where the
 * types came from.
 *
 * A pointer from type_view_type() may be read as far as the type's vlen goes: the source has
 * checked that. Ids and string offsets found in a type are unchecked until type_view_type() and
 * type_view_string() have taken them.
 *
 * A source that has all its types in memory puts the offset of each into @offsets. A source that
 * converts types puts TYPE_VIEW_NOT_MADE there, and make() is called for a type when it is first
 * asked for.
 */
#ifndef COREBTF_TYPE_VIEW_H
#define COREBTF_TYPE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <byteswap.h>
#include <linux/btf.h>

#include "runtime/util/reason.h"

/* Kinds that are newer than the oldest kernel headers we build with. */
#define TYPE_VIEW_KIND_UNKN	0
#define TYPE_VIEW_KIND_DECL_TAG 17
#define TYPE_VIEW_KIND_TYPE_TAG 18
#define TYPE_VIEW_KIND_ENUM64	19
#define TYPE_VIEW_KIND_KNOWN	20 /* kinds below it are known */

#define TYPE_VIEW_NOT_MADE UINT32_MAX

/* ENUM64's elements; linux/btf.h has them from 6.0 on. */
struct type_view_enum64 {
	uint32_t name_off;
	uint32_t value_low;
	uint32_t value_high;
};

struct type_view {
	const unsigned char *types;
	const char *strings;	 /* ends with a NUL */
	const uint32_t *offsets; /* of each type in types, or TYPE_VIEW_NOT_MADE; [0] is not used */
	uint32_t strings_size;
	uint32_t type_count; /* ids below it are valid; 0 is void */
	/* Types with this id and higher ones are those of modules. libbpf looks for a name there
	 * only when the kernel itself has no type of that name. 0: there are none. */
	uint32_t modules_from;
	bool swapped;	   /* the types have the other byte order than this machine */
	bool is_converted; /* they have this machine's, and the kernel has the other */

	/*
	 * Makes type @id, which is in range, and sets its offset. Types made before stay where they
	 * are; strings_size may grow. NULL on failure, with failure and why set. Not used by
	 * sources that have all types.
	 */
	const struct btf_type *(*make)(struct type_view *view, uint32_t id);
	int failure; /* the first negative errno of make(); 0: none */
	struct reason why;
};

/* The void type, id 0. */
extern const struct btf_type type_view_void;

static inline uint32_t type_view_u32(const struct type_view *view, uint32_t raw)
{
	return view->swapped ? bswap_32(raw) : raw;
}

/* Whether the kernel has the other byte order than this machine. */
static inline bool type_view_is_foreign(const struct type_view *view)
{
	return view->swapped || view->is_converted;
}

/* NULL when @id is out of range, or when the type could not be made: then view->failure is set. */
static inline const struct btf_type *type_view_type(const struct type_view *view, uint32_t id)
{
	uint32_t offset;

	if (id == 0)
		return &type_view_void;
	if (id >= view->type_count)
		return NULL;
	offset = view->offsets[id];
	/* For its readers the view does not change. */
	if (__builtin_expect(offset == TYPE_VIEW_NOT_MADE, 0))
		return view->make((struct type_view *)view, id);
	return (const struct btf_type *)(view->types + offset);
}

/* NULL when @offset is out of range. */
static inline const char *type_view_string(const struct type_view *view, uint32_t offset)
{
	return offset < view->strings_size ? view->strings + offset : NULL;
}

static inline uint32_t type_view_kind(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type->info) >> 24 & 0x7f;
}

static inline uint32_t type_view_vlen(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type->info) & 0xffffff;
}

static inline bool type_view_kind_flag(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type->info) >> 31;
}

/* The word that is a size for some kinds and a type id for others. */
static inline uint32_t type_view_size(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type->size);
}

static inline uint32_t type_view_target(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type->type);
}

static inline uint32_t type_view_name_offset(const struct type_view *view,
					     const struct btf_type *type)
{
	return type_view_u32(view, type->name_off);
}

static inline const struct btf_member *type_view_members(const struct btf_type *type)
{
	return (const struct btf_member *)(type + 1);
}

static inline const struct btf_param *type_view_params(const struct btf_type *type)
{
	return (const struct btf_param *)(type + 1);
}

static inline const struct btf_array *type_view_array(const struct btf_type *type)
{
	return (const struct btf_array *)(type + 1);
}

/* Elements in an array type. */
static inline uint32_t type_view_elements(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, type_view_array(type)->nelems);
}

/* The word after an INT: encoding, offset and bits. */
static inline uint32_t type_view_int_word(const struct type_view *view, const struct btf_type *type)
{
	return type_view_u32(view, *(const uint32_t *)(type + 1));
}

static inline uint32_t type_view_int_offset(const struct type_view *view,
					    const struct btf_type *type)
{
	return type_view_int_word(view, type) >> 16 & 0xff;
}

static inline uint32_t type_view_int_encoding(const struct type_view *view,
					      const struct btf_type *type)
{
	return type_view_int_word(view, type) >> 24 & 0xf;
}

/* Name of enumerator @number of an ENUM or ENUM64, as an offset. */
static inline uint32_t type_view_enumerator(const struct type_view *view,
					    const struct btf_type *type, uint32_t number)
{
	if (type_view_kind(view, type) == BTF_KIND_ENUM)
		return type_view_u32(view, ((const struct btf_enum *)(type + 1))[number].name_off);
	return type_view_u32(view, ((const struct type_view_enum64 *)(type + 1))[number].name_off);
}

/* Bit offset of a member in its struct, and the width of a bit-field (0: it is none). */
static inline uint32_t type_view_bit_offset(const struct type_view *view,
					    const struct btf_type *type, uint32_t number)
{
	uint32_t word = type_view_u32(view, type_view_members(type)[number].offset);

	return type_view_kind_flag(view, type) ? word & 0xffffff : word;
}

static inline uint32_t type_view_bit_size(const struct type_view *view, const struct btf_type *type,
					  uint32_t number)
{
	uint32_t word = type_view_u32(view, type_view_members(type)[number].offset);

	return type_view_kind_flag(view, type) ? word >> 24 : 0;
}

static inline bool type_view_is_composite(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

static inline bool type_view_is_enum(uint32_t kind)
{
	return kind == BTF_KIND_ENUM || kind == TYPE_VIEW_KIND_ENUM64;
}

/* Kinds that libbpf skips on its way to the type. */
static inline bool type_view_is_transparent(uint32_t kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == TYPE_VIEW_KIND_TYPE_TAG;
}

/*
 * Follows modifiers and typedefs. *@id becomes the id of the type they end at.
 * NULL: a reference out of range or a chain that never ends; *@id then names the type.
 */
const struct btf_type *type_view_strip(const struct type_view *view, uint32_t *id);

/*
 * The size libbpf's btf__resolve_size() gives, @pointer_size for a pointer; -EINVAL for a type
 * without a size or a chain of more than 32 types, -E2BIG when it passes 32 bits.
 */
int64_t type_view_resolve_size(const struct type_view *view, uint32_t id, uint32_t pointer_size);

/* The word for a kind, "struct", "typedef", ...; "kind 42" is "unknown kind". */
const char *type_view_kind_name(uint32_t kind);

/* Length of a type name without its flavour: "sample___old" is "sample". */
size_t type_view_essential_length(const char *name, size_t length);

#endif
