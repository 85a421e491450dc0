/* SPDX-License-Identifier: MIT */
/*
 * libbpf_judge [--rounds N] [--swapped] [--outcomes] [--all-match] [--expect loads|fails]
 *		[--beside BTF] [--modules KO...] [--write FOLDER]
 *		--kernels PATH... --objects FILE...
 *
 * Judges BPF objects (files, or executables that have some inside) on full BTFs: raw, ELF,
 * .btf.tar.xz, folders of these, or several files with commas between them, whose types are put
 * one after the other as if they were of one kernel. With --swapped also in the other byte order,
 * with --outcomes also the resolver's outcome for each relocation.
 * With --beside BTF nothing is trimmed: libbpf relocates with each kernel's BTF and with this one,
 * which another program made of the same kernel, or for the same objects. With --modules libbpf
 * has the split BTFs of these modules besides the kernel's, as on a kernel where they are loaded.
 * With --write FOLDER nothing is judged: the objects are written there as NAME.bpf.o, the BTFs as
 * NAME.btf, for other judges. Exit status 1 when anything differs, 77 when there was nothing to
 * judge.
 */
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/image/kernel_btf.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "tests/judge/judge.h"

struct paths {
	char **list;
	size_t count;
};

struct judged {
	struct bpf_object_file *files;
	struct judge_object *objects;
	size_t count, unreadable;
};

static _Noreturn void die(const char *path, const char *why)
{
	fprintf(stderr, "libbpf_judge: %s: %s\n", path, why);
	exit(2);
}

static void add_path(struct paths *paths, const char *path)
{
	paths->list = reallocarray(paths->list, paths->count + 1, sizeof(*paths->list));
	if (!paths->list || !(paths->list[paths->count++] = strdup(path)))
		die(path, "out of memory");
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length >= end_length && strcmp(path + length - end_length, end) == 0;
}

/* A file; of a folder all .btf and .btf.tar.xz below it. */
static void add_tree(struct paths *paths, const char *path)
{
	struct dirent *entry;
	struct stat status;
	DIR *folder;

	if (strchr(path, ',')) {
		add_path(paths, path);
		return;
	}
	if (stat(path, &status))
		die(path, strerror(errno));
	if (!S_ISDIR(status.st_mode)) {
		add_path(paths, path);
		return;
	}
	folder = opendir(path);
	if (!folder)
		die(path, strerror(errno));
	while ((entry = readdir(folder))) {
		char inner[4096];

		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.' || stat(inner, &status))
			continue;
		if (S_ISDIR(status.st_mode) || ends_with(inner, ".btf") ||
		    ends_with(inner, ".btf.tar.xz"))
			add_tree(paths, inner);
	}
	closedir(folder);
}

static void add_object(struct judged *judged, const char *name, const void *image, size_t size)
{
	struct bpf_object_file *file;
	struct reason why;

	judged->files = reallocarray(judged->files, judged->count + 1, sizeof(*judged->files));
	if (!judged->files)
		die(name, "out of memory");
	file = &judged->files[judged->count];
	if (bpf_object_file_copy(name, image, size, file, &why))
		die(name, why.text);
	judged->count++;
}

static void add_objects_of(struct judged *judged, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	_cleanup_free_ struct embedded_object *found = NULL;
	_cleanup_free_ void *data = NULL;
	struct reason why;
	size_t size;
	int count;

	if (input_file_read(path, 64 << 20, &data, &size, &why))
		die(path, why.text);
	count = embedded_objects_find(data, size, &found);
	for (int i = 0; i < count; i++)
		add_object(judged, name, (char *)data + found[i].offset, found[i].size);
}

/*
 * clang has a builtin for "type matches" from 16 on. For older ones, a "type exists" in a section
 * whose name holds "matches" stands for it; with --all-match every one.
 */
static void restore_matches(struct bpf_object_file *file, bool all)
{
	struct judge_object object;
	struct bpf_core_relo *relos;

	if (judge_object_init(&object, file))
		return;
	for (size_t i = 0; i < object.count; i++) {
		const struct judge_relo *relo = &object.relos[i];
		const char *section = btf__name_by_offset(object.btf, relo->section_name);

		relos = (struct bpf_core_relo *)((char *)file->ext + relo->ext_offset);
		if (relo->relo.kind == BPF_CORE_TYPE_EXISTS && (all || strstr(section, "matches")))
			relos->kind = BPF_CORE_TYPE_MATCHES;
	}
	judge_object_free(&object);
}

