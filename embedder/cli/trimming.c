/* SPDX-License-Identifier: MIT */
/*
 * In: the requests of objects, kernels. Out: a bundle with a trimmed BTF for each kernel.
 */
#include "embedder/cli/trimming.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/cli/bundle_input.h"
#include "embedder/cli/kernel_pool.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/text.h"
#include "embedder/cli/unresolved.h"
#include "embedder/trim/trimmer.h"

void trimming_init(struct trimming *trimming)
{
	*trimming = (struct trimming){0};
	kernel_input_init(&trimming->kernels);
}

void trimming_free(struct trimming *trimming)
{
	object_input_free(&trimming->objects);
	kernel_input_free(&trimming->kernels);
	bundle_builder_free(trimming->builder);
}

/* What is kept of a kernel once its full BTF is gone. */
struct trimmed_kernel {
	size_t size;			     /* of the trimmed BTF */
	uint32_t missing, ambiguous, failed; /* requests, by outcome (resolver.h) */
	const uint8_t *outcomes;	     /* of each request, behind the BTF; NULL: not kept */
	uint8_t btf[];
};

static void *new_trimmer(void *context)
{
	const struct trimming *trimming = context;

	return trimmer_new(trimming->objects.requests);
}

static void free_trimmer(void *trimmer)
{
	trimmer_free(trimmer);
}

static int trim_kernel(void *context, void *trimmer, const struct kernel_file *kernel,
		       const struct kernel_btf *full, void **ret_outcome, struct reason *why)
{
	const struct trimming *trimming = context;
	size_t outcomes = report_level() == REPORT_VERBOSE
				  ? request_set_count(trimming->objects.requests)
				  : 0;
	struct trimmed_kernel *kept;
	struct trim_result trimmed = {0};
	int err = trimmer_run(trimmer, full->data, full->size, &trimmed, why);

	if (err)
		return err;
	/* The trimmer's memory is used again for the next kernel. */
	kept = malloc(sizeof(*kept) + trimmed.size + outcomes);
	if (!kept)
		return reason_errno(why, -ENOMEM, "cannot keep the trimmed BTF");
	*kept = (struct trimmed_kernel){
		.size = trimmed.size,
		.missing = trimmed.missing,
		.ambiguous = trimmed.ambiguous,
		.failed = trimmed.failed,
		.outcomes = outcomes ? kept->btf + trimmed.size : NULL,
	};
	memcpy(kept->btf, trimmed.btf, trimmed.size);
	memcpy(kept->btf + trimmed.size, trimmed.outcomes, outcomes);
	*ret_outcome = kept;
	return 0;
}

/* One kernel's result; what fails is told, counted and left out. */
static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct trimming *trimming = context;
	const struct trimmed_kernel *trimmed = result->outcome;
	struct reason why = result->why;
	size_t unresolved;
	int err = result->error;

	progress_step(result->kernel->id.release);
	if (!err)
		err = bundle_builder_add(trimming->builder, &result->kernel->id, trimmed->btf,
					 trimmed->size, result->kernel->path, &why);
	if (err) {
		report_failure(result->kernel->path, "%s", why.text);
		trimming->kernels.failures++;
		return 0;
	}
	unresolved = (size_t)trimmed->missing + trimmed->ambiguous + trimmed->failed;
	trimming->trimmed++;
	trimming->unresolved += unresolved;
	trimming->unresolved_kernels += unresolved > 0;
	report_detail("%s: trimmed to %s bytes", result->kernel->path,
		      text_count(trimmed->size).text);
	unresolved_name(result->kernel->path, trimming->objects.requests, trimmed->outcomes);
	return 0;
}

int trimming_run(struct trimming *trimming, const struct sources *sources, const char *output)
{
	struct kernel_input *kernels = &trimming->kernels;
	struct kernel_pool_work work = {
		.jobs = sources->jobs,
		.memory = sources->memory,
		.context = trimming,
		.thread_new = new_trimmer,
		.thread_free = free_trimmer,
		.run = trim_kernel,
		.take = take_result,
	};
	int err;

	trimming->builder = bundle_builder_new();
	if (!trimming->builder) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	progress_start("kernels", kernels->list.source_count ? 0 : kernels->list.count,
		       report_level() != REPORT_QUIET);
	err = kernel_pool_run(kernels, &work);
	progress_end();
	if (err) {
		report_failure(output, "nothing written: cannot trim: %s", strerror(-err));
		return err;
	}
	kernel_input_explain(kernels, trimming->trimmed, output, "nothing written: ");
	return trimming->trimmed ? 0 : -ENOENT;
}

static int add_objects(struct trimming *trimming)
{
	for (size_t i = 0; i < trimming->objects.count; i++) {
		const struct input_object *object = &trimming->objects.objects[i];
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

void trimming_note(const struct trimming *trimming)
{
	const struct kernel_input *kernels = &trimming->kernels;

	kernel_input_note_not_selected(kernels);
	if (kernels->left_out)
		report_note("%s kernel%s of other machines left out (--all-machines takes them)",
			    text_count(kernels->left_out).text, text_plural(kernels->left_out));
	if (trimming->unresolved)
		report_note("%s relocation%s not resolved, over %s of %s kernels%s",
			    text_count(trimming->unresolved).text,
			    text_plural(trimming->unresolved),
			    text_count(trimming->unresolved_kernels).text,
			    text_count(trimming->trimmed).text, unresolved_hint());
}

void trimming_report_failures(const struct trimming *trimming)
{
	size_t failures = trimming->kernels.failures;

	if (failures)
		report_failure(NULL, "%s kernel BTF%s could not be used and %s left out",
			       text_count(failures).text, text_plural(failures),
			       failures == 1 ? "was" : "were");
}
