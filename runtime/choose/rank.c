/* SPDX-License-Identifier: MIT */
/*
 * A candidate that contradicts the kernel is out (contradiction()), also when it is the only one.
 * As long as candidates with different BTFs are in the lead together, one more key is compared, the
 * strongest first, in a round over the same few candidates:
 *
 *	build-id	equal; not known on one side
 *	uname -v	equal; not known on one side
 *	distribution	the one that uname -v names is the candidate's; not known; another
 *	os-release	id and version id are equal; the id is; neither
 *	ID_LIKE		os-release names the candidate's distribution: early; late; not
 *
 * The first three come from the kernel itself. os-release is a file, which may be a container's: so
 * it comes last, and a difference says nothing. What a round does not need is not read: most
 * choices are made before the first file. When no key is left and there are still different BTFs,
 * the choice is refused.
 *
 * Rounds and one comparison of all keys at once choose the same BTF: a round that ends the choice
 * leaves one BTF in the lead, and further keys only choose among the candidates that have it. But
 * only the rounds know which keys it took, which the caller wants to know.
 */
#include <errno.h>
#include <string.h>

#include "runtime/choose/rank.h"
#include "runtime/kernel/machine.h"

enum key { KEY_BUILD_ID, KEY_UNAME_VERSION, KEY_UNAME_DISTRO, KEY_OS, KEY_OS_LIKE, KEY_COUNT };

static const char *const key_names[] = {
	[KEY_BUILD_ID] = "build-id",
	[KEY_UNAME_VERSION] = "uname -v",
	[KEY_UNAME_DISTRO] = "the distribution that uname -v names",
	[KEY_OS] = "os id and version id",
	[KEY_OS_LIKE] = "ID_LIKE of os-release",
};

/* How well a candidate agrees on each key; the first key that differs decides. */
struct rank {
	uint32_t value[KEY_COUNT];
};

/* What of the kernel is compared with candidates. */
struct ranker {
	struct kernel *kernel;
	enum key last_key; /* of this round */
	struct distro_hint hint;
	bool has_hint;
	struct distro os; /* the kernel's, normalised */
};

/* The room for a candidate's name in the log. */
#define NAME_SIZE 512

struct ranking {
	struct ranker ranker;
	const struct rank_list *list;
	const struct log *log;
	bool knows_uname_version; /* some candidate does */
	bool any_out;		  /* some candidate contradicts the kernel */
	/* The best so far. */
	bool found;
	bool ambiguous;
	struct rank rank;
	struct rank_candidate best;
	struct rank_candidate rival; /* as good, with another BTF, when it is ambiguous */
};

/* 0: another build; 1: not known on one side; 2: this one. */
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

/* How early @id stands in ID_LIKE, the higher the earlier; 0: it does not. Versions of relatives
 * cannot be compared. */
static uint32_t rank_os_like(const struct ranker *ranker, const char *id)
{
	const char *like = ranker->kernel->os.id_like;
	uint32_t place = OS_RELEASE_VALUE_SIZE;

	while (*id && *like) {
		size_t length = strcspn(like, " ");
		char name[OS_RELEASE_VALUE_SIZE];
		struct distro relative;

		memcpy(name, like, length);
		name[length] = '\0';
		distro_normalise(name, "", &relative);
		if (!strcmp(relative.id, id))
			return place;
		place--;
		like += length + strspn(like + length, " ");
	}
	return 0;
}

/* Whether the host's own distribution is @id, and says that it is made from @parent. */
static bool is_derived(const struct ranker *ranker, const char *id, const char *parent)
{
	struct distro os;

	kernel_learn_os(ranker->kernel);
	distro_normalise(ranker->kernel->id.os_id, "", &os);
	return !strcmp(os.id, id) && rank_os_like(ranker, parent);
}

/*
 * Where the candidate contradicts the kernel; NULL: nowhere. When a stronger key agrees, weaker
 * ones are not compared. Another distribution in os-release is no contradiction, as that file may
 * be a container's. Another one in `uname -v` is, unless it is the parent of the host's
 * distribution: Linux Mint has Ubuntu's kernels.
 */
static const char *contradiction(const struct ranker *ranker,
				 const struct rank_candidate *candidate)
{
	const struct distro_hint *hint = &ranker->hint;
	struct distro distro;
	uint32_t agrees = rank_build_id(ranker, candidate);

	if (agrees != 1)
		return agrees ? NULL : "its build-id is not this kernel's";
	agrees = rank_uname_version(ranker, candidate);
	if (agrees != 1)
		return agrees ? NULL : "its uname -v is not this kernel's";
	if (!ranker->has_hint)
		return NULL;
	distro_normalise(candidate->id.os_id, candidate->id.version_id, &distro);
	if (!*distro.id)
		return NULL;
	if (strcmp(distro.id, hint->distro.id) != 0)
		return is_derived(ranker, distro.id, hint->distro.id)
			       ? NULL
			       : "this kernel's uname -v names another distribution";
	return *distro.version && *hint->distro.version &&
			       strcmp(distro.version, hint->distro.version) != 0
		       ? "this kernel's uname -v names another version of its distribution"
		       : NULL;
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
	if (ranker->last_key >= KEY_OS_LIKE) {
		struct distro distro;

		distro_normalise(candidate->id.os_id, "", &distro);
		rank->value[KEY_OS_LIKE] = rank_os_like(ranker, distro.id);
	}
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
	if (rank->value[KEY_OS] || rank->value[KEY_OS_LIKE])
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
	if (rank->value[KEY_OS_LIKE])
		return "release, machine and an id in os-release's ID_LIKE";
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
	case KEY_OS_LIKE:
		return value ? "is in it" : "is not in it";
	default:
		return match_text(rank);
	}
}

