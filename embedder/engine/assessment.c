/* SPDX-License-Identifier: MIT */
/*
 * In: the requests and the code of objects, kernels. Out: the state of each program on each kernel.
 */
#include "embedder/engine/assessment.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/engine/kernel_pool.h"
#include "embedder/resolve/resolver.h"

int assessment_init(struct assessment *assessment, const struct engine_events *events)
{
	int err;

	*assessment = (struct assessment){.events = events};
	kernel_input_init(&assessment->kernels, events);
	err = object_input_init(&assessment->objects, events);
	assessment->objects.keep_code = true;
	return err;
}

void assessment_free(struct assessment *assessment)
{
	compat_free(&assessment->compat);
	matrix_free(&assessment->matrix);
	object_input_free(&assessment->objects);
	kernel_input_free(&assessment->kernels);
}

/* One thread's own. */
struct scratch {
	struct resolver resolver;
	struct fact_finder *finder;
};

/* The result for one kernel: the verdicts by request, then the facts by feature. */
struct outcome {
	const uint8_t *facts;
	struct verdict verdicts[];
};

static void free_scratch(void *pointer)
{
	struct scratch *scratch = pointer;

	resolver_free(&scratch->resolver);
	fact_finder_free(scratch->finder);
	free(scratch);
}

static void *new_scratch(void *context)
{
	const struct assessment *assessment = context;
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return NULL;
	scratch->finder = fact_finder_new(&assessment->compat.features);
	if (!scratch->finder || resolver_init(&scratch->resolver, assessment->objects.requests)) {
		free_scratch(scratch);
		return NULL;
	}
	return scratch;
}

static int assess_kernel(void *context, void *pointer, const struct kernel_file *kernel,
			 struct type_source *types, void **ret_outcome, struct reason *why)
{
	const struct assessment *assessment = context;
	struct scratch *scratch = pointer;
	size_t size = scratch->resolver.set->count * sizeof(struct verdict);
	struct outcome *outcome =
		malloc(sizeof(*outcome) + size + assessment->compat.features.count);
	uint8_t *facts = (uint8_t *)outcome + sizeof(*outcome) + size;
	int err;

	if (!outcome)
		return reason_errno(why, -ENOMEM, "cannot keep the results");
	err = resolver_open(&scratch->resolver, types, why);
	if (!err)
		err = resolver_run(&scratch->resolver, NULL, why);
	if (!err)
		err = fact_finder_run(scratch->finder, types, kernel->id.release, facts, why);
	if (err) {
		free(outcome);
		return err;
	}
	memcpy(outcome->verdicts, scratch->resolver.verdicts, size);
	outcome->facts = facts;
	*ret_outcome = outcome;
	return 0;
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct assessment *assessment = context;
	struct matrix *matrix = &assessment->matrix;
	const struct kernel_file *kernel = result->kernel;
	const struct outcome *outcome = result->outcome;
	int err = 0;

	if (result->error)
		kernel_input_fail(&assessment->kernels, kernel->path, result->why.text);
	else
		err = matrix_add_kernel(matrix, kernel->path, outcome->verdicts);
	return err ? err
		   : compat_add_kernel(&assessment->compat, &kernel->id, kernel->path,
				       matrix->kernel_count - 1, outcome ? outcome->facts : NULL,
				       result->error ? result->why.text : NULL);
}

int assessment_run(struct assessment *assessment, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.context = assessment,
		.thread_new = new_scratch,
		.thread_free = free_scratch,
		.run = assess_kernel,
		.take = take_result,
	};
	int err = matrix_init(&assessment->matrix, assessment->objects.requests);

	if (!err)
		err = compat_init(&assessment->compat, assessment->objects.requests,
				  assessment->objects.codes);
	if (!err)
		err = kernel_pool_run(&assessment->kernels, &work);
	if (!err)
		err = compat_judge(&assessment->compat, &assessment->matrix);
	return err || assessment->matrix.kernel_count ? err : -ENOENT;
}
