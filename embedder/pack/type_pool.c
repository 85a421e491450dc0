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
	uint32_t places = index->mask ? (index->mask + 1) * 2 : 1024;
	struct hash_entry *entries = calloc(places, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	for (uint32_t i = 0; index->mask && i <= index->mask; i++) {
		uint32_t place = index->entries[i].hash & (places - 1);

		if (!index->entries[i].number)
			continue;
		while (entries[place].number)
			place = (place + 1) & (places - 1);
		entries[place] = index->entries[i];
	}
	free(index->entries);
	index->entries = entries;
	index->mask = places - 1;
	return 0;
}

/* Room for one more. */
static int hash_index_reserve(struct hash_index *index)
{
	if (index->mask && index->count < index->mask / 2)
		return 0;
	return hash_index_grow(index);
}

/* At a free place. */
static void hash_index_add(struct hash_index *index, uint32_t place, uint32_t hash, uint32_t number)
{
	index->entries[place] = (struct hash_entry){hash, number};
	index->count++;
}

/* The number that followed the one before, the last time. */
static inline uint32_t hash_index_guess(const struct hash_index *index)
{
	return index->last < index->next_capacity ? index->next[index->last] : 0;
}

static int hash_index_note(struct hash_index *index, uint32_t number, uint32_t key)
{
	uint32_t old = index->next_capacity;

	if (index->last >= old) {
		if (array_reserve(index->next, index->next_capacity, (size_t)index->last + 1))
			return -ENOMEM;
		memset(index->next + old, 0,
		       (size_t)(index->next_capacity - old) * sizeof(*index->next));
	}
	if (index->next[index->last] != number)
		index->next[index->last] = number;
	index->last = key;
	return 0;
}

static void hash_index_free(struct hash_index *index)
{
	free(index->entries);
	free(index->next);
}

static uint64_t hash_index_memory(const struct hash_index *index)
{
	return ((uint64_t)index->mask + 1) * sizeof(*index->entries) +
	       (uint64_t)index->next_capacity * sizeof(*index->next);
}

static uint32_t finish_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

/* --- strings ---------------------------------------------------------------------------------- */

/* A string's number is its offset, which is not 0. */

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

static bool is_string(const struct type_set *set, uint32_t name, const char *text, size_t length)
{
	return length < set->strings_size - name &&
	       memcmp(set->strings + name, text, length) == 0 && !set->strings[name + length];
}

static int add_string(struct type_pool *pool, const char *text, size_t length)
{
	struct type_set *set = &pool->set;

	if (length >= POOL_SIZE_MAX - set->strings_size)
		return -EFBIG;
	if (array_reserve(set->strings, pool->strings_capacity,
			  (size_t)set->strings_size + length + 1))
		return -ENOMEM;
	memcpy(set->strings + set->strings_size, text, length);
	set->strings[set->strings_size + length] = '\0';
	set->strings_size += (uint32_t)length + 1;
	return 0;
}

static int find_string(struct type_pool *pool, const char *text, size_t length, uint32_t *ret_name)
{
	struct hash_index *index = &pool->strings;
	uint32_t hash = hash_bytes(text, length), place, name = pool->set.strings_size;
	int err = hash_index_reserve(index);

	if (err)
		return err;
	for (place = hash & index->mask; index->entries[place].number;
	     place = (place + 1) & index->mask) {
		const struct hash_entry *entry = &index->entries[place];

		if (entry->hash == hash && is_string(&pool->set, entry->number, text, length)) {
			*ret_name = entry->number;
			return 0;
		}
	}
	err = add_string(pool, text, length);
	if (err)
		return err;
	hash_index_add(index, place, hash, name);
	*ret_name = name;
	return 0;
}

int type_pool_string(struct type_pool *pool, const char *text, uint32_t *ret_name)
{
	uint32_t name = hash_index_guess(&pool->strings);
	int err = 0;

	*ret_name = 0;
	if (!*text)
		return 0;
	if (!name || strcmp(type_set_string(&pool->set, name), text) != 0)
		err = find_string(pool, text, strlen(text), &name);
	if (err)
		return err;
	*ret_name = name;
	/* Offsets of strings differ by two at least. */
	err = hash_index_note(&pool->strings, name, (name + 1) / 2);
	__builtin_prefetch(pool->set.strings + hash_index_guess(&pool->strings));
	return err;
}

