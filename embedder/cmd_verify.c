/* SPDX-License-Identifier: MIT */
/*
 * corebtf verify: a bundle, BPF objects and full kernel BTFs go in; out comes whether every
 * relocation of the objects has the same answers on the bundle's trimmed BTFs as on the full ones.
 */
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "embedder/cli/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/cli/kernel_pool.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/sources.h"
#include "embedder/cli/text.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "embedder/verify/verifier.h"

struct verification {
	struct object_input objects;
	struct kernel_input kernels;
	void *bundle;
	size_t bundle_size;
	size_t same, differing, absent; /* kernels */
	size_t requests;		/* that differ, over all kernels */
};

/* One thread's own: a reader of the bundle and a verifier. */
struct scratch {
	struct corebtf *bundle;
	struct verifier verifier;
	const struct request_set *requests;
	struct byte_buffer lines; /* what differs on the current kernel, one line each */
};

/* What came out for one kernel. */
struct outcome {
	bool absent; /* the bundle has no entry for it */
	size_t differences;
	char lines[];
};

static void cleanup_verification(struct verification *verification)
{
	object_input_free(&verification->objects);
	kernel_input_free(&verification->kernels);
	free(verification->bundle);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	return sources_take(command, context, key, value);
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
			 const struct kernel_btf *full, void **ret_outcome, struct reason *why)
{
	struct scratch *scratch = pointer;
	const void *trimmed = NULL;
	struct outcome *outcome;
	size_t differences = 0, size = 0;
	int err = find_trimmed(scratch->bundle, &kernel->id, &trimmed, &size, why);
	bool absent = err == -ENOENT;

	byte_buffer_clear(&scratch->lines);
	if (!err)
		err = verifier_run(&scratch->verifier, full->data, full->size, trimmed, size,
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

static void report_lines(const char *path, char *lines)
{
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n"))
		report_failure(path, "%s", line);
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct verification *verification = context;
	struct outcome *outcome = result->outcome;

	progress_step(result->kernel->id.release);
	if (result->error) {
		report_failure(result->kernel->path, "%s", result->why.text);
		verification->kernels.failures++;
	} else if (outcome->absent) {
		report_detail("%s: not in the bundle", result->kernel->path);
		verification->absent++;
	} else if (outcome->differences) {
		report_lines(result->kernel->path, outcome->lines);
		verification->differing++;
		verification->requests += outcome->differences;
	} else {
		report_detail("%s: same answers", result->kernel->path);
		verification->same++;
	}
	return 0;
}

/* Says of each object whether the bundle was made for it: for another one, equal answers are
 * no promise that was ever made. */
static int compare_objects(const struct sources *sources, const struct verification *verification,
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
			report_note("%s: note: it was not made for %s as that is now",
				    sources->file, object->name);
	}
	return 0;
}

static int read_bundle(const struct sources *sources, struct verification *verification)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct corebtf *bundle = NULL;
	struct reason why = {""};
	int err;

	err = bundle_input_read(sources->file, &verification->bundle, &verification->bundle_size,
				&why);
	if (!err)
		err = bundle_input_check(verification->bundle, verification->bundle_size, &summary,
					 &why);
	if (err) {
		report_failure(sources->file, "%s", why.text);
		return err;
	}
	err = corebtf_open_memory(verification->bundle, verification->bundle_size, &bundle, NULL);
	if (!err)
		err = compare_objects(sources, verification, bundle);
	if (err)
		report_failure(sources->file, "cannot read its objects: %s", strerror(-err));
	else
		report_note("%s: %s kernel%s, %s distinct BTF%s: structure and checksums are sound",
			    sources->file, text_count(summary.entries).text,
			    text_plural(summary.entries), text_count(summary.blobs).text,
			    text_plural(summary.blobs));
	corebtf_close(bundle);
	return err;
}

