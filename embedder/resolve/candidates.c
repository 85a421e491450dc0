/* SPDX-License-Identifier: MIT */
/*
 * In: the roots of all requests, once; then one source of types after the other. Out: the
 * candidates of each root.
 *
 * A kernel has some 20,000 named types of the kinds that matter, and a few hundred of them are
 * wanted. In raw BTF the names are scattered over megabytes of strings, so the pass over the
 * types first checks four bytes of a name in a small bit map, and reads the rest only if they
 * match.
 */
#include <stdlib.h>

#include "embedder/resolve/candidates.h"
#include "runtime/types/pointer_size.h"
#include "runtime/util/array.h"

static uint32_t hash_name(const char *name, size_t length)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * UINT32_C(16777619);
	return hash ^ hash >> 15;
}

static void add_name(struct candidates *c, const char *name, size_t length)
{
	wanted_types_allow(&c->wanted, name, length);
	c->names[c->wanted.name_count++] = (struct wanted_name){name, length};
}

static uint32_t *find_slot(const struct candidates *c, const char *name, size_t length)
{
	uint32_t slot = hash_name(name, length) & c->slot_mask;

	for (;; slot = (slot + 1) & c->slot_mask) {
		const struct symbol *symbol;

		if (!c->slots[slot])
			return &c->slots[slot];
		symbol = &c->set->roots[c->slots[slot] - 1].name;
		if (symbol->essential_length == length && memcmp(symbol->text, name, length) == 0)
			return &c->slots[slot];
	}
}

int candidates_init(struct candidates *c, const struct request_set *set)
{
	uint32_t slots = 16;

	*c = (struct candidates){.set = set};
	while (slots < set->root_count * 4)
		slots *= 2;
	c->slots = calloc(slots, sizeof(*c->slots));
	c->next = calloc(set->root_count + 1, sizeof(*c->next));
	c->first = calloc(set->root_count + 2, sizeof(*c->first));
	c->in_kernel = calloc(set->root_count + 1, sizeof(*c->in_kernel));
	c->names = calloc(set->root_count + POINTER_SIZE_NAMES, sizeof(*c->names));
	/* One place, so that an empty list has an address too. */
	c->ids_capacity = 1;
	c->ids = malloc(sizeof(*c->ids));
	if (!c->slots || !c->next || !c->first || !c->in_kernel || !c->names || !c->ids) {
		candidates_free(c);
		return -ENOMEM;
	}
	c->slot_mask = slots - 1;
	c->wanted.names = c->names;
	for (uint32_t root = 0; root < set->root_count; root++) {
		const struct request_root *r = &set->roots[root];
		uint32_t *slot = find_slot(c, r->name.text, r->name.essential_length);

		c->next[root] = *slot;
		*slot = root + 1;
		/* Higher kinds have no name that libbpf would look for. */
		if (r->kind < 32)
			c->wanted.kinds |= UINT32_C(1) << r->kind;
		if (r->kind == BTF_KIND_ENUM)
			c->wanted.kinds |= UINT32_C(1) << TYPE_VIEW_KIND_ENUM64;
		add_name(c, r->name.text, r->name.essential_length);
	}
	c->wanted.kinds |= UINT32_C(1) << BTF_KIND_INT;
	for (size_t i = 0; i < POINTER_SIZE_NAMES; i++)
		add_name(c, pointer_size_names[i], strlen(pointer_size_names[i]));
	return 0;
}

void candidates_free(struct candidates *c)
{
	free(c->slots);
	free(c->next);
	free(c->names);
	free(c->root_of_id);
	free(c->found);
	free(c->first);
	free(c->in_kernel);
	free(c->ids);
	*c = (struct candidates){0};
}

static void note_long(struct candidates *c, uint32_t id, uint32_t size)
{
	if (c->long_id || !size)
		return;
	c->long_id = id;
	c->pointer_size = size;
}

static bool is_of_module(const struct type_view *types, uint32_t id)
{
	return types->modules_from && id >= types->modules_from;
}

static int note(struct candidates *c, const struct type_view *types, uint32_t root, uint32_t id)
{
	/* The kernel's come first. */
	if (is_of_module(types, id) && c->in_kernel[root])
		return 0;
	c->in_kernel[root] |= !is_of_module(types, id);
	if (array_reserve(c->found, c->found_capacity, c->found_count + 1))
		return -ENOMEM;
	c->found[c->found_count++] = (struct candidate){root, id};
	c->first[root + 1]++;
	return 0;
}

/* The kernel accepts names of at most 511 bytes; far longer ones are skipped. */
#define NAME_MAX_LENGTH 4095

struct search {
	struct candidates *candidates;
	const struct type_view *types;
	struct reason *why;
};