/* --- slots ------------------------------------------------------------------------------------ */

/* A slot's number is its place + 1. */

static bool is_slot(const struct type_pool *pool, uint32_t number, const struct type_slot *slot)
{
	return memcmp(&pool->set.slots[number - 1], slot, sizeof(*slot)) == 0;
}

static int add_slot(struct type_pool *pool, const struct type_slot *slot)
{
	struct type_set *set = &pool->set;
	size_t count = (size_t)set->slot_count + 1;

	if (array_reserve(set->slots, pool->slots_capacity, count) ||
	    array_reserve(pool->groups, pool->groups_capacity, count))
		return -ENOMEM;
	pool->groups[set->slot_count] = 0;
	set->slots[set->slot_count++] = *slot;
	return 0;
}

static int find_slot(struct type_pool *pool, const struct type_slot *slot, uint32_t *ret_number)
{
	struct hash_index *index = &pool->slots;
	uint64_t hash64 = digest_add(digest_add(slot->name, slot->kind), slot->ordinal);
	uint32_t hash = finish_hash(hash64), place, number = pool->set.slot_count + 1;
	int err = hash_index_reserve(index);

	if (err)
		return err;
	for (place = hash & index->mask; index->entries[place].number;
	     place = (place + 1) & index->mask) {
		const struct hash_entry *entry = &index->entries[place];

		if (entry->hash == hash && is_slot(pool, entry->number, slot)) {
			*ret_number = entry->number;
			return 0;
		}
	}
	err = add_slot(pool, slot);
	if (err)
		return err;
	hash_index_add(index, place, hash, number);
	*ret_number = number;
	return 0;
}

int type_pool_slot(struct type_pool *pool, uint32_t kind, uint32_t name, uint32_t ordinal,
		   uint32_t *ret_slot)
{
	const struct type_slot slot = {kind, name, ordinal};
	uint32_t number = hash_index_guess(&pool->slots);
	int err = 0;

	if (!number || !is_slot(pool, number, &slot))
		err = find_slot(pool, &slot, &number);
	if (err)
		return err;
	*ret_slot = SLOT_BASE + number - 1;
	return hash_index_note(&pool->slots, number, number);
}

