/* SPDX-License-Identifier: MIT */
#include "tests/judge/random_types.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/judge/judge.h"
#include "tests/judge/made_object.h"

#define ROOTS	  6
#define DEPTH_MAX 5

struct grower {
	struct btf *btf;
	unsigned int noise; /* of 1000 */
	uint64_t own;	    /* random state for decisions of its own */
	bool failed;
};

static uint64_t child_seed(uint64_t seed, uint64_t number)
{
	uint64_t state = seed ^ (number + 1) * UINT64_C(0xd6e8feb86659fd93);

	return judge_random(&state);
}

/* Decision @what for a type of this seed: the same for the object and the kernel, but for noise. */
static unsigned int decide(struct grower *g, uint64_t seed, unsigned int what, unsigned int choices)
{
	if (g->noise && judge_random(&g->own) % 1000 < g->noise)
		return judge_random(&g->own) % choices;
	return child_seed(seed, 1000 + what) % choices;
}

static int check(struct grower *g, int result)
{
	if (result < 0)
		g->failed = true;
	return result < 0 ? 0 : result;
}

static int grow(struct grower *g, uint64_t seed, int depth);

static const char *pick(struct grower *g, uint64_t seed, unsigned int what,
			const char *const *names, unsigned int count)
{
	return names[decide(g, seed, what, count)];
}

#define PICK(g, seed, what, names) pick(g, seed, what, names, sizeof(names) / sizeof(*(names)))

static const char *const root_names[] = {"a", "ab", "abc", "task", "task_struct", "file", "mm"};
static const char *const flavours[] = {"", "", "", "___x", "___old", "____y", "___2___3"};
static const char *const member_names[] = {"a", "b", "c", "d", "id", "mm", "x___1", "x"};
static const char *const enumerators[] = {"ONE", "TWO", "THREE", "FOUR", "ONE___x", "SIX"};
static const char *const type_names[] = {"in", "inner", "in___v2", "other", "more"};

static int grow_int(struct grower *g, uint64_t seed)
{
	static const struct {
		const char *name;
		int size, encoding;
	} ints[] = {
		{"int", 4, BTF_INT_SIGNED},   {"unsigned int", 4, 0},
		{"char", 1, BTF_INT_SIGNED},  {"unsigned char", 1, 0},
		{"long", 8, BTF_INT_SIGNED},  {"unsigned long", 8, 0},
		{"short", 2, BTF_INT_SIGNED}, {"_Bool", 1, BTF_INT_BOOL},
		{"long", 4, BTF_INT_SIGNED},  {"long", 2, 0},
		{"long___x", 8, 0},	      {"__int128", 16, BTF_INT_SIGNED},
	};
	unsigned int n = decide(g, seed, 1, sizeof(ints) / sizeof(*ints));
	int id = check(g, btf__add_int(g->btf, ints[n].name, ints[n].size, ints[n].encoding));

	/* Bit-fields of old: the INT says where they are. */
	if (id && decide(g, seed, 2, 12) == 0) {
		uint32_t *word = (uint32_t *)(btf__type_by_id(g->btf, id) + 1);

		*word = (*word & 0xff000000) | 3 << 16 | 5;
	}
	return id;
}

static int grow_enum(struct grower *g, uint64_t seed, const char *name)
{
	bool wide = decide(g, seed, 1, 3) == 0, is_signed = decide(g, seed, 2, 2);
	unsigned int count = decide(g, seed, 3, 6);
	int id;

	if (wide)
		id = check(g, btf__add_enum64(g->btf, name, 8, is_signed));
	else
		id = check(g, btf__add_enum(g->btf, name, decide(g, seed, 4, 6) ? 4 : 8));
	for (unsigned int i = 0; id && i < count; i++) {
		const char *value_name = enumerators[(decide(g, seed, 10, 6) + i) % 6];
		int64_t value = (int)decide(g, seed, 20 + i, 8) - 2;

		if (wide)
			check(g, btf__add_enum64_value(g->btf, value_name,
						       (uint64_t)value << (i % 2 * 32)));
		else
			check(g, btf__add_enum_value(g->btf, value_name, value));
	}
	/* Independent of libbpf's guess, which it makes from the values. */
	if (id && !wide) {
		struct btf_type *type = (struct btf_type *)btf__type_by_id(g->btf, id);

		type->info = (type->info & 0x7fffffff) | (uint32_t)is_signed << 31;
	}
	return id;
}

static bool takes_bits(const struct btf *btf, int id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type && (btf_is_int(type) || btf_is_any_enum(type)) && type->size;
}

