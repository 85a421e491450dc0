/* SPDX-License-Identifier: MIT */
/*
 * In: the requests and the code of objects, kernels. Out: the state of each program on each kernel.
 */
#include "embedder/engine/assessment.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/engine/kernel_pool.h"
#include "embedder/resolve/resolver.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"

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
	struct byte_buffer texts;
};

/* The result for one kernel, in one piece of memory. */
struct outcome {
	struct compat_answers answers;
	struct field_fact *fields;
	uint32_t *prototypes;
	uint8_t *facts;
	char *texts;
	struct verdict verdicts[];
};

static void free_scratch(void *pointer)
{
	struct scratch *scratch = pointer;

	resolver_free(&scratch->resolver);
	fact_finder_free(scratch->finder);
	byte_buffer_free(&scratch->texts);
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

/* @texts: bytes of the texts of all fields. */
static struct outcome *new_outcome(size_t requests, size_t features, size_t texts)
{
	struct outcome *outcome = malloc(
		sizeof(*outcome) + requests * (sizeof(struct verdict) + sizeof(struct field_fact)) +
		features * (sizeof(uint32_t) + 1) + texts);

	if (!outcome)
		return NULL;
	outcome->fields = (struct field_fact *)(outcome->verdicts + requests);
	outcome->prototypes = (uint32_t *)(outcome->fields + requests);
	outcome->facts = (uint8_t *)(outcome->prototypes + features);
	outcome->texts = (char *)outcome->facts + features;
	outcome->answers = (struct compat_answers){
		.facts = outcome->facts,
		.prototypes = outcome->prototypes,
		.fields = outcome->fields,
		.texts = outcome->texts,
		.texts_size = texts,
	};
	return outcome;
}

/* What is found of one kernel, before it is known how much memory it needs. */
struct found {
	struct field_fact *fields;
	uint32_t *prototypes;
	uint8_t *facts;
};

static void cleanup_found(struct found *found)
{
	free(found->fields);
	free(found->prototypes);
	free(found->facts);
}

static int describe_kernel(struct scratch *scratch, struct found *found, const char *release,
			   struct type_source *types, struct reason *why)
{
	int err;

	byte_buffer_clear(&scratch->texts);
	field_facts_find(scratch->resolver.set, &scratch->resolver.candidates, &types->view,
			 found->fields, &scratch->texts);
	err = fact_finder_run(scratch->finder, types, release, found->facts, found->prototypes,
			      &scratch->texts, why);
	if (!err && byte_buffer_failed(&scratch->texts))
		err = reason_errno(why, -ENOMEM, "cannot keep the results");
	return err;
}

static int assess_kernel(void *context, void *pointer, const struct kernel_file *kernel,
			 struct type_source *types, void **ret_outcome, struct reason *why)
{
	const struct assessment *assessment = context;
	size_t requests = assessment->objects.requests->count;
	size_t features = assessment->compat.features.count;
	struct scratch *scratch = pointer;
	_cleanup_(cleanup_found) struct found found = {
		.fields = calloc(requests + 1, sizeof(*found.fields)),
		.prototypes = calloc(features + 1, sizeof(*found.prototypes)),
		.facts = calloc(features + 1, 1),
	};
	struct outcome *outcome;
	int err = resolver_open(&scratch->resolver, types, why);

	if (!found.fields || !found.prototypes || !found.facts)
		return reason_errno(why, -ENOMEM, "cannot keep the results");
	if (!err)
		err = resolver_run(&scratch->resolver, NULL, why);
	if (!err)
		err = describe_kernel(scratch, &found, kernel->id.release, types, why);
	if (err)
		return err;
	outcome = new_outcome(requests, features, scratch->texts.size);
	if (!outcome)
		return reason_errno(why, -ENOMEM, "cannot keep the results");
	memcpy(outcome->verdicts, scratch->resolver.verdicts, requests * sizeof(struct verdict));
	memcpy(outcome->fields, found.fields, requests * sizeof(*found.fields));
	memcpy(outcome->prototypes, found.prototypes, features * sizeof(*found.prototypes));
	memcpy(outcome->facts, found.facts, features);
	memcpy(outcome->texts, scratch->texts.data, scratch->texts.size);
	*ret_outcome = outcome;
	return 0;
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct assessment *assessment = context;
	struct matrix *matrix = &assessment->matrix;
	const struct kernel_file *kernel = result->kernel;
	struct outcome *outcome = result->outcome;
	int err;

	if (result->error) {
		kernel_input_fail(&assessment->kernels, kernel->path, result->why.text);
		return compat_add_kernel(&assessment->compat, &kernel->id, kernel->path, NULL,
					 result->why.text);
	}
	err = matrix_add_kernel(matrix, kernel->path, outcome->verdicts);
	outcome->answers.number = matrix->kernel_count - 1;
	return err ? err
		   : compat_add_kernel(&assessment->compat, &kernel->id, kernel->path,
				       &outcome->answers, NULL);
}

int assessment_run(struct assessment *assessment, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.requests = assessment->objects.requests,
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
