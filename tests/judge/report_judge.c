/* SPDX-License-Identifier: MIT */
/*
 * report_judge KERNELS FILE...: libbpf judges every cell of a report.
 *
 * The report is made of the objects in the FILEs (objects, or executables with objects inside) and
 * of the kernels below the folder KERNELS. Then libbpf itself relocates each site of each program
 * with the full BTF of each kernel, and must come to the value in the cell, or poison or refuse
 * what the cell says is poisoned or refused. Exit status 77 when there is nothing to judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/engine/assessment.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runtime/util/array.h"
#include "tests/judge/judge_object.h"
#include "tests/judge/judge_side.h"

static struct {
	struct bpf_object_file *files;
	struct judge_object *objects;
	size_t count, capacity;
} judged;

static uint64_t cells, poisoned, refused, wrong;

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "report_judge: %s: %s\n", what, why);
	exit(2);
}

static void print_failure(void *context, enum engine_level level, const char *path,
			  const char *text)
{
	if (level == ENGINE_FAILURE)
		fprintf(stderr, "report_judge: %s: %s\n", path ? path : "", text);
}

/* The objects once more, for libbpf, in the report's order. */
static void read_objects(const char *path)
{
	_cleanup_free_ struct embedded_object *places = NULL;
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size = 0;
	int count;

	if (input_file_read(path, SIZE_MAX / 2, &data, &size, &why))
		die(path, why.text);
	count = embedded_objects_find(data, size, &places);
	for (int i = 0; i < count; i++) {
		if (array_reserve(judged.files, judged.capacity, judged.count + 1) ||
		    bpf_object_file_copy(path, (char *)data + places[i].offset, places[i].size,
					 &judged.files[judged.count], &why))
			die(path, why.text);
		judged.count++;
	}
}

static void open_objects(void)
{
	judged.objects = calloc(judged.count + 1, sizeof(*judged.objects));
	for (size_t i = 0; i < judged.count; i++)
		if (!judged.objects || judge_object_init(&judged.objects[i], &judged.files[i]))
			die(judged.files[i].name, "libbpf does not read it");
}

/* libbpf drops candidates while it works, so it gets a copy of the list. */
static int ask(struct judge_side *side, const struct judge_object *object,
	       const struct judge_relo *relo, struct libbpf_answer *ret_answer)
{
	const struct libbpf_candidates *all =
		judge_side_candidates(side, object->btf, relo->relo.type_id);
	struct libbpf_candidates copy = {.length = all ? all->length : 0};
	static struct libbpf_scratch scratch;
	int err;

	copy.list = calloc((size_t)copy.length + 1, sizeof(*copy.list));
	if (!all || !copy.list)
		die("candidates", "out of memory");
	memcpy(copy.list, all->list, (size_t)copy.length * sizeof(*copy.list));
	memset(ret_answer, 0, sizeof(*ret_answer));
	err = bpf_core_calc_relo_insn("program", &relo->relo, 0, object->btf, &copy, &scratch,
				      ret_answer);
	free(copy.list);
	return err;
}

static bool agrees(const struct compat_variant *variant, size_t site, int err,
		   const struct libbpf_answer *answer)
{
	switch (variant->sites[site]) {
	case COMPAT_SITE_FOUND:
	case COMPAT_SITE_ABSENT:
		return !err && !answer->poison && answer->value == variant->verdicts[site]->value;
	case COMPAT_SITE_UNREACHED:
	case COMPAT_SITE_MAYBE:
	case COMPAT_SITE_REACHED:
		poisoned++;
		return !err && answer->poison;
	default:
		refused++;
		return err != 0;
	}
}

static void judge_program(const struct compat *compat, size_t number, size_t kernel,
			  struct judge_side *side)
{
	const struct compat_program *program = &compat->programs[number];
	const struct compat_variant *variant = compat_variant(compat, number, kernel);
	const struct judge_object *object = &judged.objects[program->object];
	size_t first = compat->set->objects[program->object].first_site;

	/* This libbpf computes shifts of bit-fields for its own byte order. */
	if (variant->state == COMPAT_NO_ANSWER)
		return;
	for (size_t i = 0; i < program->site_count; i++) {
		struct libbpf_answer answer;
		int err;

		if (!variant->verdicts[i])
			continue;
		err = ask(side, object, &object->relos[program->sites[i] - first], &answer);
		cells++;
		if (agrees(variant, i, err, &answer))
			continue;
		wrong++;
		printf("%s: %s: %s: site %zu: the report says %s, %llu; libbpf: error %d, poison "
		       "%d, value %llu\n",
		       compat->kernels[kernel].name, compat->objects[program->object].name,
		       program->function->name, i, compat_site_state_name(variant->sites[i]),
		       (unsigned long long)variant->verdicts[i]->value, err, answer.poison,
		       (unsigned long long)answer.value);
	}
}

static void judge_kernel_of(const struct compat *compat, size_t kernel)
{
	_cleanup_(kernel_btf_close) struct kernel_btf full = {0};
	struct judge_side side;
	struct reason why = {""};

	if (kernel_btf_open(compat->kernels[kernel].path, NULL, NULL, &full, &why))
		die(compat->kernels[kernel].path, why.text);
	if (judge_side_init(&side, full.data, full.size))
		die(compat->kernels[kernel].path, "libbpf does not read it");
	for (size_t i = 0; i < compat->program_count; i++)
		judge_program(compat, i, kernel, &side);
	judge_side_free(&side);
}

int main(int argc, char **argv)
{
	const struct engine_events events = {.message = print_failure};
	struct assessment assessment;
	struct stat status;
	const char *machine;

	if (argc < 3 || stat(argv[1], &status)) {
		printf("skipped: no kernels\n");
		return 77;
	}
	if (assessment_init(&assessment, &events) ||
	    object_input_add_mixed(&assessment.objects, (const char *const *)argv + 2,
				   (size_t)argc - 2, &machine))
		return 2;
	for (int i = 2; i < argc; i++)
		read_objects(argv[i]);
	open_objects();
	kernel_input_add(&assessment.kernels, argv[1], NULL);
	kernel_list_sort(&assessment.kernels.list);
	if (assessment_run(&assessment, 2, UINT64_C(1) << 30))
		die(argv[1], "no report");
	for (size_t i = 0; i < assessment.compat.kernel_count; i++)
		judge_kernel_of(&assessment.compat, i);
	printf("%zu objects, %zu kernels, %llu cells: %llu poisoned, %llu refused, %llu wrong\n",
	       judged.count, assessment.compat.kernel_count, (unsigned long long)cells,
	       (unsigned long long)poisoned, (unsigned long long)refused,
	       (unsigned long long)wrong);
	return wrong || !poisoned || !cells;
}
