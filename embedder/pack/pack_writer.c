/* SPDX-License-Identifier: MIT */
/*
 * In: kernels and their types, in any order. Out: the bytes of the pack.
 *
 *	1. kernels sorted by their keys
 *	2. patterns: for each type which kernels have it; few are different
 *	3. types sorted: roots by name, the others where they are first referred to
 *	4. columns, each compressed alone
 *
 * Nothing in 1 to 4 depends on numbers in the pool: equal names and ordinals are told apart by the
 * first kernel that has the type, or by the digest of its content.
 */
#include "embedder/pack/pack_writer.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_order.h"
#include "embedder/pack/type_columns.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* The table in docs/pack-format.md compares levels. */
#define ZSTD_LEVEL 9

/* Smaller parts are stored as they are: what could be saved is not worth a frame. */
#define COMPRESSED_MIN 64

/* --- patterns --------------------------------------------------------------------------------- */

/*
 * The kernels of one pattern are the path from it to the root, newest first. The root, 0, has none.
 */
struct pattern_tree {
	struct pattern {
		uint32_t parent, kernel;
	} * patterns;
	uint32_t count, capacity;
	uint32_t *of_type;	/* by type */
	uint32_t *first_kernel; /* by type */
};

static void pattern_tree_free(struct pattern_tree *tree)
{
	free(tree->patterns);
	free(tree->of_type);
	free(tree->first_kernel);
}

/* Types of one pattern that the kernel has go on to a new one. */
static int add_kernel(struct pattern_tree *tree, const struct pack_kernel *kernel, uint32_t number,
		      uint32_t **moved, uint32_t *moved_capacity)
{
	uint32_t old_count = tree->count;

	if (array_reserve(*moved, *moved_capacity, old_count))
		return -ENOMEM;
	memset(*moved, 0, old_count * sizeof(**moved));
	for (uint32_t word = 0; word < kernel->type_words; word++) {
		for (uint64_t bits = kernel->types[word]; bits; bits &= bits - 1) {
			uint32_t type = word * 64 + (uint32_t)__builtin_ctzll(bits);
			uint32_t old = tree->of_type[type];

			if (!old)
				tree->first_kernel[type] = number;
			if (!(*moved)[old]) {
				if (array_reserve(tree->patterns, tree->capacity,
						  (size_t)tree->count + 1))
					return -ENOMEM;
				tree->patterns[tree->count] = (struct pattern){old, number};
				(*moved)[old] = tree->count++;
			}
			tree->of_type[type] = (*moved)[old];
		}
	}
	return 0;
}

static int make_patterns(const struct pack *pack, struct pattern_tree *tree)
{
	_cleanup_free_ uint32_t *moved = NULL;
	uint32_t moved_capacity = 0;
	size_t types = (size_t)pack->pool.set.type_count + 1;
	int err = 0;

	tree->of_type = calloc(types, sizeof(*tree->of_type));
	tree->first_kernel = calloc(types, sizeof(*tree->first_kernel));
	if (!tree->of_type || !tree->first_kernel ||
	    array_reserve(tree->patterns, tree->capacity, 1))
		return -ENOMEM;
	tree->count = 1;
	for (size_t i = 0; !err && i < pack->count; i++)
		err = add_kernel(tree, &pack->kernels[i], (uint32_t)i, &moved, &moved_capacity);
	return err;
}

/* Where a pattern begins and ends, kernel by kernel: "has it from 3 on, not from 5 on, ..." as
 * gaps. */
static void write_pattern(const struct pattern_tree *tree, uint32_t pattern, uint32_t *kernels,
			  struct byte_buffer *part)
{
	uint32_t count = 0, last = 0;
	uint64_t changes = 0;

	for (; pattern; pattern = tree->patterns[pattern].parent)
		kernels[count++] = tree->patterns[pattern].kernel;
	for (uint32_t i = count; i-- > 0;)
		changes += (i + 1 == count || kernels[i + 1] + 1 != kernels[i]) +
			   (i == 0 || kernels[i - 1] != kernels[i] + 1);
	column_put(part, changes);
	for (uint32_t i = count; i-- > 0;) {
		if (i + 1 == count || kernels[i + 1] + 1 != kernels[i]) {
			column_put(part, kernels[i] - last);
			last = kernels[i];
		}
		if (i == 0 || kernels[i - 1] != kernels[i] + 1) {
			column_put(part, kernels[i] + 1 - last);
			last = kernels[i] + 1;
		}
	}
}

/* --- order ------------------------------------------------------------------------------------ */

struct root {
	const char *name;
	uint64_t digest;
	uint32_t ordinal, first_kernel, kind, type;
};

