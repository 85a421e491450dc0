/* SPDX-License-Identifier: MIT */
/*
 * In: names of repositories, expressions. Out: kernel BTFs in the cache, and lines about them.
 */
#include "embedder/cli/fetching.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/cli/fetched_pack.h"
#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/select_option.h"
#include "embedder/util/text.h"
#include "embedder/hub/cache.h"
#include "embedder/hub/repository.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* Files of one request. Nothing is kept of an interrupted request; with this many files, around
 * 1 MB each, little is lost, and the number of requests is small. */
#define REQUEST_FILES 256

struct url_list {
	struct repository_url *urls;
	size_t count, capacity;
};

static void cleanup_urls(struct url_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		repository_url_free(&list->urls[i]);
	free(list->urls);
}

/* A repository that is named twice is fetched once. */
static int add_url(struct url_list *list, const char *name)
{
	struct repository_url url;
	struct reason why = {""};
	int err = repository_url_read(name, &url, &why);

	if (err) {
		report_failure(name, "this repository is refused: %s", why.text);
		return err;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->urls[i].folder, url.folder) == 0) {
			repository_url_free(&url);
			return 0;
		}
	}
	if (array_reserve(list->urls, list->capacity, list->count + 1)) {
		repository_url_free(&url);
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	list->urls[list->count++] = url;
	return 0;
}

static int read_urls(const char *const *names, size_t count, struct url_list *list)
{
	const char *variable = getenv("BTFHUB_REPO");
	_cleanup_free_ char *copy = NULL;
	char *rest = NULL;
	int err = 0;

	for (size_t i = 0; !err && i < count; i++)
		err = add_url(list, names[i]);
	if (count)
		return err;
	copy = strdup(variable ? variable : "");
	if (!copy) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	for (char *name = strtok_r(copy, ",", &rest); !err && name;
	     name = strtok_r(NULL, ",", &rest))
		err = add_url(list, name);
	if (!err && !list->count)
		err = add_url(list, REPOSITORY_URL_DEFAULT);
	return err;
}

/* One repository, while it is fetched. */
struct fetch {
	const struct cache *cache;
	const struct repository_url *url;
	struct repository repository;
	struct repository_tree tree;
	struct fetched_pack packed;
	const char **missing; /* objects of wanted files that are not here, each once */
	size_t missing_count;
	size_t skipped;
	size_t done; /* files of finished requests */
};

static void cleanup_fetch(struct fetch *fetch)
{
	fetched_pack_close(&fetch->packed);
	repository_close(&fetch->repository);
	repository_tree_free(&fetch->tree);
	free(fetch->missing);
}

static void count_skipped(void *context, const char *path, const char *why)
{
	struct fetch *fetch = context;

	report_failure(fetch->url->shown, "'%s' is left out: %s", path, why);
	fetch->skipped++;
}

/* What git prints while it transfers: progress on a terminal, everything else for --verbose. */
static void show_line(void *context, const char *line, bool passing)
{
	const struct fetch *fetch = context;
	_cleanup_free_ char *text = NULL;

	if (!passing) {
		report_detail("git: %s", line);
		return;
	}
	if (fetch->missing_count > REQUEST_FILES &&
	    asprintf(&text, "%zu/%zu files  %s", fetch->done, fetch->missing_count, line) < 0)
		text = NULL;
	progress_show(text ? text : line);
}

static int compare_objects(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int find_missing(struct fetch *fetch)
{
	size_t kept = 0;

	free(fetch->missing);
	fetch->missing_count = 0;
	fetch->missing = calloc(fetch->tree.wanted + 1, sizeof(*fetch->missing));
	if (!fetch->missing) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < fetch->tree.file_count; i++) {
		const struct repository_file *file = &fetch->tree.files[i];

		if (file->wanted && !file->packed &&
		    !object_set_find(&fetch->repository.here, file->object))
			fetch->missing[fetch->missing_count++] = file->object;
	}
	if (!fetch->missing_count)
		return 0;
	qsort(fetch->missing, fetch->missing_count, sizeof(*fetch->missing), compare_objects);
	for (size_t i = 0; i < fetch->missing_count; i++) {
		if (!kept || strcmp(fetch->missing[kept - 1], fetch->missing[i]) != 0)
			fetch->missing[kept++] = fetch->missing[i];
	}
	fetch->missing_count = kept;
	return 0;
}

/* A step on this machine failed, after git has answered before: the repository is damaged, or the
 * disk is full. */
static int report_damage(const struct fetch *fetch, int err, const struct reason *why)
{
	report_failure(
		fetch->url->shown,
		"%s (if that stays so, remove the folder %s/%s and run 'corebtf fetch' again)",
		why->text, fetch->cache->path, fetch->url->folder);
	return err;
}