/* The array does not move from here on, so objects may point into it. */
static void read_objects(struct judged *judged, bool all_match)
{
	judged->objects = calloc(judged->count + 1, sizeof(*judged->objects));
	if (!judged->objects)
		die("objects", "out of memory");
	for (size_t i = 0; i < judged->count; i++) {
		int err;

		restore_matches(&judged->files[i], all_match);
		err = judge_object_init(&judged->objects[i], &judged->files[i]);

		if (err)
			die(judged->files[i].name, strerror(-err));
	}
}

/* false: libbpf cannot read it. */
static bool judge_bytes(const struct judged *judged, const void *data, size_t size,
			unsigned int rounds, bool outcomes, const char *where,
			struct judge_counts *counts)
{
	_cleanup_(judge_side_free) struct judge_side full = {0};
	int err = judge_side_init(&full, data, size);

	if (err) {
		printf("%s: skipped, libbpf %s does not read it (%d)\n", where,
		       libbpf_version_string(), err);
		return false;
	}
	err = judge_kernel(judged->objects, judged->count, data, size, &full, rounds, where,
			   counts);
	for (size_t i = 0; !err && outcomes && i < judged->count; i++)
		err = judge_outcomes(&judged->objects[i], data, size, &full, where, counts);
	if (err)
		die(where, strerror(-err));
	return true;
}

/* The results with two BTFs. */
static void judge_beside(const struct judged *judged, const char *path, const struct paths *modules,
			 const char *other_path, unsigned int rounds, struct judge_counts *counts)
{
	_cleanup_(kernel_btf_close) struct kernel_btf kernel = {0}, other = {0};
	_cleanup_(judge_side_free) struct judge_side left = {0}, right = {0};
	struct reason why;
	int err;

	if (kernel_btf_open(path, NULL, NULL, &kernel, &why))
		die(path, why.text);
	if (kernel_btf_open(other_path, NULL, NULL, &other, &why))
		die(other_path, why.text);
	err = judge_side_init(&left, kernel.data, kernel.size);
	if (err)
		die(path, strerror(-err));
	for (size_t i = 0; i < modules->count; i++) {
		err = judge_side_add_module(&left, modules->list[i]);
		if (err)
			die(modules->list[i], strerror(-err));
	}
	err = judge_side_init(&right, other.data, other.size);
	if (err)
		die(other_path, strerror(-err));
	for (size_t i = 0; !err && i < judged->count; i++)
		err = judge_results(&judged->objects[i], &left, &right, rounds, path, counts);
	if (err)
		die(path, strerror(-err));
}

/* The types of several files one after the other, none merged: a kernel with duplicates. */
static struct btf *join(const char *paths)
{
	_cleanup_free_ char *copy = strdup(paths);
	struct btf *joined = btf__new_empty();
	char *save;

	if (!copy || !joined)
		die(paths, "out of memory");
	for (char *path = strtok_r(copy, ",", &save); path; path = strtok_r(NULL, ",", &save)) {
		struct btf *part = btf__parse(path, NULL);
		int err = part ? btf__add_btf(joined, part) : -errno;

		if (err < 0)
			die(path, strerror(-err));
		btf__free(part);
	}
	return joined;
}

/* The same in the other byte order. */
static void judge_swapped(const struct judged *judged, const void *data, size_t size,
			  unsigned int rounds, const char *where, struct judge_counts *counts)
{
	struct btf *btf = btf__new(data, size);
	char name[4096];
	uint32_t swapped_size;
	const void *swapped;

	if (!btf)
		return;
	btf__set_endianness(btf, btf__endianness(btf) == BTF_BIG_ENDIAN ? BTF_LITTLE_ENDIAN
									: BTF_BIG_ENDIAN);
	swapped = btf__raw_data(btf, &swapped_size);
	if (!swapped)
		die(where, "out of memory");
	snprintf(name, sizeof(name), "%s (swapped)", where);
	judge_bytes(judged, swapped, swapped_size, rounds, false, name, counts);
	btf__free(btf);
}

static bool judge_path(const struct judged *judged, const char *path, unsigned int rounds,
		       bool also_swapped, bool outcomes, struct judge_counts *counts)
{
	_cleanup_(kernel_btf_close) struct kernel_btf kernel = {0};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct btf *joined = NULL;
	struct reason why;
	const void *data;
	size_t size;
	bool read;

	if (strchr(path, ',')) {
		uint32_t raw_size;

		joined = join(path);
		data = btf__raw_data(joined, &raw_size);
		size = raw_size;
	} else {
		if (kernel_btf_open(path, NULL, NULL, &kernel, &why))
			die(path, why.text);
		data = kernel.data;
		size = kernel.size;
	}
	read = judge_bytes(judged, data, size, rounds, outcomes, name, counts);
	if (also_swapped)
		judge_swapped(judged, data, size, rounds, name, counts);
	btf__free(joined);
	return read;
}