static int compare_roots(const void *a, const void *b)
{
	const struct root *x = a, *y = b;
	int order;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	order = strcmp(x->name, y->name);
	if (order)
		return order;
	if (x->ordinal != y->ordinal)
		return x->ordinal < y->ordinal ? -1 : 1;
	/* Two types in one slot are never in one kernel. Outside of slots, a kernel's types have
	 * the same order in every pack. */
	if (x->first_kernel != y->first_kernel && type_set_has_slot(x->kind, *x->name != '\0'))
		return x->first_kernel < y->first_kernel ? -1 : 1;
	return (x->digest > y->digest) - (x->digest < y->digest);
}

/* All types that a kernel has. */
static int collect_types(const struct pack *pack, uint64_t **ret_types, uint32_t *ret_words)
{
	uint32_t words = pack->pool.set.type_count / 64 + 1;
	uint64_t *types = calloc(words, sizeof(*types));

	if (!types)
		return -ENOMEM;
	for (size_t i = 0; i < pack->count; i++)
		for (uint32_t word = 0; word < pack->kernels[i].type_words && word < words; word++)
			types[word] |= pack->kernels[i].types[word];
	*ret_types = types;
	*ret_words = words;
	return 0;
}

static int add_roots(const struct pack *pack, const struct pattern_tree *tree,
		     const uint64_t *types, uint32_t words, struct pack_order *order)
{
	const struct type_set *set = &pack->pool.set;
	_cleanup_free_ uint64_t *bits = pack_order_roots(set, types, words);
	_cleanup_free_ struct root *roots = malloc(((size_t)order->count + 1) * sizeof(*roots));
	size_t count = 0;

	if (!bits || !roots)
		return -ENOMEM;
	for (uint32_t type = 1; type <= set->type_count; type++) {
		const uint32_t *words_of = type_set_words(set, type);

		if (bits[type / 64] >> (type & 63) & 1)
			roots[count++] = (struct root){
				.name = type_set_string(set, words_of[0]),
				.digest = pack->pool.digests[type],
				.ordinal = set->ordinals[type],
				.first_kernel = tree->first_kernel[type],
				.kind = WORD_KIND(words_of[1]),
				.type = type,
			};
	}
	qsort(roots, count, sizeof(*roots), compare_roots);
	for (size_t i = 0; i < count; i++)
		pack_order_meet(order, roots[i].type);
	return 0;
}

static int make_order(const struct pack *pack, const struct pattern_tree *tree,
		      struct pack_order *order)
{
	_cleanup_free_ uint64_t *types = NULL;
	uint32_t words = 0;
	int err = collect_types(pack, &types, &words);

	if (!err)
		err = pack_order_init(order, &pack->pool.set, types, words);
	return err ? err : add_roots(pack, tree, types, words, order);
}

/* --- parts ------------------------------------------------------------------------------------ */

struct writing {
	struct pack *pack;
	struct pattern_tree patterns;
	struct pack_order order;
	struct type_columns types;
	uint32_t *pattern_list;
	uint32_t pattern_count;
	struct byte_buffer kernels, counts, ordinals, pattern_part, firsts;

	ZSTD_CCtx *zstd;
	struct byte_buffer records, data;
	uint32_t part_count;
};

static void writing_free(struct writing *writing)
{
	pattern_tree_free(&writing->patterns);
	pack_order_free(&writing->order);
	type_columns_free(&writing->types);
	free(writing->pattern_list);
	byte_buffer_free(&writing->kernels);
	byte_buffer_free(&writing->counts);
	byte_buffer_free(&writing->ordinals);
	byte_buffer_free(&writing->pattern_part);
	byte_buffer_free(&writing->firsts);
	byte_buffer_free(&writing->records);
	byte_buffer_free(&writing->data);
	ZSTD_freeCCtx(writing->zstd);
}

static void put_text(struct byte_buffer *part, const char *text)
{
	size_t length = strlen(text);

	column_put(part, length);
	byte_buffer_append(part, text, length);
}

static uint64_t checksum_kernel(const struct pack_order *order, const struct pack_kernel *kernel)
{
	uint64_t sum = 0, checksum;

	for (uint32_t word = 0; word < kernel->type_words; word++) {
		for (uint64_t bits = kernel->types[word]; bits; bits &= bits - 1) {
			uint32_t type = word * 64 + (uint32_t)__builtin_ctzll(bits);

			if (type_set_is_warm_root(order->set, type))
				sum += digest_add(DIGEST_START, pack_order_number(order, type));
		}
	}
	checksum = digest_add(DIGEST_START, sum);
	for (uint32_t i = 0; i < kernel->first_count; i++)
		checksum = digest_add(checksum, pack_order_number(order, kernel->first[i]));
	return digest_add(checksum, kernel->is_big_endian);
}