static int update(struct fetch *fetch)
{
	struct reason why = {""};
	bool all_came;
	int err = repository_update(&fetch->repository, &all_came, &why);

	progress_end();
	if (err == -EINTR)
		return err;
	if (all_came)
		report_note(
			"%s: its server cannot leave files out: it sent all, whatever is selected",
			fetch->url->shown);
	if (!err)
		return 0;
	if (fetch->repository.online)
		return report_damage(fetch, err, &why);
	if (!fetch->repository.commit) {
		report_failure(fetch->url->shown, "cannot fetch it: %s", why.text);
		return err;
	}
	report_failure(fetch->url->shown, "cannot update it: %s; what was fetched before is used",
		       why.text);
	return 0;
}

/* The files that the repository has, under all their names. */
static int read_tree(struct fetch *fetch)
{
	struct repository *repository = &fetch->repository;
	struct reason why = {""};
	int err = repository_read_tree(repository, count_skipped, fetch, &fetch->tree, &why);

	if (!err && repository->online) {
		err = repository_fetch_links(repository, &fetch->tree, &why);
		progress_end();
		if (err) {
			report_failure(fetch->url->shown, "cannot download its symbolic links: %s",
				       why.text);
			return err;
		}
	}
	if (!err)
		err = repository_follow_links(repository, &fetch->tree, count_skipped, fetch, &why);
	return err ? report_damage(fetch, err, &why) : 0;
}

static int download(struct fetch *fetch)
{
	size_t total = fetch->missing_count;
	struct reason why = {""};
	int err = 0;

	for (fetch->done = 0; !err && fetch->done < total;) {
		size_t left = total - fetch->done;
		size_t count = left < REQUEST_FILES ? left : REQUEST_FILES;

		err = repository_fetch_objects(&fetch->repository, fetch->missing + fetch->done,
					       count, &why);
		if (err)
			break;
		fetch->done += count;
		/* For a log, a line for every tenth of a long download. */
		if (total > REQUEST_FILES && !progress_on_terminal() &&
		    fetch->done * 10 / total != (fetch->done - count) * 10 / total)
			report_note("%s: %s of %s files downloaded", fetch->url->shown,
				    text_count(fetch->done).text, text_count(total).text);
	}
	progress_end();
	if (err) {
		report_failure(fetch->url->shown,
			       "cannot download: %s; %s of %s files are here now, and the cache's "
			       "files are as they were: run 'corebtf fetch' again to go on",
			       why.text, text_count(fetch->done).text, text_count(total).text);
		return err;
	}
	err = repository_read_objects(&fetch->repository, &why);
	if (err)
		return report_damage(fetch, err, &why);
	err = find_missing(fetch);
	if (!err && fetch->missing_count) {
		report_failure(fetch->url->shown, "%s of %s files did not come",
			       text_count(fetch->missing_count).text, text_count(total).text);
		return -EIO;
	}
	return err;
}

static void note_selection(const struct fetch *fetch)
{
	const struct repository_tree *tree = &fetch->tree;

	if (tree->unknown)
		report_note(
			"%s: %s BTF%s passed over: no name of theirs says which kernel it is for "
			"(OS/VERSION/MACHINE/RELEASE.btf)",
			fetch->url->shown, text_count(tree->unknown).text,
			text_plural(tree->unknown));
	if (fetch->missing_count && fetch->repository.online)
		report_note("%s: %s of %s kernels selected; %s file%s to download",
			    fetch->url->shown, text_count(tree->wanted).text,
			    text_count(tree->known).text, text_count(fetch->missing_count).text,
			    text_plural(fetch->missing_count));
}

/* How many of the wanted files are here, and the size of those that are not packed. */
static size_t count_here(const struct fetch *fetch, uint64_t *ret_size)
{
	size_t here = 0;

	*ret_size = 0;
	for (size_t i = 0; i < fetch->tree.file_count; i++) {
		const struct repository_file *file = &fetch->tree.files[i];
		const struct set_object *object =
			file->wanted && !file->packed
				? object_set_find(&fetch->repository.here, file->object)
				: NULL;

		here += object || (file->wanted && file->packed);
		*ret_size += object ? object->size : 0;
	}
	return here;
}

/* Packs what is here. The work tree gets those of the selected files that cannot be packed. */
static int put_down(struct fetch *fetch, bool complete)
{
	struct reason why = {""};
	int err = fetched_pack_update(&fetch->packed, &why);

	if (!err)
		err = repository_check_out(&fetch->repository, &fetch->tree, complete, &why);
	if (!err)
		err = fetched_pack_drop_files(&fetch->packed, &why);
	return err ? report_damage(fetch, err, &why) : 0;
}

/* If none of the selected files is here, because another selection was fetched before and the
 * server cannot be reached, all stays as it was. */
