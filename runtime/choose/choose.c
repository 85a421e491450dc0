/* SPDX-License-Identifier: MIT */
/*
 * The entries of all bundles as candidates for rank.h. A bundle's index finds those of one release
 * and machine, so that a lookup does not read the others.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bundle/blob.h"
#include "runtime/choose/choose.h"
#include "runtime/choose/nearest.h"
#include "runtime/choose/rank.h"

struct search {
	struct bundle *bundles;
	size_t bundle_count;
	struct kernel *kernel;
	const struct log *log;
	/* The entry that was read last. It is mostly the only one, and then the chosen one. */
	struct index_entry entry;
	uint32_t bundle, number;
};

/* Whether two entries have the same BTF, by size and checksum. */
static int same_btf(void *context, const struct rank_candidate *a, const struct rank_candidate *b)
{
	const struct search *search = context;

	return blob_same(&search->bundles[a->source], a->content, &search->bundles[b->source],
			 b->content);
}

static void describe(void *context, const struct rank_candidate *candidate, char *text, size_t size)
{
	char build_id[KERNEL_BUILD_ID_SIZE * 2 + 1];

	(void)context;
	kernel_build_id_text(candidate->id.build_id, candidate->id.build_id_size, build_id);
	snprintf(text, size,
		 "bundle %" PRIu32 ", entry %" PRIu32 " (BTF %" PRIu32
		 ", os %s %s, version %s, build-id %s)",
		 candidate->source, candidate->number, candidate->content,
		 *candidate->id.os_id ? candidate->id.os_id : "-",
		 *candidate->id.version_id ? candidate->id.version_id : "-",
		 *candidate->id.uname_version ? candidate->id.uname_version : "-",
		 *build_id ? build_id : "-");
}

static int consider(struct search *search, const struct bundle *bundle, uint32_t number,
		    const char *release, const char *machine, struct ranking *ranking)
{
	struct index_entry entry;
	int err = index_entry(bundle, number, &entry);

	if (err)
		return err;
	if (strcmp(entry.id.release, release) != 0 ||
	    (*machine && strcmp(entry.id.machine, machine) != 0))
		return 0;
	search->entry = entry;
	search->bundle = bundle->number;
	search->number = number;
	return rank_consider(ranking, &(struct rank_candidate){
					      .id = entry.id,
					      .source = bundle->number,
					      .number = number,
					      .content = entry.blob,
				      });
}

static int each_entry(void *context, const char *release, const char *machine,
		      struct ranking *ranking)
{
	struct search *search = context;
	int err = 0;

	for (size_t i = 0; !err && i < search->bundle_count; i++) {
		const struct bundle *bundle = &search->bundles[i];
		uint32_t first = 0, end = bundle->header.entry_count;

		if (*machine)
			err = index_find(bundle, release, machine, &first, &end);
		for (uint32_t number = first; !err && number < end; number++)
			err = consider(search, bundle, number, release, machine, ranking);
	}
	return err;
}

/* There is no entry: takes a neighbour's, or returns -ENOENT and logs what is near. */
static int choose_neighbour(const struct search *search, enum corebtf_nearest nearest,
			    struct choice *ret_choice)
{
	const struct kernel *kernel = search->kernel;
	const char *machine = *kernel->id.machine ? kernel->id.machine : "any";
	struct neighbours neighbours = {.entries = 0};
	char near[NEAREST_TEXT_SIZE];
	int err;

	if (nearest == COREBTF_NEAREST_NEVER && !log_is_on(search->log))
		return -ENOENT;
	err = nearest_survey(search->bundles, search->bundle_count, kernel, &neighbours);
	if (err)
		return err;
	nearest_text(&neighbours, near);
	if (nearest == COREBTF_NEAREST_SURROUNDED && nearest_is_surrounded(&neighbours)) {
		*ret_choice = (struct choice){
			.entry = neighbours.below.entry,
			.bundle = neighbours.below.bundle,
			.match = COREBTF_MATCH_NEAREST,
		};
		log_line(search->log,
			 "no BTF for release %s on machine %s; %s: chosen as the nearest: BTF "
			 "%" PRIu32 " of bundle %" PRIu32 ", of %s",
			 kernel->id.release, machine, near, ret_choice->entry.blob,
			 ret_choice->bundle, ret_choice->entry.id.release);
		return 0;
	}
	if (nearest == COREBTF_NEAREST_SURROUNDED)
		log_line(search->log, "no neighbour can stand in: that takes kernels of its series "
				      "and flavour on both sides, all with one BTF");
	if (neighbours.other_machine)
		log_line(search->log, "release %s is there, but for machine %s", kernel->id.release,
			 neighbours.other_machine);
	if (neighbours.of_release)
		return log_error(
			search->log, -ENOENT,
			"no BTF for this build of release %s on machine %s: the %zu there "
			"are contradict it, see above (%s); embed this kernel's BTF as well",
			kernel->id.release, machine, neighbours.of_release, near);
	return log_error(search->log, -ENOENT,
			 "no BTF for release %s on machine %s (%zu of %zu entries are for that "
			 "machine; %s); embed this kernel's BTF as well",
			 kernel->id.release, machine, neighbours.of_machine, neighbours.entries,
			 near);
}

int choose_entry(struct bundle *bundles, size_t bundle_count, struct kernel *kernel,
		 enum corebtf_nearest nearest, const struct log *log, struct choice *ret_choice)
{
	struct search search = {
		.bundles = bundles,
		.bundle_count = bundle_count,
		.kernel = kernel,
		.log = log,
	};
	const struct rank_list list = {
		.each = each_entry,
		.same_btf = same_btf,
		.describe = describe,
		.context = &search,
	};
	struct rank_choice best;
	int result = rank_choose(&list, kernel, log, &best);

	if (result < 0)
		return result;
	if (result) {
		struct choice choice = {
			.entry = search.entry,
			.bundle = best.candidate.source,
			.match = best.match,
			.ambiguous = best.ambiguous,
		};

		if (search.bundle != choice.bundle || search.number != best.candidate.number) {
			result = index_entry(&bundles[choice.bundle], best.candidate.number,
					     &choice.entry);
			if (result)
				return result;
		}
		log_line(log, "chosen: BTF %" PRIu32 " of bundle %" PRIu32 ", by %s%s",
			 choice.entry.blob, choice.bundle, best.by,
			 choice.ambiguous ? "; ambiguous, an entry with another BTF fits as well: "
					    "the first one is taken"
					  : "");
		*ret_choice = choice;
		return 0;
	}
	/* Only a bundle whose tables are intact can say that a kernel is not in it. */
	for (size_t i = 0; i < bundle_count; i++) {
		result = bundle_check_tables(&bundles[i]);
		if (result)
			return result;
	}
	return choose_neighbour(&search, nearest, ret_choice);
}
