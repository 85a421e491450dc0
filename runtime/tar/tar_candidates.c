/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/machine.h"
#include "runtime/tar/tar_candidates.h"

void tar_candidates_start(struct tar_candidates *candidates, struct kernel *kernel)
{
	candidates->kernel = kernel;
	candidates->sibling = machine_64bit_sibling(kernel->id.machine);
}

static void candidate_end(struct tar_candidate *candidate)
{
	free(candidate->name);
	free(candidate->parts);
	free(candidate->link);
	memset(candidate, 0, sizeof(*candidate));
}

void tar_candidates_release(struct tar_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		candidate_end(&candidates->members[i]);
	candidates->count = 0;
}

bool tar_candidates_fit(const struct tar_candidates *candidates, const char *machine,
			bool *ret_sibling)
{
	const char *wanted = candidates->kernel->id.machine;

	*ret_sibling = candidates->sibling && !strcmp(machine, candidates->sibling);
	return !*wanted || !strcmp(machine, wanted) || *ret_sibling;
}

/* The one of this name, or a new one. */
static struct tar_candidate *called(struct tar_candidates *candidates, tar_name_hash hash)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->members[i].hash == hash)
			return &candidates->members[i];
	return candidates->count < TAR_CANDIDATES_MAX ? &candidates->members[candidates->count]
						      : NULL;
}

static bool is_better(const struct tar_candidates *candidates, const struct tar_candidate *a,
		      const struct tar_candidate *b)
{
	if (a->is_sibling != b->is_sibling)
		return b->is_sibling;
	return rank_compare(candidates->kernel, &a->rank, &b->rank) > 0;
}

int tar_candidates_add(struct tar_candidates *candidates, const char *name, tar_name_hash hash,
		       const char *link, bool is_sibling, struct tar_candidate **ret_candidate)
{
	struct tar_candidate new = {.hash = hash, .is_sibling = is_sibling};
	struct tar_candidate *candidate = called(candidates, hash);
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	uint32_t number;

	if (!candidate)
		return -EFBIG;
	new.name = strdup(name);
	new.parts = strdup(name);
	new.link = link ? strdup(link) : NULL;
	if (!new.name || !new.parts || (link && !new.link)) {
		candidate_end(&new);
		return -ENOMEM;
	}
	number = (uint32_t)(candidate - candidates->members);
	tar_name_split(new.parts, &id);
	new.rank = (struct rank_candidate){
		.id = id,
		.number = number,
	};
	candidate_end(candidate);
	*candidate = new;
	if (number == candidates->count)
		candidates->count++;
	if (number != candidates->best &&
	    is_better(candidates, candidate, &candidates->members[candidates->best]))
		candidates->best = number;
	*ret_candidate = candidate;
	return 0;
}

bool tar_candidates_resolve(struct tar_candidates *candidates, const struct tar_links *links,
			    tar_name_hash kept, const struct content_note *kept_content)
{
	bool all_seen = true;

	for (size_t i = 0; i < candidates->count; i++) {
		struct tar_candidate *candidate = &candidates->members[i];
		tar_name_hash end;

		if (tar_links_follow(links, candidate->hash, &end))
			continue; /* dangling: it equals no other */
		for (size_t j = 0; candidate->link && j < candidates->count; j++)
			if (candidates->members[j].hash == end)
				candidate->content = candidates->members[j].content;
		if (end == kept)
			candidate->content = *kept_content;
		all_seen &= candidate->content.state != CONTENT_NOT_SEEN;
	}
	return all_seen;
}

static int each(void *context, const char *release, const char *machine, struct ranking *ranking)
{
	const struct tar_candidates *candidates = context;
	bool is_sibling = candidates->sibling && !strcmp(machine, candidates->sibling);
	int err = 0;

	(void)release; /* all of them have it */
	for (size_t i = 0; !err && i < candidates->count; i++)
		if (candidates->members[i].is_sibling == is_sibling)
			err = rank_consider(ranking, &candidates->members[i].rank);
	return err;
}

static int same_btf(void *context, const struct rank_candidate *a, const struct rank_candidate *b)
{
	const struct tar_candidates *candidates = context;
	const struct tar_candidate *left = &candidates->members[a->number];
	const struct tar_candidate *right = &candidates->members[b->number];

	return left->content.has_sum && right->content.has_sum &&
	       left->content.size == right->content.size && left->content.sum == right->content.sum;
}

static void describe(void *context, const struct rank_candidate *rank, char *text, size_t size)
{
	const struct tar_candidates *candidates = context;
	const struct tar_candidate *candidate = &candidates->members[rank->number];

	if (candidate->link)
		snprintf(text, size, "%s, a link to %s", candidate->name, candidate->link);
	else
		snprintf(text, size, "%s, %" PRIu64 " bytes", candidate->name,
			 candidate->content.size);
}

int tar_candidates_choose(const struct tar_candidates *candidates, const struct log *log,
			  struct rank_choice *ret_choice)
{
	const struct rank_list list = {
		.each = each,
		.same_btf = same_btf,
		.describe = describe,
		.context = (void *)candidates,
	};

	return rank_choose(&list, candidates->kernel, log, ret_choice);
}
