/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of a bundle. Out: a tar, and lines about it.
 */
#include "embedder/cli/tar_output.h"

#include "embedder/cli/output.h"
#include "embedder/cli/report.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"

#define PACKAGE_SIZE_MAX ((size_t)64 << 20)

int tar_output_read_json(struct tar_output *output, void **ret_json)
{
	struct reason why = {""};
	int err;

	*ret_json = NULL;
	if (!output->json)
		return 0;
	err = input_file_read(output->json, PACKAGE_SIZE_MAX, ret_json,
			      &output->opts.package_json_size, &why);
	if (err)
		report_failure(output->json, "%s", why.text);
	output->opts.package_json = *ret_json;
	return err;
}

static void report_left_out(void *context, const char *kernel, const char *why)
{
	const struct tar_output *output = context;

	report_failure(output->origin, "%s: left out: %s", kernel, why);
}

/* Notes about the result that are not failures. */
static void report_counts(const struct tar_output *output, const struct tar_export_counts *counts,
			  size_t size)
{
	if (counts->bundles > 1)
		report_note("%s: its %zu bundles are one in the tar", output->origin,
			    counts->bundles);
	if (counts->aside)
		report_note("%s: %s BTF%s from below the folder corebtf: another one has the same "
			    "path, and readers that go by the path find that one",
			    output->path, text_count(counts->aside).text,
			    counts->aside == 1 ? " is apart" : "s are apart");
	if (counts->long_paths && output->opts.layout == TAR_LAYOUT_BCC)
		report_note("%s: %s path%s of %d bytes or more: bcc's own reader does not find %s",
			    output->path, text_count(counts->long_paths).text,
			    counts->long_paths == 1 ? " is" : "s are", TAR_PATH_BCC_NAME_SIZE,
			    counts->long_paths == 1 ? "it" : "them");
	report_note("%s: %s kernel%s, %s BTF file%s, %s", output->path,
		    text_count(counts->kernels).text, text_plural(counts->kernels),
		    text_count(counts->files).text, text_plural(counts->files),
		    text_size(size).text);
}

int tar_output_make(struct tar_output *output, const void *bundle, size_t size, void **ret_tar,
		    size_t *ret_size)
{
	struct tar_export_counts counts = {0};
	struct reason why = {""};
	int err;

	output->opts.skip = report_left_out;
	output->opts.context = output;
	err = tar_export(bundle, size, &output->opts, ret_tar, ret_size, &counts, &why);
	if (err) {
		report_failure(output->origin, "%s", why.text);
		return err;
	}
	output->counts = counts;
	return counts.left_out > 0;
}

int tar_output_write(struct tar_output *output, const void *bundle, size_t size)
{
	_cleanup_free_ void *tar = NULL;
	size_t tar_size = 0;
	int left_out = tar_output_make(output, bundle, size, &tar, &tar_size);
	int err = left_out < 0 ? left_out : output_save(output->path, tar, tar_size);

	if (err)
		return err;
	report_counts(output, &output->counts, tar_size);
	return left_out;
}
