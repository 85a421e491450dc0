/* SPDX-License-Identifier: MIT */
#include "embedder/modules/module_join.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_header.h"
#include "embedder/modules/module_base.h"
#include "embedder/modules/split_btf.h"
#include "embedder/pack/word_roles.h"
#include "embedder/util/cleanup.h"

#define HEADER_SIZE_WITH_LAYOUT 32

/* One split BTF, on its way into the join. */
struct piece {
	struct split_btf split;
	uint32_t *ids;	/* of a distilled base: the kernel's ids; NULL: they are the same */
	uint32_t first; /* the new id of its first own type */
	uint32_t own_strings_from; /* the new offset of its first own string */
	/* Of a distilled base's strings; the kernel's stay where they are. */
	uint32_t base_strings_from;
};

static void cleanup_piece(struct piece *piece)
{
	split_btf_close(&piece->split);
	free(piece->ids);
}

void module_join_free(struct module_join *join)
{
	btf_source_free(&join->kernel);
	byte_buffer_free(&join->types);
	byte_buffer_free(&join->strings);
	*join = (struct module_join){0};
}

int module_join_start(struct module_join *join, const void *btf, size_t size, struct reason *why)
{
	int err = btf_source_open_all(&join->kernel, btf, size, why);

	byte_buffer_clear(&join->types);
	byte_buffer_clear(&join->strings);
	join->type_count = join->kernel.types.view.type_count;
	return err;
}

/* --- references ------------------------------------------------------------------------------- */

static int refuse_base(const struct piece *piece, uint32_t number, const char *what,
		       struct reason *why)
{
	return reason_set(
		why, -EINVAL,
		"its BTF does not continue this kernel's: type [%u] %s; it was built with "
		"another kernel",
		piece->split.first + number, what);
}

/* Whether a type of kind @from may refer to one of kind @to: what the kernel's verifier accepts. */
static bool may_refer(uint32_t from, uint32_t to)
{
	switch (from) {
	case BTF_KIND_FUNC:
		return to == BTF_KIND_FUNC_PROTO;
	case BTF_KIND_DATASEC:
		return to == BTF_KIND_VAR || to == BTF_KIND_FUNC;
	case TYPE_VIEW_KIND_DECL_TAG:
		return to != BTF_KIND_DATASEC && to != TYPE_VIEW_KIND_DECL_TAG;
	default:
		return to != BTF_KIND_FUNC && to != BTF_KIND_VAR && to != BTF_KIND_DATASEC &&
		       to != TYPE_VIEW_KIND_DECL_TAG;
	}
}

static int map_reference(const struct piece *piece, uint32_t number, uint32_t kind, uint32_t *word,
			 struct reason *why)
{
	const struct split_btf *split = &piece->split;
	const struct btf_type *target = split_btf_type(split, *word);

	if (!target)
		return refuse_base(piece, number, "refers to a type past its end", why);
	if (*word && !may_refer(kind, type_view_kind(split->base, target)))
		return refuse_base(piece, number, "refers to a type of a kind that it cannot", why);
	if (*word >= split->first)
		*word += piece->first - split->first;
	else if (piece->ids)
		*word = piece->ids[*word];
	return 0;
}

static int map_name(const struct piece *piece, uint32_t number, uint32_t *word, struct reason *why)
{
	const struct split_btf *split = &piece->split;

	if (!*word)
		return 0;
	if (!split_btf_string(split, *word))
		return refuse_base(piece, number, "has a name that is no name there", why);
	if (*word >= split->strings_from)
		*word += piece->own_strings_from - split->strings_from;
	else
		*word += piece->base_strings_from;
	return 0;
}

/* Appends own type @number with its words moved. */
static int append_type(struct module_join *join, const struct piece *piece, uint32_t number,
		       struct reason *why)
{
	const struct split_btf *split = &piece->split;
	const struct btf_type *type = split_btf_own(split, number);
	uint32_t info = split_btf_u32(split, type->info), kind = WORD_KIND(info);
	const struct word_roles *roles = &word_roles[kind];
	const char *role = roles->head;
	size_t count = word_count(info);
	const uint32_t *from = (const uint32_t *)type;
	uint32_t *to = byte_buffer_grow(&join->types, count * sizeof(*to));

	if (!to)
		return reason_errno(why, -ENOMEM, "cannot keep its types");
	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		uint32_t word = split_btf_u32(split, from[i]);
		int err = 0;

