/* SPDX-License-Identifier: MIT */
/*
 * In: the counts of a run. Out: lines about them.
 */
#include "embedder/cli/kernel_notes.h"

#include <string.h>

#include "embedder/cli/report.h"
#include "embedder/cli/select_option.h"
#include "embedder/engine/lookalikes.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

void kernel_notes_explain(const struct kernel_input *input, size_t taken, const char *file,
			  const char *nothing)
{
	size_t found =
		taken + input->left_out + input->not_selected + input->with_own + input->failures;

	if (input->select && found)
		select_option_note_unused(input->select);
	if (taken)
		return;
	if (input->failures && !kernel_input_is_empty(input))
		report_failure(file, "%sno kernel BTF could be used", nothing);
	else if (input->with_own)
		report_failure(file,
			       "%s%s (%s) show BTF of their own, so that no program needs one for "
			       "them; --kernels-with-btf takes them, for containers that hide /sys "
			       "and for tests",
			       nothing,
			       input->left_out || input->not_selected ? "the other kernels"
								      : "all kernels",
			       text_count(input->with_own).text);
	else if (input->left_out)
		report_failure(file,
			       "%sall %s %skernels are for other machines than it "
			       "(--all-machines takes them)",
			       nothing, text_count(input->left_out).text,
			       input->not_selected ? "selected " : "");
	else if (input->not_selected)
		report_failure(file, "%s--select takes none of %s kernel%s that were found",
			       nothing, text_count(input->not_selected).text,
			       text_plural(input->not_selected));
	else
		report_failure(file, "%sno kernel BTF was found", nothing);
}

void kernel_notes_not_selected(const struct kernel_input *input)
{
	if (input->not_selected)
		report_note("%s kernel%s left out by --select",
			    text_count(input->not_selected).text, text_plural(input->not_selected));
}

void kernel_notes_left_out(const struct kernel_input *input)
{
	if (input->left_out)
		report_note("%s kernel%s of other machines left out (--all-machines takes them)",
			    text_count(input->left_out).text, text_plural(input->left_out));
}

static void note_with_own(const struct kernel_input *input)
{
	if (input->with_own)
		report_note("%s kernel%s left out that show%s BTF of %s own (--kernels-with-btf "
			    "takes %s)",
			    text_count(input->with_own).text, text_plural(input->with_own),
			    input->with_own == 1 ? "s" : "", input->with_own == 1 ? "its" : "their",
			    input->with_own == 1 ? "it" : "them");
}

void kernel_notes_dwarf(const struct kernel_input *input)
{
	if (input->from_dwarf)
		report_note("%s kernel%s without BTF: types read from %s DWARF",
			    text_count(input->from_dwarf).text, text_plural(input->from_dwarf),
			    input->from_dwarf == 1 ? "its" : "their");
}

static void note_modules(const struct kernel_input *input)
{
	if (input->without_named)
		report_note("%s kernel%s lack%s types that the objects ask for, and ha%s none of "
			    "the modules that --modules names",
			    text_count(input->without_named).text,
			    text_plural(input->without_named), input->without_named == 1 ? "s" : "",
			    input->without_named == 1 ? "s" : "ve");
}

void kernel_notes_trimming(const struct trimming *trimming)
{
	const struct kernel_input *kernels = &trimming->kernels;

	kernel_notes_not_selected(kernels);
	kernel_notes_left_out(kernels);
	note_with_own(kernels);
	kernel_notes_dwarf(kernels);
	note_modules(kernels);
	if (trimming->unresolved)
		report_detail(
			"%s of %s kernel%s lack%s something that the objects ask for, %s times "
			"in all. That is no failure: only an instruction that uses it cannot "
			"run there, and programs usually check first",
			text_count(trimming->unresolved_kernels).text,
			text_count(trimming->trimmed).text, text_plural(trimming->trimmed),
			trimming->unresolved_kernels == 1 ? "s" : "",
			text_count(trimming->unresolved).text);
}

void kernel_notes_failures(const struct kernel_input *input)
{
	size_t kernels = input->failures - input->module_failures;

	if (kernels)
		report_failure(NULL, "%s kernel BTF%s could not be used and %s left out",
			       text_count(kernels).text, text_plural(kernels),
			       kernels == 1 ? "was" : "were");
	if (input->module_failures)
		report_failure(NULL, "%s kernel module%s could not be used and %s left out",
			       text_count(input->module_failures).text,
			       text_plural(input->module_failures),
			       input->module_failures == 1 ? "was" : "were");
}

static const char *or_unknown(const char *text)
{
	return *text ? text : "unknown";
}

void kernel_notes_lookalikes(const char *subject, struct corebtf *corebtf, bool in_tar)
{
	struct lookalikes found = {0};
	int err = lookalikes_find(corebtf, in_tar, &found);

	if (err)
		report_note("%s: cannot look for kernels that look alike: %s", subject,
			    strerror(-err));
	if (!found.count)
		return;
	report_note(
		"%s: %s release%s different BTFs that a program may be unable to tell apart, and "
		"then it takes none; for example %s on %s, of %s %s and of %s %s",
		subject, text_count(found.count).text, found.count == 1 ? " has" : "s have",
		found.first.release, found.first.machine, or_unknown(found.first.os_id),
		or_unknown(found.first.version_id), or_unknown(found.second.os_id),
		or_unknown(found.second.version_id));
	report_note(
		in_tar ? "%s: in a tar nothing else can tell them apart; 'corebtf embed' keeps "
			 "build-ids, which do"
		       : "%s: build-ids tell them apart: vmlinux, vmlinuz and packages have them, "
			 "files named RELEASE.btf do not",
		subject);
}

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf); /* NULL is fine */
}

void kernel_notes_lookalikes_in(const char *subject, const void *bundle, size_t size, bool in_tar)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;

	if (corebtf_open_memory(bundle, size, &corebtf, NULL) == 0)
		kernel_notes_lookalikes(subject, corebtf, in_tar);
}
