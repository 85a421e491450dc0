/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/own_kernel_id.h"
#include "runtime/util/array.h"

void pack_kernel_clear(struct pack_kernel *kernel)
{
	kernel_id_clear(&kernel->id);
	free(kernel->first);
	free(kernel->types);
	*kernel = (struct pack_kernel){.types = NULL};
}

int pack_kernel_set(struct pack_kernel *kernel, uint32_t type)
{
	uint32_t word = type / 64, capacity = kernel->type_words;

	if (word >= capacity) {
		if (array_reserve(kernel->types, capacity, (size_t)word + 1))
			return -ENOMEM;
		memset(kernel->types + kernel->type_words, 0,
		       (size_t)(capacity - kernel->type_words) * sizeof(*kernel->types));
		kernel->type_words = capacity;
	}
	kernel->type_count += !(kernel->types[word] >> (type & 63) & 1);
	kernel->types[word] |= UINT64_C(1) << (type & 63);
	return 0;
}

uint64_t pack_kernel_digest(const struct pack_kernel *kernel, uint64_t sum, const uint64_t *digests)
{
	uint64_t digest = digest_add(DIGEST_START, sum);

	for (uint32_t i = 0; i < kernel->first_count; i++)
		digest = digest_add(digest, digests[kernel->first[i]]);
	return digest_add(digest, kernel->is_big_endian);
}

void pack_kernel_finish(struct pack_kernel *kernel, const uint64_t *digests)
{
	uint64_t sum = 0;

	for (uint32_t word = 0; word < kernel->type_words; word++)
		for (uint64_t bits = kernel->types[word]; bits; bits &= bits - 1)
			sum += digests[word * 64 + (uint32_t)__builtin_ctzll(bits)];
	kernel->digest = pack_kernel_digest(kernel, sum, digests);
}

static int compare_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t common = a_size < b_size ? a_size : b_size;
	int order = common ? memcmp(a, b, common) : 0;

	return order ? order : (a_size > b_size) - (a_size < b_size);
}

int pack_kernel_compare(const struct pack_kernel *a, const struct pack_kernel *b)
{
	int order = strcmp(a->id.machine, b->id.machine);

	if (!order)
		order = strcmp(a->id.os_id, b->id.os_id);
	if (!order)
		order = strcmp(a->id.version_id, b->id.version_id);
	if (!order)
		order = strcmp(a->id.release, b->id.release);
	if (!order)
		order = strcmp(a->id.uname_version, b->id.uname_version);
	if (!order)
		order = compare_bytes(a->id.build_id, a->id.build_id_size, b->id.build_id,
				      b->id.build_id_size);
	if (!order)
		order = (int)a->types_only - (int)b->types_only;
	if (!order)
		order = (a->digest > b->digest) - (a->digest < b->digest);
	return order;
}
