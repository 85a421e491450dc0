/* SPDX-License-Identifier: MIT */
/*
 * Messages about the kernels that a run used and left out, in terms of the command line.
 */
#ifndef COREBTF_CLI_KERNEL_NOTES_H
#define COREBTF_CLI_KERNEL_NOTES_H

#include "embedder/engine/kernel_input.h"
#include "embedder/engine/trimming.h"

/*
 * Call it when all sources have been read. Names the --select expressions that matched nothing;
 * with
 * @taken 0 reports why there is no kernel at all. @file: the file that was not changed, or NULL.
 * @nothing: what the failure begins with ("nothing written: " or "").
 */
void kernel_notes_explain(const struct kernel_input *input, size_t taken, const char *file,
			  const char *nothing);

/* How many kernels --select left out, if any. */
void kernel_notes_not_selected(const struct kernel_input *input);

/* How many kernels are for other machines, if any. */
void kernel_notes_left_out(const struct kernel_input *input);

/* How many kernels have no BTF, so that their DWARF was read. */
void kernel_notes_dwarf(const struct kernel_input *input);

/* What was left out of a run, and what could not be resolved. */
void kernel_notes_trimming(const struct trimming *trimming);

/*
 * Warns of kernels in a bundle that programs may not be able to tell apart (engine/lookalikes.h).
 * @subject: what has the bundle. @in_tar: as in lookalikes_find().
 */
void kernel_notes_lookalikes(const char *subject, struct corebtf *corebtf, bool in_tar);
/* The same for a bundle in memory, which was checked. */
void kernel_notes_lookalikes_in(const char *subject, const void *bundle, size_t size, bool in_tar);

/* The last line, if kernels could not be used. */
void kernel_notes_failures(const struct kernel_input *input);

#endif
