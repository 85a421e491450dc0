/* SPDX-License-Identifier: MIT */
#include "embedder/trim/trim_memo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Some hundred kernels' BTFs for fifty objects; then it starts over. */
#define MEMORY_MAX ((size_t)8 << 20)
#define SLOTS_MIN  64

/* In one piece of memory: this, the key, ids and versions, the BTF. */
struct trim_entry {
	uint32_t hash;
	uint32_t type_count;
	size_t key_count, read_count, size;
	uint32_t words[];
};

static const uint32_t *entry_reads(const struct trim_entry *entry)
{
	return entry->words + entry->key_count;
}

static const void *entry_btf(const struct trim_entry *entry)
{
	return entry_reads(entry) + 2 * entry->read_count;
}

static void clear(struct trim_memo *memo)
{
	for (uint32_t i = 0; i < memo->slot_count; i++)
		free(memo->slots[i]);
	free(memo->slots);
	*memo = (struct trim_memo){.slots = NULL};
}

void trim_memo_free(struct trim_memo *memo)
{
	clear(memo);
}

static uint32_t hash_key(const uint32_t *key, size_t count)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

/* Whether the kernel has the types that were read for the entry. */
static bool has_reads(const struct trim_entry *entry, struct type_source *kernel)
{
	const uint32_t *reads = entry_reads(entry);

	for (size_t i = 0; i < entry->read_count; i++)
		if (kernel->versions->version(kernel, reads[2 * i]) != reads[2 * i + 1])
			return false;
	return true;
}

bool trim_memo_find(const struct trim_memo *memo, const struct trim_question *question,
		    struct trimmed *ret_trimmed)
{
	uint32_t hash = hash_key(question->key, question->key_count);

	if (!memo->slot_count || memo->generation != question->generation)
		return false;
	for (uint32_t i = hash & (memo->slot_count - 1); memo->slots[i];
	     i = (i + 1) & (memo->slot_count - 1)) {
		const struct trim_entry *entry = memo->slots[i];

		if (entry->hash != hash || entry->key_count != question->key_count ||
		    memcmp(entry->words, question->key, entry->key_count * sizeof(*entry->words)) !=
			    0 ||
		    !has_reads(entry, question->kernel))
			continue;
		*ret_trimmed = (struct trimmed){
			.btf = entry_btf(entry),
			.size = entry->size,
			.type_count = entry->type_count,
		};
		return true;
	}
	return false;
}

static void put(struct trim_memo *memo, struct trim_entry *entry)
{
	uint32_t i = entry->hash & (memo->slot_count - 1);

	while (memo->slots[i])
		i = (i + 1) & (memo->slot_count - 1);
	memo->slots[i] = entry;
}

/* At most half of the slots are used. */
static int grow(struct trim_memo *memo)
{
	struct trim_memo larger = *memo;

	if (memo->entry_count < memo->slot_count / 2)
		return 0;
	larger.slot_count = memo->slot_count ? memo->slot_count * 2 : SLOTS_MIN;
	larger.slots = calloc(larger.slot_count, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < memo->slot_count; i++)
		if (memo->slots[i])
			put(&larger, memo->slots[i]);
	free(memo->slots);
	*memo = larger;
	return 0;
}

int trim_memo_add(struct trim_memo *memo, const struct trim_question *question,
		  const struct trimmed *trimmed)
{
	size_t key_size = question->key_count * sizeof(uint32_t), count, size;
	struct type_source *kernel = question->kernel;
	const uint32_t *reads = kernel->versions->reads(kernel, &count);
	struct trim_entry *entry;
	uint32_t *next;

	size = sizeof(*entry) + key_size + 2 * count * sizeof(uint32_t) + trimmed->size;
	if (memo->generation != question->generation || memo->size > MEMORY_MAX)
		clear(memo);
	memo->generation = question->generation;
	if (grow(memo))
		return -ENOMEM;
	entry = malloc(size);
	if (!entry)
		return -ENOMEM;
	*entry = (struct trim_entry){
		.hash = hash_key(question->key, question->key_count),
		.type_count = trimmed->type_count,
		.key_count = question->key_count,
		.read_count = count,
		.size = trimmed->size,
	};
	memcpy(entry->words, question->key, key_size);
	next = entry->words + question->key_count;
	for (size_t i = 0; i < count; i++) {
		*next++ = reads[i];
		*next++ = kernel->versions->version(kernel, reads[i]);
	}
	memcpy(next, trimmed->btf, trimmed->size);
	put(memo, entry);
	memo->entry_count++;
	memo->size += size;
	return 0;
}
