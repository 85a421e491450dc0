/* SPDX-License-Identifier: MIT */
/*
 * compare_types [--known FILE] [--show N] LEFT RIGHT
 *
 * Compares two BTFs (raw) of one kernel, made by different programs, as libbpf reads them: every
 * named struct, union, enum, typedef, int, float and forward declaration. Types are compared by
 * content, without ids: sizes, members, bit offsets, widths of bit-fields, enumerators, and what
 * they refer to by kind and name. Of a name that several types have, each is compared.
 *
 * Each difference has a class:
 *
 *	left, right   only one of the BTFs has a type of this kind and name
 *	times         equal types, but not as many of them
 *	more          types of this name beyond those that both have
 *	size, encoding, members (their number or names), offset, width, enumerators, value
 *	sign          an enum with and without BTF's flag for signed values, which are equal bits
 *	dimensions    one has an array of arrays, the other an array with as many elements
 *	forward       one refers to a forward declaration, the other to the struct or union
 *	qualifier     one refers to it with const, volatile, restrict or a tag, the other without
 *	type          refers to something else
 *
 * --known FILE has the differences that are explained, one in each line: class, kind, a pattern for
 * names (as the shell's), and the reason; # begins a comment. Differences that no line explains are
 * printed, N of each class at most (20), and then the exit status is 1.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "tests/support/type_text.h"

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "compare_types: %s: %s\n", what, why);
	exit(2);
}

/* Types as parts ------------------------------------------------------------------------------ */

struct part {
	const char *name; /* of a member, parameter or enumerator */
	uint32_t bit_offset, bit_size;
	int64_t value;	 /* of an enumerator */
	char *reference; /* the text of the type; NULL: an enumerator */
};

struct type {
	uint32_t kind; /* ENUM also for an ENUM64 */
	const char *name;
	uint32_t size;
	uint32_t encoding; /* of an int: with its bits; of an enum: 1 signed; of a forward: 1 union
			    */
	struct part *parts;
	size_t count;
	bool paired;
};

struct types {
	struct btf *btf;
	struct type *list;
	size_t count;
	size_t kinds[32];
};

static char *reference_text(const struct btf *btf, uint32_t id)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die("memory", strerror(errno));
	type_text_reference(out, btf, id);
	if (fclose(out))
		die("memory", strerror(errno));
	return text;
}

static void read_parts(struct type *ours, const struct btf *btf, const struct btf_type *type)
{
	bool single = btf_is_typedef(type);

	ours->count = single						? 1
		      : btf_is_composite(type) || btf_is_any_enum(type) ? btf_vlen(type)
									: 0;
	ours->parts = calloc(ours->count + 1, sizeof(*ours->parts));
	if (!ours->parts)
		die("memory", strerror(ENOMEM));
	for (size_t i = 0; i < ours->count; i++) {
		struct part *part = &ours->parts[i];

		part->name = "";
		if (single) {
			part->reference = reference_text(btf, type->type);
		} else if (btf_is_enum(type)) {
			const struct btf_enum *value = &btf_enum(type)[i];

			part->name = btf__name_by_offset(btf, value->name_off);
			part->value = btf_kflag(type) ? value->val : (int64_t)(uint32_t)value->val;
		} else if (btf_is_enum64(type)) {
			part->name = btf__name_by_offset(btf, btf_enum64(type)[i].name_off);
			part->value = (int64_t)btf_enum64_value(btf_enum64(type) + i);
		} else {
			const struct btf_member *member = btf_members(type) + i;

			part->name = btf__name_by_offset(btf, member->name_off);
			part->bit_offset = btf_member_bit_offset(type, i);
			part->bit_size = btf_member_bitfield_size(type, i);
			part->reference = reference_text(btf, member->type);
		}
	}
}

static uint32_t encoding_of(const struct btf_type *type)
{
	if (btf_is_int(type))
		return *(const uint32_t *)(type + 1);
	return btf_is_any_enum(type) || btf_is_fwd(type) ? btf_kflag(type) : 0;
}

static void read_type(struct types *types, uint32_t id)
{
	const struct btf *btf = types->btf;
	const struct btf_type *type = btf__type_by_id(btf, id);
	struct type *ours = &types->list[types->count];

	types->kinds[btf_kind(type) & 31]++;
	if (!*type_text_name(btf, type) ||
	    !(btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type) ||
	      btf_is_int(type) || btf_is_fwd(type) || btf_is_float(type)))
		return;
	ours->kind = btf_is_enum64(type) ? BTF_KIND_ENUM : btf_kind(type);
	ours->name = type_text_name(btf, type);
	ours->size = btf_is_typedef(type) || btf_is_fwd(type) ? 0 : type->size;
	ours->encoding = encoding_of(type);
	read_parts(ours, btf, type);
	types->count++;
}

