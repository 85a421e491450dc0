/* SPDX-License-Identifier: MIT */
/*
 * corebtf verify: a bundle, BPF objects and full kernel BTFs go in; out comes whether every
 * relocation of the objects has the same answers on the bundle's trimmed BTFs as on the full ones.
 */
#include <string.h>

#include "embedder/cli/modules_option.h"
#include "embedder/cli/command.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/pack_output.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/engine/pack_verification.h"
#include "embedder/engine/verification.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

static int take(const struct command *command, void *context, int key, const char *value)
{
	return sources_take(command, context, key, value);
}

static int read_bundle(const struct sources *sources, struct verification *verification)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	int err = verification_read_bundle(verification, sources->file, &summary);

	if (!err)
		report_note("%s: %s kernel%s, %s distinct BTF%s: structure and checksums are sound",
			    sources->file, text_count(summary.entries).text,
			    text_plural(summary.entries), text_count(summary.blobs).text,
			    text_plural(summary.blobs));
	return err;
}

static int verify_kernels(struct sources *sources, struct verification *verification)
{
	struct kernel_input *kernels = &verification->kernels;
	int err;

	sources_find_kernels(sources, kernels);
	err = verification_run(verification, sources->jobs, sources->memory);
	progress_end();
	if (err && err != -ENOENT)
		report_failure(sources->file, "cannot verify: %s", strerror(-err));
	else
		kernel_notes_explain(kernels, !err, sources->file, "nothing verified: ");
	return err;
}

static int summarize(const struct sources *sources, const struct verification *verification)
{
	size_t compared = verification->differing + verification->same;
	size_t requests = request_set_count(verification->objects.requests);

	kernel_notes_not_selected(&verification->kernels);
	kernel_notes_dwarf(&verification->kernels);
	if (verification->absent)
		report_note("%s kernel%s not in the bundle", text_count(verification->absent).text,
			    text_plural(verification->absent));
	if (verification->kernels.failures)
		report_failure(NULL, "%s kernel BTF%s could not be used",
			       text_count(verification->kernels.failures).text,
			       text_plural(verification->kernels.failures));
	if (verification->differing) {
		if (verification->differences > verification->listed &&
		    report_level() < REPORT_VERBOSE)
			report_failure(
				sources->file, "%s more differ (--verbose lists them)",
				text_count(verification->differences - verification->listed).text);
		report_failure(sources->file, "%s relocation%s differ%s, over %s of %s kernel%s",
			       text_count(verification->differences).text,
			       text_plural(verification->differences),
			       verification->differences == 1 ? "s" : "",
			       text_count(verification->differing).text, text_count(compared).text,
			       text_plural(compared));
		return STATUS_FAILED;
	}
	if (!verification->same) {
		report_failure(sources->file, "nothing verified: none of its kernels was given");
		return STATUS_FAILED;
	}
	report_note("%s: %s distinct relocation%s, the same answers on %s kernel%s", sources->file,
		    text_count(requests).text, text_plural(requests),
		    text_count(verification->same).text, text_plural(verification->same));
	return verification->kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

/* FILE is a pack: all types are compared, so no objects are needed. */
static int verify_pack(const struct command *command, struct sources *sources)
{
	_cleanup_(packing_free) struct packing originals = {.events = NULL};
	struct pack_verification result = {0};
	struct reason why = {""};
	int err;

	if (sources->object_count)
		return command_usage_error(command, "FILE is a pack, of which all types are "
						    "compared: no OBJ is needed");
	if (packing_init(&originals, run_events())) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	sources_find_kernels(sources, &originals.kernels);
	err = pack_verification_run(sources->file, &originals, sources->jobs, sources->memory,
				    &result, &why);
	progress_end();
	if (err) {
		report_failure(sources->file, "nothing verified: %s", why.text);
		return STATUS_FAILED;
	}
	kernel_notes_not_selected(&originals.kernels);
	if (result.absent)
		report_note("%s kernel%s not in the pack", text_count(result.absent).text,
			    text_plural(result.absent));
	kernel_notes_failures(&originals.kernels);
	if (!result.same && !result.differing)
		report_failure(sources->file, "nothing verified: none of its kernels was given");
	if (!result.same || result.differing)
		return STATUS_FAILED;
	report_note("%s: %s of %s kernel%s: all types are those of the originals", sources->file,
		    text_count(result.same).text, text_count(result.kernels).text,
		    text_plural(result.kernels));
	return originals.kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(sources_free) struct sources sources = {0};
	_cleanup_(verification_free) struct verification verification = {0};
	int status;

	if (sources_init(&sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &sources);
	if (status == COMMAND_GO)
		status = sources_check(command, &sources, "FILE");
	if (status != COMMAND_GO)
		return status;
	if (pack_output_is_pack(sources.file))
		return verify_pack(command, &sources);
	if (verification_init(&verification, run_events()) ||
	    sources_read_objects(&sources, &verification.objects) ||
	    read_bundle(&sources, &verification) || verify_kernels(&sources, &verification))
		return STATUS_FAILED;
	return summarize(&sources, &verification);
}

static const struct command_option options_of_verify[] = {
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "full kernel BTFs to compare with, in all forms that\n"
	 "embed takes; all words up to the next option, and --\n"
	 "ends them; the default is embed's"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "compare only the kernels that match EXPR, as for\n"
	 "embed; may be repeated"},
	{SOURCES_KEEP, "keep", "TYPE[.FIELD]",
	 "keep this type or field as if an object asked for it:\n"
	 "'struct task_struct.{pid,mm.start_stack}', 'enum\n"
	 "bpf_func_id'; may be repeated"},
	{SOURCES_KEEP_FROM, "keep-from", "FILE", "the same for each line of FILE"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MODULES, "modules", "auto|none|NAME,...", MODULES_OPTION_HELP},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_verify = {
	.name = "verify",
	.usage = "FILE [OBJ...] [--kernels [PATH...]] [OPTION...]",
	.purpose = "check that trimmed BTFs relocate as the full ones",
	.details =
		"Checks the structure of FILE and all checksums. Then compares, for each kernel "
		"whose\n"
		"full BTF is given, the answers of both BTFs to each relocation: found or not,\n"
		"value, size, and whether libbpf would refuse. Equal answers hold for any "
		"selection\n"
		"and order of programs. Without OBJ it takes the BPF objects inside FILE.\n"
		"FILE may be a pack (corebtf pack): then all types are compared, without objects.",
	.examples = "  corebtf verify execsnoop --kernels btfhub-archive/debian\n"
		    "  corebtf verify kernels.bundle probe.bpf.o --kernels kernels\n"
		    "  corebtf verify debian.pack --kernels btfhub-archive/debian",
	.statuses = "0 all answers are equal; 1 some differ, or a file could not be read",
	.options = options_of_verify,
	.run = run,
};