int type_pool_group(struct type_pool *pool, uint32_t slot, uint32_t *ret_group)
{
	uint32_t number = slot - SLOT_BASE, name = pool->set.slots[number].name;
	uint32_t kind = pool->set.slots[number].kind, group = 0;
	const char *text = type_set_string(&pool->set, name);
	int err = 0;

	*ret_group = pool->groups[number];
	if (*ret_group)
		return 0;
	/* libbpf looks for ENUMs and ENUM64s by one name. */
	if (kind == TYPE_VIEW_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	if (strstr(text, "___"))
		err = find_string(pool, text, type_view_essential_length(text, strlen(text)),
				  &name);
	if (!err)
		err = type_pool_slot(pool, kind, name, 0, &group);
	if (!err)
		*ret_group = pool->groups[number] = group;
	return err;
}

/* --- types ------------------------------------------------------------------------------------ */

static int reserve_type(struct type_pool *pool, size_t words)
{
	struct type_set *set = &pool->set;
	size_t types = (size_t)set->type_count + 2;

	if (words > POOL_SIZE_MAX - pool->words_size || types >= SLOT_BASE)
		return -EFBIG;
	if (array_reserve(set->words, pool->words_capacity, pool->words_size + words) ||
	    array_reserve(set->first, pool->first_capacity, types) ||
	    array_reserve(set->ordinals, pool->ordinals_capacity, types) ||
	    array_reserve(set->slot_of, pool->slot_of_capacity, types) ||
	    array_reserve(pool->digests, pool->digests_capacity, types))
		return -ENOMEM;
	return 0;
}

static inline bool is_type(const struct type_set *set, uint32_t type, const uint32_t *words,
			   size_t count, uint32_t ordinal)
{
	const uint32_t *own = type_set_words(set, type);

	/* Info says how many words there are. Most types have no more than these. */
	return own[1] == words[1] && own[0] == words[0] && own[2] == words[2] &&
	       set->ordinals[type] == ordinal &&
	       (count == WORD_HEAD || memcmp(own + WORD_HEAD, words + WORD_HEAD,
					     (count - WORD_HEAD) * sizeof(*words)) == 0);
}

static int add_type(struct type_pool *pool, const uint32_t *words, size_t count, uint32_t ordinal,
		    uint32_t slot)
{
	struct type_set *set = &pool->set;
	uint32_t type = set->type_count + 1;
	int err = reserve_type(pool, count);

	if (err)
		return err;
	set->type_count = type;
	set->first[type] = pool->words_size;
	set->ordinals[type] = ordinal;
	set->slot_of[type] = slot == TYPE_SET_NO_SLOT ? slot : slot - SLOT_BASE;
	memcpy(set->words + pool->words_size, words, count * sizeof(*words));
	pool->words_size += (uint32_t)count;
	pool->digests[type] = type_set_digest(set, type, pool->digests);
	return 0;
}

static int find_type(struct type_pool *pool, const uint32_t *words, size_t count, uint32_t ordinal,
		     uint32_t slot, uint32_t *ret_type)
{
	struct hash_index *index = &pool->types;
	uint64_t hash64 = ordinal;
	uint32_t hash, place;
	int err = hash_index_reserve(index);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		hash64 = digest_add(hash64, words[i]);
	hash = finish_hash(hash64);
	for (place = hash & index->mask; index->entries[place].number;
	     place = (place + 1) & index->mask) {
		const struct hash_entry *entry = &index->entries[place];

		if (entry->hash == hash &&
		    is_type(&pool->set, entry->number, words, count, ordinal)) {
			*ret_type = entry->number;
			return 0;
		}
	}
	err = add_type(pool, words, count, ordinal, slot);
	if (err)
		return err;
	*ret_type = pool->set.type_count;
	hash_index_add(index, place, hash, *ret_type);
	return 0;
}

int type_pool_type(struct type_pool *pool, const uint32_t *words, uint32_t ordinal, uint32_t slot,
		   uint32_t *ret_type)
{
	size_t count = word_count(words[1]);
	uint32_t type = hash_index_guess(&pool->types);
	int err = 0;

	if (!type || !is_type(&pool->set, type, words, count, ordinal))
		err = find_type(pool, words, count, ordinal, slot, &type);
	if (err)
		return err;
	*ret_type = type;
	err = hash_index_note(&pool->types, type, type);
	/* It is far away, and will be needed soon. */
	__builtin_prefetch(pool->set.words + pool->set.first[hash_index_guess(&pool->types)]);
	return err;
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
	type_set_free(&pool->set);
	free(pool->digests);
	free(pool->groups);
	hash_index_free(&pool->strings);
	hash_index_free(&pool->slots);
	hash_index_free(&pool->types);
	*pool = (struct type_pool){0};
}

uint64_t type_pool_memory(const struct type_pool *pool)
{
	const struct type_set *set = &pool->set;

	return pool->strings_capacity + (uint64_t)pool->words_capacity * sizeof(*set->words) +
	       (uint64_t)pool->first_capacity * sizeof(*set->first) +
	       (uint64_t)pool->ordinals_capacity * sizeof(*set->ordinals) +
	       (uint64_t)pool->slot_of_capacity * sizeof(*set->slot_of) +
	       (uint64_t)pool->digests_capacity * sizeof(*pool->digests) +
	       (uint64_t)pool->slots_capacity * sizeof(*set->slots) +
	       (uint64_t)pool->groups_capacity * sizeof(*pool->groups) +
	       hash_index_memory(&pool->strings) + hash_index_memory(&pool->slots) +
	       hash_index_memory(&pool->types);
}
