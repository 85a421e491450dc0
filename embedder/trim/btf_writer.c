/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "embedder/trim/btf_writer.h"
#include "runtime/btf/btf_header.h"

/* Older readers of the info word take only 16 bits. */
#define PARTS_MAX 65535
/* Nameless types refer to nameless types only a few levels deep; deeper ones are not merged. */
#define MERGE_DEPTH_MAX 64

void btf_writer_free(struct btf_writer *w)
{
	byte_buffer_free(&w->types);
	byte_buffer_free(&w->strings);
	byte_buffer_free(&w->output);
	byte_buffer_free(&w->contents);
	free(w->new_ids);
	free(w->stands_for);
	free(w->string_slots);
	free(w->content_slots);
	*w = (struct btf_writer){0};
}

static int out_of_memory(const struct btf_writer *w)
{
	return reason_set(w->why, -ENOMEM, "out of memory");
}

static uint32_t mix(uint32_t value)
{
	value *= UINT32_C(0x9e3779b1);
	return value ^ value >> 15;
}

/* A power of two with room for @count entries at half load, and not below @least. */
static uint32_t table_size(uint32_t count, uint32_t least)
{
	uint32_t size = least;

	while (size / 2 < count)
		size *= 2;
	return size;
}

/* Strings ------------------------------------------------------------------------------------ */

static struct string_slot *find_string(struct string_slot *slots, uint32_t count, uint32_t from)
{
	uint32_t slot = mix(from) & (count - 1);

	while (slots[slot].from && slots[slot].from != from)
		slot = (slot + 1) & (count - 1);
	return &slots[slot];
}

