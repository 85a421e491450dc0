/* SPDX-License-Identifier: MIT */
/*
 * corebtf report: BPF objects and full kernel BTFs go in; out comes which program works on which
 * kernel, where it breaks and why.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/cli/modules_option.h"
#include "embedder/cli/command.h"
#include "embedder/cli/compat_print.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/output.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/sources.h"
#include "embedder/cli/output_check.h"
#include "embedder/compat/compat_html.h"
#include "embedder/compat/compat_json.h"
#include "embedder/compat/compat_junit.h"
#include "embedder/engine/assessment.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

enum { OPTION_JSON = SOURCES_OTHER, OPTION_JUNIT, OPTION_FAIL_ON, OPTION_ALL_MACHINES };

struct report_options {
	struct sources sources; /* without a file of its own */
	const char *html, *json, *junit;
	enum compat_state fail_on; /* COMPAT_NO_ANSWER: never */
	bool all_machines;
};

static void cleanup_options(struct report_options *options)
{
	sources_free(&options->sources);
}

static int take_level(const struct command *command, const char *word, enum compat_state *ret_level)
{
	static const struct {
		const char *word;
		enum compat_state state;
	} levels[] = {
		{"never", COMPAT_NO_ANSWER},
		{"breaks", COMPAT_BREAKS},
		{"unsure", COMPAT_UNSURE},
		{"guarded", COMPAT_GUARDED},
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(word, levels[i].word) == 0) {
			*ret_level = levels[i].state;
			return COMMAND_GO;
		}
	}
	return command_usage_error(command,
				   "--fail-on is never, breaks, unsure or guarded, not '%s'", word);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct report_options *options = context;

	switch (key) {
	case COMMAND_OPERAND:
		options->sources.object_paths[options->sources.object_count++] = value;
		return COMMAND_GO;
	case 'o':
		options->html = value;
		return COMMAND_GO;
	case OPTION_JSON:
		options->json = value;
		return COMMAND_GO;
	case OPTION_JUNIT:
		options->junit = value;
		return COMMAND_GO;
	case OPTION_ALL_MACHINES:
		options->all_machines = true;
		return COMMAND_GO;
	case OPTION_FAIL_ON:
		return take_level(command, value, &options->fail_on);
	}
	return sources_take(command, &options->sources, key, value);
}

static bool is_same(const char *path, const char *other)
{
	return path && other && strcmp(path, other) == 0;
}

static int check_options(const struct command *command, struct report_options *options)
{
	struct sources *sources = &options->sources;

	if (!sources->object_count)
		return command_usage_error(command, "no BPF object or executable given%s",
					   sources_swallowed_hint(sources).text);
	kernel_paths_default(&sources->kernels);
	if (is_same(options->html, options->json) || is_same(options->html, options->junit) ||
	    is_same(options->json, options->junit))
		return command_usage_error(command, "-o, --json and --junit write different files: "
						    "name one for each");
	return kernel_paths_check(command, &sources->kernels);
}

/* --- results ---------------------------------------------------------------------------------- */

/* One of the files that a report can be. */
typedef int (*write_fn)(const struct report_options *options, const struct compat *compat,
			FILE *file);

static int write_html(const struct report_options *options, const struct compat *compat, FILE *file)
{
	return compat_html_write(compat, file);
}

static int write_json(const struct report_options *options, const struct compat *compat, FILE *file)
{
	return compat_json_write(compat, file);
}

static int write_junit(const struct report_options *options, const struct compat *compat,
		       FILE *file)
{
	enum compat_state level = options->fail_on;

	return compat_junit_write(compat, level == COMPAT_NO_ANSWER ? COMPAT_BREAKS : level, file);
}

/* @path: NULL: it is not wanted. */
static int save(const char *path, const struct report_options *options, const struct compat *compat,
		write_fn write)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *file = path ? open_memstream(&text, &size) : NULL;
	bool failed = !file || write(options, compat, file) || ferror(file);

	if (!path)
		return 0;
	if ((file && fclose(file)) || failed) {
		report_failure(path, "nothing written: out of memory");
		return -ENOMEM;
	}
	return output_save(path, text, size);
}

static int save_all(const struct report_options *options, const struct compat *compat)
{
	int err = save(options->html, options, compat, write_html);

	if (!err)
		err = save(options->json, options, compat, write_json);
	if (!err)
		err = save(options->junit, options, compat, write_junit);
	return err;
}

static void summarize(const struct compat *compat)
{
	size_t counts[COMPAT_STATES] = {0}, read = 0;

	for (size_t i = 0; i < compat->kernel_count; i++)
		read += !compat->kernels[i].error;
	for (size_t i = 0; i < compat->object_count; i++) {
		enum compat_state worst = COMPAT_WORKS;

		for (size_t k = 0; k < compat->kernel_count; k++) {
			enum compat_state state = compat_object_state(compat, i, k);

			if (state != COMPAT_NO_ANSWER && state > worst)
				worst = state;
		}
		counts[worst]++;
	}
	report_note("%s object%s on %s kernel%s: %s without a problem, %s unsure somewhere, %s "
		    "broken somewhere",
		    text_count(compat->object_count).text, text_plural(compat->object_count),
		    text_count(read).text, text_plural(read),
		    text_count(counts[COMPAT_WORKS] + counts[COMPAT_GUARDED]).text,
		    text_count(counts[COMPAT_UNSURE]).text, text_count(counts[COMPAT_BREAKS]).text);
	if (counts[COMPAT_UNSURE] + counts[COMPAT_BREAKS] && isatty(STDOUT_FILENO) &&
	    report_level() == REPORT_NORMAL)
		report_note("--verbose says where and why; so does -o FILE, as a page to look at");
}