static void write_kernel(struct byte_buffer *part, const struct pack_kernel *kernel,
			 uint64_t checksum)
{
	uint64_t digests[] = {htole64(kernel->digest), htole64(checksum)};

	put_text(part, kernel->id.release);
	put_text(part, kernel->id.machine);
	put_text(part, kernel->id.os_id);
	put_text(part, kernel->id.version_id);
	put_text(part, kernel->id.uname_version);
	column_put(part, kernel->id.build_id_size);
	byte_buffer_append(part, kernel->id.build_id, kernel->id.build_id_size);
	put_text(part, ""); /* the module */
	column_put(part, kernel->origin);
	column_put(part, (kernel->is_big_endian ? PACK_KERNEL_BIG_ENDIAN : 0) |
				 (kernel->types_only ? PACK_KERNEL_TYPES_ONLY : 0));
	column_put(part, kernel->type_count);
	byte_buffer_append(part, digests, sizeof(digests));
}

/* A kernel's list, as differences to the list before: of a series, most are equal. */
static void write_firsts(struct writing *writing)
{
	const struct pack *pack = writing->pack;

	for (size_t i = 0; i < pack->count; i++) {
		const struct pack_kernel *kernel = &pack->kernels[i];
		uint32_t last = 0;

		column_put(&writing->firsts, kernel->first_count);
		for (uint32_t k = 0; k < kernel->first_count; k++) {
			uint32_t number = pack_order_number(&writing->order, kernel->first[k]);

			column_put(&writing->firsts, zigzag(number - last));
			last = number;
		}
	}
}

static void write_counts(struct writing *writing)
{
	const struct type_counts *counts = &writing->types.counts;

	for (uint32_t kind = 1; kind < PACK_KINDS; kind++) {
		column_put(&writing->counts, counts->types[kind]);
		column_put(&writing->counts, counts->roots[kind]);
		column_put(&writing->counts, counts->slots[kind]);
	}
}

/* The types with an ordinal other than 0. */
static void write_ordinals(struct writing *writing)
{
	const struct pack_order *order = &writing->order;
	uint32_t last = 0;

	for (uint32_t i = 0; i < order->count; i++) {
		uint32_t ordinal = order->set->ordinals[order->queues[i]];

		if (!ordinal)
			continue;
		column_put(&writing->ordinals, i + 1 - last);
		column_put(&writing->ordinals, ordinal);
		last = i + 1;
	}
}

static int write_patterns(struct writing *writing)
{
	_cleanup_free_ uint32_t *kernels = malloc((writing->pack->count + 1) * sizeof(*kernels));

	if (!kernels)
		return -ENOMEM;
	for (uint32_t i = 0; i < writing->pattern_count; i++)
		write_pattern(&writing->patterns, writing->pattern_list[i], kernels,
			      &writing->pattern_part);
	return 0;
}

/* Adds a part, compressed if that makes it smaller. */
static int add_part(struct writing *writing, uint32_t id, const struct byte_buffer *bytes)
{
	struct pack_part record = {
		.id = htole16((uint16_t)id),
		.size = htole32((uint32_t)bytes->size),
	};
	size_t bound = ZSTD_compressBound(bytes->size), stored, start = writing->data.size;
	unsigned char *place;

	if (bytes->failed)
		return -ENOMEM;
	if (!bytes->size)
		return 0;
	if (bytes->size > PACK_SIZE_MAX || start > PACK_SIZE_MAX)
		return -EFBIG;
	place = byte_buffer_grow(&writing->data, bound);
	if (!place)
		return -ENOMEM;
	stored = bytes->size < COMPRESSED_MIN
			 ? bytes->size
			 : ZSTD_compress2(writing->zstd, place, bound, bytes->data, bytes->size);
	if (ZSTD_isError(stored))
		return -ENOMEM;
	record.codec = htole16(PACK_CODEC_ZSTD);
	if (stored >= bytes->size) {
		record.codec = htole16(PACK_CODEC_RAW);
		stored = bytes->size;
		memcpy(place, bytes->data, stored);
	}
	writing->data.size = start + stored;
	record.stored_size = htole32((uint32_t)stored);
	record.checksum = htole32((uint32_t)crc32_z(0, place, stored));
	byte_buffer_append(&writing->records, &record, sizeof(record));
	writing->part_count++;
	return 0;
}