static int grow_strings(struct btf_writer *w)
{
	uint32_t count = table_size(w->strings_used + 1, 1024);
	struct string_slot *slots;

	if (count <= w->string_slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return out_of_memory(w);
	for (uint32_t i = 0; i < w->string_slot_count; i++)
		if (w->string_slots[i].from)
			*find_string(slots, count, w->string_slots[i].from) = w->string_slots[i];
	free(w->string_slots);
	w->string_slots = slots;
	w->string_slot_count = count;
	return 0;
}

/* The new offset of the string at offset @from of the full BTF. */
static int map_string(struct btf_writer *w, uint32_t from, uint32_t *ret_to)
{
	const char *text = type_view_string(w->kept->view, from);
	struct string_slot *slot;
	int err;

	if (!text)
		return reason_set(w->why, -EBADMSG, "string offset %u is past the end (%u)", from,
				  w->kept->view->strings_size);
	if (!*text) {
		*ret_to = 0;
		return 0;
	}
	err = grow_strings(w);
	if (err)
		return err;
	slot = find_string(w->string_slots, w->string_slot_count, from);
	if (!slot->from) {
		*slot = (struct string_slot){from, w->strings.size};
		w->strings_used++;
		byte_buffer_append(&w->strings, text, strlen(text) + 1);
	}
	*ret_to = slot->to;
	return 0;
}

/* Nameless types ----------------------------------------------------------------------------- */

static uint32_t representative(struct btf_writer *w, uint32_t position, unsigned int depth);

/* The number that represents type @id in the content of another type; equal for equal types. 0:
 * void, or a type that is not kept. */
static uint32_t content_reference(struct btf_writer *w, uint32_t id, unsigned int depth)
{
	uint32_t number = kept_types_number(w->kept, id);

	return id && number ? representative(w, number - 1, depth + 1) + 1 : 0;
}

static bool is_nameless(const struct type_view *view, const struct btf_type *type)
{
	if (type_view_name_offset(view, type))
		return false;
	switch (type_view_kind(view, type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_ARRAY:
	case BTF_KIND_FUNC_PROTO:
		return true;
	default:
		return false;
	}
}

/* Finds the numbers of the types that this one refers to, before its content is written. */
static void settle_references(struct btf_writer *w, const struct btf_type *type, unsigned int depth)
{
	const struct type_view *view = w->kept->view;
	const struct btf_array *array = type_view_array(type);
	const struct btf_param *params = type_view_params(type);
	uint32_t kind = type_view_kind(view, type);

	if (kind == BTF_KIND_ARRAY) {
		content_reference(w, type_view_u32(view, array->type), depth);
		content_reference(w, type_view_u32(view, array->index_type), depth);
		return;
	}
	content_reference(w, type_view_target(view, type), depth);
	for (uint32_t i = 0; kind == BTF_KIND_FUNC_PROTO && i < type_view_vlen(view, type); i++)
		content_reference(w, type_view_u32(view, params[i].type), depth);
}

/* Appends the content to w->contents. The numbers of all references are known, so nothing else
 * is appended meanwhile. */
static void write_content(struct btf_writer *w, const struct btf_type *type, unsigned int depth)
{
	const struct type_view *view = w->kept->view;
	const struct btf_array *array = type_view_array(type);
	const struct btf_param *params = type_view_params(type);
	struct byte_buffer *out = &w->contents;
	uint32_t kind = type_view_kind(view, type);

	byte_buffer_append_u32(out, type_view_u32(view, type->info));
	if (kind == BTF_KIND_ARRAY) {
		uint32_t element = type_view_u32(view, array->type);
		uint32_t index = type_view_u32(view, array->index_type);

		byte_buffer_append_u32(out, content_reference(w, element, depth));
		byte_buffer_append_u32(out, content_reference(w, index, depth));
		byte_buffer_append_u32(out, type_view_elements(view, type));
		return;
	}
	byte_buffer_append_u32(out, content_reference(w, type_view_target(view, type), depth));
	for (uint32_t i = 0; kind == BTF_KIND_FUNC_PROTO && i < type_view_vlen(view, type); i++) {
		uint32_t id = type_view_u32(view, params[i].type);

		byte_buffer_append_u32(out, type_view_u32(view, params[i].name_off));
		byte_buffer_append_u32(out, content_reference(w, id, depth));
	}
}

/*
 * The position of the type whose content is at the end of w->contents, from @start on: an
 * earlier one, and the content is removed again, or @position, which is recorded with it.
 */
static uint32_t find_content(struct btf_writer *w, size_t start, uint32_t position)
{
	const unsigned char *content = w->contents.data + start;
	size_t size = w->contents.size - start;
	uint32_t hash = 0, slot;

	for (size_t i = 0; i < size; i += sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, content + i, sizeof(word));
		hash = mix(hash ^ word);
	}
	for (slot = hash & (w->content_slot_count - 1);;
	     slot = (slot + 1) & (w->content_slot_count - 1)) {
		struct content_slot *s = &w->content_slots[slot];

		if (!s->position) {
			*s = (struct content_slot){position + 1, hash, start, size};
			return position;
		}
		if (s->hash == hash && s->size == size &&
		    memcmp(w->contents.data + s->offset, content, size) == 0) {
			w->contents.size = start;
			return s->position - 1;
		}
	}
}

/*
 * The position of the type that is written for the one at @position. Equal content is found from
 * the inside out: a pointer's target before the pointer. In a cycle of nameless types (no
 * compiler makes one) a type represents itself.
 */
static uint32_t representative(struct btf_writer *w, uint32_t position, unsigned int depth)
{
	const struct btf_type *type;
	size_t start;

	if (w->stands_for[position])
		return w->stands_for[position] - 1;
	w->stands_for[position] = position + 1;
	type = type_view_type(w->kept->view, w->kept->types[position].id);
	if (depth > MERGE_DEPTH_MAX || !is_nameless(w->kept->view, type))
		return position;
	settle_references(w, type, depth);
	start = w->contents.size;
	write_content(w, type, depth);
	if (!byte_buffer_failed(&w->contents))
		w->stands_for[position] = find_content(w, start, position) + 1;
	return w->stands_for[position] - 1;
}

static int number_types(struct btf_writer *w)
{
	uint32_t count = w->kept->count;
	uint32_t slots = table_size(count, 1024);

	if (count > w->position_capacity) {
		free(w->new_ids);
		free(w->stands_for);
		w->position_capacity = 0;
		w->new_ids = malloc(count * sizeof(*w->new_ids));
		w->stands_for = malloc(count * sizeof(*w->stands_for));
		if (!w->new_ids || !w->stands_for)
			return out_of_memory(w);
		w->position_capacity = count;
	}
	if (slots > w->content_slot_count) {
		free(w->content_slots);
		w->content_slot_count = 0;
		w->content_slots = malloc(slots * sizeof(*w->content_slots));
		if (!w->content_slots)
			return out_of_memory(w);
		w->content_slot_count = slots;
	}
	memset(w->content_slots, 0, w->content_slot_count * sizeof(*w->content_slots));
	if (count) {
		memset(w->stands_for, 0, count * sizeof(*w->stands_for));
		memset(w->new_ids, 0, count * sizeof(*w->new_ids));
	}
	w->type_count = 0;
	/* Equal types get the place of the first of them that was kept, although another one may
	 * have been reached before through a reference. So trimming a trimmed BTF again changes
	 * nothing. */
	for (uint32_t i = 0; i < count; i++) {
		uint32_t other = representative(w, i, 0);

		if (!w->new_ids[other])
			w->new_ids[other] = ++w->type_count;
	}
	for (uint32_t i = 0; i < count; i++)
		w->new_ids[i] = w->new_ids[w->stands_for[i] - 1];
	return byte_buffer_failed(&w->contents) ? out_of_memory(w) : 0;
}

/* Types -------------------------------------------------------------------------------------- */

static uint32_t map_type(const struct btf_writer *w, uint32_t id)
{
	uint32_t number = kept_types_number(w->kept, id);

	return id && number ? w->new_ids[number - 1] : 0;
}

static uint32_t in_kernel_order(const struct btf_writer *w, uint32_t value)
{
	return type_view_is_foreign(w->kept->view) ? bswap_32(value) : value;
}

static void put(struct btf_writer *w, uint32_t value)
{
	byte_buffer_append_u32(&w->types, in_kernel_order(w, value));
}

/* A word that means the same in the new BTF, as the view has it. */
static void put_raw(struct btf_writer *w, uint32_t raw)
{
	put(w, type_view_u32(w->kept->view, raw));
}

static int put_name(struct btf_writer *w, uint32_t raw_offset)
{
	uint32_t to = 0;
	int err = map_string(w, type_view_u32(w->kept->view, raw_offset), &to);

	if (!err)
		put(w, to);
	return err;
}

static int write_parts(struct btf_writer *w, const struct kept_type *entry,
		       const struct btf_type *type, uint32_t kind)
{
	const struct type_view *view = w->kept->view;
	uint32_t parts = type_view_vlen(view, type);
	unsigned int words = kind == BTF_KIND_ENUM ? 2 : 3;
	const uint32_t *part = (const uint32_t *)(type + 1);

	for (uint32_t i = 0; i < parts; i++, part += words) {
		int err;

		if (!kept_type_has_part(w->kept, entry, i))
			continue;
		err = put_name(w, part[0]);
		if (err)
			return err;
		if (type_view_is_composite(kind)) {
			put(w, map_type(w, type_view_u32(view, part[1])));
			put_raw(w, part[2]);
			continue;
		}
		for (unsigned int word = 1; word < words; word++)
			put_raw(w, part[word]);
	}
	return 0;
}

static int write_params(struct btf_writer *w, const struct btf_type *type)
{
	const struct type_view *view = w->kept->view;
	const struct btf_param *params = type_view_params(type);
	int err = 0;

	for (uint32_t i = 0; !err && i < type_view_vlen(view, type); i++) {
		err = put_name(w, params[i].name_off);
		put(w, map_type(w, type_view_u32(view, params[i].type)));
	}
	return err;
}

static int write_type(struct btf_writer *w, const struct kept_type *entry)
{
	const struct type_view *view = w->kept->view;
	const struct btf_type *type = type_view_type(view, entry->id);
	uint32_t kind = type_view_kind(view, type);
	bool has_parts = type_view_is_composite(kind) || type_view_is_enum(kind);
	uint32_t parts = has_parts ? entry->parts : type_view_vlen(view, type);
	int err;

	if (parts > PARTS_MAX)
		return reason_set(w->why, -E2BIG,
				  "type [%u]: %u of its members are needed, a BTF that every "
				  "libbpf reads takes %u",
				  entry->id, parts, PARTS_MAX);
	err = put_name(w, entry->is_hidden ? 0 : type->name_off);
	if (err)
		return err;
	put(w, (uint32_t)type_view_kind_flag(view, type) << 31 | kind << 24 | parts);
	if (has_parts || kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT)
		put_raw(w, type->size);
	else if (kind == BTF_KIND_ARRAY || kind == BTF_KIND_FWD)
		put(w, 0);
	else
		put(w, map_type(w, type_view_target(view, type)));
	switch (kind) {
	case BTF_KIND_INT:
		put_raw(w, *(const uint32_t *)(type + 1));
		return 0;
	case BTF_KIND_ARRAY:
		put(w, map_type(w, type_view_u32(view, type_view_array(type)->type)));
		put(w, map_type(w, type_view_u32(view, type_view_array(type)->index_type)));
		put_raw(w, type_view_array(type)->nelems);
		return 0;
	case BTF_KIND_FUNC_PROTO:
		return write_params(w, type);
	default:
		return has_parts ? write_parts(w, entry, type, kind) : 0;
	}
}

static int assemble(struct btf_writer *w)
{
	bool foreign = type_view_is_foreign(w->kept->view);
	uint32_t words[5] = {BTF_HEADER_SIZE, 0, w->types.size, w->types.size, w->strings.size};
	unsigned char magic[4];
	uint16_t value = foreign ? bswap_16(BTF_MAGIC) : BTF_MAGIC;

	if (w->types.size > UINT32_MAX / 2 || w->strings.size > UINT32_MAX / 2)
		return reason_set(w->why, -E2BIG, "the trimmed BTF is too large");
	memcpy(magic, &value, sizeof(value));
	magic[2] = BTF_VERSION;
	magic[3] = 0;
	byte_buffer_append(&w->output, magic, sizeof(magic));
	for (unsigned int i = 0; i < 5; i++)
		byte_buffer_append_u32(&w->output, in_kernel_order(w, words[i]));
	byte_buffer_append(&w->output, w->types.data, w->types.size);
	byte_buffer_append(&w->output, w->strings.data, w->strings.size);
	if (byte_buffer_failed(&w->types) || byte_buffer_failed(&w->strings) ||
	    byte_buffer_failed(&w->output))
		return out_of_memory(w);
	return 0;
}

int btf_writer_write(struct btf_writer *w, const struct kept_types *kept, struct reason *why)
{
	uint32_t next = 1;
	int err;

	w->kept = kept;
	w->why = why;
	byte_buffer_clear(&w->types);
	byte_buffer_clear(&w->strings);
	byte_buffer_clear(&w->output);
	byte_buffer_clear(&w->contents);
	/*
	 * The empty string, four times. To check whether a pointer or an enum is signed, libbpf
	 * reads the word after that type, which for the last type is the start of the strings.
	 */
	byte_buffer_append_u32(&w->strings, 0);
	if (w->string_slots)
		memset(w->string_slots, 0, w->string_slot_count * sizeof(*w->string_slots));
	w->strings_used = 0;
	err = number_types(w);
	for (uint32_t i = 0; !err && i < kept->count; i++) {
		if (w->new_ids[i] != next)
			continue;
		err = write_type(w, &kept->types[i]);
		next++;
	}
	return err ? err : assemble(w);
}
