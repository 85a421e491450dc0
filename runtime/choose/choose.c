/* SPDX-License-Identifier: MIT */
/*
 * Release and machine must be equal; an entry whose build-id differs is out, as it is another
 * build. What is left are the candidates. As long as they lead to different bytes, one more key
 * is compared, the strongest first, in a round over the same few entries:
 *
 *	build-id	equal, when both sides know it
 *	uname -v	equal; not known; different
 *	distribution	the one that uname -v names is the entry's; not known; another
 *	os-release	id and version id are equal; the id is; neither
 *
 * The first two and a half come from the kernel itself. os-release is a file, which may be a
 * container's: so it comes last, and where it differs that says nothing. What a round does not
 * need is not read: most lookups are over before the first file.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "runtime/bundle/blob.h"
#include "runtime/choose/choose.h"
#include "runtime/kernel/distro.h"
#include "runtime/kernel/machine.h"
#include "runtime/choose/nearest.h"

enum key { KEY_BUILD_ID, KEY_UNAME_VERSION, KEY_UNAME_DISTRO, KEY_OS, KEY_COUNT };

static const char *const key_names[] = {
	[KEY_BUILD_ID] = "build-id",
	[KEY_UNAME_VERSION] = "uname -v",
	[KEY_UNAME_DISTRO] = "the distribution that uname -v names",
	[KEY_OS] = "os id and version id",
};

/* How well an entry agrees on each key; the first that differs decides. */
struct rank {
	uint32_t value[KEY_COUNT];
};

struct search {
	struct bundle *bundles;
	size_t bundle_count;
	struct kernel *kernel;
	const char *machine; /* "" matches every machine */
	const struct log *log;
	enum key last_key; /* of this round */
	struct distro_hint hint;
	bool has_hint;
	struct distro os;	  /* the kernel's, normalised */
	bool knows_uname_version; /* some candidate does */
	/* The best so far. */
	bool found;
	struct rank rank;
	struct choice best;
};

static uint32_t rank_uname_version(const struct search *search, const struct index_entry *entry)
{
	if (!*search->kernel->uname_version || !*entry->uname_version)
		return 1;
	return strcmp(search->kernel->uname_version, entry->uname_version) ? 0 : 2;
}

/* 0: another distribution or version of it; 1: not known; 2: the distribution; from 3 on: its
 * version, or for a native kernel the newer the better. */
static uint32_t rank_uname_distro(const struct search *search, const struct index_entry *entry)
{
	const struct distro_hint *hint = &search->hint;
	struct distro distro;

	if (!search->has_hint)
		return 1;
	distro_normalise(entry->os_id, entry->version_id, &distro);
	if (!*distro.id)
		return 1;
	if (strcmp(distro.id, hint->distro.id) != 0)
		return 0;
	if (!*distro.version)
		return 2;
	if (hint->native)
		return 3 + distro_version_number(distro.version);
	if (!*hint->distro.version)
		return 2;
	return strcmp(distro.version, hint->distro.version) ? 0 : 3;
}

static uint32_t rank_os(const struct search *search, const struct index_entry *entry)
{
	struct distro distro;

	distro_normalise(entry->os_id, entry->version_id, &distro);
	if (!*distro.id || strcmp(distro.id, search->os.id) != 0)
		return 0;
	return *distro.version && !strcmp(distro.version, search->os.version) ? 2 : 1;
}

static void rank_entry(const struct search *search, const struct index_entry *entry,
		       struct rank *rank)
{
	memset(rank, 0, sizeof(*rank));
	/* one that differs was put out before */
	rank->value[KEY_BUILD_ID] = search->kernel->build_id_size && entry->build_id_size;
	if (search->last_key >= KEY_UNAME_VERSION)
		rank->value[KEY_UNAME_VERSION] = rank_uname_version(search, entry);
	if (search->last_key >= KEY_UNAME_DISTRO)
		rank->value[KEY_UNAME_DISTRO] = rank_uname_distro(search, entry);
	if (search->last_key >= KEY_OS)
		rank->value[KEY_OS] = rank_os(search, entry);
}

static int compare_ranks(const struct rank *a, const struct rank *b)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (a->value[i] != b->value[i])
			return a->value[i] < b->value[i] ? -1 : 1;
	return 0;
}

static enum corebtf_match match_of(const struct rank *rank)
{
	if (rank->value[KEY_BUILD_ID])
		return COREBTF_MATCH_BUILD_ID;
	if (rank->value[KEY_UNAME_VERSION] > 1 || rank->value[KEY_UNAME_DISTRO] > 1)
		return COREBTF_MATCH_UNAME_VERSION;
	if (rank->value[KEY_OS])
		return COREBTF_MATCH_OS;
	return COREBTF_MATCH_RELEASE;
}

static const char *describe(const struct rank *rank)
{
	if (rank->value[KEY_BUILD_ID])
		return "release, machine and build-id";
	if (rank->value[KEY_UNAME_VERSION] > 1)
		return "release, machine and uname -v";
	if (rank->value[KEY_UNAME_DISTRO] > 1)
		return "release, machine and the distribution that uname -v names";
	if (rank->value[KEY_OS] > 1)
		return "release, machine, os id and version id";
	if (rank->value[KEY_OS])
		return "release, machine and os id";
	return "release and machine";
}