static bool fails(const struct compat *compat, enum compat_state level)
{
	for (size_t i = 0; i < compat->object_count; i++)
		for (size_t k = 0; k < compat->kernel_count; k++) {
			enum compat_state state = compat_object_state(compat, i, k);

			if (state >= level && state != COMPAT_NO_ANSWER)
				return true;
		}
	return false;
}

static int write_results(const struct report_options *options, const struct assessment *assessment)
{
	const struct compat *compat = &assessment->compat;

	if (compat_print(compat, report_level() == REPORT_VERBOSE)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	if (save_all(options, compat))
		return STATUS_FAILED;
	kernel_notes_not_selected(&assessment->kernels);
	kernel_notes_left_out(&assessment->kernels);
	kernel_notes_dwarf(&assessment->kernels);
	summarize(compat);
	kernel_notes_failures(&assessment->kernels);
	return fails(compat, options->fail_on) || assessment->kernels.failures ? STATUS_FAILED
									       : STATUS_DONE;
}

/* --- run -------------------------------------------------------------------------------------- */

static int assess(struct report_options *options, struct assessment *assessment)
{
	struct sources *sources = &options->sources;
	struct kernel_input *kernels = &assessment->kernels;
	const char *machine;
	int err = object_input_add_mixed(&assessment->objects, sources->object_paths,
					 sources->object_count, &machine);

	if (err)
		return err;
	sources_find_kernels(sources, kernels);
	if (!options->all_machines)
		kernel_input_keep_machine(kernels, machine);
	if (kernel_input_is_empty(kernels)) {
		kernel_notes_explain(kernels, 0, NULL, "no report: ");
		return -ENOENT;
	}
	if (sources_check_output(sources, kernels, options->html) ||
	    sources_check_output(sources, kernels, options->json) ||
	    sources_check_output(sources, kernels, options->junit) ||
	    OUTPUT_CHECK(options->html, options->json, options->junit) ||
	    OUTPUT_CHECK(options->json, options->junit))
		return -EINVAL;
	err = assessment_run(assessment, sources->jobs, sources->memory);
	progress_end();
	if (err && err != -ENOENT)
		report_failure(NULL, "no report: %s", strerror(-err));
	else
		kernel_notes_explain(kernels, !err, NULL, "no report: ");
	return err;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct report_options options = {.fail_on = COMPAT_NO_ANSWER};
	_cleanup_(assessment_free) struct assessment assessment = {0};
	int status;

	if (sources_init(&options.sources, argc))
		return STATUS_FAILED;
	status = command_parse(command, argc, argv, take, &options);
	if (status == COMMAND_GO)
		status = check_options(command, &options);
	if (status != COMMAND_GO)
		return status;
	if (assessment_init(&assessment, run_events()) || assess(&options, &assessment))
		return STATUS_FAILED;
	return write_results(&options, &assessment);
}

static const struct command_option options_of_report[] = {
	{SOURCES_KERNELS, "kernels", "[PATH...]",
	 "full kernel BTFs, in all forms that embed takes; all\n"
	 "words up to the next option, and -- ends them; the\n"
	 "default is embed's"},
	{SOURCES_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{SOURCES_SELECT, "select", "EXPR",
	 "take only the kernels that match EXPR, as for embed;\n"
	 "may be repeated"},
	{'o', "output", "FILE", "write all results to FILE, an HTML page of its own"},
	{OPTION_JSON, "json", "FILE", "write all results to FILE as JSON"},
	{OPTION_JUNIT, "junit", "FILE",
	 "write to FILE which object fails on which kernel, as\n"
	 "JUnit XML; --fail-on says what fails (here by default:\n"
	 "breaks)"},
	{OPTION_FAIL_ON, "fail-on", "never|breaks|unsure|guarded",
	 "exit with status 1 if a program is in that state or a\n"
	 "worse one on some kernel (default: never)"},
	{OPTION_ALL_MACHINES, "all-machines", NULL, "take also kernels that EXE cannot run on"},
	{'j', "jobs", "N", "threads (default: one for each processor)"},
	{SOURCES_MODULES, "modules", "auto|none|NAME,...", MODULES_OPTION_HELP},
	{SOURCES_MEMORY, "memory", "LIMIT", "for unpacked BTFs, as for embed"},
	{0},
};

const struct command command_report = {
	.name = "report",
	.usage = "EXE|OBJ... [--kernels [PATH...]] [OPTION...]",
	.purpose = "say on which kernels which program breaks, where and why",
	.details =
		"Asks of each CO-RE relocation of the objects, or of those inside EXE, what "
		"libbpf\n"
		"makes of it on each kernel, and follows the instructions of each program as the\n"
		"kernel's verifier does. A program:\n"
		"  works    everything that it uses is there\n"
		"  guarded  something is missing, and the program checks for it before it uses it\n"
		"  unsure   something is missing, and whether the verifier comes there is not "
		"known\n"
		"  breaks   libbpf or the kernel refuses it\n"
		"Prints a table on a terminal, else one line for each problem; --verbose: both, "
		"and "
		"what\n"
		"is guarded.",
	.examples = "  corebtf report probe.bpf.o --kernels btfhub-archive/debian\n"
		    "  corebtf report ./execsnoop --kernels -o report.html --fail-on breaks",
	.statuses = "0 done; 1 --fail-on says so, or a file could not be read",
	.options = options_of_report,
	.run = run,
};
