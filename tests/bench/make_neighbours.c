/* SPDX-License-Identifier: MIT */
/*
 * Makes a pack with as many kernels as wanted, to measure with: some of another pack, and made-up
 * neighbours of them.
 *
 *	make_neighbours PACK COUNT FILE.pack
 *
 * A neighbour is one of the kernels with one struct in fifty changed: it has a member more, in one
 *of three places, and all members behind that have moved. As a patch changes several structs, they
 *are in 200 groups by chance, and a neighbour has four groups changed, each in one of the three
 *ways: enough for all neighbours to be different, while all types together stay few. The same in
 *each run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/pack/pack_reader.h"
#include "embedder/pack/pack_writer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/own_kernel_id.h"

#define ORIGINALS 4 /* spread over the pack */
#define GROUPS	  200
#define CHANGED	  4 /* groups: one in fifty */
#define PLACES	  3

static void die(const char *what, const char *why)
{
	fprintf(stderr, "make_neighbours: %s: %s\n", what, why);
	exit(1);
}

static void *check(void *memory)
{
	if (!memory)
		die("memory", "there is not enough");
	return memory;
}

struct making {
	struct pack pack;
	size_t originals;
	/* By type of the originals: the same with a change, by place; 0: not made yet. */
	uint32_t (*changed)[PLACES];
	uint8_t *groups; /* by type of the originals; GROUPS: it never changes */
	uint32_t type_count;
};

/* A number for two others: the same in each run, and otherwise like a random one. */
static uint32_t mix(uint64_t a, uint64_t b)
{
	return (uint32_t)(digest_add(digest_add(DIGEST_START, a), b) >> 16);
}

static bool can_change(const struct type_set *set, uint32_t type)
{
	const uint32_t *words = type_set_words(set, type);

	return WORD_KIND(words[1]) == BTF_KIND_STRUCT && words[0] && WORD_VLEN(words[1]);
}

/* The struct with a member more, which has the type of the first one. */
static uint32_t change(struct making *making, uint32_t type, unsigned int place)
{
	struct type_pool *pool = &making->pack.pool;
	const struct type_set *set = &pool->set;
	uint32_t count = WORD_VLEN(type_set_words(set, type)[1]);
	uint32_t at = count * place / PLACES, offset, name, changed;
	uint32_t *words = check(malloc((WORD_HEAD + 3 * ((size_t)count + 1)) * sizeof(*words)));
	uint32_t *members = words + WORD_HEAD;

	memcpy(words, type_set_words(set, type), (WORD_HEAD + 3 * (size_t)count) * sizeof(*words));
	if (type_pool_string(pool, "added", &name))
		die("memory", "there is not enough");
	memmove(members + 3 * (at + 1), members + 3 * at, 3 * (count - at) * sizeof(*members));
	offset = members[3 * (at + 1) + 2] & 0xffffff;
	members[3 * at] = name;
	members[3 * at + 1] = members[at ? 1 : 4];
	members[3 * at + 2] = WORD_KFLAG(words[1]) ? offset : members[3 * (at + 1) + 2];
	for (uint32_t i = at + 1; i <= count; i++)
		members[3 * i + 2] += 64;
	words[1] = WORD_INFO(BTF_KIND_STRUCT, count + 1, WORD_KFLAG(words[1]));
	words[2] += 8;
	if (type_pool_type(pool, words, set->ordinals[type], set->slot_base + set->slot_of[type],
			   &changed))
		die("memory", "there is not enough");
	free(words);
	return changed;
}

static uint32_t changed_type(struct making *making, uint32_t type, unsigned int place)
{
	uint32_t *changed = &making->changed[type][place];

	if (!*changed)
		*changed = change(making, type, place);
	return *changed;
}

/* Takes a type out of a kernel and puts another one in its place. */
static void replace(struct pack_kernel *kernel, uint32_t type, uint32_t by)
{
	kernel->types[type / 64] &= ~(UINT64_C(1) << (type & 63));
	kernel->type_count--;
	if (pack_kernel_set(kernel, by))
		die("memory", "there is not enough");
	for (uint32_t i = 0; i < kernel->first_count; i++)
		if (kernel->first[i] == type)
			kernel->first[i] = by;
}