static int grow_composite(struct grower *g, uint64_t seed, int depth, bool is_union,
			  const char *name)
{
	unsigned int count = decide(g, seed, 1, 7);
	uint32_t offset = 0;
	struct {
		const char *name;
		int type;
		uint32_t offset, bits;
	} members[7];
	int id;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t member = child_seed(seed, i);
		bool nested = depth > 0 && decide(g, member, 1, 3) == 0;

		members[i].name = PICK(g, member, 2, member_names);
		members[i].bits = 0;
		if (nested) {
			bool anonymous = decide(g, member, 3, 3) > 0;

			members[i].type = grow_composite(
				g, child_seed(member, 1), depth - 1, decide(g, member, 4, 3) == 0,
				anonymous ? "" : PICK(g, member, 5, type_names));
			if (anonymous && decide(g, member, 6, 4))
				members[i].name = "";
		} else {
			members[i].type = grow(g, child_seed(member, 2), depth - 1);
			if (takes_bits(g->btf, members[i].type) && decide(g, member, 7, 3) == 0)
				members[i].bits = 1 + decide(g, member, 8, 20);
		}
		members[i].offset = is_union ? 0 : offset;
		offset += members[i].bits ? members[i].bits : 32 * (1 + decide(g, member, 9, 2));
		if (!members[i].bits)
			members[i].offset = is_union ? 0 : (members[i].offset + 31) & ~UINT32_C(31);
		if (offset < members[i].offset + 32)
			offset = members[i].offset + 32;
	}
	id = check(g, is_union ? btf__add_union(g->btf, name, 8 + decide(g, seed, 2, 8))
			       : btf__add_struct(g->btf, name, offset / 8));
	for (unsigned int i = 0; id && i < count; i++)
		check(g, btf__add_field(g->btf, members[i].name, members[i].type, members[i].offset,
					members[i].bits));
	return id;
}

static int grow_prototype(struct grower *g, uint64_t seed, int depth)
{
	unsigned int count = decide(g, seed, 1, 4);
	int result = decide(g, seed, 2, 2) ? grow(g, child_seed(seed, 10), depth - 1) : 0;
	int types[4], id;

	for (unsigned int i = 0; i < count; i++)
		types[i] = grow(g, child_seed(seed, i), depth - 1);
	id = check(g, btf__add_func_proto(g->btf, result));
	for (unsigned int i = 0; id && i < count; i++)
		check(g, btf__add_func_param(g->btf, i ? "p" : "", types[i]));
	return id;
}

static int grow_array(struct grower *g, uint64_t seed, int depth)
{
	static const unsigned int lengths[] = {0, 0, 1, 2, 3, 7, 100};
	int element = grow(g, child_seed(seed, 1), depth - 1);
	int index = check(g, btf__add_int(g->btf, "unsigned int", 4, 0));

	return check(g, btf__add_array(g->btf, index, element, lengths[decide(g, seed, 1, 7)]));
}

static int grow(struct grower *g, uint64_t seed, int depth)
{
	const char *name = PICK(g, seed, 3, type_names);
	int inner;

	if (g->failed)
		return 0;
	switch (decide(g, seed, 0, depth > 0 ? 20 : 8)) {
	default:
		return grow_int(g, seed);
	case 4:
		return check(g, btf__add_float(g->btf, "double", 8));
	case 5:
		return grow_enum(g, seed, decide(g, seed, 1, 3) ? name : "");
	case 6:
		return check(g,
			     btf__add_fwd(g->btf, name,
					  decide(g, seed, 1, 2) ? BTF_FWD_STRUCT : BTF_FWD_UNION));
	case 7:
		return check(g, btf__add_ptr(g->btf, 0));
	case 8:
	case 9:
		inner = grow(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_ptr(g->btf, inner));
	case 10:
	case 11:
		return grow_array(g, seed, depth);
	case 12:
	case 13:
		return grow_composite(g, seed, depth - 1, false, decide(g, seed, 5, 2) ? name : "");
	case 14:
		return grow_composite(g, seed, depth - 1, true, name);
	case 15:
		inner = grow(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_typedef(g->btf, name, inner));
	case 16:
		inner = grow(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_const(g->btf, inner));
	case 17:
		inner = grow(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_volatile(g->btf, inner));
	case 18:
		inner = grow(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_type_tag(g->btf, "rcu", inner));
	case 19:
		inner = grow_prototype(g, child_seed(seed, 1), depth - 1);
		return check(g, btf__add_ptr(g->btf, inner));
	}
}

/* Root @number of an object: what relocations start from, so it has a name. */
static int grow_root(struct grower *g, uint64_t seed, unsigned int number)
{
	uint64_t root = child_seed(seed, number);
	char name[64];
	int inner;

	snprintf(name, sizeof(name), "%s%s",
		 root_names[child_seed(root, 1) % (sizeof(root_names) / sizeof(*root_names))],
		 flavours[judge_random(&g->own) % 7]);
	switch (decide(g, root, 50, 14)) {
	default:
		return grow_composite(g, root, DEPTH_MAX, false, name);
	case 0:
		return grow_composite(g, root, DEPTH_MAX, true, name);
	case 1:
	case 2:
		return grow_enum(g, root, name);
	case 3:
		inner = grow_composite(g, child_seed(root, 2), DEPTH_MAX, false, "");
		return check(g, btf__add_typedef(g->btf, name, inner));
	case 4:
		inner = grow(g, child_seed(root, 3), DEPTH_MAX);
		return check(g, btf__add_typedef(g->btf, name, inner));
	case 5:
		inner = grow_prototype(g, child_seed(root, 4), DEPTH_MAX);
		return check(g, btf__add_typedef(g->btf, name, inner));
	case 6:
		return grow_int(g, root);
	case 7:
		return check(g, btf__add_fwd(g->btf, name, BTF_FWD_STRUCT));
	}
}

