/* SPDX-License-Identifier: MIT */
#include "embedder/engine/full_bundle.h"

#include <errno.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/engine/kernel_candidates.h"
#include "embedder/util/cleanup.h"

static void cleanup_builder(struct bundle_builder **builder)
{
	bundle_builder_free(*builder);
}

int full_bundle_make(struct kernel_input *kernels, const char *release, const char *machine,
		     uint64_t memory, void **ret_bundle, size_t *ret_size, struct reason *why)
{
	const struct bundle_layout_opts opts = {.compression = BUNDLE_COMPRESSION_NONE};
	_cleanup_(cleanup_builder) struct bundle_builder *builder = bundle_builder_new();
	_cleanup_(kernel_candidates_free) struct kernel_candidates found = {.kernels = NULL};
	int err = 0;

	if (!builder)
		return reason_errno(why, -ENOMEM, "cannot keep the kernels");
	kernel_candidates_read(kernels, release, machine, memory, &found);
	if (!found.count)
		return reason_set(why, -ENOENT,
				  "no kernel that was found has release %s and machine %s", release,
				  machine);
	for (size_t i = 0; !err && i < found.count; i++) {
		const struct kernel_candidate *candidate = &found.list[i];

		err = bundle_builder_add(builder, &candidate->id, candidate->btf, candidate->size,
					 candidate->path, why);
	}
	return err ? err : bundle_builder_layout(builder, &opts, ret_bundle, ret_size, why);
}