		if (*role == WORD_REFERENCE)
			err = map_reference(piece, number, kind, &word, why);
		else if (*role == WORD_NAME)
			err = map_name(piece, number, &word, why);
		if (err)
			return err;
		to[i] = split_btf_u32(split, word);
	}
	return 0;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static int append_piece(struct module_join *join, const struct piece *piece,
			const struct btf_source *distilled, struct reason *why)
{
	const struct split_btf *split = &piece->split;
	uint64_t strings = (uint64_t)join->kernel.types.view.strings_size + join->strings.size +
			   split->parts.strings_size +
			   (distilled ? distilled->types.view.strings_size : 0);
	uint64_t types =
		(uint64_t)join->kernel.types_size + join->types.size + split->parts.types_size;
	int err = 0;

	if (types + strings > UINT32_MAX / 2)
		return reason_set(why, -EFBIG, "split BTF and its base are too large together");
	for (uint32_t i = 0; i < split->count && !err; i++)
		err = append_type(join, piece, i, why);
	if (err)
		return err;
	if (distilled)
		byte_buffer_append(&join->strings, distilled->types.view.strings,
				   distilled->types.view.strings_size);
	byte_buffer_append(&join->strings, split->parts.strings, split->parts.strings_size);
	return byte_buffer_failed(&join->strings)
		       ? reason_errno(why, -ENOMEM, "cannot keep its strings")
		       : 0;
}

/* @distilled: its base, or NULL. */
static int add(struct module_join *join, const void *data, size_t size,
	       const struct btf_source *distilled, struct reason *why)
{
	const struct type_view *kernel = &join->kernel.types.view;
	const struct type_view *base = distilled ? &distilled->types.view : kernel;
	uint32_t strings = kernel->strings_size + (uint32_t)join->strings.size;
	size_t types_before = join->types.size;
	_cleanup_(cleanup_piece) struct piece piece = {
		.first = join->type_count,
		.own_strings_from = strings + (distilled ? base->strings_size : 0),
		.base_strings_from = distilled ? strings : 0,
	};
	int err = split_btf_open(data, size, base, &piece.split, why);

	if (!err && distilled)
		err = module_base_find(distilled, &piece.split, &join->kernel, &piece.ids, why);
	if (!err)
		err = append_piece(join, &piece, distilled, why);
	if (err) {
		join->types.size = types_before;
		return err;
	}
	join->type_count += piece.split.count;
	return 0;
}

int module_join_add(struct module_join *join, const void *split, size_t size, const void *base,
		    size_t base_size, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source distilled = {0};
	struct reason base_why = {""};
	int err;

	if (!base)
		return add(join, split, size, NULL, why);
	err = btf_source_open_all(&distilled, base, base_size, &base_why);
	if (err)
		return reason_set(why, err, "its .BTF.base: %s", base_why.text);
	if (distilled.types.view.swapped != join->kernel.types.view.swapped)
		return reason_set(why, -EINVAL, "it differs from the kernel in byte order");
	return add(join, split, size, &distilled, why);
}

/* --- the result ------------------------------------------------------------------------------- */

static void append_word(const struct module_join *join, struct byte_buffer *buffer, uint64_t value)
{
	byte_buffer_append_u32(buffer, type_view_u32(&join->kernel.types.view, (uint32_t)value));
}

int module_join_finish(const struct module_join *join, void **ret_btf, size_t *ret_size,
		       struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer btf = {0};
	const struct btf_source *kernel = &join->kernel;
	uint64_t types = kernel->types_size + join->types.size;
	uint64_t strings = kernel->types.view.strings_size + join->strings.size;
	uint64_t layout = kernel->layout_size;
	uint16_t magic = kernel->types.view.swapped ? bswap_16(BTF_MAGIC) : BTF_MAGIC;

	byte_buffer_append(&btf, &magic, sizeof(magic));
	byte_buffer_append_u8(&btf, BTF_VERSION);
	byte_buffer_append_u8(&btf, 0);
	append_word(join, &btf, HEADER_SIZE_WITH_LAYOUT);
	append_word(join, &btf, 0);
	append_word(join, &btf, types);
	append_word(join, &btf, types + layout);
	append_word(join, &btf, strings);
	append_word(join, &btf, types);
	append_word(join, &btf, layout);
	byte_buffer_append(&btf, kernel->types.view.types, kernel->types_size);
	byte_buffer_append(&btf, join->types.data, join->types.size);
	byte_buffer_append(&btf, kernel->layout, kernel->layout_size);
	byte_buffer_append(&btf, kernel->types.view.strings, kernel->types.view.strings_size);
	byte_buffer_append(&btf, join->strings.data, join->strings.size);
	if (byte_buffer_failed(&btf))
		return reason_errno(why, -ENOMEM, "cannot join the types");
	*ret_btf = TAKE_PTR(btf.data);
	*ret_size = btf.size;
	return 0;
}
