/* SPDX-License-Identifier: MIT */
/*
 * A BTF for the kernel that we run on: the full one among kernels that were found, or the trimmed
 * one in a program, a bundle, a tar or a folder. Both are chosen by the runtime's rule
 * (docs/lookup.md), so that a BTF is this very kernel's or there is an error.
 */
#ifndef COREBTF_ENGINE_RUNNING_BTF_H
#define COREBTF_ENGINE_RUNNING_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/engine/kernel_input.h"
#include "runtime/util/reason.h"

struct running_btf {
	void *data; /* raw BTF, checked as a whole, in this machine's byte order */
	size_t size;
	struct reason from; /* where it was found, for messages */
};

void running_btf_free(struct running_btf *btf); /* for _cleanup_ */

/*
 * The trimmed BTF. @path: what corebtf_open_file() and corebtf_path_in_folder() read. The lines of
 * their log go to @events as details.
 * Errors: -ENODATA @path has no BTFs; -ENOENT none for this kernel; -ENOTUNIQ; more as those
 * functions. @why is without the path.
 */
int running_btf_from_bundle(const char *path, const struct engine_events *events,
			    struct running_btf *ret_btf, struct reason *why);

/*
 * The full BTF. @kernels: as they were found, not filtered; only those with this kernel's release
 * and machine are read. DWARF is converted. What cannot be read is reported to the input's events.
 * @memory: a limit in bytes for what is unpacked.
 * Errors: -ENOENT none for this kernel; -ENOTUNIQ several that nothing tells apart; -EBADMSG a
 * file could not be read that may have been this kernel's; -ENOMEM.
 */
int running_btf_from_kernels(struct kernel_input *kernels, uint64_t memory,
			     struct running_btf *ret_btf, struct reason *why);

#endif