static void write_file(const char *folder, const char *name, const char *end, const void *data,
		       size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, end);
	file = fopen(path, "we");
	if (!file || fwrite(data, size, 1, file) != 1 || fclose(file))
		die(path, strerror(errno));
}

static void write_all(const char *folder, const struct judged *judged, const struct paths *kernels)
{
	if (mkdir(folder, 0755) && errno != EEXIST)
		die(folder, strerror(errno));
	for (size_t i = 0; i < judged->count; i++)
		write_file(folder, judged->files[i].name, ".bpf.o", judged->files[i].image,
			   judged->files[i].image_size);
	for (size_t i = 0; i < kernels->count; i++) {
		_cleanup_(kernel_btf_close) struct kernel_btf kernel = {0};
		const char *slash = strrchr(kernels->list[i], '/');
		_cleanup_free_ char *name = strdup(slash ? slash + 1 : kernels->list[i]);
		struct reason why;

		if (!name || kernel_btf_open(kernels->list[i], NULL, NULL, &kernel, &why))
			die(kernels->list[i], name ? why.text : "out of memory");
		if (strstr(name, ".btf"))
			*strstr(name, ".btf") = '\0';
		write_file(folder, name, ".btf", kernel.data, kernel.size);
	}
}

/* A load fails when a relocation is refused; with a poisoned one it may, if the instruction is
 * reached. */
static int check_expectation(const char *expect, const struct judge_counts *counts)
{
	bool fails = expect && strcmp(expect, "fails") == 0;

	if (!expect || (fails ? !counts->loads || counts->poisons : counts->loads))
		return 0;
	printf("with the full BTF the object %s, which is not expected\n",
	       fails ? "loads" : "does not load");
	return 1;
}

int main(int argc, char **argv)
{
	struct judge_counts counts = {0};
	struct judged judged = {0};
	struct paths kernels = {0}, modules = {0}, *paths = &kernels;
	const char *expect = NULL, *write_to = NULL, *beside = NULL;
	unsigned int rounds = 3;
	bool objects = false, swapped = false, all_match = false, outcomes = false;
	size_t skipped = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
			rounds = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--expect") == 0 && i + 1 < argc)
			expect = argv[++i];
		else if (strcmp(argv[i], "--write") == 0 && i + 1 < argc)
			write_to = argv[++i];
		else if (strcmp(argv[i], "--beside") == 0 && i + 1 < argc)
			beside = argv[++i];
		else if (strcmp(argv[i], "--all-match") == 0)
			all_match = true;
		else if (strcmp(argv[i], "--outcomes") == 0)
			outcomes = true;
		else if (strcmp(argv[i], "--swapped") == 0)
			swapped = true;
		else if (strcmp(argv[i], "--kernels") == 0)
			paths = &kernels, objects = false;
		else if (strcmp(argv[i], "--modules") == 0)
			paths = &modules, objects = false;
		else if (strcmp(argv[i], "--objects") == 0)
			objects = true;
		else if (objects)
			add_objects_of(&judged, argv[i]);
		else
			add_tree(paths, argv[i]);
	}
	read_objects(&judged, all_match);
	if (kernels.count)
		qsort(kernels.list, kernels.count, sizeof(*kernels.list), compare_paths);
	if (write_to)
		write_all(write_to, &judged, &kernels);
	for (size_t i = 0; i < kernels.count && beside; i++)
		judge_beside(&judged, kernels.list[i], &modules, beside, rounds, &counts);
	for (size_t i = 0; i < kernels.count && !write_to && !beside; i++)
		skipped +=
			!judge_path(&judged, kernels.list[i], rounds, swapped, outcomes, &counts);
	if (!write_to)
		printf("%zu objects on %zu BTFs (%zu skipped): %llu relocations, %llu questions "
		       "(%llu "
		       "refused, %llu poisoned), %llu differences\n",
		       judged.count, kernels.count, skipped, (unsigned long long)counts.relocations,
		       (unsigned long long)counts.questions, (unsigned long long)counts.refused,
		       (unsigned long long)counts.poisoned, (unsigned long long)counts.differences);
	for (size_t i = 0; i < judged.count; i++) {
		judge_object_free(&judged.objects[i]);
		bpf_object_file_close(&judged.files[i]);
	}
	for (size_t i = 0; i < kernels.count; i++)
		free(kernels.list[i]);
	for (size_t i = 0; i < modules.count; i++)
		free(modules.list[i]);
	free(kernels.list);
	free(modules.list);
	free(judged.objects);
	free(judged.files);
	if (counts.differences)
		return 1;
	if (write_to)
		return 0;
	if (!counts.questions)
		return 77;
	return check_expectation(expect, &counts);
}
