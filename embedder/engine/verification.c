/* SPDX-License-Identifier: MIT */
/*
 * In: a bundle, requests, kernels. Out: the answers that differ.
 */
#include "embedder/engine/verification.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/engine/bundle_input.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/engine/unresolved.h"
#include "embedder/relo/relo_text.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"
#include "embedder/verify/verifier.h"

/* One thread's own: a reader of the bundle and a verifier. */
struct scratch {
	struct corebtf *bundle;
	struct verifier verifier;
	struct btf_source trimmed;   /* what the bundle has for the current kernel */
	const struct matrix *matrix; /* for its sites */
	struct byte_buffer lines;    /* what differs on the current kernel, one line each */
};

/* The result for one kernel. */
struct outcome {
	bool absent; /* the bundle has no entry for it */
	size_t differences;
	struct verdict *verdicts; /* of the full types, by request; after this struct */
	char *lines;		  /* after them */
};

int verification_init(struct verification *verification, const struct engine_events *events)
{
	*verification = (struct verification){.events = events};
	kernel_input_init(&verification->kernels, events);
	return object_input_init(&verification->objects, events);
}

void verification_free(struct verification *verification)
{
	object_input_free(&verification->objects);
	kernel_input_free(&verification->kernels);
	free(verification->bundle);
	matrix_free(&verification->matrix);
}

static void free_scratch(void *pointer)
{
	struct scratch *scratch = pointer;

	corebtf_close(scratch->bundle);
	verifier_free(&scratch->verifier);
	btf_source_free(&scratch->trimmed);
	byte_buffer_free(&scratch->lines);
	free(scratch);
}

static void *new_scratch(void *context)
{
	const struct verification *verification = context;
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return NULL;
	scratch->matrix = &verification->matrix;
	if (corebtf_open_memory(verification->bundle, verification->bundle_size, &scratch->bundle,
				NULL) ||
	    verifier_init(&scratch->verifier, scratch->matrix->set)) {
		free_scratch(scratch);
		return NULL;
	}
	return scratch;
}

static void note_difference(void *context, size_t request, const char *full, const char *trimmed)
{
	struct scratch *scratch = context;
	const struct request_set *set = scratch->matrix->set;
	char words[512], place[512], others[64] = "", line[1536];
	size_t count;
	const uint32_t *sites = matrix_sites(scratch->matrix, request, &count);

	request_text(set, request, words, sizeof(words));
	site_place_text(set, sites[0], place, sizeof(place));
	if (count > 1)
		snprintf(others, sizeof(others), " and %zu more place%s", count - 1,
			 text_plural(count - 1));
	snprintf(line, sizeof(line), "%s%s: %s: full BTF: %s; trimmed BTF: %s\n", place, others,
		 words, full, trimmed);
	byte_buffer_append(&scratch->lines, line, strlen(line));
}

/* Opens what the bundle has for a kernel. */
static int open_trimmed(struct scratch *scratch, const struct kernel_id *id, struct reason *why)
{
	struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.release = id->release,
		.machine = id->machine,
		.uname_version = id->uname_version,
		.os_id = id->os_id,
		.version_id = id->version_id,
		.build_id = id->build_id,
		.build_id_size = id->build_id_size,
	};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct reason inner = {""};
	const void *btf;
	size_t size;
	int err = corebtf_find_entry(scratch->bundle, &kernel, &entry);

	if (!err)
		err = corebtf_entry_btf(scratch->bundle, &entry, &btf, &size);
	if (err)
		return err == -ENOENT ? err : reason_errno(why, err, "cannot read its entry");
	err = btf_source_open(&scratch->trimmed, btf, size, &inner);
	return err ? reason_set(why, err, "trimmed BTF: %s", inner.text) : 0;
}

static struct outcome *make_outcome(const struct scratch *scratch, bool absent, size_t differences)
{
	size_t count = scratch->matrix->set->count, size = scratch->lines.size;
	struct outcome *outcome =
		calloc(1, sizeof(*outcome) + count * sizeof(*outcome->verdicts) + size + 1);

