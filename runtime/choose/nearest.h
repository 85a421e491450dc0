/* SPDX-License-Identifier: MIT */
/*
 * What is near a kernel that has no entry: the known kernels of its series and flavour.
 */
#ifndef COREBTF_NEAREST_H
#define COREBTF_NEAREST_H

#include "runtime/bundle/index.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/release.h"

struct neighbour {
	struct index_entry entry;
	uint32_t bundle;
	bool found;
};

struct neighbours {
	struct release wanted;
	bool has_series;	       /* @wanted was understood */
	size_t entries, of_machine;    /* all of them; those for the kernel's machine */
	size_t of_release;	       /* those of its release, for its machine */
	size_t of_series;	       /* those of its series and flavour, for its machine */
	const char *other_machine;     /* has this very release, but for it; NULL: none */
	size_t others;		       /* of_series whose BTF is another than that of the nearest */
	struct neighbour below, above; /* the newest that is older, the oldest that is newer */
};

/*
 * Reads every entry of every bundle; the tables were checked before. The nearest is the one below,
 * or else the one above. Machines are equal when they are that of @kernel ("": all) or its 64-bit
 * sibling. -EBADMSG.
 */
int nearest_survey(const struct bundle *bundles, size_t bundle_count, const struct kernel *kernel,
		   struct neighbours *ret_neighbours);

/* Whether there are known kernels on both sides and all of its series and flavour have one BTF. */
bool nearest_is_surrounded(const struct neighbours *neighbours);

/* What was found, as a clause for a message: "3 entries of its series and flavour ...". */
#define NEAREST_TEXT_SIZE 512
void nearest_text(const struct neighbours *neighbours, char text[static NEAREST_TEXT_SIZE]);

#endif
