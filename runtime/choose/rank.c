/* SPDX-License-Identifier: MIT */
/*
 * As long as candidates with different BTFs are in the lead together, one more key is compared,
 * the strongest first, in a round over the same few candidates:
 *
 *	build-id	equal, when both sides know it; another one is out altogether
 *	uname -v	equal; not known; different
 *	distribution	the one that uname -v names is the candidate's; not known; another
 *	os-release	id and version id are equal; the id is; neither
 *
 * The first two and a half come from the kernel itself. os-release is a file, which may be a
 * container's: so it comes last, and where it differs that says nothing. What a round does not
 * need is not read: most choices are over before the first file.
 *
 * Rounds and one comparison of all keys at once come to the same BTF: a round that ends the choice
 * leaves one BTF in the lead, and further keys only choose among those who have it. But which keys
 * it took is known from the rounds alone, and that is what the caller is told.
 */
#include <string.h>

#include "runtime/choose/rank.h"
#include "runtime/kernel/machine.h"

enum key { KEY_BUILD_ID, KEY_UNAME_VERSION, KEY_UNAME_DISTRO, KEY_OS, KEY_COUNT };

static const char *const key_names[] = {
	[KEY_BUILD_ID] = "build-id",
	[KEY_UNAME_VERSION] = "uname -v",
	[KEY_UNAME_DISTRO] = "the distribution that uname -v names",
	[KEY_OS] = "os id and version id",
};

/* How well a candidate agrees on each key; the first that differs decides. */
struct rank {
	uint32_t value[KEY_COUNT];
};

/* The kernel, as far as candidates are compared with it. */
struct ranker {
	struct kernel *kernel;
	enum key last_key; /* of this round */
	struct distro_hint hint;
	bool has_hint;
	struct distro os; /* the kernel's, normalised */
};

struct ranking {
	struct ranker ranker;
	const struct rank_list *list;
	const struct log *log;
	bool knows_uname_version; /* some candidate does */
	/* The best so far. */
	bool found;
	bool ambiguous;
	struct rank rank;
	struct rank_candidate best;
};

/* 0: another build; 1: not known; 2: this one. */
static uint32_t rank_build_id(const struct ranker *ranker, const struct rank_candidate *candidate)
{
	const struct kernel *kernel = ranker->kernel;

	if (!candidate->id.build_id_size)
		return 1;
	kernel_learn_build_id(ranker->kernel);
	if (!kernel->id.build_id_size)
		return 1;
	return kernel->id.build_id_size == candidate->id.build_id_size &&
			       !memcmp(kernel->id.build_id, candidate->id.build_id,
				       candidate->id.build_id_size)
		       ? 2
		       : 0;
}

static uint32_t rank_uname_version(const struct ranker *ranker,
				   const struct rank_candidate *candidate)
{
	if (!*ranker->kernel->id.uname_version || !*candidate->id.uname_version)
		return 1;
	return strcmp(ranker->kernel->id.uname_version, candidate->id.uname_version) ? 0 : 2;
}

/* 0: another distribution or version of it; 1: not known; 2: the distribution; from 3 on: its
 * version, or for a native kernel the newer the better. */
