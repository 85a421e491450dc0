/* SPDX-License-Identifier: MIT */
#include "embedder/facts/kernel_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/facts/type_text.h"
#include "embedder/util/cleanup.h"

/* A name that is looked for in the BTF. */
struct sought {
	char *name;
	uint32_t kind;	  /* BTF_KIND_* */
	uint32_t feature; /* its number */
};

enum { ENUM_HELPERS, ENUM_MAP_TYPES, ENUM_PROGRAM_TYPES, ENUM_ATTACH_TYPES, ENUMS };

static const char *const enum_names[ENUMS] = {"bpf_func_id", "bpf_map_type", "bpf_prog_type",
					      "bpf_attach_type"};
static const char *const enum_prefixes[ENUMS] = {"BPF_FUNC_", "BPF_MAP_TYPE_", "BPF_PROG_TYPE_",
						 "BPF_"};

/* Functions of kernel/bpf/sysfs_btf.c, which is only compiled into a kernel with BTF: up to 6.15,
 * and later. */
static const char *const own_btf_names[] = {"btf_vmlinux_read", "btf_vmlinux_init",
					    "btf_sysfs_vmlinux_mmap"};
/* Names that every kernel with BPF has, to learn whether the BTF has static functions (old pahole
 * left them out on arm64) and tracepoints at all. */
#define STATIC_FUNCTION "bpf_map_release"
static const char *const common_names[] = {STATIC_FUNCTION, "btf_trace_sched_switch"};
#define COMMON_NAMES  2
#define OWN_BTF_NAMES (sizeof(own_btf_names) / sizeof(own_btf_names[0]))

struct fact_finder {
	const struct feature_list *features;
	struct sought *sought; /* sorted by name */
	size_t sought_count;
	struct wanted_types wanted;
	struct wanted_name *names;

	/* Of the current kernel. */
	const struct type_view *types;
	uint8_t *facts;
	uint32_t *prototypes; /* first their ids */
	struct byte_buffer *texts;
	uint32_t enums[ENUMS]; /* ids, 0: none */
	bool has_functions, has_tracepoints;
};

static int compare_sought(const void *a, const void *b)
{
	return strcmp(((const struct sought *)a)->name, ((const struct sought *)b)->name);
}

static int seek(struct fact_finder *finder, const char *prefix, const char *name, uint32_t kind,
		size_t feature)
{
	struct sought *sought = &finder->sought[finder->sought_count];

	*sought = (struct sought){.kind = kind, .feature = (uint32_t)feature};
	if (asprintf(&sought->name, "%s%s", prefix, name) < 0) {
		sought->name = NULL;
		return -ENOMEM;
	}
	finder->sought_count++;
	return 0;
}

static int seek_feature(struct fact_finder *finder, size_t number)
{
	const struct feature *feature = &finder->features->list[number];
	int err = 0;

	switch (feature->kind) {
	case FEATURE_FUNCTION:
	case FEATURE_KFUNC:
		return seek(finder, "", feature->name, BTF_KIND_FUNC, number);
	case FEATURE_TRACEPOINT:
		return seek(finder, "btf_trace_", feature->name, BTF_KIND_TYPEDEF, number);
	case FEATURE_OWN_BTF:
		for (size_t i = 0; !err && i < OWN_BTF_NAMES; i++)
			err = seek(finder, "", own_btf_names[i], BTF_KIND_FUNC, number);
		return err;
	default:
		return 0;
	}
}

static void want_name(struct fact_finder *finder, const char *name)
{
	finder->names[finder->wanted.name_count++] = (struct wanted_name){name, strlen(name)};
	wanted_types_allow(&finder->wanted, name, strlen(name));
}