/* Objects ------------------------------------------------------------------------------------ */

static const struct btf_type *strip(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *type = btf__type_by_id(btf, *id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type))) {
		*id = type->type;
		type = btf__type_by_id(btf, *id);
	}
	return type;
}

/* A random walk through a type, as an access string. */
static void random_access(const struct btf *btf, uint32_t id, uint64_t *state, char *text,
			  size_t size)
{
	int at = snprintf(text, size, "%u", judge_random(state) % 8 ? 0 : 2);

	for (int step = 0; step < 12; step++) {
		const struct btf_type *type = strip(btf, &id);
		unsigned int number = judge_random(state);

		if (!type || (step && judge_random(state) % 6 == 0))
			return;
		if (btf_is_composite(type) && btf_vlen(type)) {
			number %= btf_vlen(type);
			id = btf_members(type)[number].type;
		} else if (btf_is_array(type)) {
			number %= btf_array(type)->nelems ? btf_array(type)->nelems : 3;
			id = btf_array(type)->type;
		} else {
			return;
		}
		at += snprintf(text + at, size - at, ":%u", number);
	}
}

static unsigned int random_relos(struct btf *btf, uint32_t root, uint64_t *state,
				 struct bpf_core_relo *relos)
{
	static const unsigned char type_kinds[] = {7, 8, 9, 12, 12, 6};
	const struct btf_type *type;
	unsigned int count = 0;
	uint32_t id = root;
	char access[128];

	type = strip(btf, &id);
	for (unsigned int i = 0; i < 6; i++) {
		unsigned int first = judge_random(state) % 6;

		random_access(btf, root, state, access, sizeof(access));
		type = strip(btf, &id);
		if (!type || !btf_is_composite(type))
			break;
		/* Some kinds of each path, so that they share what was found. */
		for (unsigned int kind = first; kind < 6; kind++)
			relos[count++] =
				(struct bpf_core_relo){0, root, btf__add_str(btf, access), kind};
	}
	type = strip(btf, &id);
	if (type && btf_is_any_enum(type) && btf_vlen(type)) {
		unsigned int values = btf_vlen(type);

		for (unsigned int i = 0; i < 4; i++) {
			snprintf(access, sizeof(access), "%u",
				 (unsigned int)(judge_random(state) % values));
			relos[count++] = (struct bpf_core_relo){0, root, btf__add_str(btf, access),
								judge_random(state) % 2
									? BPF_CORE_ENUMVAL_VALUE
									: BPF_CORE_ENUMVAL_EXISTS};
		}
	}
	for (unsigned int i = judge_random(state) % 3; i < 6; i++)
		relos[count++] = (struct bpf_core_relo){0, root, btf__add_str(btf, "0"),
							type_kinds[judge_random(state) % 6]};
	return count;
}

int random_object(uint64_t seed, struct bpf_object_file *ret_file)
{
	struct grower g = {.btf = btf__new_empty(), .own = seed};
	struct bpf_core_relo relos[ROOTS * 64] = {0};
	unsigned int count = 0;
	uint64_t state = seed;
	int err = -ENOMEM;

	for (unsigned int i = 0; g.btf && i < ROOTS; i++) {
		int root = grow_root(&g, seed, i);

		if (root)
			count += random_relos(g.btf, root, &state, &relos[count]);
	}
	if (g.btf && !g.failed)
		err = made_object(g.btf, relos, count, ret_file);
	btf__free(g.btf);
	return err;
}

struct btf *random_kernel(const uint64_t *seeds, size_t count, uint64_t seed, unsigned int noise)
{
	struct grower g = {.btf = btf__new_empty(), .noise = noise, .own = seed};

	for (size_t i = 0; g.btf && i < count * ROOTS; i++) {
		unsigned int versions = judge_random(&g.own) % 4;

		for (unsigned int version = 0; version < versions; version++) {
			/* Often only the first version is exact. */
			g.noise = judge_random(&g.own) % 2 ? noise : 0;
			grow_root(&g, seeds[i / ROOTS], i % ROOTS);
		}
	}
	/* libbpf reads a word behind the last type when it asks a pointer for its sign. */
	if (g.btf)
		check(&g, btf__add_int(g.btf, "last", 4, 0));
	if (g.failed) {
		btf__free(g.btf);
		return NULL;
	}
	return g.btf;
}
