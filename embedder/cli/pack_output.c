/* SPDX-License-Identifier: MIT */
#include "embedder/cli/pack_output.h"

#include "embedder/cli/command.h"
#include "embedder/cli/output.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/select_option.h"
#include "embedder/engine/pack_tree.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

bool pack_output_is_pack(const char *path)
{
	enum kernel_source_content content = KERNEL_SOURCE_NONE;

	return !kernel_source_look(path, &content, NULL) && content == KERNEL_SOURCE_PACK;
}

int pack_output_folder(const char *pack, const char *folder, struct kernel_select *select,
		       bool is_packed)
{
	struct pack_tree_opts opts = {
		.select = select, .is_packed = is_packed, .events = run_events()};
	struct pack_tree_counts counts = {0};
	struct reason why = {""};
	int err = pack_tree_write(pack, folder, &opts, &counts, &why);

	progress_end();
	if (err) {
		report_failure(pack, "%s", why.text);
		return STATUS_FAILED;
	}
	select_option_note_unused(select);
	if (!counts.written && !counts.failures) {
		report_failure(pack, "nothing written: no kernel is selected");
		return STATUS_FAILED;
	}
	report_note("%s: %s BTF%s written below %s", pack, text_count(counts.written).text,
		    text_plural(counts.written), folder);
	if (counts.left_out)
		report_note("%s kernel%s not selected", text_count(counts.left_out).text,
			    text_plural(counts.left_out));
	return counts.failures ? STATUS_FAILED : STATUS_DONE;
}

int pack_output_btf(const char *pack, const char *path, struct kernel_select *select)
{
	struct pack_tree_opts opts = {.select = select};
	_cleanup_free_ void *btf = NULL;
	struct reason why = {""};
	size_t size = 0;

	if (pack_tree_read_one(pack, &opts, &btf, &size, &why)) {
		report_failure(pack, "%s", why.text);
		return STATUS_FAILED;
	}
	if (output_save(path, btf, size))
		return STATUS_FAILED;
	report_note("%s: %s", path, text_size(size).text);
	return STATUS_DONE;
}