/* The source looks for the names of enums and for those that are sought. */
static int want_names(struct fact_finder *finder)
{
	finder->names =
		calloc(finder->sought_count + ENUMS + COMMON_NAMES + 1, sizeof(*finder->names));
	if (!finder->names)
		return -ENOMEM;
	finder->wanted.kinds = UINT32_C(1) << BTF_KIND_FUNC | UINT32_C(1) << BTF_KIND_TYPEDEF |
			       UINT32_C(1) << BTF_KIND_ENUM;
	for (size_t i = 0; i < ENUMS; i++)
		want_name(finder, enum_names[i]);
	for (size_t i = 0; i < COMMON_NAMES; i++)
		want_name(finder, common_names[i]);
	for (size_t i = 0; i < finder->sought_count; i++)
		want_name(finder, finder->sought[i].name);
	finder->wanted.names = finder->names;
	return 0;
}

struct fact_finder *fact_finder_new(const struct feature_list *features)
{
	struct fact_finder *finder = calloc(1, sizeof(*finder));
	int err = 0;

	if (!finder)
		return NULL;
	finder->features = features;
	finder->sought = calloc(features->count * OWN_BTF_NAMES + 1, sizeof(*finder->sought));
	if (!finder->sought)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < features->count; i++)
		err = seek_feature(finder, i);
	if (!err) {
		qsort(finder->sought, finder->sought_count, sizeof(*finder->sought),
		      compare_sought);
		err = want_names(finder);
	}
	if (!err)
		return finder;
	fact_finder_free(finder);
	return NULL;
}

void fact_finder_free(struct fact_finder *finder)
{
	if (!finder)
		return;
	for (size_t i = 0; i < finder->sought_count; i++)
		free(finder->sought[i].name);
	free(finder->sought);
	free(finder->names);
	free(finder);
}

/* --- one kernel ------------------------------------------------------------------------------- */

