/* SPDX-License-Identifier: MIT */
/*
 * In: the relocations of one object after the other. Out: each distinct request once, sorted.
 *
 * Most relocations of an object repeat an earlier one to the letter (same type id, same access
 * string), so these fall out before anything is built. What is left gets a key, bytes that spell
 * out all that the request asks for; equal keys of different objects are one request.
 */
#include <stdlib.h>

#include "embedder/btf/btf_source.h"
#include "embedder/relo/local_spec.h"
#include "embedder/relo/request_set.h"
#include "embedder/util/cleanup.h"

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
	free(set);
}

size_t request_set_count(const struct request_set *set)
{
	return set->count;
}

/* Root, what is asked of it, kind: in this order, since the sorting groups by it. */
static void write_key(const struct request *request, struct byte_buffer *key)
{
	byte_buffer_append_u8(key, request->broken != NULL);
	symbol_write_key(&request->root_type.name, key);
	byte_buffer_append_u8(key, request->root_type.kind);
	if (request->broken) {
		byte_buffer_append(key, request->broken, strlen(request->broken) + 1);
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

static int append(struct request_set *set, struct arena *arena, struct byte_buffer *key,
		  const struct request *request, struct reason *why)
{
	struct request *copy;

	byte_buffer_clear(key);
	write_key(request, key);
	copy = arena_alloc(arena, sizeof(*copy));
	if (byte_buffer_failed(key) || !copy)
		return reason_set(why, -ENOMEM, "out of memory");
	*copy = *request;
	copy->key = (unsigned char *)arena_string(arena, (char *)key->data, key->size);
	copy->key_size = key->size;
	if (!copy->key)
		return reason_set(why, -ENOMEM, "out of memory");
	if (set->count == set->capacity) {
		size_t capacity = set->capacity ? set->capacity * 2 : 64;
		struct request **requests;

		requests = reallocarray(set->requests, capacity, sizeof(*requests));
		if (!requests)
			return reason_set(why, -ENOMEM, "out of memory");
		set->requests = requests;
		set->capacity = capacity;
	}
	set->requests[set->count++] = copy;
	return 0;
}

/* Sorts, drops what is there twice and numbers the roots anew. */
static int sort_and_number(struct request_set *set, struct reason *why)
{
	struct request_root *roots;
	size_t kept = 0;

	if (!set->count)
		return 0;
	qsort(set->requests, set->count, sizeof(*set->requests), compare_requests);
	roots = reallocarray(set->roots, set->count, sizeof(*roots));
	if (!roots)
		return reason_set(why, -ENOMEM, "out of memory");
	set->roots = roots;
	set->root_count = 0;
	for (size_t i = 0; i < set->count; i++) {
		struct request *request = set->requests[i];
		struct request_root *root = set->root_count ? &roots[set->root_count - 1] : NULL;

		if (kept && compare_keys(set->requests[kept - 1], request) == 0)
			continue;
		set->requests[kept++] = request;
		if (request->broken)
			continue;
		if (!root || root->kind != request->root_type.kind ||
		    root->name.essential_length != request->root_type.name.essential_length ||
		    memcmp(root->name.text, request->root_type.name.text,
			   root->name.essential_length) != 0)
			roots[set->root_count++] = request->root_type;
		request->root = set->root_count - 1;
	}
	set->count = kept;
	return 0;
}

static int compare_relos(const void *a, const void *b)
{
	const struct core_relo *left = a, *right = b;

	if (left->type_id != right->type_id)
		return left->type_id < right->type_id ? -1 : 1;
	if (left->access_offset != right->access_offset)
		return left->access_offset < right->access_offset ? -1 : 1;
	return (left->kind > right->kind) - (left->kind < right->kind);
}

/* All relocations of the object, those that say the same once. Returns how many, or an error. */
static int64_t read_distinct_relos(const struct bpf_object_file *object, struct core_relo **ret,
				   uint32_t *ret_total, struct reason *why)
{
	_cleanup_free_ struct core_relo *relos = NULL;
	struct core_relo_reader reader;
	size_t count = 0, distinct = 0, capacity;
	int more;

	more = core_relo_reader_open(&reader, object->ext, object->ext_size, why);
	if (more)
		return more;
	capacity = reader.record_size ? reader.left / reader.record_size : 0;
	relos = malloc((capacity ? capacity : 1) * sizeof(*relos));
	if (!relos)
		return reason_set(why, -ENOMEM, "out of memory");
	while (count < capacity) {
		more = core_relo_reader_next(&reader, &relos[count], why);
		if (more < 0)
			return more;
		if (!more)
			break;
		count++;
	}
	qsort(relos, count, sizeof(*relos), compare_relos);
	for (size_t i = 0; i < count; i++)
		if (!distinct || compare_relos(&relos[distinct - 1], &relos[i]) != 0)
			relos[distinct++] = relos[i];
	*ret = TAKE_PTR(relos);
	*ret_total = count;
	return distinct;
}

int request_set_add_object(struct request_set *set, const struct bpf_object_file *object,
			   uint32_t *ret_relocations, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source types = {0};
	_cleanup_(byte_buffer_free) struct byte_buffer key = {0};
	_cleanup_free_ struct core_relo *relos = NULL;
	size_t before = set->count;
	uint32_t total = 0;
	int64_t count = 0;
	int err;

	if (object->btf && object->ext) {
		count = read_distinct_relos(object, &relos, &total, why);
		if (count < 0)
			return count;
	}
	if (count) {
		err = btf_source_open_all(&types, object->btf, object->btf_size, why);
		if (err)
			return err;
	}
	for (int64_t i = 0; i < count; i++) {
		struct request request;

		/* The local type's id is the same with every kernel. */
		if (relos[i].kind == CORE_RELO_TYPE_ID_LOCAL)
			continue;
		err = local_spec_read(&set->arena, &types.types.view, &relos[i], &request, why);
		if (!err)
			err = append(set, &set->arena, &key, &request, why);
		if (err) {
			set->count = before;
			return err;
		}
	}
	if (ret_relocations)
		*ret_relocations = total;
	return sort_and_number(set, why);
}

int request_set_describe(const struct request_set *set, size_t number, char *buffer, size_t size)
{
	const struct request *request = set->requests[number];
	const struct request_root *root = &request->root_type;
	bool prefixed = type_view_is_composite(root->kind) || root->kind == BTF_KIND_ENUM;
	struct byte_buffer path = {0};
	int length;

	for (uint32_t i = 0; i < request->accessor_count; i++) {
		const struct accessor *accessor = &request->accessors[i];
		char index[16];

		if (accessor->name.length) {
			byte_buffer_append_u8(&path, '.');
			byte_buffer_append(&path, accessor->name.text, accessor->name.length);
		} else if (i || accessor->index) {
			snprintf(index, sizeof(index), "[%u]", accessor->index);
			byte_buffer_append(&path, index, strlen(index));
		}
	}
	if (request->enumerator.length) {
		byte_buffer_append(&path, "::", 2);
		byte_buffer_append(&path, request->enumerator.text, request->enumerator.length);
	}
	length =
		snprintf(buffer, size, "%s of %s%s%.*s%.*s%s%s", core_relo_kind_name(request->kind),
			 prefixed ? type_view_kind_name(root->kind) : "", prefixed ? " " : "",
			 (int)root->name.essential_length, root->name.text, (int)path.size,
			 path.data ? (char *)path.data : "", request->broken ? ": " : "",
			 request->broken ? request->broken : "");
	byte_buffer_free(&path);
	return length;
}
