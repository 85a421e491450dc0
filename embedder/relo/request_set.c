/* SPDX-License-Identifier: MIT */
/*
 * In: the relocations of one object after the other. Out: a site for each, and each distinct
 * request once, sorted.
 *
 * Most relocations of an object repeat an earlier one (same type id, same access string); a hash
 * finds these before anything is built. The others get a key, bytes that encode the whole query;
 * equal keys of different objects are one request.
 */
#include <stdlib.h>

#include "runtime/btf/btf_source.h"
#include "embedder/relo/kept_fields.h"
#include "embedder/relo/local_spec.h"
#include "embedder/relo/request_set.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

struct request_set *request_set_new(void)
{
	return calloc(1, sizeof(struct request_set));
}

void request_set_free(struct request_set *set)
{
	if (!set)
		return;
	arena_free(&set->arena);
	free(set->requests);
	free(set->roots);
	free(set->objects);
	free(set->locals);
	free(set->sites);
	free(set);
}

size_t request_set_count(const struct request_set *set)
{
	return set->count;
}

/* Root, path, kind: in this order, because sorting groups by it. */
static void write_key(const struct request *request, struct byte_buffer *key)
{
	byte_buffer_append_u8(key, request->broken != NULL);
	symbol_write_key(&request->root_type.name, key);
	byte_buffer_append_u8(key, request->root_type.kind);
	if (request->broken) {
		byte_buffer_append(key, request->broken, strlen(request->broken) + 1);
	} else if (request->kept) {
		byte_buffer_append_u8(key, 'K');
		for (uint32_t i = 0; i < request->accessor_count; i++) {
			byte_buffer_append(key, request->accessors[i].name.text,
					   request->accessors[i].name.length + 1);
			byte_buffer_append_u32(key, request->accessors[i].index);
		}
	} else if (core_relo_is_field(request->kind)) {
		byte_buffer_append_u8(key, SHAPE_FIELD);
		for (uint32_t i = 0; i < request->accessor_count; i++) {
			const struct accessor *accessor = &request->accessors[i];

			/* Members are compared with their flavour, unlike types. */
			byte_buffer_append(key, accessor->name.text, accessor->name.length + 1);
			if (accessor->shape)
				shape_write_key(accessor->shape, key);
			else
				byte_buffer_append_u32(key, accessor->index);
		}
	} else if (core_relo_is_enumerator(request->kind)) {
		byte_buffer_append_u8(key, 'E');
		symbol_write_key(&request->enumerator, key);
	} else {
		bool matches = request->kind == CORE_RELO_TYPE_MATCHES;

		byte_buffer_append_u8(key, matches ? SHAPE_MATCHING : SHAPE_COMPATIBLE);
		shape_write_key(request->shape, key);
	}
	byte_buffer_append_u8(key, request->kind);
}

