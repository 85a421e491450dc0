/* SPDX-License-Identifier: MIT */
/*
 * Two passes over all entries: one finds the kernels next to the wanted one in version order, the
 * other counts how many of its series and flavour have another BTF. A kernel with the wanted one's
 * version (the same release with another build-id, or el8 beside el8_4) is on neither side, but its
 * BTF counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bundle/blob.h"
#include "runtime/kernel/machine.h"
#include "runtime/choose/nearest.h"

struct survey {
	const struct bundle *bundles;
	const struct kernel *kernel;
	const char *sibling;
	struct neighbours *result;
	const struct neighbour *nearest; /* NULL in the first pass */
};

static bool is_machine(const struct survey *survey, const char *machine)
{
	return !*survey->kernel->id.machine || !strcmp(machine, survey->kernel->id.machine) ||
	       (survey->sibling && !strcmp(machine, survey->sibling));
}

static void keep(struct neighbour *neighbour, const struct index_entry *entry, uint32_t bundle)
{
	neighbour->entry = *entry;
	neighbour->bundle = bundle;
	neighbour->found = true;
}

static void place(struct neighbours *result, const struct index_entry *entry,
		  const struct release *release, uint32_t bundle)
{
	int order = release_compare(release, &result->wanted);
	struct release other;

	if (order < 0 &&
	    (!result->below.found || !release_read(result->below.entry.id.release, &other) ||
	     release_compare(release, &other) > 0))
		keep(&result->below, entry, bundle);
	if (order > 0 &&
	    (!result->above.found || !release_read(result->above.entry.id.release, &other) ||
	     release_compare(release, &other) < 0))
		keep(&result->above, entry, bundle);
}

static int same_btf(const struct survey *survey, const struct index_entry *entry, uint32_t bundle)
{
	return blob_same(&survey->bundles[bundle], entry->blob,
			 &survey->bundles[survey->nearest->bundle], survey->nearest->entry.blob);
}

static int look_at(struct survey *survey, const struct bundle *bundle, uint32_t number)
{
	struct neighbours *result = survey->result;
	struct index_entry entry;
	struct release release;
	int same, err = index_entry(bundle, number, &entry);

	if (err)
		return err;
	if (!survey->nearest) {
		bool is_release = !strcmp(entry.id.release, survey->kernel->id.release);

		result->entries++;
		if (is_machine(survey, entry.id.machine)) {
			result->of_machine++;
			result->of_release += is_release;
		} else if (is_release) {
			result->other_machine = entry.id.machine;
		}
	}
	if (!result->has_series || !is_machine(survey, entry.id.machine) ||
	    !release_read(entry.id.release, &release) ||
	    strcmp(release.pattern, result->wanted.pattern) != 0)
		return 0;
	if (!survey->nearest) {
		result->of_series++;
		place(result, &entry, &release, bundle->number);
		return 0;
	}
	same = same_btf(survey, &entry, bundle->number);
	result->others += same == 0;
	return same < 0 ? same : 0;
}

static int pass(struct survey *survey, size_t bundle_count)
{
	int err = 0;

	for (size_t i = 0; i < bundle_count; i++)
		for (uint32_t number = 0; !err && number < survey->bundles[i].header.entry_count;
		     number++)
			err = look_at(survey, &survey->bundles[i], number);
	return err;
}

int nearest_survey(const struct bundle *bundles, size_t bundle_count, const struct kernel *kernel,
		   struct neighbours *ret_neighbours)
{
	struct neighbours result = {.entries = 0};
	struct survey survey = {
		.bundles = bundles,
		.kernel = kernel,
		.sibling = machine_64bit_sibling(kernel->id.machine),
		.result = &result,
	};
	int err;

	result.has_series = release_read(kernel->id.release, &result.wanted);
	err = pass(&survey, bundle_count);
	if (err)
		return err;
	if (result.below.found || result.above.found) {
		survey.nearest = result.below.found ? &result.below : &result.above;
		err = pass(&survey, bundle_count);
		if (err)
			return err;
	}
	*ret_neighbours = result;
	return 0;
}

bool nearest_is_surrounded(const struct neighbours *neighbours)
{
	return neighbours->below.found && neighbours->above.found && !neighbours->others;
}

void nearest_text(const struct neighbours *neighbours, char text[static NEAREST_TEXT_SIZE])
{
	const struct neighbour *below = &neighbours->below, *above = &neighbours->above;

	if (!neighbours->has_series)
		snprintf(text, NEAREST_TEXT_SIZE, "its release is of no known form");
	else if (!below->found && !above->found)
		snprintf(text, NEAREST_TEXT_SIZE, "no other %s of its series and flavour %s",
			 neighbours->of_series ? "release" : "kernel", neighbours->wanted.pattern);
	else
		snprintf(text, NEAREST_TEXT_SIZE,
			 "of its series and flavour %s there are %zu, nearest %s%s%s, %zu of them "
			 "with another BTF than %s",
			 neighbours->wanted.pattern, neighbours->of_series,
			 below->found ? below->entry.id.release : "",
			 below->found && above->found ? " and " : "",
			 above->found ? above->entry.id.release : "", neighbours->others,
			 below->found ? below->entry.id.release : above->entry.id.release);
}
