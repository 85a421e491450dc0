/* SPDX-License-Identifier: MIT */
/*
 * In: a type of an object's BTF. Out: the tree of facts that libbpf's comparison would read from
 * it (libbpf: bpf_core_fields_are_compat, __bpf_core_types_are_compat, __bpf_core_types_match).
 *
 * libbpf has two limits: a chain of pointers and arrays may be 32 long, and calls for members
 * and parameters may nest 32 deep. Both depend on the local type alone, so they are checked
 * here: where libbpf would give up, the tree has a SHAPE_TOO_DEEP.
 */
#include "embedder/relo/shape.h"

#define CHAIN_MAX 32 /* pointers and arrays in a row */
#define LEVEL_MAX 32 /* nested members and parameters */
/* A field's array dimensions: libbpf has no bound there, compilers stay far below this one. */
#define DIMENSIONS_MAX 256
#define SHAPES_MAX     65536

struct builder {
	struct arena *arena;
	const struct type_view *btf;
	enum shape_mode mode;
	unsigned int shapes; /* built so far; a hostile object could ask for 2^32 of them */
	struct reason *why;
};

int symbol_read(struct arena *arena, const struct type_view *btf, uint32_t offset,
		struct symbol *ret_symbol, struct reason *why)
{
	const char *text = type_view_string(btf, offset);
	size_t length;

	if (!text)
		return reason_set(why, -EBADMSG, "string offset %u is past the end (%u)", offset,
				  btf->strings_size);
	length = strlen(text);
	text = arena_string(arena, text, length);
	if (!text)
		return reason_set(why, -ENOMEM, "out of memory");
	*ret_symbol = (struct symbol){text, length, type_view_essential_length(text, length)};
	return 0;
}

static int build(struct builder *b, uint32_t id, bool behind_pointer, int level, int chain,
		 const struct shape **ret_shape);

/* A typed child, one call deeper (@level) or one link further (@chain). */
static int build_child(struct builder *b, struct shape *shape, uint32_t number, uint32_t id,
		       bool behind_pointer, int level, int chain)
{
	return build(b, id, behind_pointer, level, chain, &shape->children[number].shape);
}

static int take_children(struct builder *b, struct shape *shape, uint32_t count)
{
	if (count > SHAPES_MAX)
		return reason_set(b->why, -E2BIG, "a type with %u members is too large to compare",
				  count);
	shape->child_count = count;
	shape->children = arena_alloc(b->arena, count * sizeof(*shape->children));
	return shape->children ? 0 : reason_set(b->why, -ENOMEM, "out of memory");
}

static int build_members(struct builder *b, struct shape *shape, const struct btf_type *type,
			 int level)
{
	const struct btf_member *members = type_view_members(type);
	uint32_t count = type_view_vlen(b->btf, type);
	int err = take_children(b, shape, count);

	for (uint32_t i = 0; !err && i < count; i++) {
		err = symbol_read(b->arena, b->btf, type_view_u32(b->btf, members[i].name_off),
				  &shape->children[i].name, b->why);
		if (!err)
			err = build_child(b, shape, i, type_view_u32(b->btf, members[i].type),
					  false, level - 1, CHAIN_MAX);
	}
	return err;
}

static int build_enumerators(struct builder *b, struct shape *shape, const struct btf_type *type)
{
	uint32_t count = type_view_vlen(b->btf, type);
	int err = take_children(b, shape, count);

	for (uint32_t i = 0; !err && i < count; i++)
		err = symbol_read(b->arena, b->btf, type_view_enumerator(b->btf, type, i),
				  &shape->children[i].name, b->why);
	return err;
}

static int build_prototype(struct builder *b, struct shape *shape, const struct btf_type *type,
			   bool behind_pointer, int level, int chain)
{
	const struct btf_param *params = type_view_params(type);
	uint32_t count = type_view_vlen(b->btf, type);
	int err = take_children(b, shape, count + 1);

	for (uint32_t i = 0; !err && i < count; i++)
		err = build_child(b, shape, i, type_view_u32(b->btf, params[i].type),
				  behind_pointer, level - 1, CHAIN_MAX);
	if (!err)
		err = build_child(b, shape, count, type_view_target(b->btf, type), behind_pointer,
				  level, chain - 1);
	return err;
}