static int verify_kernels(struct sources *sources, struct verification *verification)
{
	struct kernel_pool_work work = {
		.jobs = sources->jobs,
		.memory = sources->memory,
		.context = verification,
		.thread_new = new_scratch,
		.thread_free = free_scratch,
		.run = verify_kernel,
		.take = take_result,
	};
	struct kernel_input *kernels = &verification->kernels;
	size_t seen;
	int err;

	sources_find_kernels(sources, &verification->kernels);
	progress_start("kernels", kernels->list.source_count ? 0 : kernels->list.count,
		       report_level() != REPORT_QUIET);
	err = kernel_pool_run(kernels, &work);
	progress_end();
	if (err) {
		report_failure(sources->file, "cannot verify: %s", strerror(-err));
		return err;
	}
	seen = verification->same + verification->differing + verification->absent;
	kernel_input_explain(kernels, seen, sources->file, "nothing verified: ");
	return seen ? 0 : -ENOENT;
}

static int summarize(const struct sources *sources, const struct verification *verification)
{
	kernel_input_note_not_selected(&verification->kernels);
	if (verification->absent)
		report_note("%s kernel%s not in the bundle", text_count(verification->absent).text,
			    text_plural(verification->absent));
	if (verification->kernels.failures)
		report_failure(NULL, "%s kernel BTF%s could not be used",
			       text_count(verification->kernels.failures).text,
			       text_plural(verification->kernels.failures));
	if (verification->differing) {
		report_failure(sources->file, "%s relocation%s differ, over %s of %s kernels",
			       text_count(verification->requests).text,
			       text_plural(verification->requests),
			       text_count(verification->differing).text,
			       text_count(verification->differing + verification->same).text);
		return STATUS_FAILED;
	}
	if (!verification->same) {
		report_failure(sources->file, "nothing verified: none of its kernels was given");
		return STATUS_FAILED;
	}
	report_note("%s: %s distinct relocations, the same answers on %s kernel%s", sources->file,
		    text_count(request_set_count(verification->objects.requests)).text,
		    text_count(verification->same).text, text_plural(verification->same));
	return verification->kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(sources_free) struct sources sources = {0};
	_cleanup_(cleanup_verification) struct verification verification = {0};
	int status;

	if (sources_init(&sources, argc))
		return STATUS_FAILED;
	kernel_input_init(&verification.kernels);
	status = command_parse(command, argc, argv, take, &sources);
	if (status == COMMAND_GO)
		status = sources_check(command, &sources, "FILE");
	if (status != COMMAND_GO)
		return status;

	if (sources_read_objects(&sources, &verification.objects) ||
	    read_bundle(&sources, &verification) || verify_kernels(&sources, &verification))
		return STATUS_FAILED;
	return summarize(&sources, &verification);
}

static const struct command_option options_of_verify[] = {
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "full kernel BTFs to compare with, in all forms that\n"
	 "embed takes; all words up to the next option, and --\n"
	 "ends them; without PATH: those that 'corebtf fetch'\n"
	 "brought"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs behind it are, as for\n"
	 "embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "of the kernels found, compare those that EXPR\n"
	 "describes, as for embed; may be repeated"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_verify = {
	.name = "verify",
	.usage = "FILE [OBJ...] --kernels [PATH...] [OPTION...]",
	.purpose = "prove that the BTFs a file carries relocate as the full ones",
	.details = "Checks the structure and every checksum, and then, for each kernel whose full "
		   "BTF is\n"
		   "given, that each relocation of the objects has the same answers on both BTFs: "
		   "found or\n"
		   "not, value, size, and where libbpf would refuse. That holds for any selection "
		   "and order\n"
		   "of the objects' programs. Without OBJ the objects are taken from inside FILE.",
	.examples = "  corebtf verify execsnoop --kernels btfhub-archive/debian\n"
		    "  corebtf verify kernels.bundle probe.bpf.o --kernels kernels",
	.statuses = "0 all is the same; 1 something differs, or could not be read",
	.options = options_of_verify,
	.run = run,
};
