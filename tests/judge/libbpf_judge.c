/* SPDX-License-Identifier: MIT */
/*
 * libbpf_judge [--rounds N] [--expect loads|refused] --kernels PATH... --objects FILE...
 *
 * Judges BPF objects (files, or executables that have some inside) on full BTFs (raw, ELF,
 * .btf.tar.xz, or folders of these). Exit status 1 when anything differs, 77 when there was
 * nothing to judge.
 */
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/kernels/kernel_btf.h"
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

/* A file as it is; of a folder all .btf and .btf.tar.xz below it. */
static void add_tree(struct paths *paths, const char *path)
{
	struct dirent *entry;
	struct stat status;
	DIR *folder;

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

/* The files stay where they are from here on, so objects may point at them. */
static void read_objects(struct judged *judged)
{
	judged->objects = calloc(judged->count + 1, sizeof(*judged->objects));
	if (!judged->objects)
		die("objects", "out of memory");
	for (size_t i = 0; i < judged->count; i++) {
		int err = judge_object_init(&judged->objects[i], &judged->files[i]);

		if (err)
			die(judged->files[i].name, strerror(-err));
	}
}

static bool judge_path(const struct judged *judged, const char *path, unsigned int rounds,
		       struct judge_counts *counts)
{
	_cleanup_(kernel_btf_close) struct kernel_btf kernel = { 0 };
	_cleanup_(judge_side_free) struct judge_side full = { 0 };
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct reason why;
	int err;

	if (kernel_btf_open(path, &kernel, &why))
		die(path, why.text);
	err = judge_side_init(&full, kernel.data, kernel.size);
	if (err) {
		printf("%s: skipped, libbpf %s does not read it (%d)\n", name,
		       libbpf_version_string(), err);
		return false;
	}
	err = judge_kernel(judged->objects, judged->count, kernel.data, kernel.size, &full, rounds,
			   name, counts);
	if (err)
		die(name, strerror(-err));
	return true;
}

static int check_expectation(const char *expect, const struct judge_counts *counts)
{
	bool refused = !counts->loads || counts->poisons;

	if (!expect || refused == (strcmp(expect, "refused") == 0))
		return 0;
	printf("with the full BTF the object %s, which is not expected\n",
	       refused ? "is refused" : "loads");
	return 1;
}

int main(int argc, char **argv)
{
	struct judge_counts counts = { 0 };
	struct judged judged = { 0 };
	struct paths kernels = { 0 };
	const char *expect = NULL;
	unsigned int rounds = 3;
	bool objects = false;
	size_t skipped = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
			rounds = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--expect") == 0 && i + 1 < argc)
			expect = argv[++i];
		else if (strcmp(argv[i], "--kernels") == 0)
			objects = false;
		else if (strcmp(argv[i], "--objects") == 0)
			objects = true;
		else if (objects)
			add_objects_of(&judged, argv[i]);
		else
			add_tree(&kernels, argv[i]);
	}
	read_objects(&judged);
	if (kernels.count)
		qsort(kernels.list, kernels.count, sizeof(*kernels.list), compare_paths);
	for (size_t i = 0; i < kernels.count; i++)
		skipped += !judge_path(&judged, kernels.list[i], rounds, &counts);
	printf("%zu objects on %zu BTFs (%zu skipped): %llu relocations, %llu questions (%llu "
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
	free(kernels.list);
	free(judged.objects);
	free(judged.files);
	if (counts.differences)
		return 1;
	if (!counts.questions)
		return 77;
	return check_expectation(expect, &counts);
}