static int add_parts(struct writing *writing)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < PACK_PART_COLUMNS_END; i++)
		err = add_part(writing, i, &writing->types.columns[i]);
	for (uint32_t i = 0; !err && i < PACK_STRINGS_COUNT; i++)
		err = add_part(writing, PACK_PART_STRINGS + i, &writing->types.tails[i]);
	for (uint32_t i = 0; !err && i < PACK_STRINGS_COUNT; i++)
		err = add_part(writing, PACK_PART_PREFIXES + i, &writing->types.prefixes[i]);
	if (!err)
		err = add_part(writing, PACK_PART_KERNELS, &writing->kernels);
	if (!err)
		err = add_part(writing, PACK_PART_COUNTS, &writing->counts);
	if (!err)
		err = add_part(writing, PACK_PART_ORDINALS, &writing->ordinals);
	if (!err)
		err = add_part(writing, PACK_PART_PATTERNS, &writing->pattern_part);
	if (!err)
		err = add_part(writing, PACK_PART_FIRSTS, &writing->firsts);
	return err;
}

static int finish(struct writing *writing, struct byte_buffer *bytes)
{
	const struct type_counts *counts = &writing->types.counts;
	uint64_t size = PACK_HEADER_SIZE + (uint64_t)writing->records.size + writing->data.size;
	uint32_t slots = 0;
	struct pack_header header = {
		.version = htole16(PACK_VERSION),
		.header_size = htole16(PACK_HEADER_SIZE),
		.size = htole64(size),
		.part_count = htole32(writing->part_count),
		.kernel_count = htole32((uint32_t)writing->pack->count),
		.type_count = htole32(writing->order.count),
		.strings_size = htole32((uint32_t)writing->types.strings_size),
		.parts_checksum =
			htole32((uint32_t)crc32_z(0, writing->records.data, writing->records.size)),
	};

	for (uint32_t kind = 0; kind < PACK_KINDS; kind++)
		slots += counts->slots[kind];
	header.slot_count = htole32(slots);
	memcpy(header.magic, PACK_MAGIC, PACK_MAGIC_SIZE);
	header.checksum = htole32((uint32_t)crc32_z(0, (const unsigned char *)&header,
						    offsetof(struct pack_header, checksum)));
	if (size > PACK_SIZE_MAX || writing->types.strings_size > PACK_SIZE_MAX)
		return -EFBIG;
	byte_buffer_append(bytes, &header, sizeof(header));
	byte_buffer_append(bytes, writing->records.data, writing->records.size);
	byte_buffer_append(bytes, writing->data.data, writing->data.size);
	return byte_buffer_failed(bytes) || byte_buffer_failed(&writing->records) ? -ENOMEM : 0;
}

static int write_all(struct writing *writing, struct byte_buffer *bytes)
{
	struct pack *pack = writing->pack;
	int err = make_patterns(pack, &writing->patterns);

	if (!err)
		err = make_order(pack, &writing->patterns, &writing->order);
	if (!err)
		err = type_columns_write(&writing->types, &writing->order,
					 writing->patterns.of_type, &writing->pattern_list,
					 &writing->pattern_count);
	if (!err)
		err = write_patterns(writing);
	if (err)
		return err;
	for (size_t i = 0; i < pack->count; i++)
		write_kernel(&writing->kernels, &pack->kernels[i],
			     checksum_kernel(&writing->order, &pack->kernels[i]));
	write_counts(writing);
	write_ordinals(writing);
	write_firsts(writing);
	writing->zstd = ZSTD_createCCtx();
	if (!writing->zstd ||
	    ZSTD_isError(
		    ZSTD_CCtx_setParameter(writing->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(writing->zstd, ZSTD_c_contentSizeFlag, 0)))
		return -ENOMEM;
	err = add_parts(writing);
	return err ? err : finish(writing, bytes);
}

int pack_write(struct pack *pack, struct byte_buffer *bytes, struct reason *why)
{
	struct writing writing = {.pack = pack};
	int err;

	if (!pack->count)
		return reason_set(why, -EINVAL, "there is no kernel in it");
	if (pack->count > PACK_KERNELS_MAX)
		return reason_set(why, -EFBIG, "%zu kernels are more than the %u of a pack",
				  pack->count, PACK_KERNELS_MAX);
	pack_sort(pack);
	err = write_all(&writing, bytes);
	writing_free(&writing);
	if (err == -EFBIG)
		return reason_set(why, err, "the pack would pass %llu bytes; make several packs",
				  (unsigned long long)PACK_SIZE_MAX);
	return err ? reason_errno(why, err, "cannot make the pack") : 0;
}
