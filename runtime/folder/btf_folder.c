/* SPDX-License-Identifier: MIT */
/*
 *	folder --> ID --> VERSION_ID --> MACHINE     names, sorted
 *	                                    '--> RELEASE.btf is there? --> candidates --> rank.h
 *
 * Folders may be symbolic links, as 18.04 -> bionic is in BTFHub's own archive. The depth is
 * fixed, so that links which go round in circles end by themselves; and a file that is reached
 * twice under one distribution's names counts once.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/choose/rank.h"
#include "runtime/folder/btf_file.h"
#include "runtime/folder/btf_folder.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/distro.h"
#include "runtime/util/array.h"
#include "runtime/util/origin.h"

enum level { LEVEL_ID, LEVEL_VERSION, LEVEL_MACHINE, LEVEL_COUNT };

/* A file that has the release. */
struct candidate {
	char *path;
	char *names;	     /* the path below the folder, cut into its names */
	struct kernel_id id; /* in @names */
	bool is_packed;
	dev_t device;
	ino_t inode; /* 0: not known */
};

struct search {
	const struct log *log;
	const char *release;
	char path[PATH_MAX];  /* where the search is */
	size_t folder_length; /* of the path that it began with, and a slash */
	size_t machines;      /* folders of the last level */
	struct candidate *candidates;
	size_t count, capacity;
	size_t fitting;		   /* those that were ranked */
	const char *other_machine; /* has the release, but for it */
};

static void candidate_free(struct candidate *candidate)
{
	free(candidate->path);
	free(candidate->names);
}

static void search_free(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		candidate_free(&search->candidates[i]);
	free(search->candidates);
	free(search);
}

/* ---- names ---- */

/* "/NAME" after the path. Returns the length to cut it off again, or -ENAMETOOLONG. */
static int append(struct search *search, size_t length, const char *name, const char *ending)
{
	int added = snprintf(search->path + length, sizeof(search->path) - length, "/%s%s", name,
			     ending);

	return added < 0 || (size_t)added >= sizeof(search->path) - length ? -ENAMETOOLONG : added;
}

/* Whether this very file is known, under another name of the same distribution. */
static bool is_known(const struct search *search, const struct candidate *candidate)
{
	struct distro distro, other;

	distro_normalise(candidate->id.os_id, candidate->id.version_id, &distro);
	for (size_t i = 0; candidate->inode && i < search->count; i++) {
		const struct candidate *known = &search->candidates[i];

		if (known->inode != candidate->inode || known->device != candidate->device ||
		    strcmp(known->id.machine, candidate->id.machine) != 0)
			continue;
		distro_normalise(known->id.os_id, known->id.version_id, &other);
		if (!strcmp(distro.id, other.id) && !strcmp(distro.version, other.version)) {
			log_line(search->log, "%s is %s", candidate->path, known->path);
			return true;
		}
	}
	return false;
}

static int add_candidate(struct search *search, bool is_packed)
{
	struct candidate candidate = {.is_packed = is_packed};
	struct stat status;
	int err = array_reserve(search->candidates, search->capacity, search->count + 1);

	candidate.path = strdup(search->path);
	candidate.names = strdup(search->path + search->folder_length);
	if (!candidate.path || !candidate.names)
		err = -ENOMEM;
	if (!err && archive_path_cut(candidate.names, &candidate.id)) {
		if (stat(candidate.path, &status) == 0) {
			candidate.device = status.st_dev;
			candidate.inode = status.st_ino;
		}
		if (!is_known(search, &candidate)) {
			search->candidates[search->count++] = candidate;
			return 0;
		}
	}
	candidate_free(&candidate);
	return err;
}

