/* SPDX-License-Identifier: MIT */
/*
 * BTFs with one kernel's release and machine in, the one that is the kernel's out, or a refusal:
 * the same rule for the entries of a bundle, the members of a tar and the files of a folder.
 * docs/lookup.md has it as a whole.
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
	 * Calls rank_consider() for every candidate for @release and @machine (canonical; "" is
	 * every one), always in the same order, and stops at its first error. It is called once
	 * for each key that has to be compared. What it passes on must last as long as the list.
	 */
	int (*each)(void *context, const char *release, const char *machine,
		    struct ranking *ranking);
	/* Whether two candidates have the same BTF: 1, 0 or -errno. */
	int (*same_btf)(void *context, const struct rank_candidate *a,
			const struct rank_candidate *b);
	/* Its name in the log: "bundle 0, entry 4". Only called with a log. */
	void (*describe)(void *context, const struct rank_candidate *candidate, char *text,
			 size_t size);
	void *context;
};

struct rank_choice {
	struct rank_candidate candidate;
	enum corebtf_match match;
	bool ambiguous; /* another one with another BTF fits as well (kernel->take_first) */
	const char *by; /* "release, machine and build-id": static, for the log */
};

/*
 * Learns of @kernel what is needed to decide, and no more. Returns 1, or 0 when nothing fits, or
 * all that has its release and machine contradicts it. On 0 and on errors @ret_choice stays as it
 * is. Errors: -ENOTUNIQ candidates with different BTFs are left that nothing tells apart (the log
 * names two of them), unless @kernel takes the first; those of the functions of @list.
 */
int rank_choose(const struct rank_list *list, struct kernel *kernel, const struct log *log,
		struct rank_choice *ret_choice);

/* For the list's each(). Errors: those of same_btf(). */
int rank_consider(struct ranking *ranking, const struct rank_candidate *candidate);

/*
 * For a stream of candidates of which only one's bytes can be kept: compares all keys of two that
 * are for one machine. The first of the best ones has the BTF that rank_choose() chooses, if it
 * chooses any. Greater than 0: @a is better; less: @b; 0: they are equal.
 */
int rank_compare(struct kernel *kernel, const struct rank_candidate *a,
		 const struct rank_candidate *b);

#endif