static int compare_keys(const struct request *a, const struct request *b)
{
	uint32_t shorter = a->key_size < b->key_size ? a->key_size : b->key_size;
	int order = memcmp(a->key, b->key, shorter);

	if (order)
		return order;
	return (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

static int compare_requests(const void *a, const void *b)
{
	return compare_keys(*(struct request *const *)a, *(struct request *const *)b);
}

bool request_same_path(const struct request *a, const struct request *b)
{
	return a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size - 1) == 0;
}

/* Appends a request; @ret_request: where it stays. */
static int append(struct request_set *set, struct byte_buffer *key, const struct request *request,
		  const struct request **ret_request, struct reason *why)
{
	struct request *copy;

	byte_buffer_clear(key);
	write_key(request, key);
	copy = arena_alloc(&set->arena, sizeof(*copy));
	if (byte_buffer_failed(key) || !copy ||
	    array_reserve(set->requests, set->capacity, set->count + 1))
		return reason_set(why, -ENOMEM, "out of memory");
	*copy = *request;
	copy->key = (unsigned char *)arena_string(&set->arena, (char *)key->data, key->size);
	copy->key_size = key->size;
	if (!copy->key)
		return reason_set(why, -ENOMEM, "out of memory");
	set->requests[set->count++] = copy;
	*ret_request = copy;
	return 0;
}

/* Sorts, removes duplicates and renumbers the roots. */
static int sort_and_number(struct request_set *set, struct reason *why)
{
	size_t kept = 0;

	if (!set->count)
		return 0;
	if (array_reserve(set->roots, set->root_capacity, set->count))
		return reason_set(why, -ENOMEM, "out of memory");
	qsort(set->requests, set->count, sizeof(*set->requests), compare_requests);
	set->root_count = 0;
	for (size_t i = 0; i < set->count; i++) {
		struct request *request = set->requests[i];
		struct request_root *root =
			set->root_count ? &set->roots[set->root_count - 1] : NULL;

		if (kept && compare_keys(set->requests[kept - 1], request) == 0) {
			request->same = set->requests[kept - 1];
			continue;
		}
		request->number = kept;
		set->requests[kept++] = request;
		if (request->broken)
			continue;
		if (!root || root->kind != request->root_type.kind ||
		    root->name.essential_length != request->root_type.name.essential_length ||
		    memcmp(root->name.text, request->root_type.name.text,
			   root->name.essential_length) != 0)
			set->roots[set->root_count++] = request->root_type;
		request->root = set->root_count - 1;
	}
	set->count = kept;
	for (size_t i = 0; i < set->local_count; i++)
		if (set->locals[i].request && set->locals[i].request->same)
			set->locals[i].request = set->locals[i].request->same;
	return 0;
}

/* One object while it is read. */
struct reading {
	struct request_set *set;
	const struct bpf_object_file *file;
	struct btf_source types;
	struct source_lines lines;
	struct byte_buffer key;
	size_t first_local; /* of the set */
	/* Relocations of this object by content: the number of the local_relo + 1; 0: free. */
	struct relo_slot {
		uint32_t type_id, access_offset, kind, local;
	} * slots;
	uint32_t slot_count; /* a power of two, at least twice as many as are used */
	struct reason *why;
};

static void reading_free(struct reading *reading)
{
	btf_source_free(&reading->types);
	source_lines_free(&reading->lines);
	byte_buffer_free(&reading->key);
	free(reading->slots);
}

static int out_of_memory(const struct reading *reading)
{
	return reason_set(reading->why, -ENOMEM, "out of memory");
}

static struct relo_slot *find_slot(struct relo_slot *slots, uint32_t count, uint32_t type_id,
				   uint32_t access_offset, uint32_t kind)
{
	uint32_t hash = (type_id * UINT32_C(0x9e3779b1) ^ access_offset) * UINT32_C(0x85ebca6b) ^
			kind * UINT32_C(0xc2b2ae35);
	uint32_t slot = (hash ^ hash >> 15) & (count - 1);

	while (slots[slot].local &&
	       (slots[slot].type_id != type_id || slots[slot].access_offset != access_offset ||
		slots[slot].kind != kind))
		slot = (slot + 1) & (count - 1);
	return &slots[slot];
}

static int grow_slots(struct reading *reading)
{
	uint32_t used = reading->set->local_count - reading->first_local;
	uint32_t count = reading->slot_count ? reading->slot_count * 2 : 256;
	struct relo_slot *slots;

	if (used + 1 <= reading->slot_count / 2)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return out_of_memory(reading);
	for (uint32_t i = 0; i < reading->slot_count; i++) {
		const struct relo_slot *old = &reading->slots[i];

		if (old->local)
			*find_slot(slots, count, old->type_id, old->access_offset, old->kind) =
				*old;
	}
	free(reading->slots);
	reading->slots = slots;
	reading->slot_count = count;
	return 0;
}

/* A relocation that no earlier one of this object repeats. */
static int add_local(struct reading *reading, const struct core_relo *relo)
{
	struct request_set *set = reading->set;
	const struct type_view *types = &reading->types.types.view;
	const struct btf_type *root = type_view_type(types, relo->type_id);
	struct local_relo *local;
	struct request request;
	int err;

	if (array_reserve(set->locals, set->local_capacity, set->local_count + 1))
		return out_of_memory(reading);
	local = &set->locals[set->local_count];
	*local = (struct local_relo){.kind = relo->kind};
	/* The local type's id is the same with every kernel. */
	if (relo->kind != CORE_RELO_TYPE_ID_LOCAL) {
		err = local_spec_read(&set->arena, types, relo, &request, reading->why);
		if (!err)
			err = append(set, &reading->key, &request, &local->request, reading->why);
		if (err)
			return err;
	}
	if (root && type_view_string(types, type_view_name_offset(types, root)))
		local->name = type_view_name_offset(types, root);
	set->local_count++;
	return 0;
}

static int add_site(struct reading *reading, uint32_t section, const struct core_relo *relo)
{
	struct request_set *set = reading->set;
	const struct type_view *types = &reading->types.types.view;
	struct relo_slot *slot;
	int err = grow_slots(reading);

	if (err)
		return err;
	slot = find_slot(reading->slots, reading->slot_count, relo->type_id, relo->access_offset,
			 relo->kind);
	if (!slot->local) {
		err = add_local(reading, relo);
		if (err)
			return err;
		*slot = (struct relo_slot){relo->type_id, relo->access_offset, relo->kind,
					   set->local_count};
	}
	if (array_reserve(set->sites, set->site_capacity, set->site_count + 1))
		return out_of_memory(reading);
	set->sites[set->site_count++] = (struct relo_site){
		.object = set->object_count,
		.local = slot->local - 1,
		.section = type_view_string(types, section) ? section : 0,
		.instruction_offset = relo->instruction_offset,
		.line = source_lines_find(&reading->lines, types, section,
					  relo->instruction_offset),
	};
	return 0;
}

static int add_section(struct reading *reading, const struct btf_ext_reader *reader,
		       const struct btf_ext_section *section)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < section->count; i++) {
		struct core_relo relo = core_relo_read(reader, section, i);

		err = add_site(reading, section->name, &relo);
	}
	return err;
}