static int build_matching(struct builder *b, struct shape *shape, const struct btf_type *type,
			  int level, int chain)
{
	int err;

	err = symbol_read(b->arena, b->btf, type_view_name_offset(b->btf, type), &shape->name,
			  b->why);
	if (err)
		return err;
	switch (shape->kind) {
	case BTF_KIND_FWD:
		shape->flag = type_view_kind_flag(b->btf, type);
		return 0;
	case BTF_KIND_INT:
		shape->size = type_view_size(b->btf, type);
		shape->flag = type_view_int_encoding(b->btf, type) & BTF_INT_SIGNED;
		return 0;
	case BTF_KIND_ENUM:
	case TYPE_VIEW_KIND_ENUM64:
		shape->size = type_view_size(b->btf, type);
		return build_enumerators(b, shape, type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return shape->behind_pointer ? 0 : build_members(b, shape, type, level);
	case BTF_KIND_PTR:
		err = take_children(b, shape, 1);
		return err ? err
			   : build_child(b, shape, 0, type_view_target(b->btf, type), true, level,
					 chain - 1);
	case BTF_KIND_ARRAY:
		shape->size = type_view_elements(b->btf, type);
		err = take_children(b, shape, 1);
		return err ? err
			   : build_child(b, shape, 0,
					 type_view_u32(b->btf, type_view_array(type)->type),
					 shape->behind_pointer, level, chain - 1);
	case BTF_KIND_FUNC_PROTO:
		return build_prototype(b, shape, type, shape->behind_pointer, level, chain);
	default:
		return 0;
	}
}

static int build_compatible(struct builder *b, struct shape *shape, const struct btf_type *type,
			    int level, int chain)
{
	int err;

	switch (shape->kind) {
	case BTF_KIND_INT:
		shape->size = type_view_int_offset(b->btf, type);
		return 0;
	case BTF_KIND_PTR:
		err = take_children(b, shape, 1);
		return err ? err
			   : build_child(b, shape, 0, type_view_target(b->btf, type), false, level,
					 chain - 1);
	case BTF_KIND_ARRAY:
		err = take_children(b, shape, 1);
		return err ? err
			   : build_child(b, shape, 0,
					 type_view_u32(b->btf, type_view_array(type)->type), false,
					 level, chain - 1);
	case BTF_KIND_FUNC_PROTO:
		return build_prototype(b, shape, type, false, level, chain);
	default:
		return 0;
	}
}

static int build_field(struct builder *b, struct shape *shape, const struct btf_type *type,
		       int chain)
{
	int err;

	switch (shape->kind) {
	case BTF_KIND_UNION: /* a struct and a union are compatible as fields */
		shape->kind = BTF_KIND_STRUCT;
		return 0;
	case TYPE_VIEW_KIND_ENUM64:
		shape->kind = BTF_KIND_ENUM;
		/* fall through */
	case BTF_KIND_ENUM:
	case BTF_KIND_FWD:
		return symbol_read(b->arena, b->btf, type_view_name_offset(b->btf, type),
				   &shape->name, b->why);
	case BTF_KIND_INT:
		shape->size = type_view_int_offset(b->btf, type);
		return 0;
	case BTF_KIND_ARRAY:
		err = take_children(b, shape, 1);
		return err ? err
			   : build_child(b, shape, 0,
					 type_view_u32(b->btf, type_view_array(type)->type), false,
					 LEVEL_MAX, chain - 1);
	default:
		return 0;
	}
}

/*
 * @level and @chain count down. They are looked at where libbpf looks at them: the level of a
 * MATCHING type on entry, that of a COMPATIBLE one before a parameter; build_prototype() passes
 * level - 1, so both come out as "below zero is too deep", MATCHING one earlier.
 */
static int build(struct builder *b, uint32_t id, bool behind_pointer, int level, int chain,
		 const struct shape **ret_shape)
{
	const struct btf_type *type;
	struct shape *shape;
	int err;

	if (++b->shapes > SHAPES_MAX)
		return reason_set(b->why, -E2BIG, "type [%u] is too large to compare", id);
	shape = arena_alloc(b->arena, sizeof(*shape));
	if (!shape)
		return reason_set(b->why, -ENOMEM, "out of memory");
	*ret_shape = shape;
	shape->name.text = "";
	if (b->mode == SHAPE_FIELD && chain <= 0)
		return reason_set(b->why, -E2BIG, "type [%u]: an array of too many dimensions", id);
	if (chain <= 0 || level < 0 || (b->mode == SHAPE_MATCHING && level == 0)) {
		shape->kind = SHAPE_TOO_DEEP;
		return 0;
	}
	type = type_view_strip(b->btf, &id);
	if (!type)
		return reason_set(b->why, -EBADMSG, "type [%u] leads to a type that is not there",
				  id);
	shape->kind = type_view_kind(b->btf, type);
	shape->behind_pointer = behind_pointer;
	switch (b->mode) {
	case SHAPE_FIELD:
		err = build_field(b, shape, type, chain);
		break;
	case SHAPE_COMPATIBLE:
		err = build_compatible(b, shape, type, level, chain);
		break;
	default:
		err = build_matching(b, shape, type, level, chain);
		break;
	}
	return err;
}

int shape_build(struct arena *arena, const struct type_view *btf, uint32_t id, enum shape_mode mode,
		const struct shape **ret_shape, struct reason *why)
{
	struct builder builder = {arena, btf, mode, 0, why};

	return build(&builder, id, false, LEVEL_MAX,
		     mode == SHAPE_FIELD ? DIMENSIONS_MAX : CHAIN_MAX, ret_shape);
}

void symbol_write_key(const struct symbol *symbol, struct byte_buffer *key)
{
	byte_buffer_append(key, symbol->text, symbol->essential_length);
	byte_buffer_append_u8(key, 0);
}

void shape_write_key(const struct shape *shape, struct byte_buffer *key)
{
	byte_buffer_append_u8(key, shape->kind);
	byte_buffer_append_u8(key, shape->flag | shape->behind_pointer << 1);
	byte_buffer_append_u32(key, shape->size);
	symbol_write_key(&shape->name, key);
	byte_buffer_append_u32(key, shape->child_count);
	for (uint32_t i = 0; i < shape->child_count; i++) {
		symbol_write_key(&shape->children[i].name, key);
		byte_buffer_append_u8(key, shape->children[i].shape != NULL);
		if (shape->children[i].shape)
			shape_write_key(shape->children[i].shape, key);
	}
}