/* How an entry did in this round, for the log. */
static const char *verdict(const struct search *search, const struct rank *rank)
{
	uint32_t value = rank->value[search->last_key];

	switch (search->last_key) {
	case KEY_UNAME_VERSION:
	case KEY_UNAME_DISTRO:
		return value > 1 ? "agrees" : value ? "not known" : "another one";
	case KEY_OS:
		return value > 1 ? "agrees" : value ? "the id agrees" : "not known, or another one";
	default:
		return describe(rank);
	}
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
		 "bundle %" PRIu32 ", entry %" PRIu32 " (BTF %" PRIu32
		 ", os %s %s, version %s, build-id %s): %s",
		 bundle->number, number, entry->blob, *entry->os_id ? entry->os_id : "-",
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
	int order = 1, same, err = index_entry(bundle, number, &candidate.entry);
	struct rank rank;

	if (err)
		return err;
	if (strcmp(candidate.entry.release, search->kernel->release) != 0 ||
	    (*search->machine && strcmp(candidate.entry.machine, search->machine) != 0))
		return 0;
	if (candidate.entry.build_id_size)
		kernel_learn_build_id(search->kernel);
	if (is_other_build(search->kernel, &candidate.entry)) {
		if (search->last_key == KEY_BUILD_ID)
			log_entry(search, bundle, number, &candidate.entry,
				  "out, its build-id is not this kernel's");
		return 0;
	}
	search->knows_uname_version |= *candidate.entry.uname_version != '\0';
	rank_entry(search, &candidate.entry, &rank);
	log_entry(search, bundle, number, &candidate.entry, verdict(search, &rank));
	if (search->found)
		order = compare_ranks(&rank, &search->rank);
	if (order < 0)
		return 0;
	if (order == 0) {
		same = same_bytes(search, &search->best, &candidate);
		if (same == 0)
			search->best.ambiguous = true;
		return same < 0 ? same : 0;
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

static int search_round(struct search *search)
{
	int err = 0;

	search->found = false;
	for (size_t i = 0; !err && i < search->bundle_count; i++)
		err = search_bundle(search, &search->bundles[i]);
	return err;
}

/* Gets what the next round compares. Returns false when there is nothing to compare. */
static bool prepare(struct search *search, enum key key)
{
	struct kernel *kernel = search->kernel;

	switch (key) {
	case KEY_UNAME_VERSION:
		return *kernel->uname_version && search->knows_uname_version;
	case KEY_UNAME_DISTRO:
		search->has_hint = distro_from_uname_version(kernel->uname_version, &search->hint);
		return search->has_hint;
	case KEY_OS:
		kernel_learn_os(kernel);
		distro_normalise(kernel->os_id, kernel->version_id, &search->os);
		return *search->os.id;
	default:
		return true;
	}
}

static void log_key(const struct search *search, enum key key)
{
	const struct distro *distro = key == KEY_OS ? &search->os : &search->hint.distro;

	if (key == KEY_UNAME_VERSION)
		log_line(search->log, "entries with different BTFs fit: comparing %s",
			 key_names[key]);
	else
		log_line(search->log, "entries with different BTFs fit: comparing %s (%s%s%s%s)",
			 key_names[key], distro->id, *distro->version ? " " : "", distro->version,
			 key == KEY_UNAME_DISTRO && search->hint.native ? ", the newest of them"
									: "");
}

static int search_all(struct search *search, const char *machine)
{
	int err;

	search->machine = machine;
	search->last_key = KEY_BUILD_ID;
	log_line(search->log, "looking for release %s, machine %s", search->kernel->release,
		 *machine ? machine : "any");
	err = search_round(search);
	for (enum key key = KEY_BUILD_ID + 1;
	     !err && search->found && search->best.ambiguous && key < KEY_COUNT; key++) {
		if (!prepare(search, key)) {
			log_line(
				search->log,
				"entries with different BTFs fit: %s is not known here, or of none "
				"of them",
				key_names[key]);
			continue;
		}
		log_key(search, key);
		search->last_key = key;
		err = search_round(search);
	}
	return err;
}

/* There is no entry: a neighbour's, or else -ENOENT, with what is near for whoever listens. */
static int choose_neighbour(const struct search *search, enum corebtf_nearest nearest,
			    struct choice *ret_choice)
{
	const struct kernel *kernel = search->kernel;
	const char *machine = *kernel->machine ? kernel->machine : "any";
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
			 kernel->release, machine, near, ret_choice->entry.blob, ret_choice->bundle,
			 ret_choice->entry.release);
		return 0;
	}
	if (nearest == COREBTF_NEAREST_SURROUNDED)
		log_line(search->log, "no neighbour can stand in: that takes kernels of its series "
				      "and flavour on both sides, all with one BTF");
	if (neighbours.other_machine)
		log_line(search->log, "release %s is there, but for machine %s", kernel->release,
			 neighbours.other_machine);
	return log_error(search->log, -ENOENT,
			 "no BTF for release %s on machine %s (%zu of %zu entries are for that "
			 "machine; %s); embed this kernel's BTF as well",
			 kernel->release, machine, neighbours.of_machine, neighbours.entries, near);
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
	const char *sibling = machine_64bit_sibling(kernel->machine);
	int err = search_all(&search, kernel->machine);

	/* Under setarch, uname gives a 32-bit name for a 64-bit kernel. */
	if (!err && !search.found && sibling)
		err = search_all(&search, sibling);
	if (err)
		return err;
	if (search.found) {
		search.best.match = match_of(&search.rank);
		log_line(log, "chosen: BTF %" PRIu32 " of bundle %" PRIu32 ", by %s%s",
			 search.best.entry.blob, search.best.bundle, describe(&search.rank),
			 search.best.ambiguous ? "; ambiguous, an entry with another BTF fits as "
						 "well: the first one is taken"
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
	return choose_neighbour(&search, nearest, ret_choice);
}