static void log_candidate(const struct ranking *ranking, const struct rank_candidate *candidate,
			  const char *out, const char *text)
{
	const struct rank_list *list = ranking->list;
	char name[NAME_SIZE];

	if (!log_is_on(ranking->log))
		return;
	list->describe(list->context, candidate, name, sizeof(name));
	log_line(ranking->log, "%s: %s%s", name, out, text);
}

int rank_consider(struct ranking *ranking, const struct rank_candidate *candidate)
{
	const struct rank_list *list = ranking->list;
	const char *against = contradiction(&ranking->ranker, candidate);
	int order = 1, same;
	struct rank rank;

	if (against) {
		ranking->any_out = true;
		if (ranking->ranker.last_key == KEY_BUILD_ID)
			log_candidate(ranking, candidate, "out: ", against);
		return 0;
	}
	rank_read(&ranking->ranker, candidate, &rank);
	ranking->knows_uname_version |= *candidate->id.uname_version != '\0';
	log_candidate(ranking, candidate, "", verdict(ranking->ranker.last_key, &rank));
	if (ranking->found)
		order = compare_ranks(&rank, &ranking->rank);
	if (order < 0)
		return 0;
	if (order == 0) {
		same = list->same_btf(list->context, &ranking->best, candidate);
		if (same == 0) {
			ranking->ambiguous = true;
			ranking->rival = *candidate;
		}
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
		return ranker->has_hint;
	case KEY_OS:
		kernel_learn_os(kernel);
		distro_normalise(kernel->id.os_id, kernel->id.version_id, &ranker->os);
		return *ranker->os.id;
	case KEY_OS_LIKE:
		kernel_learn_os(kernel);
		return *kernel->os.id_like;
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
	else if (key == KEY_OS_LIKE)
		log_line(ranking->log, "entries with different BTFs fit: comparing %s (%s)",
			 key_names[key], ranker->kernel->os.id_like);
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
	log_line(ranking->log, "looking for release %s, machine %s%s%s%s%s%s",
		 ranker->kernel->id.release, *machine ? machine : "any",
		 ranker->has_hint ? "; uname -v names " : "", ranker->hint.distro.id,
		 *ranker->hint.distro.version ? " " : "", ranker->hint.distro.version,
		 ranker->hint.native ? ", the release with its own series" : "");
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

static void start(struct ranker *ranker, struct kernel *kernel, enum key last_key)
{
	*ranker = (struct ranker){.kernel = kernel, .last_key = last_key};
	ranker->has_hint = distro_from_uname_version(kernel->id.uname_version, &ranker->hint);
}

/* Names the two that are left, and what would tell them apart. */
static int refuse(const struct ranking *ranking)
{
	const struct rank_list *list = ranking->list;
	const struct kernel_id *kernel = &ranking->ranker.kernel->id;
	char name[NAME_SIZE], rival[NAME_SIZE];

	if (!log_is_on(ranking->log))
		return -ENOTUNIQ;
	list->describe(list->context, &ranking->best, name, sizeof(name));
	list->describe(list->context, &ranking->rival, rival, sizeof(rival));
	log_line(ranking->log, "fits: %s", name);
	log_line(ranking->log, "fits as well, with another BTF: %s", rival);
	return log_error(ranking->log, -ENOTUNIQ,
			 "there are different BTFs for release %s on machine %s, and nothing tells "
			 "which of them is this kernel's; a build-id in them would, which vmlinux, "
			 "vmlinuz and packages have, and files named RELEASE.btf do not: embed "
			 "those, or this kernel's distribution alone",
			 kernel->release, *kernel->machine ? kernel->machine : "any");
}

int rank_choose(const struct rank_list *list, struct kernel *kernel, const struct log *log,
		struct rank_choice *ret_choice)
{
	struct ranking ranking = {.list = list, .log = log};
	const char *sibling = machine_64bit_sibling(kernel->id.machine);
	int err;

	start(&ranking.ranker, kernel, KEY_BUILD_ID);
	err = choose_for_machine(&ranking, kernel->id.machine);
	/* Under setarch, uname gives a 32-bit name for a 64-bit kernel. */
	if (!err && !ranking.found && sibling)
		err = choose_for_machine(&ranking, sibling);
	if (err || !ranking.found)
		return err;
	if (ranking.ambiguous && !kernel->take_first)
		return refuse(&ranking);
	/* Others are out by uname -v, so it also counts for this one. */
	if (ranking.any_out && ranking.ranker.last_key < KEY_UNAME_DISTRO) {
		ranking.ranker.last_key = KEY_UNAME_DISTRO;
		rank_read(&ranking.ranker, &ranking.best, &ranking.rank);
	}
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
	struct rank rank_a, rank_b;
	struct ranker ranker;
	bool is_a_out, is_b_out;

	start(&ranker, kernel, KEY_COUNT - 1);
	for (enum key key = 0; key < KEY_COUNT; key++)
		prepare(&ranker, key);
	is_a_out = contradiction(&ranker, a) != NULL;
	is_b_out = contradiction(&ranker, b) != NULL;
	if (is_a_out || is_b_out)
		return is_b_out - is_a_out;
	rank_read(&ranker, a, &rank_a);
	rank_read(&ranker, b, &rank_b);
	return compare_ranks(&rank_a, &rank_b);
}
