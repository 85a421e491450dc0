/* SPDX-License-Identifier: MIT */
#include "embedder/pack/type_pool.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"

/* References from here on are slots. */
#define SLOT_BASE (UINT32_C(1) << 31)

/* Bytes of strings, words of types: far more than all kernels there are. */
#define POOL_SIZE_MAX (UINT32_C(1) << 30)

/* --- hash index ------------------------------------------------------------------------------- */

static int hash_index_grow(struct hash_index *index)
{
	uint32_t slots = index->mask ? (index->mask + 1) * 2 : 1024;
	struct hash_entry *entries = calloc(slots, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	for (uint32_t i = 0; index->mask && i <= index->mask; i++) {
		uint32_t place = index->entries[i].hash & (slots - 1);

		if (!index->entries[i].number)
			continue;
		while (entries[place].number)
			place = (place + 1) & (slots - 1);
		entries[place] = index->entries[i];
	}
	free(index->entries);
	index->entries = entries;
	index->mask = slots - 1;
	return 0;
}

/* Room for one more. */
static int hash_index_reserve(struct hash_index *index)
{
	if (index->mask && index->count < index->mask / 2)
		return 0;
	return hash_index_grow(index);
}

static uint32_t finish_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

/* --- strings ---------------------------------------------------------------------------------- */

static uint32_t hash_bytes(const char *text, size_t length)
{
	uint64_t hash = length, part = 0;

	for (; length >= 8; length -= 8, text += 8) {
		memcpy(&part, text, 8);
		hash = digest_add(hash, part);
	}
	part = 0;
	memcpy(&part, text, length);
	return finish_hash(digest_add(hash, part));
}

int type_pool_string(struct type_pool *pool, const char *text, size_t length, uint32_t *ret_name)
{
	struct type_set *set = &pool->set;
	uint32_t hash, place;

	if (!length) {
		*ret_name = 0;
		return 0;
	}
	if (hash_index_reserve(&pool->strings))
		return -ENOMEM;
	hash = hash_bytes(text, length);
	for (place = hash;; place++) {
		const struct hash_entry *entry = &pool->strings.entries[place & pool->strings.mask];
		uint32_t name = entry->number - 1;

		if (!entry->number)
			break;
		if (entry->hash == hash && length < set->strings_size - name &&
		    memcmp(set->strings + name, text, length) == 0 &&
		    !set->strings[name + length]) {
			*ret_name = name;
			return 0;
		}
	}
	if (length >= POOL_SIZE_MAX - set->strings_size)
		return -EFBIG;
	if (array_reserve(set->strings, pool->strings_capacity,
			  (size_t)set->strings_size + length + 1))
		return -ENOMEM;
	pool->strings.entries[place & pool->strings.mask] =
		(struct hash_entry){hash, set->strings_size + 1};
	pool->strings.count++;
	*ret_name = set->strings_size;
	memcpy(set->strings + set->strings_size, text, length);
	set->strings[set->strings_size + length] = '\0';
	set->strings_size += (uint32_t)length + 1;
	return 0;
}

/* --- slots ------------------------------------------------------------------------------------ */

int type_pool_slot(struct type_pool *pool, uint32_t kind, uint32_t name, uint32_t ordinal,
		   uint32_t *ret_slot)
{
	const struct type_slot wanted = {kind, name, ordinal};
	struct type_set *set = &pool->set;
	uint64_t hash64 = digest_add(digest_add(name, kind), ordinal);
	uint32_t hash = finish_hash(hash64), place;

	if (hash_index_reserve(&pool->slots))
		return -ENOMEM;
	for (place = hash;; place++) {
		const struct hash_entry *entry = &pool->slots.entries[place & pool->slots.mask];

		if (!entry->number)
			break;
		if (entry->hash == hash &&
		    memcmp(&set->slots[entry->number - 1], &wanted, sizeof(wanted)) == 0) {
			*ret_slot = SLOT_BASE + entry->number - 1;
			return 0;
		}
	}
	if (array_reserve(set->slots, pool->slots_capacity, (size_t)set->slot_count + 1))
		return -ENOMEM;
	set->slots[set->slot_count] = wanted;
	*ret_slot = SLOT_BASE + set->slot_count++;
	pool->slots.entries[place & pool->slots.mask] = (struct hash_entry){hash, set->slot_count};
	pool->slots.count++;
	return 0;
}

/* --- types ------------------------------------------------------------------------------------ */

static int reserve_type(struct type_pool *pool, size_t words)
{
	struct type_set *set = &pool->set;
	size_t types = (size_t)set->type_count + 2;

	if (words > POOL_SIZE_MAX - pool->words_size || types >= SLOT_BASE)
		return -EFBIG;
	if (hash_index_reserve(&pool->types) ||
	    array_reserve(set->words, pool->words_capacity, pool->words_size + words) ||
	    array_reserve(set->first, pool->first_capacity, types) ||
	    array_reserve(set->ordinals, pool->ordinals_capacity, types) ||
	    array_reserve(set->slot_of, pool->slot_of_capacity, types) ||
	    array_reserve(pool->digests, pool->digests_capacity, types))
		return -ENOMEM;
	return 0;
}

int type_pool_type(struct type_pool *pool, const uint32_t *words, uint32_t ordinal, uint32_t slot,
		   uint32_t *ret_type)
{
	struct type_set *set = &pool->set;
	size_t count = word_count(words[1]);
	uint64_t hash64 = ordinal;
	uint32_t hash, place, type;
	int err = reserve_type(pool, count);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		hash64 = digest_add(hash64, words[i]);
	hash = finish_hash(hash64);
	for (place = hash;; place++) {
		const struct hash_entry *entry = &pool->types.entries[place & pool->types.mask];

		if (!entry->number)
			break;
		type = entry->number;
		if (entry->hash == hash && set->ordinals[type] == ordinal &&
		    type_set_words(set, type)[1] == words[1] &&
		    memcmp(type_set_words(set, type), words, count * sizeof(*words)) == 0) {
			*ret_type = type;
			return 0;
		}
	}
	type = ++set->type_count;
	set->first[type] = pool->words_size;
	set->ordinals[type] = ordinal;
	set->slot_of[type] = slot == TYPE_SET_NO_SLOT ? slot : slot - SLOT_BASE;
	memcpy(set->words + pool->words_size, words, count * sizeof(*words));
	pool->words_size += (uint32_t)count;
	pool->digests[type] = type_set_digest(set, type, pool->digests);
	pool->types.entries[place & pool->types.mask] = (struct hash_entry){hash, type};
	pool->types.count++;
	*ret_type = type;
	return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

int type_pool_init(struct type_pool *pool)
{
	struct type_set *set = &pool->set;

	*pool = (struct type_pool){.set = {.slot_base = SLOT_BASE}};
	if (array_reserve(set->strings, pool->strings_capacity, 1) || reserve_type(pool, 0)) {
		type_pool_free(pool);
		return -ENOMEM;
	}
	set->strings[0] = '\0';
	set->strings_size = 1;
	set->slot_of[0] = TYPE_SET_NO_SLOT;
	return 0;
}

void type_pool_free(struct type_pool *pool)
{
	free(pool->set.strings);
	free(pool->set.words);
	free(pool->set.first);
	free(pool->set.ordinals);
	free(pool->set.slot_of);
	free(pool->set.slots);
	free(pool->digests);
	free(pool->strings.entries);
	free(pool->slots.entries);
	free(pool->types.entries);
	*pool = (struct type_pool){0};
}