static int read_relocations(struct reading *reading)
{
	const struct bpf_object_file *file = reading->file;
	struct btf_ext_reader reader;
	struct btf_ext_section section;
	int more;

	if (!file->btf || !file->ext)
		return 0;
	more = btf_ext_reader_open(&reader, BTF_EXT_CORE_RELOS, file->ext, file->ext_size,
				   reading->why);
	if (more || !reader.left)
		return more;
	more = btf_source_open_all(&reading->types, file->btf, file->btf_size, reading->why);
	if (more)
		return more;
	if (source_lines_open(&reading->lines, file->ext, file->ext_size))
		return out_of_memory(reading);
	while ((more = btf_ext_reader_next(&reader, &section, reading->why)) > 0) {
		int err = add_section(reading, &reader, &section);

		if (err)
			return err;
	}
	return more;
}

static int add_object(struct reading *reading, size_t first_site)
{
	struct request_set *set = reading->set;
	const struct type_view *types = &reading->types.types.view;
	struct relo_object *object;

	if (array_reserve(set->objects, set->object_capacity, set->object_count + 1))
		return out_of_memory(reading);
	object = &set->objects[set->object_count];
	*object = (struct relo_object){
		.name = arena_string(&set->arena, reading->file->name, strlen(reading->file->name)),
		.big_endian = reading->file->big_endian,
		.digest = reading->file->digest,
		.relocation_count = set->site_count - first_site,
		.strings = "",
		.first_site = first_site,
	};
	if (set->site_count > first_site)
		object->strings =
			arena_string(&set->arena, types->strings, types->strings_size - 1);
	if (!object->name || !object->strings)
		return out_of_memory(reading);
	set->object_count++;
	return 0;
}

int request_set_add_object(struct request_set *set, const struct bpf_object_file *file,
			   struct reason *why)
{
	_cleanup_(reading_free) struct reading reading = {
		.set = set,
		.file = file,
		.first_local = set->local_count,
		.why = why,
	};
	const struct request_set before = *set;
	int err = read_relocations(&reading);

	if (!err)
		err = add_object(&reading, before.site_count);
	if (!err)
		err = sort_and_number(set, why);
	if (err) {
		set->count = before.count;
		set->local_count = before.local_count;
		set->site_count = before.site_count;
		set->object_count = before.object_count;
	}
	return err;
}

struct keeping {
	struct request_set *set;
	struct byte_buffer key;
};

static int keep_request(void *context, const struct request *request, struct reason *why)
{
	struct keeping *keeping = context;
	const struct request *kept;

	return append(keeping->set, &keeping->key, request, &kept, why);
}

int request_set_keep(struct request_set *set, const char *text, struct reason *why)
{
	struct keeping keeping = {.set = set};
	size_t count = set->count;
	int err = kept_fields_read(&set->arena, text, keep_request, &keeping, why);

	byte_buffer_free(&keeping.key);
	if (!err)
		err = sort_and_number(set, why);
	if (err)
		set->count = count;
	return err;
}

bool request_set_keeps(const struct request_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->requests[i]->kept)
			return true;
	return false;
}