static int compare_parts(const struct type *a, const struct type *b)
{
	int order = 0;

	for (size_t i = 0; !order && i < a->count && i < b->count; i++) {
		const struct part *x = &a->parts[i], *y = &b->parts[i];

		order = strcmp(x->name, y->name);
		if (!order)
			order = (x->bit_offset > y->bit_offset) - (x->bit_offset < y->bit_offset);
		if (!order)
			order = (x->bit_size > y->bit_size) - (x->bit_size < y->bit_size);
		if (!order)
			order = (x->value > y->value) - (x->value < y->value);
		if (!order && x->reference && y->reference)
			order = strcmp(x->reference, y->reference);
	}
	return order ? order : (a->count > b->count) - (a->count < b->count);
}

/* By kind and name only. */
static int compare_names(const struct type *a, const struct type *b)
{
	return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
				  : strcmp(a->name, b->name);
}

static int compare_types(const void *left, const void *right)
{
	const struct type *a = left, *b = right;
	int order = compare_names(a, b);

	if (!order)
		order = (a->size > b->size) - (a->size < b->size);
	if (!order)
		order = (a->encoding > b->encoding) - (a->encoding < b->encoding);
	return order ? order : compare_parts(a, b);
}

static void read_types(struct types *types, const char *path)
{
	uint32_t count;

	types->btf = btf__parse_raw(path);
	if (!types->btf)
		die(path, strerror(errno));
	count = btf__type_cnt(types->btf);
	types->list = calloc(count, sizeof(*types->list));
	if (!types->list)
		die("memory", strerror(ENOMEM));
	for (uint32_t id = 1; id < count; id++)
		read_type(types, id);
	qsort(types->list, types->count, sizeof(*types->list), compare_types);
}

/* Differences --------------------------------------------------------------------------------- */

struct known {
	char class[16], kind[16], pattern[128];
	size_t used;
};

static const char *const classes[] = {"left",	   "right",	  "times",   "more",
				      "size",	   "encoding",	  "members", "offset",
				      "width",	   "enumerators", "value",   "forward",
				      "qualifier", "type",	  "sign",    "dimensions"};
#define CLASSES (sizeof(classes) / sizeof(*classes))

static struct {
	struct known *known;
	size_t known_count;
	size_t found[CLASSES], explained[CLASSES];
	size_t show;
} run = {.show = 20};

static bool is_known(const char *class, const char *kind, const char *name)
{
	for (size_t i = 0; i < run.known_count; i++) {
		struct known *known = &run.known[i];

		if (fnmatch(known->class, class, 0) == 0 && fnmatch(known->kind, kind, 0) == 0 &&
		    fnmatch(known->pattern, name, 0) == 0) {
			known->used++;
			return true;
		}
	}
	return false;
}

/* true: the caller may print more about it. */
static bool report(const char *class, const struct type *type)
{
	const char *kind = type_text_word(type->kind);
	size_t i = 0;

	while (strcmp(classes[i], class) != 0)
		i++;
	run.found[i]++;
	if (is_known(class, kind, type->name)) {
		run.explained[i]++;
		return false;
	}
	if (run.found[i] - run.explained[i] > run.show)
		return false;
	printf("%s %s %s", class, kind, type->name);
	return true;
}

/* What may be left out of a text. */
enum detail { DIMENSIONS, FORWARDS, QUALIFIERS };

/* The product of the dimensions that @text starts with, "[2] [3] " is 6; *@ret_end is behind them.
 */
static unsigned long multiply_dimensions(const char *text, const char **ret_end)
{
	unsigned long product = 1;

	while (*text == '[') {
		char *end;

		product *= strtoul(text + 1, &end, 10);
		text = end + strspn(end, "] ");
	}
	*ret_end = text;
	return product;
}

/* The same text without what qualifies, with the struct itself for its forward declaration, or with
 * one dimension for several. */
static char *without(const char *text, enum detail detail)
{
	static const char *const words[] = {"const ", "volatile ", "restrict "};
	/* A product has no more digits than its factors, and no more brackets. */
	char *copy = calloc(1, 2 * strlen(text) + 32), *end = copy;

	if (!copy)
		die("memory", strerror(ENOMEM));
	while (*text) {
		size_t skip = 0;

		if (detail == DIMENSIONS && *text == '[') {
			end += sprintf(end, "[%lu] ", multiply_dimensions(text, &text));
			continue;
		}
		if (detail == FORWARDS && strncmp(text, "forward ", 8) == 0)
			skip = 8;
		for (size_t i = 0; detail == QUALIFIERS && i < 3; i++)
			if (strncmp(text, words[i], strlen(words[i])) == 0)
				skip = strlen(words[i]);
		if (detail == QUALIFIERS && strncmp(text, "tag(", 4) == 0 && strstr(text, ") "))
			skip = (size_t)(strstr(text, ") ") + 2 - text);
		text += skip;
		if (!skip)
			*end++ = *text++;
	}
	return copy;
}

