/* SPDX-License-Identifier: MIT */
/*
 * In: the requests of objects, kernels. Out: a bundle with a trimmed BTF for each kernel.
 */
#include "embedder/engine/trimming.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/util/text.h"
#include "embedder/engine/unresolved.h"
#include "runtime/btf/btf_source.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "embedder/verify/verifier.h"

int trimming_init(struct trimming *trimming, const struct engine_events *events)
{
	*trimming = (struct trimming){.events = events};
	kernel_input_init(&trimming->kernels, events);
	return object_input_init(&trimming->objects, events);
}

void trimming_free(struct trimming *trimming)
{
	object_input_free(&trimming->objects);
	kernel_input_free(&trimming->kernels);
	bundle_builder_free(trimming->builder);
	matrix_free(&trimming->matrix);
}

/* What is kept of a kernel after its types are freed. */
struct trimmed_kernel {
	size_t size; /* of the trimmed BTF */
	uint32_t unresolved;
	size_t verdict_count;	   /* one for each request, or 0: they are not kept */
	struct verdict verdicts[]; /* then the trimmed BTF */
};

static const void *trimmed_btf(const struct trimmed_kernel *trimmed)
{
	return trimmed->verdicts + trimmed->verdict_count;
}

static void *new_trimmer(void *context)
{
	const struct trimming *trimming = context;

	return trimmer_new(trimming->objects.requests);
}

static void free_trimmer(void *trimmer)
{
	trimmer_free(trimmer);
}

/*
 * Types of modules without their names: whether they make a difference is compared, as it is too
 * rare for anything finer. One BTF can then not answer as the kernel's and the modules' do.
 */
static int check_hidden(const struct request_set *requests, struct type_source *types,
			const struct trim_result *result, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source trimmed = {0};
	_cleanup_(verifier_free) struct verifier verifier = {0};
	size_t differences = 0;
	int err = verifier_init(&verifier, requests)
			  ? reason_errno(why, -ENOMEM, "cannot compare the answers")
			  : btf_source_open(&trimmed, result->btf, result->size, why);

	if (!err)
		err = verifier_run(&verifier, types, &trimmed.types, NULL, NULL, &differences, why);
	if (err || !differences)
		return err;
	return reason_set(
		why, -EOPNOTSUPP,
		"%zu relocation%s read%s a type of a module whose name the kernel itself "
		"has for another type, and one BTF cannot hold both: choose other modules "
		"(--modules)",
		differences, text_plural(differences), differences == 1 ? "s" : "");
}

int trimming_trim(struct trimmer *trimmer, const struct request_set *requests,
		  struct type_source *types, struct trim_result *ret_result, struct reason *why)
{
	int err = trimmer_run(trimmer, types, ret_result, why);

	if (!err && ret_result->hidden_names)
		err = check_hidden(requests, types, ret_result, why);
	return err;
}

static int trim_kernel(void *context, void *trimmer, const struct kernel_file *kernel,
		       struct type_source *types, void **ret_outcome, struct reason *why)
{
	const struct trimming *trimming = context;
	size_t verdicts = trimming->keep_matrix ? trimming->objects.requests->count : 0;
	struct trimmed_kernel *kept;
	struct trim_result result = {0};
	int err = trimming_trim(trimmer, trimming->objects.requests, types, &result, why);

	if (err)
		return err;
	/* The trimmer's memory is used again for the next kernel. */
	kept = malloc(sizeof(*kept) + verdicts * sizeof(*kept->verdicts) + result.size);
	if (!kept)
		return reason_errno(why, -ENOMEM, "cannot keep the trimmed BTF");
	kept->size = result.size;
	kept->unresolved = trim_result_unresolved(&result);
	kept->verdict_count = verdicts;
	memcpy(kept->verdicts, result.verdicts, verdicts * sizeof(*kept->verdicts));
	memcpy(kept->verdicts + verdicts, result.btf, result.size);
	*ret_outcome = kept;
	return 0;
}

/* One kernel's result. What fails is reported, counted and left out. */
static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct trimming *trimming = context;
	const struct trimmed_kernel *trimmed = result->outcome;
	struct reason why = result->why;
	int err = result->error;

	if (!err)
		err = bundle_builder_add(trimming->builder, &result->kernel->id,
					 trimmed_btf(trimmed), trimmed->size, result->kernel->path,
					 &why);
	if (err) {
		kernel_input_fail(&trimming->kernels, result->kernel->path, why.text);
		return 0;
	}
	trimming->trimmed++;
	trimming->has_order[*(const uint8_t *)trimmed_btf(trimmed) == 0xeb] = true;
	trimming->unresolved += trimmed->unresolved;
	trimming->unresolved_kernels += trimmed->unresolved > 0;
	engine_say(trimming->events, ENGINE_DETAIL, result->kernel->path, "trimmed to %s bytes%s",
		   text_count(trimmed->size).text,
		   result->kernel->types == KERNEL_TYPES_DWARF ? ", from DWARF" : "");
	if (!trimming->keep_matrix)
		return 0;
	err = matrix_add_kernel(&trimming->matrix, result->kernel->path, trimmed->verdicts);
	if (!err)
		unresolved_report(trimming->events, &trimming->matrix,
				  trimming->matrix.kernel_count - 1);
	return err;
}

int trimming_run(struct trimming *trimming, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.requests = trimming->objects.requests,
		.context = trimming,
		.thread_new = new_trimmer,
		.thread_free = free_trimmer,
		.run = trim_kernel,
		.take = take_result,
	};
	int err;

	trimming->keep_matrix |= engine_wants(trimming->events, ENGINE_DETAIL) ||
				 request_set_keeps(trimming->objects.requests);
	err = trimming->keep_matrix ? matrix_init(&trimming->matrix, trimming->objects.requests)
				    : 0;
	trimming->builder = bundle_builder_new();
	if (!err)
		err = trimming->builder ? kernel_pool_run(&trimming->kernels, &work) : -ENOMEM;
	if (!err && trimming->keep_matrix)
		unresolved_report_kept(trimming->events, &trimming->matrix);
	return err || trimming->trimmed ? err : -ENOENT;
}

static int add_objects(struct trimming *trimming)
{
	const struct request_set *set = trimming->objects.requests;

	for (size_t i = 0; i < set->object_count; i++) {
		const struct relo_object *object = &set->objects[i];
		int err = bundle_builder_add_object(trimming->builder, object->name, object->digest,
						    object->relocation_count);

		if (err)
			return err;
	}
	return 0;
}

int trimming_layout(struct trimming *trimming, const struct bundle_layout_opts *opts,
		    void **ret_bundle, size_t *ret_size, struct corebtf_summary *ret_summary,
		    struct reason *why)
{
	int err = add_objects(trimming);

	if (err)
		return reason_errno(why, err, "cannot note the objects");
	err = bundle_builder_layout(trimming->builder, opts, ret_bundle, ret_size, why);
	return err ? err : bundle_input_check(*ret_bundle, *ret_size, ret_summary, why);
}
