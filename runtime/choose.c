/* SPDX-License-Identifier: MIT */
/*
 * Release and machine must be equal. What else is known of both kernel and entry makes a rank:
 * one bit for each thing that is equal, the strongest the highest, so that ranks compare as
 * numbers. A build-id that differs puts the entry out: that is another build of the kernel. A
 * different os or uname -v does not, since those of a container, or of a BTF archive, may be
 * wrong where release and machine are right.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/blob.h"
#include "runtime/choose.h"
#include "runtime/machine.h"

#define RANK_BUILD_ID	   8
#define RANK_UNAME_VERSION 4
#define RANK_OS_VERSION	   2 /* os id and version id */
#define RANK_OS		   1

struct search {
	struct bundle *bundles;
	size_t bundle_count;
	const struct kernel *kernel;
	const char *machine; /* "" matches every machine */
	const struct log *log;
	/* The best so far. */
	bool found;
	unsigned int rank;
	struct choice best;
};

/* Whether both sides know a string, and it is the same. */
static bool same(const char *a, const char *b)
{
	return *a && *b && !strcmp(a, b);
}

/* Archives and os-release differ in some distributions' names (ol and oracle): the one place
 * where such pairs will be taken for the same. */
static bool same_os(const char *a, const char *b)
{
	return same(a, b);
}

static unsigned int rank_of(const struct kernel *kernel, const struct index_entry *entry)
{
	unsigned int rank = 0;

	if (kernel->build_id_size && entry->build_id_size)
		rank |= RANK_BUILD_ID; /* a different one was put out before */
	if (same(kernel->uname_version, entry->uname_version))
		rank |= RANK_UNAME_VERSION;
	if (same_os(kernel->os_id, entry->os_id)) {
		rank |= RANK_OS;
		if (same(kernel->version_id, entry->version_id))
			rank |= RANK_OS_VERSION;
	}
	return rank;
}

static enum corebtf_match match_of(unsigned int rank)
{
	if (rank & RANK_BUILD_ID)
		return COREBTF_MATCH_BUILD_ID;
	if (rank & RANK_UNAME_VERSION)
		return COREBTF_MATCH_UNAME_VERSION;
	if (rank & (RANK_OS | RANK_OS_VERSION))
		return COREBTF_MATCH_OS;
	return COREBTF_MATCH_RELEASE;
}

static const char *describe(unsigned int rank)
{
	if (rank & RANK_BUILD_ID)
		return "release, machine and build-id";
	if (rank & RANK_UNAME_VERSION)
		return "release, machine and uname -v";
	if (rank & RANK_OS_VERSION)
		return "release, machine, os id and version id";
	if (rank & RANK_OS)
		return "release, machine and os id";
	return "release and machine";
}

static bool is_other_build(const struct kernel *kernel, const struct index_entry *entry)
{
	return kernel->build_id_size && entry->build_id_size &&
	       (kernel->build_id_size != entry->build_id_size ||
		memcmp(kernel->build_id, entry->build_id, entry->build_id_size) != 0);
}

static void log_entry(const struct search *search, const struct bundle *bundle, uint32_t number,
		      const struct index_entry *entry, const char *verdict)
{
	char build_id[KERNEL_BUILD_ID_SIZE * 2 + 1];

	if (!log_is_on(search->log))
		return;
	kernel_build_id_text(entry->build_id, entry->build_id_size, build_id);
	log_line(search->log,
		 "bundle %" PRIu32 ", entry %" PRIu32 " (os %s %s, version %s, build-id %s): %s",
		 bundle->number, number, *entry->os_id ? entry->os_id : "-",
		 *entry->version_id ? entry->version_id : "-",
		 *entry->uname_version ? entry->uname_version : "-", *build_id ? build_id : "-",
		 verdict);
}

/* Whether two entries lead to the same bytes, as far as size and checksum can tell. */
static int same_bytes(const struct search *search, const struct choice *a, const struct choice *b)
{
	struct blob blob_a, blob_b;
	int err;

	if (a->bundle == b->bundle && a->entry.blob == b->entry.blob)
		return 1;
	err = blob_read(&search->bundles[a->bundle], a->entry.blob, &blob_a);
	if (!err)
		err = blob_read(&search->bundles[b->bundle], b->entry.blob, &blob_b);
	return err ? err : blob_a.size == blob_b.size && blob_a.content == blob_b.content;
}

static int consider(struct search *search, const struct bundle *bundle, uint32_t number)
{
	struct choice candidate = {.bundle = bundle->number};
	unsigned int rank;
	int err = index_entry(bundle, number, &candidate.entry);

	if (err)
		return err;
	if (strcmp(candidate.entry.release, search->kernel->release) != 0 ||
	    (*search->machine && strcmp(candidate.entry.machine, search->machine) != 0))
		return 0;
	if (is_other_build(search->kernel, &candidate.entry)) {
		log_entry(search, bundle, number, &candidate.entry,
			  "out, its build-id is not this kernel's");
		return 0;
	}
	rank = rank_of(search->kernel, &candidate.entry);
	candidate.match = match_of(rank);
	log_entry(search, bundle, number, &candidate.entry, describe(rank));
	if (search->found && rank < search->rank)
		return 0;
	if (search->found && rank == search->rank) {
		err = same_bytes(search, &search->best, &candidate);
		if (err == 0)
			search->best.ambiguous = true;
		return err < 0 ? err : 0;
	}
	search->found = true;
	search->rank = rank;
	search->best = candidate;
	return 0;
}