static bool same_without(const struct part *a, const struct part *b, enum detail detail)
{
	_cleanup_free_ char *x = without(a->reference, detail);
	_cleanup_free_ char *y = without(b->reference, detail);

	return strcmp(x, y) == 0;
}

static void report_part(const struct type *type, const struct part *a, const struct part *b,
			bool signs_differ)
{
	if (a->bit_offset != b->bit_offset) {
		if (report("offset", type))
			printf(".%s: bit %u, bit %u\n", a->name, a->bit_offset, b->bit_offset);
	} else if (a->bit_size != b->bit_size) {
		if (report("width", type))
			printf(".%s: %u bits, %u bits\n", a->name, a->bit_size, b->bit_size);
	} else if (a->value != b->value) {
		/* The same bits: said once, for the enum. */
		bool is_sign = signs_differ && (uint32_t)a->value == (uint32_t)b->value;

		if (!is_sign && report("value", type))
			printf(" %s: %lld, %lld\n", a->name, (long long)a->value,
			       (long long)b->value);
	} else if (a->reference && strcmp(a->reference, b->reference) != 0) {
		const char *class = same_without(a, b, DIMENSIONS)   ? "dimensions"
				    : same_without(a, b, FORWARDS)   ? "forward"
				    : same_without(a, b, QUALIFIERS) ? "qualifier"
								     : "type";

		if (report(class, type))
			printf("%s%s: %s | %s\n", *a->name ? "." : "", a->name, a->reference,
			       b->reference);
	}
}

static bool same_part_names(const struct type *a, const struct type *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->parts[i].name, b->parts[i].name) != 0)
			return false;
	return true;
}

static void report_pair(const struct type *a, const struct type *b)
{
	bool signs_differ = a->kind == BTF_KIND_ENUM && a->encoding != b->encoding;

	if (a->size != b->size && report("size", a))
		printf(": %u, %u\n", a->size, b->size);
	if (a->encoding != b->encoding && report(signs_differ ? "sign" : "encoding", a))
		printf(": 0x%x, 0x%x\n", a->encoding, b->encoding);
	if (!same_part_names(a, b)) {
		if (report(a->kind == BTF_KIND_ENUM ? "enumerators" : "members", a))
			printf(": %zu, %zu, or of other names\n", a->count, b->count);
		return;
	}
	for (size_t i = 0; i < a->count; i++)
		report_part(a, &a->parts[i], &b->parts[i], signs_differ);
}

/* Comparing ----------------------------------------------------------------------------------- */

/* The types of one kind and name, in the order of their content. */
struct group {
	struct type *list;
	size_t count;
};

static struct group next_group(struct type *list, size_t left)
{
	struct group group = {list, 0};

	while (group.count < left && compare_names(list, &list[group.count]) == 0)
		group.count++;
	return group;
}

/* How many types at @i are equal. */
static size_t equal_types(const struct group *group, size_t i)
{
	size_t count = 1;

	while (i + count < group->count &&
	       compare_types(&group->list[i], &group->list[i + count]) == 0)
		count++;
	return count;
}

/* How different two types are that should be the same. */
static size_t distance(const struct type *a, const struct type *b)
{
	size_t distance = (a->size != b->size) * 4 + (a->encoding != b->encoding), same = 0;

	for (size_t i = 0; i < a->count && i < b->count; i++) {
		const struct part *x = &a->parts[i], *y = &b->parts[i];

		same += strcmp(x->name, y->name) == 0;
		same += x->bit_offset == y->bit_offset;
		same += x->reference && y->reference ? strcmp(x->reference, y->reference) == 0
						     : x->value == y->value;
	}
	return distance + 3 * (a->count > b->count ? a->count : b->count) - same;
}

/* Pairs each type of @left that is not paired yet with the nearest of @right. */
static void compare_rest(struct group *left, struct group *right)
{
	for (size_t i = 0; i < left->count; i += equal_types(left, i)) {
		struct type *a = &left->list[i], *nearest = NULL;

		for (size_t j = 0; !a->paired && j < right->count; j++) {
			struct type *b = &right->list[j];

			if (!b->paired && (!nearest || distance(a, b) < distance(a, nearest)))
				nearest = b;
		}
		if (a->paired)
			continue;
		if (!nearest) {
			if (report("more", a))
				printf(": %zu on the left, %zu on the right\n", left->count,
				       right->count);
			continue;
		}
		report_pair(a, nearest);
		for (size_t j = 0; j < right->count; j++)
			if (compare_types(&right->list[j], nearest) == 0 &&
			    &right->list[j] != nearest)
				right->list[j].paired = true;
		nearest->paired = true;
	}
	for (size_t j = 0; j < right->count; j += equal_types(right, j))
		if (!right->list[j].paired && report("more", &right->list[j]))
			printf(": %zu on the left, %zu on the right\n", left->count, right->count);
}

