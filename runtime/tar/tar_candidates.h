/* SPDX-License-Identifier: MIT */
/*
 * The members of a tar that are for one kernel: which of them to keep while the tar is read, and
 * which one is chosen in the end, by choose/rank.h.
 */
#ifndef COREBTF_TAR_CANDIDATES_H
#define COREBTF_TAR_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/choose/rank.h"
#include "runtime/kernel/kernel.h"
#include "runtime/tar/tar_links.h"
#include "runtime/tar/tar_name.h"

/* No archive has more distributions and versions with one release. */
#define TAR_CANDIDATES_MAX 64

/* What is noted of a file's bytes. */
struct content_note {
	enum { CONTENT_NOT_SEEN, CONTENT_SEEN, CONTENT_SPARSE, CONTENT_TOO_LARGE } state;
	uint64_t size;
	uint32_t sum; /* CRC-32 */
	bool has_sum; /* without it, it is not like any other */
};

struct tar_candidate {
	char *name;  /* normalised */
	char *parts; /* the same, cut to the four names */
	char *link;  /* where its bytes are instead, normalised, "": out of the archive; NULL: here
		      */
	bool is_sibling;	     /* of the 64-bit sibling of the kernel's machine */
	tar_name_hash hash;	     /* of its name */
	struct content_note content; /* of what it is, or stands for */
	struct rank_candidate rank;
};

struct tar_candidates {
	struct kernel *kernel;
	const char *sibling; /* of its machine; NULL: there is none */
	struct tar_candidate members[TAR_CANDIDATES_MAX];
	size_t count;
	size_t best; /* the one to keep, if there is any */
};

/* @candidates: all zero. @kernel is kept. */
void tar_candidates_start(struct tar_candidates *candidates, struct kernel *kernel);

void tar_candidates_release(struct tar_candidates *candidates);

/* Whether a member of that machine (canonical) can be one; it has the kernel's release.
 * @ret_sibling: only as one of the machine's 64-bit sibling. */
bool tar_candidates_fit(const struct tar_candidates *candidates, const char *machine,
			bool *ret_sibling);

/*
 * A member that fits, or another one of the same name, in whose place it goes.
 * @link: where a link leads, normalised; NULL for a file, whose content is noted in
 * @ret_candidate. Errors: -EFBIG more than TAR_CANDIDATES_MAX; -ENOMEM.
 */
int tar_candidates_add(struct tar_candidates *candidates, const char *name, tar_name_hash hash,
		       const char *link, bool is_sibling, struct tar_candidate **ret_candidate);

/*
 * Finds out where links end, and gives them the content of what is there if it is a candidate
 * itself, or the file that is @kept. False: others end at what was not seen.
 */
bool tar_candidates_resolve(struct tar_candidates *candidates, const struct tar_links *links,
			    tar_name_hash kept, const struct content_note *kept_content);

/* Returns 1, 0 when there is none. Its number in @members is @ret_choice->candidate.number. The
 * content of the best one, which was kept, is that of the chosen one. */
int tar_candidates_choose(const struct tar_candidates *candidates, const struct log *log,
			  struct rank_choice *ret_choice);

#endif
