/* SPDX-License-Identifier: MIT */
/*
 * Trims the kernels of a command line for its objects: what embed and btfgen have in common. What
 * fails is reported here; a kernel that cannot be used is counted and left out.
 */
#ifndef COREBTF_CLI_TRIMMING_H
#define COREBTF_CLI_TRIMMING_H

#include <corebtf.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/cli/sources.h"

/* The work of one run, and what became of it. */
struct trimming {
	struct object_input objects;
	struct kernel_input kernels;
	struct bundle_builder *builder;
	size_t trimmed;		   /* kernels that are in the bundle */
	size_t unresolved;	   /* relocations, summed over all kernels */
	size_t unresolved_kernels; /* kernels that have some */
};

void trimming_init(struct trimming *trimming);
void trimming_free(struct trimming *trimming); /* for _cleanup_, after trimming_init() */

/* Trims all of `kernels`, which were found and filtered before, for `objects`. @output: what is not
 * written when none can be used. */
int trimming_run(struct trimming *trimming, const struct sources *sources, const char *output);

/*
 * The bundle of what was trimmed. It is read back: what this tool makes is a sound one.
 * @ret_bundle: malloc'd.
 */
int trimming_layout(struct trimming *trimming, const struct bundle_layout_opts *opts,
		    void **ret_bundle, size_t *ret_size, struct corebtf_summary *ret_summary,
		    struct reason *why);

/* Says what was left out, and what could not be resolved. */
void trimming_note(const struct trimming *trimming);

/* The last line, if kernels could not be used. */
void trimming_report_failures(const struct trimming *trimming);

#endif
