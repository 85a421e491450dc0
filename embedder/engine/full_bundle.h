/* SPDX-License-Identifier: MIT */
/*
 * Kernels that were found -> a bundle in memory with the full BTFs of those with one release, so
 * that the runtime's own code chooses among them.
 */
#ifndef COREBTF_ENGINE_FULL_BUNDLE_H
#define COREBTF_ENGINE_FULL_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/engine/kernel_input.h"

/*
 * @kernels, @release, @machine, @memory: as for kernel_candidates_read(). What cannot be read is
 * reported to the input's events.
 * @ret_bundle: malloc'd. Errors: -ENOENT none has that release and machine; -EFBIG, -ENOMEM.
 */
int full_bundle_make(struct kernel_input *kernels, const char *release, const char *machine,
		     uint64_t memory, void **ret_bundle, size_t *ret_size, struct reason *why);

#endif
