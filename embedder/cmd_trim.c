/* SPDX-License-Identifier: MIT */
/*
 * corebtf trim: one kernel's full BTF and BPF objects go in, the trimmed BTF comes out as a file.
 */
#include <stdlib.h>

#include "embedder/btf/btf_join.h"
#include "embedder/btf/btf_source.h"
#include "embedder/cli/command.h"
#include "embedder/cli/interrupt.h"
#include "embedder/engine/object_input.h"
#include "embedder/cli/output_check.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/util/text.h"
#include "embedder/engine/unresolved.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_file.h"

enum { OPTION_BASE = 256 };

struct trim_options {
	const char *kernel, *output, *base;
	const char **objects;
	size_t object_count;
};

static void cleanup_options(struct trim_options *options)
{
	free(options->objects);
}

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct trim_options *options = context;

	if (key == OPTION_BASE)
		options->base = value;
	else if (!options->kernel)
		options->kernel = value;
	else if (!options->output)
		options->output = value;
	else
		options->objects[options->object_count++] = value;
	return COMMAND_GO;
}

/* A module's BTF goes on where its base ends; from here on the two are one. */
static int join_base(const struct trim_options *options, struct kernel_btf *full)
{
	_cleanup_(kernel_btf_close) struct kernel_btf base = {0};
	struct reason why = {""};
	void *joined = NULL;
	size_t size = 0;
	int err = kernel_btf_open(options->base, NULL, NULL, &base, &why);

	if (err) {
		report_failure(options->base, "%s", why.text);
		return err;
	}
	err = btf_join(base.data, base.size, full->data, full->size, &joined, &size, &why);
	if (err) {
		report_failure(options->kernel, "%s (base: %s)", why.text, options->base);
		return err;
	}
	kernel_btf_close(full);
	*full = (struct kernel_btf){.data = joined, .size = size, .memory = joined};
	return 0;
}

static int trim(const struct trim_options *options, const struct object_input *objects,
		const struct kernel_btf *full)
{
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = trimmer_new(objects->requests);
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	_cleanup_(btf_source_free) struct btf_source types = {0};
	_cleanup_(matrix_free) struct matrix matrix = {0};
	struct trim_result result = {0};
	struct reason why = {""};
	uint32_t unresolved;
	int err;

	if (!trimmer) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	err = btf_source_open(&types, full->data, full->size, &why);
	if (!err)
		err = trimmer_run(trimmer, &types.types, &result, &why);
	if (err) {
		report_failure(options->kernel, "%s", why.text);
		return err;
	}
	hold = interrupt_hold(options->output);
	err = output_file_save(options->output, NULL, result.btf, result.size, &why);
	if (err) {
		report_failure(options->output, "%s", why.text);
		return err;
	}
	unresolved = trim_result_unresolved(&result);
	if (!matrix_init(&matrix, objects->requests) &&
	    !matrix_add_kernel(&matrix, options->kernel, result.verdicts))
		unresolved_report(run_events(), &matrix, 0);
	if (unresolved)
		report_note("%s relocation%s not resolved%s", text_count(unresolved).text,
			    text_plural(unresolved),
			    report_level() == REPORT_VERBOSE ? "" : " (--verbose names them)");
	report_note("%s: %s of %s bytes, %s type%s", options->output, text_count(result.size).text,
		    text_count(full->size).text, text_count(result.type_count).text,
		    text_plural(result.type_count));
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_options) struct trim_options options = {
		.objects = calloc((size_t)argc, sizeof(char *)),
	};
	_cleanup_(object_input_free) struct object_input objects = {0};
	_cleanup_(kernel_btf_close) struct kernel_btf full = {0};
	struct reason why = {""};
	int status;

	if (!options.objects) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	status = command_parse(command, argc, argv, take, &options);
	if (status != COMMAND_GO)
		return status;
	if (!options.object_count)
		return command_usage_error(command,
					   "KERNEL_BTF, OUT and at least one OBJ are needed");

	if (OUTPUT_CHECK(options.output, options.kernel, options.base) ||
	    output_check(options.output, options.objects, options.object_count) ||
	    object_input_init(&objects, run_events()))
		return STATUS_FAILED;
	if (object_input_add_all(&objects, options.objects, options.object_count, NULL))
		return STATUS_FAILED;
	if (kernel_btf_open(options.kernel, NULL, NULL, &full, &why)) {
		report_failure(options.kernel, "%s", why.text);
		return STATUS_FAILED;
	}
	if (object_input_check_order(&objects, kernel_btf_is_big_endian(&full), options.kernel))
		return STATUS_FAILED;
	if (options.base && join_base(&options, &full))
		return STATUS_FAILED;
	return trim(&options, &objects, &full) ? STATUS_FAILED : STATUS_DONE;
}

static const struct command_option options_of_trim[] = {
	{OPTION_BASE, "base", "BTF",
	 "KERNEL_BTF is split BTF (a module's); BTF is what it\n"
	 "builds on, the kernel's own"},
	{0},
};

const struct command command_trim = {
	.name = "trim",
	.usage = "KERNEL_BTF OUT OBJ... [OPTION...]",
	.purpose = "trim one kernel's BTF for BPF objects, into a file",
	.details = "KERNEL_BTF is raw BTF, a kernel as it is built or booted (vmlinux, vmlinuz), "
		   "or one of\n"
		   "these packed, as in a .btf.tar.xz.\n"
		   "OUT is what libbpf takes as btf_custom_path.",
	.examples = "  corebtf trim 5.10.0-30-amd64.btf.tar.xz small.btf probe.bpf.o\n"
		    "  corebtf trim /sys/kernel/btf/vmlinux small.btf probe.bpf.o other.bpf.o",
	.statuses = "0 done; 1 failed",
	.options = options_of_trim,
	.run = run,
};