static void copy_kernel(const struct pack_kernel *original, size_t number, struct pack_kernel *copy)
{
	_cleanup_free_ char *release = NULL;
	struct kernel_id id = original->id;

	if (asprintf(&release, "%s.%05zu", id.release, number) < 0)
		release = check(NULL);
	*copy = *original;
	id.release = release;
	if (kernel_id_copy(&id, &copy->id))
		check(NULL);
	copy->first = check(malloc((copy->first_count + 1) * sizeof(*copy->first)));
	memcpy(copy->first, original->first, copy->first_count * sizeof(*copy->first));
	copy->types = check(malloc(copy->type_words * sizeof(*copy->types)));
	memcpy(copy->types, original->types, original->type_words * sizeof(*copy->types));
}

/* Which groups of a neighbour are changed, and how: + 1; 0: they are not. */
static void choose(size_t number, uint8_t *places)
{
	memset(places, 0, GROUPS + 1);
	for (unsigned int chosen = 0, i = 0; chosen < CHANGED; i++) {
		uint32_t random = mix(number, i);

		if (places[random % GROUPS])
			continue;
		places[random % GROUPS] = (uint8_t)(1 + random / GROUPS % PLACES);
		chosen++;
	}
}

static void add_neighbour(struct making *making, size_t number)
{
	struct pack *pack = &making->pack;
	const struct pack_kernel *original = &pack->kernels[number % making->originals];
	uint8_t places[GROUPS + 1];
	struct pack_kernel kernel;
	struct reason why = {""};

	choose(number, places);
	copy_kernel(original, number, &kernel);
	for (uint32_t type = 1; type <= making->type_count; type++) {
		unsigned int place = places[making->groups[type]];

		if (place && pack_kernel_has(original, type))
			replace(&kernel, type, changed_type(making, type, place - 1));
	}
	pack_kernel_finish(&kernel, pack->pool.digests);
	if (pack_take(pack, &kernel, &why))
		die("memory", why.text);
}

static void make_groups(struct making *making)
{
	const struct type_set *set = &making->pack.pool.set;

	making->originals = making->pack.count;
	making->type_count = set->type_count;
	making->changed = check(calloc((size_t)set->type_count + 1, sizeof(*making->changed)));
	making->groups = check(calloc((size_t)set->type_count + 1, 1));
	for (uint32_t type = 1; type <= set->type_count; type++)
		making->groups[type] =
			(uint8_t)(can_change(set, type) ? mix(type, GROUPS) % GROUPS : GROUPS);
}

/* Some of the kernels. */
static bool is_wanted(void *context, const struct pack_kernel *kernel)
{
	const struct pack_reader *reader = context;
	size_t number = (size_t)(kernel - reader->kernels);
	size_t step = reader->count > ORIGINALS ? reader->count / ORIGINALS : 1;

	return number % step == 0 && number / step < ORIGINALS;
}

static void write_file(struct making *making, const char *path)
{
	struct byte_buffer bytes = {.data = NULL};
	struct reason why = {""};
	FILE *file = fopen(path, "we");

	if (pack_write(&making->pack, &bytes, &why))
		die(path, why.text);
	if (!file || fwrite(bytes.data, bytes.size, 1, file) != 1 || fclose(file))
		die(path, "it cannot be written");
	byte_buffer_free(&bytes);
}

int main(int argc, char **argv)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	struct making making = {.originals = 0};
	struct reason why = {""};
	size_t count;

	if (argc != 4 || pack_init(&making.pack))
		die("usage", "make_neighbours PACK COUNT FILE.pack");
	count = strtoull(argv[2], NULL, 10);
	if (pack_reader_open(argv[1], &reader, &why) ||
	    pack_reader_merge(&reader, &making.pack, is_wanted, &reader, &why))
		die(argv[1], why.text);
	make_groups(&making);
	for (size_t i = making.originals; i < count; i++)
		add_neighbour(&making, i);
	write_file(&making, argv[3]);
	free(making.changed);
	free(making.groups);
	pack_free(&making.pack);
	return 0;
}
