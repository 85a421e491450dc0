/* SPDX-License-Identifier: MIT */
/*
 * test_feature_table KERNEL...: compares the versions in feature_table.c with what real kernels
 * list in their enums, and looks for what every kernel has and none. KERNEL is in BTFHub's layout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/facts/kernel_facts.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/util/cleanup.h"

static struct feature_list features;
static size_t first_other; /* behind those of the table */

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "test_feature_table: %s: %s\n", what, why);
	exit(2);
}

static void add(enum feature_kind kind, const char *name)
{
	if (feature_list_add(&features, kind, name) < 0)
		die(name, "out of memory");
}

static void add_all(void)
{
	static const char *const program_types[] = {"KPROBE", "TRACING", "LSM", "SYSCALL",
						    "NETFILTER"};
	static const char *const attach_types[] = {
		"TRACE_ITER",		"TRACE_KPROBE_MULTI", "LSM_CGROUP",
		"TCX_INGRESS",		"TRACE_UPROBE_MULTI", "TRACE_KPROBE_SESSION",
		"TRACE_UPROBE_SESSION", "SK_SKB_VERDICT",     "NETKIT_PEER"};

	for (int32_t i = 1; feature_helper_name(i); i++)
		add(FEATURE_HELPER, feature_helper_name(i));
	for (uint32_t i = 1; feature_map_type_name(i); i++)
		add(FEATURE_MAP_TYPE, feature_map_type_name(i));
	for (size_t i = 0; i < sizeof(program_types) / sizeof(program_types[0]); i++)
		add(FEATURE_PROGRAM_TYPE, program_types[i]);
	for (size_t i = 0; i < sizeof(attach_types) / sizeof(attach_types[0]); i++)
		add(FEATURE_ATTACH_TYPE, attach_types[i]);
	first_other = features.count;
	add(FEATURE_FUNCTION, "vfs_read");
	add(FEATURE_TRACEPOINT, "sched_process_exec");
	add(FEATURE_OWN_BTF, "");
	add(FEATURE_FUNCTION, "no_such_function");
	add(FEATURE_TRACEPOINT, "no_such_tracepoint");
	add(FEATURE_HELPER, "no_such_helper");
}

/* The arguments of vfs_read are the same on all kernels. */
static int find_facts(struct fact_finder *finder, struct type_source *types, const char *release,
		      uint8_t *facts, struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer texts = {0};
	uint32_t prototypes[512];
	int err;

	if (features.count > 512)
		die("features", "too many");
	err = fact_finder_run(finder, types, release, facts, prototypes, &texts, why);
	if (!err && facts[first_other] == FACT_PRESENT &&
	    strcmp((const char *)texts.data + prototypes[first_other],
		   "struct file *\nchar *\nsize_t\nloff_t *\n") != 0)
		die("vfs_read", (const char *)texts.data + prototypes[first_other]);
	return err;
}

/* Of the table: as the release says. */
static int check_versions(const char *path, int major, int minor, const uint8_t *facts)
{
	int wrong = 0;

	for (size_t i = 0; i < first_other; i++) {
		const struct feature *feature = &features.list[i];
		int since_major, since_minor;
		bool expected;

		if (!feature_since(feature->kind, feature->name, &since_major, &since_minor))
			die(feature->name, "has no version");
		expected = major > since_major || (major == since_major && minor >= since_minor);
		if (facts[i] == (expected ? FACT_PRESENT : FACT_ABSENT))
			continue;
		printf("%s: %s %s: the table says %d.%d, and it is %s\n", path,
		       feature_kind_name(feature->kind), feature->name, since_major, since_minor,
		       facts[i] == FACT_PRESENT ? "there" : "not there");
		wrong++;
	}
	return wrong;
}

static int check_kernel(struct fact_finder *finder, const char *path)
{
	_cleanup_(kernel_btf_close) struct kernel_btf kernel = {0};
	_cleanup_(btf_source_free) struct btf_source source = {0};
	_cleanup_free_ uint8_t *facts = calloc(features.count, 1);
	const char *release = strrchr(path, '/');
	struct reason why = {""};
	int major, minor, wrong;

	if (!release || sscanf(release, "/%d.%d", &major, &minor) != 2)
		die(path, "its name is no release");
	if (!facts || kernel_btf_open(path, NULL, NULL, &kernel, &why) ||
	    btf_source_open(&source, kernel.data, kernel.size, &why) ||
	    find_facts(finder, &source.types, "", facts, &why))
		die(path, why.text);
	wrong = check_versions(path, major, minor, facts);
	/* The BTF of Debian's 5.10 for arm64 has no static functions. */
	for (size_t i = first_other; i < features.count; i++) {
		bool is_function = features.list[i].kind == FEATURE_FUNCTION ||
				   features.list[i].kind == FEATURE_OWN_BTF;
		enum fact expected = i - first_other < 3 ? FACT_PRESENT : FACT_ABSENT;

		if (is_function && major == 5 && strstr(path, "arm64") && i != first_other)
			expected = FACT_UNKNOWN;
		if (facts[i] != expected) {
			printf("%s: %s %s: %d, not %d\n", path,
			       feature_kind_name(features.list[i].kind), features.list[i].name,
			       facts[i], expected);
			wrong++;
		}
	}
	return wrong;
}

/* A BTF without enums and functions: the release decides, or nothing is known. */
static int check_empty(struct fact_finder *finder)
{
	static const uint32_t empty[] = {0x0001eb9f, 24, 0, 0, 0, 1, 0};
	_cleanup_(btf_source_free) struct btf_source source = {0};
	_cleanup_free_ uint8_t *facts = calloc(features.count, 1);
	struct reason why = {""};
	int wrong = 0;

	if (btf_source_open(&source, empty, 25, &why) || !facts ||
	    find_facts(finder, &source.types, "5.7.3-custom", facts, &why))
		die("empty BTF", why.text);
	wrong += check_versions("empty BTF", 5, 7, facts);
	for (size_t i = first_other; i < features.count; i++)
		wrong += facts[i] != FACT_UNKNOWN;
	if (find_facts(finder, &source.types, "", facts, &why))
		die("empty BTF", why.text);
	for (size_t i = 0; i < features.count; i++)
		wrong += facts[i] != FACT_UNKNOWN;
	return wrong;
}

int main(int argc, char **argv)
{
	struct fact_finder *finder;
	int wrong = 0;

	add_all();
	finder = fact_finder_new(&features);
	if (!finder)
		die("features", "out of memory");
	wrong += check_empty(finder);
	for (int i = 1; i < argc; i++)
		wrong += check_kernel(finder, argv[i]);
	printf("%d kernels, %zu features, %d wrong\n", argc - 1, features.count, wrong);
	fact_finder_free(finder);
	feature_list_free(&features);
	return wrong || argc < 2;
}