/* The first root with the essential name of a type + 1; 0: there is none. */
static int find_root(const struct search *search, uint32_t id, const char *name, uint32_t *ret_root)
{
	size_t length = strnlen(name, NAME_MAX_LENGTH + 1);

	if (length > NAME_MAX_LENGTH)
		return reason_set(search->why, -EBADMSG, "type [%u]: a name of more than %u bytes",
				  id, NAME_MAX_LENGTH);
	*ret_root = *find_slot(search->candidates, name, type_view_essential_length(name, length));
	return 0;
}

static int visit(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	const struct search *search = context;
	struct candidates *c = search->candidates;
	uint32_t kind = type_view_kind(search->types, type), root = 0;
	int err = 0;

	if (c->root_of_id && c->root_of_id[id])
		root = c->root_of_id[id] - 1;
	else
		err = find_root(search, id, name, &root);
	if (err)
		return err;
	if (c->root_of_id)
		c->root_of_id[id] = root + 1;
	if (kind == BTF_KIND_INT)
		note_long(c, id, pointer_size_from(search->types, type, name));
	if (kind == TYPE_VIEW_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	for (; root; root = c->next[root - 1]) {
		if (c->set->roots[root - 1].kind == kind)
			err = note(c, search->types, root - 1, id);
		if (err)
			return err;
	}
	return 0;
}

/* Of sources with the same ids, an id has the same name in all. */
static int open_family(struct candidates *c, const struct type_source *source)
{
	uint64_t family = source->versions ? source->versions->family : 0;

	if (c->family == family)
		return 0;
	free(c->root_of_id);
	c->root_of_id = NULL;
	c->family = family;
	if (!family)
		return 0;
	c->root_of_id = calloc(source->view.type_count, sizeof(*c->root_of_id));
	return c->root_of_id ? 0 : -ENOMEM;
}

int candidates_find(struct candidates *c, struct type_source *source, struct reason *why)
{
	struct search search = {c, &source->view, why};
	size_t roots = c->set->root_count;
	int err;

	memset(c->first, 0, (roots + 2) * sizeof(*c->first));
	memset(c->in_kernel, 0, (roots + 1) * sizeof(*c->in_kernel));
	c->found_count = 0;
	c->long_id = 0;
	c->pointer_size = sizeof(void *);
	err = open_family(c, source);
	if (!err)
		err = source->find(source, &c->wanted, visit, &search, why);
	if (!err)
		err = array_reserve(c->ids, c->ids_capacity, c->found_count);
	if (err == -ENOMEM)
		return reason_set(why, err, "out of memory");
	if (err)
		return err;
	/* Counts to first places, then each id to the next free place of its root; filling moves
	 * the first places up by one root, as first[] needs them. */
	for (size_t root = 1; root <= roots; root++)
		c->first[root] += c->first[root - 1];
	for (size_t root = roots + 1; root > 0; root--)
		c->first[root] = c->first[root - 1];
	for (size_t i = 0; i < c->found_count; i++)
		c->ids[c->first[c->found[i].root + 1]++] = c->found[i].id;
	return 0;
}

/* The root that asks for a type of this kind and name + 1; 0: none does. */
static uint32_t root_of(const struct candidates *c, uint32_t kind, const char *name)
{
	size_t length = type_view_essential_length(name, strnlen(name, NAME_MAX_LENGTH));
	uint32_t root = *find_slot(c, name, length);

	if (kind == TYPE_VIEW_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	while (root && c->set->roots[root - 1].kind != kind)
		root = c->next[root - 1];
	return root;
}

bool candidates_lack(const struct candidates *c, uint32_t kind, const char *name)
{
	uint32_t root = root_of(c, kind, name);

	return root && c->first[root] == c->first[root - 1];
}

bool candidates_hide(const struct candidates *c, const struct type_view *types, uint32_t id)
{
	const struct btf_type *type = type_view_type(types, id);
	const char *name;
	uint32_t root;

	if (!type || !is_of_module(types, id))
		return false;
	name = type_view_string(types, type_view_name_offset(types, type));
	if (!name || !*name)
		return false;
	root = root_of(c, type_view_kind(types, type), name);
	return root && c->in_kernel[root - 1];
}

bool candidates_want_modules(const struct candidates *c, struct wanted_types *ret_wanted)
{
	bool any = false;

	memset(ret_wanted, 0, sizeof(*ret_wanted));
	for (uint32_t root = 0; root < c->set->root_count; root++) {
		const struct request_root *r = &c->set->roots[root];

		if (c->first[root + 1] > c->first[root] || r->kind >= 32)
			continue;
		any = true;
		ret_wanted->kinds |= UINT32_C(1) << r->kind;
		if (r->kind == BTF_KIND_ENUM)
			ret_wanted->kinds |= UINT32_C(1) << TYPE_VIEW_KIND_ENUM64;
		wanted_types_allow(ret_wanted, r->name.text, r->name.essential_length);
	}
	return any;
}
