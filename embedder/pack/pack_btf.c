/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_btf.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_header.h"
#include "embedder/pack/pack_order.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"

struct making {
	const struct pack_reader *reader;
	const struct type_set *set;
	const struct pack_kernel *kernel;
	struct pack_order order;
	uint32_t *list;	 /* types in the order of their ids */
	uint32_t *ids;	 /* by type */
	uint32_t *slots; /* by slot: the id of the type in it */
	uint32_t *names; /* by name: its offset in the BTF; 0: not in it yet */
	struct byte_buffer types, strings;
	bool swapped;
	struct reason *why;
};

static int missing(const struct making *making, uint32_t type)
{
	return reason_set(making->why, -EBADMSG,
			  "kernel %s: type %u refers to one that the kernel does not have",
			  making->kernel->id.release, type);
}

/* --- order ------------------------------------------------------------------------------------ */

struct nameless {
	uint64_t digest;
	uint32_t ordinal, type;
};

static int compare_nameless(const void *a, const void *b)
{
	const struct nameless *x = a, *y = b;

	if (x->ordinal != y->ordinal)
		return x->ordinal < y->ordinal ? -1 : 1;
	return (x->digest > y->digest) - (x->digest < y->digest);
}

/* The pack has named roots in their order already. */
static int add_roots(struct making *making)
{
	const struct type_set *set = making->set;
	const struct pack_kernel *kernel = making->kernel;
	_cleanup_free_ uint64_t *roots = pack_order_roots(set, kernel->types, kernel->type_words);
	_cleanup_free_ struct nameless *nameless =
		malloc(((size_t)kernel->type_count + 1) * sizeof(*nameless));
	size_t count = 0;

	if (!roots || !nameless)
		return -ENOMEM;
	for (uint32_t type = 1; type <= set->type_count; type++)
		if (roots[type / 64] >> (type & 63) & 1 && !type_set_words(set, type)[0])
			nameless[count++] = (struct nameless){making->reader->digests[type],
							      set->ordinals[type], type};
	qsort(nameless, count, sizeof(*nameless), compare_nameless);
	for (size_t i = 0; i < count; i++)
		pack_order_meet(&making->order, nameless[i].type);
	for (uint32_t type = 1; type <= set->type_count; type++)
		if (roots[type / 64] >> (type & 63) & 1)
			pack_order_meet(&making->order, type);
	return 0;
}

/* Puts all types into the queues. */
static int follow(struct making *making)
{
	const struct type_set *set = making->set;
	uint32_t type, count = 0;

	while ((type = pack_order_next(&making->order)) != 0) {
		const uint32_t *words = type_set_words(set, type);
		const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
		const char *role = roles->head;
		size_t word_total = word_count(words[1]);

		count++;
		for (size_t i = 0; i < word_total; i++, role = word_next_role(roles, role)) {
			if (*role != WORD_REFERENCE || !words[i] || type_set_is_slot(set, words[i]))
				continue;
			if (!pack_kernel_has(making->kernel, words[i]))
				return missing(making, type);
			pack_order_meet(&making->order, words[i]);
		}
	}
	return count == making->order.count ? 0 : missing(making, 0);
}

static int give_id(struct making *making, uint32_t type, uint32_t *count)
{
	uint32_t slot = making->set->slot_of[type];

	if (making->ids[type])
		return 0;
	making->list[*count] = type;
	making->ids[type] = ++*count;
	if (slot == TYPE_SET_NO_SLOT)
		return 0;
	if (making->slots[slot])
		return reason_set(
			making->why, -EBADMSG, "kernel %s: it has two types in one slot, %u and %u",
			making->kernel->id.release, making->list[making->slots[slot] - 1], type);
	making->slots[slot] = making->ids[type];
	return 0;
}

static int give_ids(struct making *making)
{
	const struct pack_kernel *kernel = making->kernel;
	uint32_t count = 0;
	int err = 0;

	for (uint32_t i = 0; !err && i < kernel->first_count; i++)
		err = give_id(making, kernel->first[i], &count);
	for (uint32_t i = 0; !err && i < making->order.count; i++)
		err = give_id(making, making->order.queues[i], &count);
	return err;
}

/*
 * Types without a slot that differ in their ordinals alone: their ids ascend as their ordinals do,
 * since that is how they got these. Few kernels have such types.
 */
struct equal_type {
	const uint32_t *words;
	uint32_t ordinal, type;
};

static int compare_words(const uint32_t *a, const uint32_t *b)
{
	size_t count = word_count(a[1]);

	if (a[1] != b[1])
		return a[1] < b[1] ? -1 : 1;
	return memcmp(a, b, count * sizeof(*a));
}

static int compare_equal(const void *a, const void *b)
{
	const struct equal_type *x = a, *y = b;
	int order = compare_words(x->words, y->words);

	return order ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The kinds of which a type has an ordinal and no slot. */
static uint32_t kinds_with_equals(const struct making *making)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < making->order.count; i++) {
		uint32_t type = making->list[i];

		if (making->set->ordinals[type] && making->set->slot_of[type] == TYPE_SET_NO_SLOT)
			kinds |= UINT32_C(1) << type_set_kind(making->set, type);
	}
	return kinds;
}