/* Asks the folder of a machine, which is the path, for the release. */
static int ask_for_release(struct search *search, size_t length)
{
	static const char *const endings[] = {".btf", ".btf.tar.xz"};
	struct stat status;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (append(search, length, search->release, endings[i]) < 0)
			return -ENAMETOOLONG;
		/* lstat(): a dangling link is a BTF that is missing */
		if (lstat(search->path, &status) == 0)
			return add_candidate(search, i > 0);
		if (errno != ENOENT && errno != ENAMETOOLONG)
			return -errno;
	}
	return 0;
}

static int skip_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Not alphasort(), whose order is the locale's. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_folder(const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0)
		return S_ISDIR(status.st_mode);
	/* A dangling link, or one in a circle, is no folder. */
	return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ? 0 : -errno;
}

/* The log names the folder; this adds the path below it. */
static int cannot(const struct search *search, int error, const char *what)
{
	bool is_below = strlen(search->path) > search->folder_length;

	return log_error(search->log, error, "%s%scannot be %s: %s",
			 is_below ? search->path + search->folder_length : "", is_below ? " " : "",
			 what, strerror(-error));
}

static int look_into(struct search *search, size_t length, enum level level);

static int look_at(struct search *search, size_t length, enum level level, const char *name)
{
	int added = append(search, length, name, ""), result;

	if (added < 0)
		return cannot(search, added, "examined");
	length += (size_t)added;
	result = is_folder(search->path);
	if (result <= 0)
		return result < 0 ? cannot(search, result, "examined") : 0;
	if (level + 1 < LEVEL_COUNT)
		return look_into(search, length, level + 1);
	search->machines++;
	result = ask_for_release(search, length);
	return result ? cannot(search, result, "examined") : 0;
}

