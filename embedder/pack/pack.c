/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/pack/kernel_types.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/own_kernel_id.h"
#include "runtime/util/array.h"

int pack_init(struct pack *pack)
{
	*pack = (struct pack){.kernels = NULL};
	return type_pool_init(&pack->pool);
}

void pack_free(struct pack *pack)
{
	for (size_t i = 0; i < pack->count; i++)
		pack_kernel_clear(&pack->kernels[i]);
	free(pack->kernels);
	type_pool_free(&pack->pool);
	*pack = (struct pack){.kernels = NULL};
}

uint64_t pack_memory(const struct pack *pack)
{
	uint64_t size = type_pool_memory(&pack->pool);

	for (size_t i = 0; i < pack->count; i++)
		size += sizeof(*pack->kernels) +
			(uint64_t)pack->kernels[i].type_words * sizeof(*pack->kernels->types);
	return size;
}

int pack_take(struct pack *pack, struct pack_kernel *kernel, struct reason *why)
{
	if (array_reserve(pack->kernels, pack->capacity, pack->count + 1)) {
		pack_kernel_clear(kernel);
		return reason_errno(why, -ENOMEM, "cannot keep its types");
	}
	pack->kernels[pack->count++] = *kernel;
	memset(kernel, 0, sizeof(*kernel));
	return 0;
}

int pack_add(struct pack *pack, const struct pack_kernel_info *info, struct type_source *source,
	     struct reason *why)
{
	_cleanup_(pack_kernel_clear) struct pack_kernel kernel = {
		.origin = info->origin,
		.types_only = info->types_only,
	};
	int err = kernel_id_copy(info->id, &kernel.id);

	if (err)
		return reason_errno(why, err, "cannot keep its key");
	err = kernel_types_add(&pack->pool, source, &kernel, why);
	return err ? err : pack_take(pack, &kernel, why);
}

static int compare(const void *a, const void *b)
{
	const struct pack_kernel *x = a, *y = b;
	int order = pack_kernel_compare(x, y);

	return order ? order : (int)y->origin - (int)x->origin;
}

void pack_sort(struct pack *pack)
{
	size_t kept = 0;

	if (pack->count)
		qsort(pack->kernels, pack->count, sizeof(*pack->kernels), compare);
	for (size_t i = 0; i < pack->count; i++) {
		if (kept && pack_kernel_compare(&pack->kernels[kept - 1], &pack->kernels[i]) == 0)
			pack_kernel_clear(&pack->kernels[i]);
		else
			pack->kernels[kept++] = pack->kernels[i];
	}
	pack->count = kept;
}

/* --- from another set ------------------------------------------------------------------------- */

struct joining {
	struct type_pool *pool;
	const struct type_set *set;
	uint32_t *numbers; /* by type of the set; 0: not yet */
	uint32_t *slots;   /* by slot of the set: a reference of the pool; 0: not yet */
	uint32_t *words;   /* of the types that are being added, one after the other */
	size_t words_capacity;
	struct reason *why;
};

static int no_room(const struct joining *joining, int err)
{
	return reason_set(joining->why, err,
			  err == -EFBIG ? "its types are more than a pack has room for"
					: "out of memory");
}

static int join_string(struct joining *joining, uint32_t name, uint32_t *ret_name)
{
	int err = type_pool_string(joining->pool, type_set_string(joining->set, name), ret_name);

	return err ? no_room(joining, err) : 0;
}

static int join_slot(struct joining *joining, uint32_t number, uint32_t *ret_slot)
{
	const struct type_slot *slot = &joining->set->slots[number];
	uint32_t name;
	int err = 0;

	if (!joining->slots[number]) {
		err = join_string(joining, slot->name, &name);
		if (!err)
			err = type_pool_slot(joining->pool, slot->kind, name, slot->ordinal,
					     &joining->slots[number]);
	}
	*ret_slot = joining->slots[number];
	return err ? no_room(joining, err) : 0;
}

static int join_type(struct joining *joining, uint32_t type, size_t used, unsigned int depth)
{
	const struct type_set *set = joining->set;
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	const char *role = roles->head;
	size_t count = word_count(words[1]);
	uint32_t slot = TYPE_SET_NO_SLOT;
	int err = 0;

	if (depth > TYPE_SET_DEPTH_MAX)
		return reason_set(joining->why, -EBADMSG,
				  "type %u: references lead in a circle, or deeper than %u types",
				  type, TYPE_SET_DEPTH_MAX);
	if (array_reserve(joining->words, joining->words_capacity, used + count))
		return no_room(joining, -ENOMEM);
	for (size_t i = 0; !err && i < count; i++, role = word_next_role(roles, role)) {
		uint32_t word = words[i];

		if (*role == WORD_NAME) {
			err = join_string(joining, word, &word);
		} else if (*role == WORD_REFERENCE && type_set_is_slot(set, word)) {
			err = join_slot(joining, word - set->slot_base, &word);
		} else if (*role == WORD_REFERENCE && word) {
			if (!joining->numbers[word])
				err = join_type(joining, word, used + count, depth + 1);
			word = joining->numbers[word];
		}
		joining->words[used + i] = word; /* the array may have moved */
	}
	if (!err && set->slot_of[type] != TYPE_SET_NO_SLOT)
		err = join_slot(joining, set->slot_of[type], &slot);
	if (err)
		return err;
	err = type_pool_type(joining->pool, joining->words + used, set->ordinals[type], slot,
			     &joining->numbers[type]);
	return err ? no_room(joining, err) : 0;
}

int pack_add_set(struct type_pool *pool, const struct type_set *set, uint32_t **ret_numbers,
		 struct reason *why)
{
	struct joining joining = {
		.pool = pool,
		.set = set,
		.numbers = calloc((size_t)set->type_count + 1, sizeof(uint32_t)),
		.slots = calloc((size_t)set->slot_count + 1, sizeof(uint32_t)),
		.why = why,
	};
	int err = joining.numbers && joining.slots ? 0 : no_room(&joining, -ENOMEM);

	for (uint32_t type = 1; !err && type <= set->type_count; type++)
		if (!joining.numbers[type])
			err = join_type(&joining, type, 0, 0);
	free(joining.slots);
	free(joining.words);
	if (err) {
		free(joining.numbers);
		return err;
	}
	*ret_numbers = joining.numbers;
	return 0;
}