/* The first of the equal names in the sorted list, or the end. */
static size_t find_sought(const struct fact_finder *finder, const char *name)
{
	size_t low = 0, high = finder->sought_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(finder->sought[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The types of the arguments; of a tracepoint without the first, which is the tracing program's. */
static uint32_t describe_prototype(struct fact_finder *finder, uint32_t id)
{
	const struct type_view *types = finder->types;
	const struct btf_type *type = type_view_type(types, id);
	uint32_t at = (uint32_t)finder->texts->size;
	bool is_tracepoint = type && type_view_kind(types, type) == BTF_KIND_TYPEDEF;
	char text[128];

	if (!type)
		return 0;
	id = type_view_target(types, type);
	type = type_view_strip(types, &id);
	if (is_tracepoint && type && type_view_kind(types, type) == BTF_KIND_PTR) {
		id = type_view_target(types, type);
		type = type_view_strip(types, &id);
	}
	if (!type || type_view_kind(types, type) != BTF_KIND_FUNC_PROTO)
		return 0;
	for (uint32_t i = is_tracepoint; i < type_view_vlen(types, type) && i < 64; i++) {
		type_text(types, type_view_u32(types, type_view_params(type)[i].type), text,
			  sizeof(text));
		byte_buffer_append(finder->texts, text, strlen(text));
		byte_buffer_append_u8(finder->texts, '\n');
	}
	if (finder->texts->size == at)
		return 0;
	byte_buffer_append_u8(finder->texts, 0);
	return at;
}

static int visit(void *context, uint32_t id, const struct btf_type *type, const char *name)
{
	struct fact_finder *finder = context;
	uint32_t kind = type_view_kind(finder->types, type);

	finder->has_functions |= kind == BTF_KIND_FUNC && strcmp(name, STATIC_FUNCTION) == 0;
	finder->has_tracepoints |= kind == BTF_KIND_TYPEDEF && strncmp(name, "btf_trace_", 10) == 0;
	for (size_t i = 0; kind == BTF_KIND_ENUM && i < ENUMS; i++)
		if (!finder->enums[i] && strcmp(name, enum_names[i]) == 0)
			finder->enums[i] = id;
	for (size_t i = find_sought(finder, name);
	     i < finder->sought_count && strcmp(finder->sought[i].name, name) == 0; i++)
		if (finder->sought[i].kind == kind) {
			finder->facts[finder->sought[i].feature] = FACT_PRESENT;
			finder->prototypes[finder->sought[i].feature] = id;
		}
	return 0;
}

static int enum_of(enum feature_kind kind)
{
	switch (kind) {
	case FEATURE_HELPER:
		return ENUM_HELPERS;
	case FEATURE_MAP_TYPE:
		return ENUM_MAP_TYPES;
	case FEATURE_PROGRAM_TYPE:
		return ENUM_PROGRAM_TYPES;
	case FEATURE_ATTACH_TYPE:
		return ENUM_ATTACH_TYPES;
	default:
		return -1;
	}
}

static enum fact find_enumerator(const struct fact_finder *finder, int number, const char *name)
{
	const struct type_view *types = finder->types;
	const struct btf_type *type = type_view_type(types, finder->enums[number]);
	size_t length = strlen(enum_prefixes[number]);

	for (uint32_t i = 0; type && i < type_view_vlen(types, type); i++) {
		const char *enumerator =
			type_view_string(types, type_view_enumerator(types, type, i));

		if (enumerator && strncmp(enumerator, enum_prefixes[number], length) == 0 &&
		    strcmp(enumerator + length, name) == 0)
			return FACT_PRESENT;
	}
	return FACT_ABSENT;
}

static enum fact by_version(const struct feature *feature, const char *release)
{
	int since_major, since_minor, major, minor;

	if (sscanf(release, "%d.%d", &major, &minor) != 2 ||
	    !feature_since(feature->kind, feature->name, &since_major, &since_minor))
		return FACT_UNKNOWN;
	return major > since_major || (major == since_major && minor >= since_minor) ? FACT_PRESENT
										     : FACT_ABSENT;
}

static enum fact has_byte_order(const struct type_view *types, const char *name)
{
	const bool is_big_here = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return (strcmp(name, "big-endian") == 0) == (type_view_is_foreign(types) != is_big_here)
		       ? FACT_PRESENT
		       : FACT_ABSENT;
}

static enum fact fact_of(const struct fact_finder *finder, const struct feature *feature,
			 const char *release)
{
	int number = enum_of(feature->kind);

	if (number >= 0)
		return finder->enums[number] ? find_enumerator(finder, number, feature->name)
					     : by_version(feature, release);
	if (feature->kind == FEATURE_BYTE_ORDER)
		return has_byte_order(finder->types, feature->name);
	if (feature->kind == FEATURE_TRACEPOINT)
		return finder->has_tracepoints ? FACT_ABSENT : FACT_UNKNOWN;
	return finder->has_functions ? FACT_ABSENT : FACT_UNKNOWN;
}

int fact_finder_run(struct fact_finder *finder, struct type_source *source, const char *release,
		    uint8_t *ret_facts, uint32_t *ret_prototypes, struct byte_buffer *texts,
		    struct reason *why)
{
	int err;

	finder->types = &source->view;
	finder->facts = ret_facts;
	finder->prototypes = ret_prototypes;
	finder->texts = texts;
	if (!texts->size)
		byte_buffer_append_u8(texts, 0);
	memset(ret_prototypes, 0, finder->features->count * sizeof(*ret_prototypes));
	finder->has_functions = finder->has_tracepoints = false;
	memset(finder->enums, 0, sizeof(finder->enums));
	memset(ret_facts, FACT_UNKNOWN, finder->features->count);
	err = source->find(source, &finder->wanted, visit, finder, why);
	/* Only now all types may be asked for. */
	for (size_t i = 0; !err && i < finder->features->count; i++)
		if (ret_prototypes[i])
			ret_prototypes[i] = describe_prototype(finder, ret_prototypes[i]);
	for (size_t i = 0; !err && i < finder->features->count; i++)
		if (ret_facts[i] == FACT_UNKNOWN)
			ret_facts[i] = fact_of(finder, &finder->features->list[i], release);
	return err;
}
