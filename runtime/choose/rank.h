/* SPDX-License-Identifier: MIT */
/*
 * Several BTFs with one kernel's release and machine in, the one that fits best out: the same rule
 * for the entries of a bundle, the members of a tar and the files of a folder. docs/lookup.md has
 * it as a whole.
 */
#ifndef COREBTF_RANK_H
#define COREBTF_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <corebtf.h>

#include "runtime/kernel/distro.h"
#include "runtime/kernel/kernel.h"

/* A BTF that has the kernel's release and machine. */
struct rank_candidate {
	struct kernel_id id; /* its release and machine are not looked at */
	/* For its owner alone: where it is, and where its bytes are. */
	uint32_t source;
	uint32_t number;
	uint32_t content;
};

struct ranking; /* the state of one choice */

/* Where the candidates are. All functions get @context. */
struct rank_list {
	/*
	 * Hands every candidate for @release and @machine (canonical; "" is every one) to
	 * rank_consider(), in an order that is always the same, and stops at its first error. It
	 * is asked once for each key that has to be compared, so it had better know which these
	 * are; what it hands over must last as long as the list.
	 */
	int (*each)(void *context, const char *release, const char *machine,
		    struct ranking *ranking);
	/* Whether two candidates have the same BTF: 1, 0 or -errno. */
	int (*same_btf)(void *context, const struct rank_candidate *a,
			const struct rank_candidate *b);
	/* What the log is to call it: "bundle 0, entry 4". Not asked when nobody listens. */
	void (*describe)(void *context, const struct rank_candidate *candidate, char *text,
			 size_t size);
	void *context;
};

struct rank_choice {
	struct rank_candidate candidate;
	enum corebtf_match match;
	bool ambiguous; /* another one with another BTF fits as well */
	const char *by; /* "release, machine and build-id": static, for the log */
};

/*
 * Learns of @kernel what is needed to decide, and no more. Returns 1; 0 when nothing fits, which
 * leaves @ret_choice alone; or the error of a function of @list.
 */
int rank_choose(const struct rank_list *list, struct kernel *kernel, const struct log *log,
		struct rank_choice *ret_choice);

/* For the list's each(). Errors: those of same_btf(). */
int rank_consider(struct ranking *ranking, const struct rank_candidate *candidate);

/*
 * For candidates that stream by, when just one's bytes can be kept: whether @a goes before @b if
 * all keys are compared; both are for one machine. The BTF of the best one this way, the first of
 * equals, is the BTF of rank_choose()'s. Greater than 0: @a; less: @b; 0: as good as each other.
 */
int rank_compare(struct kernel *kernel, const struct rank_candidate *a,
		 const struct rank_candidate *b);

#endif