/* The path, of @length bytes, is a folder: goes through what is in it. */
static int look_into(struct search *search, size_t length, enum level level)
{
	struct dirent **entries = NULL;
	int count, err = 0;

	search->path[length] = '\0';
	count = scandir(search->path, &entries, skip_hidden, by_name);
	if (count < 0)
		return cannot(search, -errno, "read");
	for (int i = 0; i < count; i++) {
		if (!err)
			err = look_at(search, length, level, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* Begins at @folder, or at the archive in it. */
static int collect(struct search *search, const char *folder)
{
	size_t length = strlen(folder);
	int added, result;

	while (length > 1 && folder[length - 1] == '/')
		length--;
	if (!length || length >= sizeof(search->path))
		return log_error(search->log, length ? -ENAMETOOLONG : -ENOENT,
				 "is no path of a folder");
	memcpy(search->path, folder, length);
	search->path[length] = '\0';
	if (length == 1 && folder[0] == '/')
		length = 0; /* the slash comes with the next name */
	added = append(search, length, ARCHIVE_PATH_ROOT, "");
	result = added < 0 ? 0 : is_folder(search->path);
	if (result > 0) {
		log_line(search->log, "%s: the archive in it is " ARCHIVE_PATH_ROOT,
			 search->log->subject);
		length += (size_t)added;
	} else if (!length) {
		added = append(search, length, ".", "");
		length += (size_t)added;
	}
	search->folder_length = length + 1;
	return look_into(search, length, LEVEL_ID);
}

/* ---- the choice ---- */

static int each_candidate(void *context, const char *release, const char *machine,
			  struct ranking *ranking)
{
	struct search *search = context;
	int err = 0;

	(void)release; /* it is that of all of them */
	for (size_t i = 0; !err && i < search->count; i++) {
		const struct candidate *candidate = &search->candidates[i];

		if (*machine && strcmp(candidate->id.machine, machine) != 0) {
			search->other_machine = candidate->id.machine;
			continue;
		}
		search->fitting++;
		err = rank_consider(ranking, &(struct rank_candidate){
						     .id = candidate->id,
						     .number = (uint32_t)i,
					     });
	}
	return err;
}

static int same_btf(void *context, const struct rank_candidate *a, const struct rank_candidate *b)
{
	const struct search *search = context;
	const struct candidate *left = &search->candidates[a->number];
	const struct candidate *right = &search->candidates[b->number];
	struct btf_file file_a = BTF_FILE_NONE, file_b = BTF_FILE_NONE;
	int result;

	if (left->inode && left->inode == right->inode && left->device == right->device)
		return 1;
	result = btf_file_open(left->path, left->is_packed, search->log, &file_a);
	if (!result)
		result = btf_file_open(right->path, right->is_packed, search->log, &file_b);
	if (!result)
		result = btf_file_compare(&file_a, &file_b);
	btf_file_close(&file_a);
	btf_file_close(&file_b);
	return result;
}

static const char *below(const struct search *search, const struct candidate *candidate)
{
	return candidate->path + search->folder_length;
}

static void describe(void *context, const struct rank_candidate *candidate, char *text, size_t size)
{
	const struct search *search = context;

	snprintf(text, size, "%s", below(search, &search->candidates[candidate->number]));
}

static int no_btf(const struct search *search, const struct kernel *kernel)
{
	if (!search->machines)
		return log_error(
			search->log, -ENODATA,
			"is no archive of BTFs: there are no folders ID/VERSION_ID/MACHINE "
			"in it");
	if (search->fitting)
		return log_error(
			search->log, -ENOENT,
			"no BTF for this build of release %s on machine %s: what is there is "
			"another distribution's, as uname -v says",
			kernel->id.release, *kernel->id.machine ? kernel->id.machine : "any");
	if (search->other_machine)
		log_line(search->log, "release %s is there, but for machine %s", kernel->id.release,
			 search->other_machine);
	return log_error(search->log, -ENOENT,
			 "no BTF for release %s on machine %s in any of its %zu folders "
			 "ID/VERSION_ID/MACHINE",
			 kernel->id.release, *kernel->id.machine ? kernel->id.machine : "any",
			 search->machines);
}

static int give(const struct search *search, const struct rank_choice *choice, char **ret_path,
		struct corebtf_origin *ret_origin)
{
	const struct candidate *candidate = &search->candidates[choice->candidate.number];
	struct btf_file file = BTF_FILE_NONE;
	int err = btf_file_open(candidate->path, candidate->is_packed, search->log, &file);

	if (!err)
		err = btf_file_give_path(&file, search->log, ret_path);
	if (err)
		return err;
	log_line(search->log, "chosen: %s, by %s%s", below(search, candidate), choice->by,
		 choice->ambiguous ? "; ambiguous, a file with another BTF fits as well: the "
				     "first one is taken"
				   : "");
	ret_origin->match = choice->match;
	ret_origin->ambiguous = choice->ambiguous;
	ORIGIN_TEXT(ret_origin->file, candidate->path);
	ORIGIN_KERNEL(ret_origin, &candidate->id);
	return 0;
}

static int find(struct search *search, const char *folder, struct kernel *kernel, char **ret_path,
		struct corebtf_origin *ret_origin)
{
	const struct rank_list list = {
		.each = each_candidate,
		.same_btf = same_btf,
		.describe = describe,
		.context = search,
	};
	struct rank_choice choice;
	int result = collect(search, folder);

	if (result)
		return result;
	result = rank_choose(&list, kernel, search->log, &choice);
	if (result < 0)
		return result;
	return result ? give(search, &choice, ret_path, ret_origin) : no_btf(search, kernel);
}

int btf_folder_path(const char *folder, struct kernel *kernel, const struct log *log,
		    char **ret_path, struct corebtf_origin *ret_origin)
{
	struct search *search = calloc(1, sizeof(*search));
	int err;

	if (!search)
		return log_error(log, -ENOMEM, "no memory to search the folder");
	search->log = log;
	search->release = kernel->id.release;
	if (strchr(kernel->id.release, '/') || !*kernel->id.release)
		err = log_error(log, -ENOENT, "no kernel has the release '%s'", kernel->id.release);
	else
		err = find(search, folder, kernel, ret_path, ret_origin);
	search_free(search);
	return err;
}
