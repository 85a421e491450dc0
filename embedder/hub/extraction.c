/* SPDX-License-Identifier: MIT */
#include "embedder/hub/extraction.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/text.h"

#define FILES "corebtf-files"
#define INDEX ".git/corebtf-next-files"
#define PACKS ".git/objects/pack"

/* Of ten million objects. */
#define IDX_SIZE_MAX (512u << 20)

static char *join(const char *folder, const char *below)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, below) < 0 ? NULL : path;
}

char *extraction_folder(const struct repository *repository)
{
	return join(repository->folder, ".git/" FILES);
}

static void remove_index(const struct repository *repository)
{
	_cleanup_free_ char *path = join(repository->folder, INDEX);

	if (path)
		unlink(path);
}

/* @records: as `git update-index -z --index-info` takes them. */
static int write_files(const struct repository *repository, const struct byte_buffer *records,
		       struct reason *why)
{
	static const char *const add[] = {"update-index", "-z", "--index-info", NULL};
	static const char *const write[] = {
		"checkout-index", "--all", "--force", "--quiet", "--prefix=.git/" FILES "/", NULL};
	struct git_run run = {
		.folder = repository->folder,
		.index = INDEX,
		.input = (const char *)records->data,
		.input_size = records->size,
	};
	int err;

	if (byte_buffer_failed(records))
		return reason_errno(why, -ENOMEM, "cannot keep the list of files");
	if (!records->size)
		return 0;
	remove_index(repository);
	err = git_run(&run, add, why);
	run.input_size = 0;
	if (!err)
		err = git_run(&run, write, why);
	remove_index(repository);
	return err;
}

/* An object of no bytes. @ret_object: its name, malloc'd. */
static int make_empty(const struct repository *repository, char **ret_object, struct reason *why)
{
	static const char *const arguments[] = {"hash-object", "-w", "-t", "blob", "--stdin", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {.data = NULL};
	struct git_run run = {.folder = repository->folder, .output = &output};
	int err = git_run(&run, arguments, why);

	if (err)
		return err;
	while (output.size && output.data[output.size - 1] == '\n')
		output.size--;
	*ret_object = strndup((const char *)output.data, output.size);
	return *ret_object ? 0 : reason_errno(why, -ENOMEM, "cannot keep an object's name");
}

int extraction_make_names(const struct repository *repository, const struct repository_tree *tree,
			  struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer records = {.data = NULL};
	_cleanup_free_ char *empty = NULL;
	int err = make_empty(repository, &empty, why);

	if (err)
		return err;
	extraction_remove(repository);
	for (size_t i = 0; i < tree->file_count; i++)
		if (tree->files[i].wanted)
			repository_add_record(&records, false, empty, tree->files[i].path);
	repository_add_links(repository, tree, &records);
	return write_files(repository, &records, why);
}

int extraction_write(const struct repository *repository,
		     const struct repository_file *const *files, size_t count, struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer records = {.data = NULL};

	for (size_t i = 0; i < count; i++)
		repository_add_record(&records, false, files[i]->object, files[i]->path);
	return write_files(repository, &records, why);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	remove(path);
	return 0;
}

void extraction_remove(const struct repository *repository)
{
	_cleanup_free_ char *folder = extraction_folder(repository);

	if (folder)
		nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- git's packs ------------------------------------------------------------------------------ */

/* @listing: of `git show-index`, lines "OFFSET OBJECT (CRC)". It is changed. */
static bool all_needless(char *listing, bool (*is_needless)(void *context, const char *object),
			 void *context)
{
	char *rest = listing;

	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		char *object = strchr(line, ' ');

		if (!object)
			return false;
		object[1 + strcspn(object + 1, " ")] = '\0';
		if (!is_needless(context, object + 1))
			return false;
	}
	return true;
}

static int look_at(const struct repository *repository, const char *idx,
		   bool (*is_needless)(void *context, const char *object), void *context,
		   bool *ret_needless, struct reason *why)
{
	static const char *const arguments[] = {"show-index", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {.data = NULL};
	struct git_run run = {.folder = repository->folder, .output = &output};
	_cleanup_free_ void *bytes = NULL;
	int err = input_file_read(idx, IDX_SIZE_MAX, &bytes, &run.input_size, why);

	run.input = bytes;
	if (!err)
		err = git_run(&run, arguments, why);
	byte_buffer_append_u8(&output, '\0');
	if (!err && byte_buffer_failed(&output))
		err = reason_errno(why, -ENOMEM, "cannot keep git's list of a pack");
	*ret_needless = !err && all_needless((char *)output.data, is_needless, context);
	return err;
}

/* The index first: without it, the rest is no pack for git. */
static void remove_pack(char *idx)
{
	static const char *const endings[] = {".idx", ".rev", ".promisor", ".pack"};
	char *ending = strrchr(idx, '.');

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%.*s%s", (int)(ending - idx), idx, endings[i]) < 0)
			path = NULL;
		else
			unlink(path);
	}
}

static bool is_promisor(const char *idx)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%.*s.promisor", (int)(strrchr(idx, '.') - idx), idx) < 0) {
		path = NULL;
		return false;
	}
	return access(path, F_OK) == 0;
}

int extraction_drop_packs(const struct repository *repository,
			  bool (*is_needless)(void *context, const char *object), void *context,
			  struct reason *why)
{
	_cleanup_free_ char *folder = join(repository->folder, PACKS);
	DIR *directory = folder ? opendir(folder) : NULL;
	const struct dirent *entry;
	int err = 0;

	while (!err && directory && (entry = readdir(directory))) {
		_cleanup_free_ char *idx = NULL;
		bool needless = false;

		if (!text_ends_with(entry->d_name, strlen(entry->d_name), ".idx"))
			continue;
		idx = join(folder, entry->d_name);
		if (!idx || !is_promisor(idx))
			continue;
		err = look_at(repository, idx, is_needless, context, &needless, why);
		if (needless)
			remove_pack(idx);
	}
	if (directory)
		closedir(directory);
	return err;
}