static int sort_equals(struct making *making)
{
	const struct type_set *set = making->set;
	uint32_t kinds = kinds_with_equals(making), count = 0, end;
	_cleanup_free_ struct equal_type *types = NULL;
	_cleanup_free_ uint32_t *ids = NULL;

	if (!kinds)
		return 0;
	types = malloc(making->order.count * sizeof(*types));
	ids = malloc(making->order.count * sizeof(*ids));
	if (!types || !ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < making->order.count; i++) {
		uint32_t type = making->list[i];

		if (kinds >> type_set_kind(set, type) & 1 && set->slot_of[type] == TYPE_SET_NO_SLOT)
			types[count++] = (struct equal_type){type_set_words(set, type),
							     set->ordinals[type], type};
	}
	qsort(types, count, sizeof(*types), compare_equal);
	for (uint32_t i = 0; i < count; i = end) {
		for (end = i; end < count && !compare_words(types[i].words, types[end].words);
		     end++)
			ids[end] = making->ids[types[end].type];
		qsort(ids + i, end - i, sizeof(*ids), compare_ids);
		for (uint32_t k = i; k < end; k++) {
			making->ids[types[k].type] = ids[k];
			making->list[ids[k] - 1] = types[k].type;
		}
	}
	return 0;
}

/* --- bytes ------------------------------------------------------------------------------------ */

static void append(const struct making *making, struct byte_buffer *buffer, uint32_t word)
{
	byte_buffer_append_u32(buffer, making->swapped ? bswap_32(word) : word);
}

static uint32_t name_offset(struct making *making, uint32_t name)
{
	const char *text = type_set_string(making->set, name);

	if (!name)
		return 0;
	if (!making->names[name]) {
		making->names[name] = (uint32_t)making->strings.size;
		byte_buffer_append(&making->strings, text, strlen(text) + 1);
	}
	return making->names[name];
}

static int write_type(struct making *making, uint32_t type)
{
	const struct type_set *set = making->set;
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	const char *role = roles->head;
	size_t count = word_count(words[1]);

	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		uint32_t word = words[i];

		if (*role == WORD_NAME) {
			word = name_offset(making, word);
		} else if (*role == WORD_REFERENCE && word) {
			word = type_set_is_slot(set, word) ? making->slots[word - set->slot_base]
							   : making->ids[word];
			if (!word)
				return missing(making, type);
		}
		append(making, &making->types, word);
	}
	return 0;
}

static int write_btf(struct making *making, void **ret_btf, size_t *ret_size)
{
	struct btf_header header = {.magic = BTF_MAGIC, .version = BTF_VERSION};
	struct byte_buffer btf = {.data = NULL};
	uint32_t parts[5];
	int err = 0;

	byte_buffer_append_u8(&making->strings, 0);
	for (uint32_t i = 0; !err && i < making->order.count; i++)
		err = write_type(making, making->list[i]);
	if (err)
		return err;
	if (making->types.size + making->strings.size > UINT32_MAX)
		return reason_set(making->why, -EBADMSG, "kernel %s: its BTF would pass 4 GiB",
				  making->kernel->id.release);
	if (making->swapped)
		header.magic = bswap_16(header.magic);
	parts[0] = BTF_HEADER_SIZE;
	parts[1] = 0;
	parts[2] = parts[3] = (uint32_t)making->types.size;
	parts[4] = (uint32_t)making->strings.size;
	byte_buffer_append(&btf, &header, offsetof(struct btf_header, hdr_len));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		append(making, &btf, parts[i]);
	byte_buffer_append(&btf, making->types.data, making->types.size);
	byte_buffer_append(&btf, making->strings.data, making->strings.size);
	if (byte_buffer_failed(&making->types) || byte_buffer_failed(&making->strings) ||
	    byte_buffer_failed(&btf)) {
		byte_buffer_free(&btf);
		return -ENOMEM;
	}
	*ret_btf = btf.data;
	*ret_size = btf.size;
	return 0;
}

static int make(struct making *making, void **ret_btf, size_t *ret_size)
{
	const struct type_set *set = making->set;
	int err = pack_order_init(&making->order, set, making->kernel->types,
				  making->kernel->type_words);

	if (err)
		return err;
	making->list = malloc(((size_t)making->order.count + 1) * sizeof(uint32_t));
	making->ids = calloc((size_t)set->type_count + 1, sizeof(uint32_t));
	making->slots = calloc((size_t)set->slot_count + 1, sizeof(uint32_t));
	making->names = calloc(set->strings_size, sizeof(uint32_t));
	if (!making->list || !making->ids || !making->slots || !making->names)
		return -ENOMEM;
	err = add_roots(making);
	if (!err)
		err = follow(making);
	if (!err)
		err = give_ids(making);
	if (!err)
		err = sort_equals(making);
	return err ? err : write_btf(making, ret_btf, ret_size);
}

int pack_btf_make(struct pack_reader *reader, size_t number, void **ret_btf, size_t *ret_size,
		  struct reason *why)
{
	struct making making = {
		.reader = reader,
		.set = &reader->set,
		.kernel = &reader->kernels[number],
		.swapped = reader->kernels[number].is_big_endian !=
			   (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__),
		.why = why,
	};
	int err = pack_reader_load(reader, why);

	if (!err)
		err = pack_reader_kernel(reader, number, why);
	if (!err)
		err = make(&making, ret_btf, ret_size);
	if (err == -ENOMEM)
		reason_errno(why, err, "cannot make a kernel's BTF");
	pack_order_free(&making.order);
	free(making.list);
	free(making.ids);
	free(making.slots);
	free(making.names);
	byte_buffer_free(&making.types);
	byte_buffer_free(&making.strings);
	return err;
}