static uint32_t rank_uname_distro(const struct ranker *ranker,
				  const struct rank_candidate *candidate)
{
	const struct distro_hint *hint = &ranker->hint;
	struct distro distro;

	if (!ranker->has_hint)
		return 1;
	distro_normalise(candidate->id.os_id, candidate->id.version_id, &distro);
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

static uint32_t rank_os(const struct ranker *ranker, const struct rank_candidate *candidate)
{
	struct distro distro;

	distro_normalise(candidate->id.os_id, candidate->id.version_id, &distro);
	if (!*distro.id || strcmp(distro.id, ranker->os.id) != 0)
		return 0;
	return *distro.version && !strcmp(distro.version, ranker->os.version) ? 2 : 1;
}

static void rank_read(const struct ranker *ranker, const struct rank_candidate *candidate,
		      struct rank *rank)
{
	memset(rank, 0, sizeof(*rank));
	rank->value[KEY_BUILD_ID] = rank_build_id(ranker, candidate);
	if (ranker->last_key >= KEY_UNAME_VERSION)
		rank->value[KEY_UNAME_VERSION] = rank_uname_version(ranker, candidate);
	if (ranker->last_key >= KEY_UNAME_DISTRO)
		rank->value[KEY_UNAME_DISTRO] = rank_uname_distro(ranker, candidate);
	if (ranker->last_key >= KEY_OS)
		rank->value[KEY_OS] = rank_os(ranker, candidate);
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
	if (rank->value[KEY_BUILD_ID] > 1)
		return COREBTF_MATCH_BUILD_ID;
	if (rank->value[KEY_UNAME_VERSION] > 1 || rank->value[KEY_UNAME_DISTRO] > 1)
		return COREBTF_MATCH_UNAME_VERSION;
	if (rank->value[KEY_OS])
		return COREBTF_MATCH_OS;
	return COREBTF_MATCH_RELEASE;
}

static const char *match_text(const struct rank *rank)
{
	if (rank->value[KEY_BUILD_ID] > 1)
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

/* How a candidate did in this round, for the log. */
static const char *verdict(enum key key, const struct rank *rank)
{
	uint32_t value = rank->value[key];

	switch (key) {
	case KEY_UNAME_VERSION:
	case KEY_UNAME_DISTRO:
		return value > 1 ? "agrees" : value ? "not known" : "another one";
	case KEY_OS:
		return value > 1 ? "agrees" : value ? "the id agrees" : "not known, or another one";
	default:
		return value ? match_text(rank) : "out, its build-id is not this kernel's";
	}
}

static void log_candidate(const struct ranking *ranking, const struct rank_candidate *candidate,
			  const struct rank *rank)
{
	const struct rank_list *list = ranking->list;
	char name[512];

	if (!log_is_on(ranking->log))
		return;
	list->describe(list->context, candidate, name, sizeof(name));
	log_line(ranking->log, "%s: %s", name, verdict(ranking->ranker.last_key, rank));
}

int rank_consider(struct ranking *ranking, const struct rank_candidate *candidate)
{
	const struct rank_list *list = ranking->list;
	int order = 1, same;
	struct rank rank;

	rank_read(&ranking->ranker, candidate, &rank);
	if (!rank.value[KEY_BUILD_ID]) {
		if (ranking->ranker.last_key == KEY_BUILD_ID)
			log_candidate(ranking, candidate, &rank);
		return 0;
	}
	ranking->knows_uname_version |= *candidate->id.uname_version != '\0';
	log_candidate(ranking, candidate, &rank);
	if (ranking->found)
		order = compare_ranks(&rank, &ranking->rank);
	if (order < 0)
		return 0;
	if (order == 0) {
		same = list->same_btf(list->context, &ranking->best, candidate);
		if (same == 0)
			ranking->ambiguous = true;
		return same < 0 ? same : 0;
	}
	ranking->found = true;
	ranking->ambiguous = false;
	ranking->rank = rank;
	ranking->best = *candidate;
	return 0;
}

/* Gets what the next round compares. Returns false when there is nothing to compare. */
static bool prepare(struct ranker *ranker, enum key key)
{
	struct kernel *kernel = ranker->kernel;

	switch (key) {
	case KEY_UNAME_VERSION:
		return *kernel->id.uname_version;
	case KEY_UNAME_DISTRO:
		ranker->has_hint =
			distro_from_uname_version(kernel->id.uname_version, &ranker->hint);
		return ranker->has_hint;
	case KEY_OS:
		kernel_learn_os(kernel);
		distro_normalise(kernel->id.os_id, kernel->id.version_id, &ranker->os);
		return *ranker->os.id;
	default:
		return true;
	}
}

static void log_key(const struct ranking *ranking, enum key key)
{
	const struct ranker *ranker = &ranking->ranker;
	const struct distro *distro = key == KEY_OS ? &ranker->os : &ranker->hint.distro;

	if (key == KEY_UNAME_VERSION)
		log_line(ranking->log, "entries with different BTFs fit: comparing %s",
			 key_names[key]);
	else
		log_line(ranking->log, "entries with different BTFs fit: comparing %s (%s%s%s%s)",
			 key_names[key], distro->id, *distro->version ? " " : "", distro->version,
			 key == KEY_UNAME_DISTRO && ranker->hint.native ? ", the newest of them"
									: "");
}

static int round_over(struct ranking *ranking, const char *machine)
{
	const struct rank_list *list = ranking->list;

	ranking->found = false;
	ranking->ambiguous = false;
	return list->each(list->context, ranking->ranker.kernel->id.release, machine, ranking);
}

static int choose_for_machine(struct ranking *ranking, const char *machine)
{
	struct ranker *ranker = &ranking->ranker;
	int err;

	ranker->last_key = KEY_BUILD_ID;
	log_line(ranking->log, "looking for release %s, machine %s", ranker->kernel->id.release,
		 *machine ? machine : "any");
	err = round_over(ranking, machine);
	for (enum key key = KEY_BUILD_ID + 1;
	     !err && ranking->found && ranking->ambiguous && key < KEY_COUNT; key++) {
		if ((key == KEY_UNAME_VERSION && !ranking->knows_uname_version) ||
		    !prepare(ranker, key)) {
			log_line(
				ranking->log,
				"entries with different BTFs fit: %s is not known here, or of none "
				"of them",
				key_names[key]);
			continue;
		}
		log_key(ranking, key);
		ranker->last_key = key;
		err = round_over(ranking, machine);
	}
	return err;
}

int rank_choose(const struct rank_list *list, struct kernel *kernel, const struct log *log,
		struct rank_choice *ret_choice)
{
	struct ranking ranking = {
		.ranker.kernel = kernel,
		.list = list,
		.log = log,
	};
	const char *sibling = machine_64bit_sibling(kernel->id.machine);
	int err = choose_for_machine(&ranking, kernel->id.machine);

	/* Under setarch, uname gives a 32-bit name for a 64-bit kernel. */
	if (!err && !ranking.found && sibling)
		err = choose_for_machine(&ranking, sibling);
	if (err || !ranking.found)
		return err;
	*ret_choice = (struct rank_choice){
		.candidate = ranking.best,
		.match = match_of(&ranking.rank),
		.ambiguous = ranking.ambiguous,
		.by = match_text(&ranking.rank),
	};
	return 1;
}

int rank_compare(struct kernel *kernel, const struct rank_candidate *a,
		 const struct rank_candidate *b)
{
	struct ranker ranker = {.kernel = kernel, .last_key = KEY_COUNT - 1};
	struct rank rank_a, rank_b;

	for (enum key key = 0; key < KEY_COUNT; key++)
		prepare(&ranker, key);
	rank_read(&ranker, a, &rank_a);
	rank_read(&ranker, b, &rank_b);
	return compare_ranks(&rank_a, &rank_b);
}
