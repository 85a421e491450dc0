/* SPDX-License-Identifier: MIT */
/*
 * In: a bundle, requests, kernels. Out: the answers that differ.
 */
#include "embedder/engine/verification.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "embedder/verify/verifier.h"

/* One thread's own: a reader of the bundle and a verifier. */
struct scratch {
	struct corebtf *bundle;
	struct verifier verifier;
	const struct request_set *requests;
	struct byte_buffer lines; /* what differs on the current kernel, one line each */
};

/* The result for one kernel. */
struct outcome {
	bool absent; /* the bundle has no entry for it */
	size_t differences;
	char lines[];
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
}

static void free_scratch(void *pointer)
{
	struct scratch *scratch = pointer;

	corebtf_close(scratch->bundle);
	verifier_free(&scratch->verifier);
	byte_buffer_free(&scratch->lines);
	free(scratch);
}

static void *new_scratch(void *context)
{
	const struct verification *verification = context;
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return NULL;
	scratch->requests = verification->objects.requests;
	if (corebtf_open_memory(verification->bundle, verification->bundle_size, &scratch->bundle,
				NULL) ||
	    verifier_init(&scratch->verifier, scratch->requests)) {
		free_scratch(scratch);
		return NULL;
	}
	return scratch;
}

static void note_difference(void *context, size_t request, const char *full, const char *trimmed)
{
	struct scratch *scratch = context;
	char words[512], line[1024];

	request_set_describe(scratch->requests, request, words, sizeof(words));
	snprintf(line, sizeof(line), "%s: full BTF: %s; trimmed BTF: %s\n", words, full, trimmed);
	byte_buffer_append(&scratch->lines, line, strlen(line));
}

static int find_trimmed(struct corebtf *bundle, const struct kernel_id *id, const void **ret_btf,
			size_t *ret_size, struct reason *why)
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
	int err = corebtf_find(bundle, &kernel, &entry);

	if (!err)
		err = corebtf_btf(bundle, &entry, ret_btf, ret_size);
	return err && err != -ENOENT ? reason_errno(why, err, "cannot read its entry") : err;
}

static int verify_kernel(void *context, void *pointer, const struct kernel_file *kernel,
			 struct type_source *types, void **ret_outcome, struct reason *why)
{
	struct scratch *scratch = pointer;
	const void *trimmed = NULL;
	struct outcome *outcome;
	size_t differences = 0, size = 0;
	int err = find_trimmed(scratch->bundle, &kernel->id, &trimmed, &size, why);
	bool absent = err == -ENOENT;

	byte_buffer_clear(&scratch->lines);
	if (!err)
		err = verifier_run(&scratch->verifier, types, trimmed, size,
				   note_difference, scratch, &differences, why);
	if (err && !absent)
		return err;
	outcome = calloc(1, sizeof(*outcome) + scratch->lines.size + 1);
	if (!outcome || byte_buffer_failed(&scratch->lines)) {
		free(outcome);
		return reason_errno(why, -ENOMEM, "cannot note what differs");
	}
	outcome->absent = absent;
	outcome->differences = differences;
	if (scratch->lines.size)
		memcpy(outcome->lines, scratch->lines.data, scratch->lines.size);
	*ret_outcome = outcome;
	return 0;
}

static void report_lines(const struct verification *verification, const char *path, char *lines)
{
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		engine_say(verification->events, ENGINE_FAILURE, path, "%s", line);
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct verification *verification = context;
	struct outcome *outcome = result->outcome;
	const char *path = result->kernel->path;

	if (result->error) {
		engine_say(verification->events, ENGINE_FAILURE, path, "%s", result->why.text);
		verification->kernels.failures++;
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
	for (size_t i = 0; i < verification->objects.count; i++) {
		const struct input_object *object = &verification->objects.objects[i];
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
		.context = verification,
		.thread_new = new_scratch,
		.thread_free = free_scratch,
		.run = verify_kernel,
		.take = take_result,
	};
	int err = kernel_pool_run(&verification->kernels, &work);

	if (err)
		return err;
	return verification->same + verification->differing + verification->absent ? 0 : -ENOENT;
}