static int search_bundle(struct search *search, const struct bundle *bundle)
{
	uint32_t first = 0, end = bundle->header.entry_count;
	int err = 0;

	if (*search->machine)
		err = index_bucket(bundle,
				   corebtf_format_hash(search->kernel->release, search->machine),
				   &first, &end);
	for (uint32_t i = first; !err && i < end; i++)
		err = consider(search, bundle, i);
	return err;
}

static int search_all(struct search *search, const char *machine)
{
	int err = 0;

	search->machine = machine;
	log_line(search->log, "looking for release %s, machine %s", search->kernel->release,
		 *machine ? machine : "any");
	for (size_t i = 0; !err && i < search->bundle_count; i++)
		err = search_bundle(search, &search->bundles[i]);
	return err;
}

#define NEAREST_COUNT 3

struct nearest {
	const char *release[NEAREST_COUNT];
	size_t common[NEAREST_COUNT]; /* how many first bytes are as wanted */
	size_t count;
};

static void nearest_add(struct nearest *nearest, const char *release, const char *wanted)
{
	size_t common = 0, place;

	for (size_t i = 0; i < nearest->count; i++)
		if (!strcmp(nearest->release[i], release))
			return;
	while (wanted[common] && release[common] == wanted[common])
		common++;
	for (place = 0; place < nearest->count; place++)
		if (common > nearest->common[place])
			break;
	if (place == NEAREST_COUNT)
		return;
	if (nearest->count < NEAREST_COUNT)
		nearest->count++;
	for (size_t i = nearest->count - 1; i > place; i--) {
		nearest->release[i] = nearest->release[i - 1];
		nearest->common[i] = nearest->common[i - 1];
	}
	nearest->release[place] = release;
	nearest->common[place] = common;
}

/* Nothing fits: what is there instead? Reads every entry, for the log alone. */
static void explain(const struct search *search)
{
	const struct kernel *kernel = search->kernel;
	struct nearest nearest = {.count = 0};
	size_t entries = 0, of_machine = 0;
	const char *other_machine = "";
	char list[512] = "";

	if (!log_is_on(search->log))
		return;
	for (size_t i = 0; i < search->bundle_count; i++) {
		const struct bundle *bundle = &search->bundles[i];

		for (uint32_t number = 0; number < bundle->header.entry_count; number++) {
			struct index_entry entry;

			if (index_entry(bundle, number, &entry))
				return;
			entries++;
			if (*kernel->machine && strcmp(entry.machine, kernel->machine) != 0) {
				if (!strcmp(entry.release, kernel->release))
					other_machine = entry.machine;
				continue;
			}
			of_machine++;
			nearest_add(&nearest, entry.release, kernel->release);
		}
	}
	for (size_t i = 0, length = 0; i < nearest.count; i++) {
		int added = snprintf(list + length, sizeof(list) - length, "%s%s",
				     i ? ", " : "; nearest releases: ", nearest.release[i]);

		if (added < 0 || (size_t)added >= sizeof(list) - length)
			break;
		length += (size_t)added;
	}
	if (*other_machine)
		log_line(search->log, "release %s is there, but for machine %s", kernel->release,
			 other_machine);
	log_error(search->log, -ENOENT,
		  "no BTF for release %s on machine %s (%zu of %zu entries are for that machine%s)",
		  kernel->release, *kernel->machine ? kernel->machine : "any", of_machine, entries,
		  list);
}

int choose_entry(struct bundle *bundles, size_t bundle_count, const struct kernel *kernel,
		 const struct log *log, struct choice *ret_choice)
{
	struct search search = {
		.bundles = bundles,
		.bundle_count = bundle_count,
		.kernel = kernel,
		.log = log,
	};
	const char *sibling = machine_64bit_sibling(kernel->machine);
	int err = search_all(&search, kernel->machine);

	/* Under setarch, uname gives a 32-bit name for a 64-bit kernel. */
	if (!err && !search.found && sibling)
		err = search_all(&search, sibling);
	if (err)
		return err;
	if (search.found) {
		log_line(log, "chosen: blob %" PRIu32 " of bundle %" PRIu32 ", by %s%s",
			 search.best.entry.blob, search.best.bundle, describe(search.rank),
			 search.best.ambiguous
				 ? "; ambiguous, an entry with another BTF fits as well"
				 : "");
		*ret_choice = search.best;
		return 0;
	}
	/* "Not there" is an answer only when what was looked at is as it was written. */
	for (size_t i = 0; i < bundle_count; i++) {
		err = bundle_check_tables(&bundles[i]);
		if (err)
			return err;
	}
	explain(&search);
	return -ENOENT;
}
