/* SPDX-License-Identifier: MIT */
/*
 * In: the roots of all requests, once; then one kernel's BTF after the other. Out: the candidates
 * of each root.
 *
 * A kernel has some 20,000 types with a name and a kind that matter, and a few hundred of them
 * are asked for. The names lie scattered over megabytes of strings, so the scan first looks at
 * four bytes of a name in a small bit map and takes the rest of the name only when these fit.
 */
#include <stdlib.h>

#include "embedder/resolve/candidates.h"

/*
 * libbpf takes the size of a pointer from the first INT with one of these names; without one it
 * takes the pointer size of the process it runs in, which on a 64-bit kernel may be another.
 */
static const char *const long_names[] = {
	"long",
	"long int",
	"int long",
	"unsigned long",
	"long unsigned",
	"unsigned long int",
	"unsigned int long",
	"long unsigned int",
	"long int unsigned",
	"int unsigned long",
	"int long unsigned",
};

static uint32_t hash_name(const char *name, size_t length)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * UINT32_C(16777619);
	return hash ^ hash >> 15;
}

static void allow_prefix(struct btf_view_filter *filter, const unsigned char first_four[4])
{
	uint32_t value, bit;

	memcpy(&value, first_four, sizeof(value));
	bit = btf_view_prefix_hash(value);
	filter->prefixes[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* Lets names pass that are @name, or @name and a flavour. */
static void allow_name(struct btf_view_filter *filter, const char *name, size_t length)
{
	unsigned char first_four[4] = {0};

	memcpy(first_four, name, length < 4 ? length : 4);
	switch (length) {
	case 0:
	case 1:
		/* Two unknown bytes behind "a\0": not worth a filter. */
		memset(filter->prefixes, 0xff, sizeof(filter->prefixes));
		return;
	case 2:
		/* The byte behind "ab\0" is the first of another string. */
		for (unsigned int next = 0; next < 256; next++) {
			first_four[3] = next;
			allow_prefix(filter, first_four);
		}
		memcpy(first_four + 2, "__", 2);
		break;
	case 3:
		allow_prefix(filter, first_four);
		first_four[3] = '_';
		break;
	default:
		break;
	}
	allow_prefix(filter, first_four);
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
	/* One place, so that an empty list has an address too. */
	c->ids_capacity = 1;
	c->ids = malloc(sizeof(*c->ids));
	if (!c->slots || !c->next || !c->first || !c->ids) {
		candidates_free(c);
		return -ENOMEM;
	}
	c->slot_mask = slots - 1;
	for (uint32_t root = 0; root < set->root_count; root++) {
		const struct request_root *r = &set->roots[root];
		uint32_t *slot = find_slot(c, r->name.text, r->name.essential_length);

		c->next[root] = *slot;
		*slot = root + 1;
		/* Higher kinds have no name that libbpf would look for. */
		if (r->kind < 32)
			c->filter.kinds |= UINT32_C(1) << r->kind;
		if (r->kind == BTF_KIND_ENUM)
			c->filter.kinds |= UINT32_C(1) << BTF_VIEW_KIND_ENUM64;
		allow_name(&c->filter, r->name.text, r->name.essential_length);
	}
	c->filter.kinds |= UINT32_C(1) << BTF_KIND_INT;
	for (size_t i = 0; i < sizeof(long_names) / sizeof(*long_names); i++)
		allow_name(&c->filter, long_names[i], strlen(long_names[i]));
	return 0;
}

void candidates_free(struct candidates *c)
{
	free(c->slots);
	free(c->next);
	free(c->found);
	free(c->first);
	free(c->ids);
	*c = (struct candidates){0};
}

static void note_long(struct candidates *c, uint32_t id, uint32_t size, const char *name)
{
	if (c->long_id || (size != 4 && size != 8))
		return;
	for (size_t i = 0; i < sizeof(long_names) / sizeof(*long_names); i++) {
		if (strcmp(name, long_names[i]) == 0) {
			c->long_id = id;
			c->pointer_size = size;
			return;
		}
	}
}

static int note(struct candidates *c, uint32_t root, uint32_t id)
{
	if (c->found_count == c->found_capacity) {
		size_t capacity = c->found_capacity ? c->found_capacity * 2 : 1024;
		struct candidate *found;

		found = reallocarray(c->found, capacity, sizeof(*found));
		if (!found)
			return -ENOMEM;
		c->found = found;
		c->found_capacity = capacity;
	}
	c->found[c->found_count++] = (struct candidate){root, id};
	c->first[root + 1]++;
	return 0;
}

/* The kernel takes names of at most 511 bytes; a longer one than this makes a scan slow. */
#define NAME_MAX_LENGTH 4095

struct scan {
	struct candidates *candidates;
	const struct btf_view *btf;
	struct reason *why;
};

static int visit(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	const struct scan *scan = context;
	struct candidates *c = scan->candidates;
	uint32_t kind = btf_view_kind(scan->btf, type);
	size_t length = strnlen(name, NAME_MAX_LENGTH + 1);

	if (length > NAME_MAX_LENGTH)
		return reason_set(scan->why, -EBADMSG, "type [%u]: a name of more than %u bytes",
				  id, NAME_MAX_LENGTH);
	length = btf_view_essential_length(name, length);
	if (kind == BTF_KIND_INT)
		note_long(c, id, btf_view_size(scan->btf, type), name);
	if (kind == BTF_VIEW_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	for (uint32_t root = *find_slot(c, name, length); root; root = c->next[root - 1]) {
		if (c->set->roots[root - 1].kind == kind) {
			int err = note(c, root - 1, id);

			if (err)
				return err;
		}
	}
	return 0;
}

int candidates_scan(struct candidates *c, struct btf_view *btf, struct reason *why)
{
	struct scan scan = {c, btf, why};
	size_t roots = c->set->root_count;
	int err;

	memset(c->first, 0, (roots + 2) * sizeof(*c->first));
	c->found_count = 0;
	c->long_id = 0;
	c->pointer_size = sizeof(void *);
	err = btf_view_scan(btf, &c->filter, visit, &scan, why);
	if (err == -ENOMEM)
		return reason_set(why, err, "out of memory");
	if (err)
		return err;
	if (c->found_count > c->ids_capacity) {
		free(c->ids);
		c->ids_capacity = 0;
		c->ids = malloc(c->found_capacity * sizeof(*c->ids));
		if (!c->ids)
			return reason_set(why, -ENOMEM, "out of memory");
		c->ids_capacity = c->found_capacity;
	}
	/* Counts to first places, then each id to the next free place of its root; filling moves
	 * the first places up by one root, which is where first[] wants them. */
	for (size_t root = 1; root <= roots; root++)
		c->first[root] += c->first[root - 1];
	for (size_t root = roots + 1; root > 0; root--)
		c->first[root] = c->first[root - 1];
	for (size_t i = 0; i < c->found_count; i++)
		c->ids[c->first[c->found[i].root + 1]++] = c->found[i].id;
	return 0;
}
