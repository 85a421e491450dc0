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

static void *new_resolver(void *context)
{
	const struct assessment *assessment = context;
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver && resolver_init(resolver, assessment->objects.requests)) {
		free(resolver);
		return NULL;
	}
	return resolver;
}

static void free_resolver(void *resolver)
{
	resolver_free(resolver);
	free(resolver);
}

static int resolve_kernel(void *context, void *scratch, const struct kernel_file *kernel,
			  struct type_source *types, void **ret_outcome, struct reason *why)
{
	struct resolver *resolver = scratch;
	size_t size = resolver->set->count * sizeof(struct verdict);
	struct verdict *verdicts;
	int err = resolver_open(resolver, types, why);

	(void)context;
	(void)kernel;
	if (!err)
		err = resolver_run(resolver, NULL, why);
	if (err)
		return err;
	verdicts = malloc(size + 1);
	if (!verdicts)
		return reason_errno(why, -ENOMEM, "cannot keep the results");
	memcpy(verdicts, resolver->verdicts, size);
	*ret_outcome = verdicts;
	return 0;
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct assessment *assessment = context;
	struct matrix *matrix = &assessment->matrix;
	const struct kernel_file *kernel = result->kernel;
	int err = 0;

	if (result->error)
		kernel_input_fail(&assessment->kernels, kernel->path, result->why.text);
	else
		err = matrix_add_kernel(matrix, kernel->path, result->outcome);
	return err ? err
		   : compat_add_kernel(&assessment->compat, &kernel->id, kernel->path,
				       matrix->kernel_count - 1,
				       result->error ? result->why.text : NULL);
}

int assessment_run(struct assessment *assessment, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.context = assessment,
		.thread_new = new_resolver,
		.thread_free = free_resolver,
		.run = resolve_kernel,
		.take = take_result,
	};
	int err = matrix_init(&assessment->matrix, assessment->objects.requests);

	if (!err)
		err = kernel_pool_run(&assessment->kernels, &work);
	if (!err)
		err = compat_judge(&assessment->compat, &assessment->matrix,
				   assessment->objects.codes);
	return err || assessment->matrix.kernel_count ? err : -ENOENT;
}