	if (!outcome || byte_buffer_failed(&scratch->lines)) {
		free(outcome);
		return NULL;
	}
	outcome->absent = absent;
	outcome->differences = differences;
	outcome->verdicts = (struct verdict *)(outcome + 1);
	outcome->lines = (char *)(outcome->verdicts + count);
	memcpy(outcome->verdicts, scratch->verifier.full.verdicts,
	       count * sizeof(*outcome->verdicts));
	if (size)
		memcpy(outcome->lines, scratch->lines.data, size);
	return outcome;
}

static int verify_kernel(void *context, void *pointer, const struct kernel_file *kernel,
			 struct type_source *types, void **ret_outcome, struct reason *why)
{
	struct scratch *scratch = pointer;
	size_t differences = 0;
	int err = open_trimmed(scratch, &kernel->id, why);
	bool absent = err == -ENOENT;

	byte_buffer_clear(&scratch->lines);
	if (!err)
		err = verifier_run(&scratch->verifier, types, &scratch->trimmed.types,
				   note_difference, scratch, &differences, why);
	if (err && !absent)
		return err;
	*ret_outcome = make_outcome(scratch, absent, differences);
	return *ret_outcome ? 0 : reason_errno(why, -ENOMEM, "cannot note what differs");
}

static void report_lines(struct verification *verification, const char *path, char *lines)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		bool is_listed = verification->listed < VERIFICATION_LISTED;

		engine_say(verification->events, is_listed ? ENGINE_FAILURE : ENGINE_DETAIL, path,
			   "%s", line);
		verification->listed += is_listed;
	}
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct verification *verification = context;
	struct outcome *outcome = result->outcome;
	const char *path = result->kernel->path;

	if (outcome && !outcome->absent) {
		if (matrix_add_kernel(&verification->matrix, path, outcome->verdicts))
			return -ENOMEM;
		unresolved_report(verification->events, &verification->matrix,
				  verification->matrix.kernel_count - 1);
	}
	if (result->error) {
		kernel_input_fail(&verification->kernels, path, result->why.text);
	} else if (outcome->absent) {
		engine_say(verification->events, ENGINE_DETAIL, path, "not in the bundle");
		verification->absent++;
	} else if (outcome->differences) {
		report_lines(verification, path, outcome->lines);
		verification->differing++;
		verification->differences += outcome->differences;
	} else {
		engine_say(verification->events, ENGINE_DETAIL, path, "same answers");
		verification->same++;
	}
	return 0;
}

static int compare_objects(const struct verification *verification, const char *path,
			   struct corebtf *bundle)
{
	const struct request_set *set = verification->objects.requests;

	for (size_t i = 0; i < set->object_count; i++) {
		const struct relo_object *object = &set->objects[i];
		bool known = false;

		for (size_t j = 0; j < corebtf_object_count(bundle) && !known; j++) {
			struct corebtf_object recorded = {.sz = sizeof(recorded)};
			int err = corebtf_object_at(bundle, j, &recorded);

			if (err)
				return err;
			known = recorded.digest == object->digest;
		}
		if (!known)
			engine_say(verification->events, ENGINE_NOTE, path,
				   "note: it was not made for %s as that is now", object->name);
	}
	return 0;
}

int verification_read_bundle(struct verification *verification, const char *path,
			     struct corebtf_summary *ret_summary)
{
	struct corebtf *bundle = NULL;
	struct reason why = {""};
	int err = bundle_input_read(path, &verification->bundle, &verification->bundle_size, &why);

	if (!err)
		err = bundle_input_check(verification->bundle, verification->bundle_size,
					 ret_summary, &why);
	if (!err) {
		err = corebtf_open_memory(verification->bundle, verification->bundle_size, &bundle,
					  NULL);
		if (!err)
			err = compare_objects(verification, path, bundle);
		if (err)
			reason_errno(&why, err, "cannot read its objects");
	}
	if (err)
		engine_say(verification->events, ENGINE_FAILURE, path, "%s", why.text);
	corebtf_close(bundle);
	return err;
}

int verification_run(struct verification *verification, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.requests = verification->objects.requests,
		.context = verification,
		.thread_new = new_scratch,
		.thread_free = free_scratch,
		.run = verify_kernel,
		.take = take_result,
	};
	int err = matrix_init(&verification->matrix, verification->objects.requests);

	if (!err)
		err = kernel_pool_run(&verification->kernels, &work);
	if (err)
		return err;
	return verification->same + verification->differing + verification->absent ? 0 : -ENOENT;
}