static int check_out(struct fetch *fetch, size_t downloaded)
{
	uint64_t size;
	size_t here = count_here(fetch, &size), wanted = fetch->tree.wanted;
	int err = here || !wanted ? put_down(fetch, here == wanted) : 0;

	if (err)
		return err;
	count_here(fetch, &size);
	if (here || !wanted)
		report_note("%s: %s of %s kernels, %s; %s file%s downloaded",
			    fetch->repository.folder, text_count(here).text,
			    text_count(fetch->tree.known).text,
			    text_size(size + fetch->packed.size).text, text_count(downloaded).text,
			    text_plural(downloaded));
	if (here == wanted)
		return fetch->skipped ? -ENOENT : 0;
	report_failure(fetch->url->shown, "%s of %s selected files are not here",
		       text_count(wanted - here).text, text_count(wanted).text);
	return -ENOENT;
}

/*
 * Returns -ENODATA, with nothing reported and nothing changed, when none of its kernels is
 * selected; not if @may_empty.
 */
static int fetch_repository(const struct cache *cache, const struct repository_url *url,
			    struct kernel_select *select, bool may_empty, size_t *ret_known)
{
	_cleanup_(cleanup_fetch) struct fetch fetch = {.cache = cache, .url = url};
	struct reason why = {""};
	size_t downloads;
	int err = repository_open(cache, url, &fetch.repository, &why);

	*ret_known = 0;
	if (err == -EIO)
		return report_damage(&fetch, err, &why);
	if (err) {
		report_failure(url->shown, "cannot fetch it: %s", why.text);
		return err;
	}
	if (report_level() == REPORT_VERBOSE ||
	    (report_level() == REPORT_NORMAL && progress_on_terminal())) {
		fetch.repository.show = show_line;
		fetch.repository.context = &fetch;
	}
	err = update(&fetch);
	if (err)
		return err;
	err = read_tree(&fetch);
	if (err)
		return err;
	err = repository_tree_select(&fetch.tree, select);
	if (err) {
		report_failure(NULL, "out of memory");
		return err;
	}
	*ret_known = fetch.tree.known;
	if (!fetch.tree.wanted && !may_empty)
		return -ENODATA;
	err = fetched_pack_open(&fetch.packed, &fetch.repository, &fetch.tree, &why);
	if (err)
		return report_damage(&fetch, err, &why);
	err = find_missing(&fetch);
	if (err)
		return err;
	note_selection(&fetch);
	downloads = fetch.repository.online ? fetch.missing_count : 0;
	if (downloads)
		err = download(&fetch);
	return err ? err : check_out(&fetch, downloads);
}

static void report_none(const struct repository_url *url, size_t known)
{
	if (known)
		report_failure(url->shown,
			       "--select takes none of its %s kernel%s; the cache is as it was",
			       text_count(known).text, text_plural(known));
	else
		report_failure(url->shown,
			       "it has no kernel BTF (OS/VERSION/MACHINE/RELEASE.btf, or "
			       ".btf.tar.xz)");
}

/* With several repositories, a selection must match in at least one of them. */
static int fetch_all(const struct cache *cache, const struct url_list *list,
		     struct kernel_select *select)
{
	_cleanup_free_ size_t *unwanted = calloc(list->count, sizeof(*unwanted));
	bool any = false;
	int result = 0;

	if (!unwanted) {
		report_failure(NULL, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < list->count && result != -EINTR; i++) {
		size_t known;
		int err = fetch_repository(cache, &list->urls[i], select, false, &known);

		if (err == -ENODATA && known)
			unwanted[i] = known;
		else if (err == -ENODATA)
			report_none(&list->urls[i], 0);
		any |= err == 0;
		if (err && !unwanted[i])
			result = err;
	}
	for (size_t i = 0; i < list->count && result != -EINTR; i++) {
		size_t known;
		int err = 0;

		if (unwanted[i] && any) {
			err = fetch_repository(cache, &list->urls[i], select, true, &known);
		} else if (unwanted[i]) {
			report_none(&list->urls[i], unwanted[i]);
			err = -ENOENT;
		}
		if (err)
			result = err;
	}
	if (any)
		select_option_note_unused(select);
	return result;
}

int fetching_run(const char *const *names, size_t count, struct kernel_select *select)
{
	_cleanup_(cache_close) struct cache cache = {.lock = -1};
	_cleanup_(cleanup_urls) struct url_list list = {0};
	_cleanup_free_ char *path = NULL;
	struct reason why = {""};
	int err = read_urls(names, count, &list);

	if (err)
		return err;
	err = cache_find(&path, &why);
	if (!err)
		err = cache_open(path, &cache, &why);
	if (err) {
		report_failure(path, "%s", why.text);
		return err;
	}
	return fetch_all(&cache, &list, select);
}