static void compare_groups(struct group *left, struct group *right)
{
	size_t i = 0, j = 0;

	while (i < left->count && j < right->count) {
		size_t many = equal_types(left, i), others = equal_types(right, j);
		int order = compare_types(&left->list[i], &right->list[j]);

		if (order == 0 && many != others && report("times", &left->list[i]))
			printf(": %zu on the left, %zu on the right\n", many, others);
		for (size_t k = 0; order == 0 && k < many; k++)
			left->list[i + k].paired = true;
		for (size_t k = 0; order == 0 && k < others; k++)
			right->list[j + k].paired = true;
		i += order <= 0 ? many : 0;
		j += order >= 0 ? others : 0;
	}
	compare_rest(left, right);
}

static void compare_all(const struct types *left, const struct types *right)
{
	size_t i = 0, j = 0;

	while (i < left->count || j < right->count) {
		struct group a = next_group(&left->list[i], left->count - i);
		struct group b = next_group(&right->list[j], right->count - j);
		int order = !a.count ? 1 : !b.count ? -1 : compare_names(a.list, b.list);

		if (order < 0 && report("left", a.list))
			printf(": %zu\n", a.count);
		else if (order > 0 && report("right", b.list))
			printf(": %zu\n", b.count);
		else if (order == 0)
			compare_groups(&a, &b);
		i += order <= 0 ? a.count : 0;
		j += order >= 0 ? b.count : 0;
	}
}

static void read_known(const char *path)
{
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;
	FILE *file = fopen(path, "re");

	if (!file)
		die(path, strerror(errno));
	while (getline(&line, &capacity, file) >= 0) {
		struct known known = {0};

		if (*line == '#' || *line == '\n')
			continue;
		if (sscanf(line, "%15s %15s %127s", known.class, known.kind, known.pattern) != 3)
			die(path, line);
		run.known = reallocarray(run.known, run.known_count + 1, sizeof(known));
		if (!run.known)
			die("memory", strerror(ENOMEM));
		run.known[run.known_count++] = known;
	}
	fclose(file);
}

static size_t print_counts(const struct types *left, const struct types *right)
{
	size_t unexplained = 0, explained = 0;

	printf("types:");
	for (uint32_t kind = 1; kind < 32; kind++)
		if (left->kinds[kind] || right->kinds[kind])
			printf(" %s%s %zu %zu,", type_text_word(kind),
			       kind == BTF_KIND_ENUM64	     ? "64"
			       : kind == BTF_KIND_FUNC_PROTO ? " prototype"
							     : "",
			       left->kinds[kind], right->kinds[kind]);
	printf(" compared by name %zu %zu\n", left->count, right->count);
	for (size_t i = 0; i < CLASSES; i++) {
		if (run.found[i])
			printf("%-12s %zu, %zu of them explained\n", classes[i], run.found[i],
			       run.explained[i]);
		unexplained += run.found[i] - run.explained[i];
		explained += run.explained[i];
	}
	printf("%zu differences, %zu explained\n", unexplained + explained, explained);
	return unexplained;
}

static void free_types(struct types *types)
{
	for (size_t i = 0; i < types->count; i++) {
		for (size_t j = 0; j < types->list[i].count; j++)
			free(types->list[i].parts[j].reference);
		free(types->list[i].parts);
	}
	free(types->list);
	btf__free(types->btf);
}

int main(int argc, char **argv)
{
	struct types left = {0}, right = {0};
	size_t unexplained;

	libbpf_set_print(NULL);
	while (argc > 3 && argv[1][0] == '-') {
		if (strcmp(argv[1], "--known") == 0)
			read_known(argv[2]);
		else if (strcmp(argv[1], "--show") == 0)
			run.show = strtoul(argv[2], NULL, 10);
		else
			break;
		argc -= 2;
		argv += 2;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: compare_types [--known FILE] [--show N] LEFT RIGHT\n");
		return 2;
	}
	read_types(&left, argv[1]);
	read_types(&right, argv[2]);
	compare_all(&left, &right);
	unexplained = print_counts(&left, &right);
	free_types(&left);
	free_types(&right);
	free(run.known);
	return unexplained != 0;
}
