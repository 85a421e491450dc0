/* SPDX-License-Identifier: MIT */
/*
 * In: a URL, what is wanted. Out: files in the cache. Each step is one git command, or a few.
 */
#include "embedder/hub/repository.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

#define COMING	"refs/corebtf/coming"
#define FETCHED "refs/corebtf/fetched"

/* The index of the tree that is being made. */
#define NEXT_INDEX ".git/corebtf-next"

/* A symbolic link holds a path. */
#define LINK_SIZE_MAX 4096

#define MODE_FILE	"100644"
#define MODE_EXECUTABLE "100755"
#define MODE_LINK	"120000"

/* Settings of the repository itself: where it comes from, and that objects may be missing. */
static int configure(const struct repository *repository, const char *address, struct reason *why)
{
	const char *const values[][2] = {
		{"core.repositoryFormatVersion", "1"},
		{"extensions.partialClone", "origin"},
		{"remote.origin.url", address},
		{"remote.origin.promisor", "true"},
		{"remote.origin.partialCloneFilter", "blob:none"},
	};
	struct git_run run = {.folder = repository->folder};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *const arguments[] = {"config", "--replace-all", values[i][0],
						 values[i][1], NULL};
		int err = git_run(&run, arguments, why);

		if (err)
			return err;
	}
	return 0;
}

static char *join(const char *folder, const char *below)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, below) < 0 ? NULL : path;
}

static void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* Removes files in @below that begin with @start and end with @end: temporary files of git. We hold
 * the lock, so they are left from a git that was killed. */
static void sweep(const struct repository *repository, const char *below, const char *start,
		  const char *end)
{
	_cleanup_free_ char *path = join(repository->folder, below);
	_cleanup_(cleanup_closedir) DIR *directory = path ? opendir(path) : NULL;
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, start, strlen(start)) == 0 &&
		    text_ends_with(entry->d_name, strlen(entry->d_name), end))
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
}

static void sweep_all(const struct repository *repository)
{
	sweep(repository, ".git", "", ".lock");
	sweep(repository, ".git", "corebtf-next", "");
	sweep(repository, ".git/refs/corebtf", "", ".lock");
	sweep(repository, ".git/objects/pack", "tmp_", "");
}

/* A folder of that name with other contents is not written to. */
static int check_folder(const struct repository *repository, struct reason *why)
{
	_cleanup_free_ char *git = join(repository->folder, ".git");
	struct stat status;

	if (!git)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (lstat(repository->folder, &status) < 0)
		return errno == ENOENT ? 0 : reason_errno(why, -errno, "cannot look at its folder");
	if (S_ISDIR(status.st_mode) && lstat(git, &status) == 0 && S_ISDIR(status.st_mode))
		return 0;
	if (rmdir(repository->folder) == 0)
		return 0;
	return reason_set(
		why, -EEXIST,
		"%s is there and is no repository; it is left alone: move it away and run "
		"'corebtf fetch' again",
		repository->folder);
}

/* Git looks for a repository above a folder whose own it cannot use. */
static int check_place(const struct repository *repository, struct reason *why)
{
	static const char *const arguments[] = {"rev-parse", "--git-dir", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {0};
	struct git_run run = {.folder = repository->folder, .output = &output};
	int err = git_run(&run, arguments, why);

	if (err)
		return err;
	if (output.size != strlen(".git\n") || memcmp(output.data, ".git\n", output.size) != 0)
		return reason_set(why, -EIO, "git does not take its folder for a repository");
	return 0;
}

int repository_open(const struct cache *cache, const struct repository_url *url,
		    struct repository *ret_repository, struct reason *why)
{
	_cleanup_(repository_close) struct repository repository = {
		.folder = join(cache->path, url->folder),
	};
	/* An empty template: no hooks, no attributes. */
	const char *const init[] = {
		"init", "--quiet",	   "--template=", "--object-format=sha1",
		"--",	repository.folder, NULL};
	struct git_run run = {.folder = cache->path};
	int err;

	if (!repository.folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	err = check_folder(&repository, why);
	if (err)
		return err;
	sweep_all(&repository);
	/* If a first one was interrupted, this completes it. */
	err = git_run(&run, init, why);
	if (!err)
		err = check_place(&repository, why);
	if (!err)
		err = configure(&repository, url->address, why);
	if (err)
		return err;
	*ret_repository = repository;
	repository = (struct repository){0};
	return 0;
}

void repository_close(struct repository *repository)
{
	free(repository->folder);
	object_set_free(&repository->here);
	*repository = (struct repository){0};
}

static bool has_commit(const struct repository *repository, const char *reference)
{
	const char *const arguments[] = {"rev-parse",	     "--quiet", "--verify",
					 "--end-of-options", reference, NULL};
	struct git_run run = {.folder = repository->folder};

	return git_run(&run, arguments, NULL) == 0;
}

int repository_read_objects(struct repository *repository, struct reason *why)
{
	const char *const arguments[] = {"cat-file", "--batch-all-objects", "--unordered",
					 "--batch-check=" OBJECT_SET_FORMAT, NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {0};
	struct git_run run = {.folder = repository->folder, .output = &output};
	int err = git_run(&run, arguments, why);

	if (err)
		return err;
	return object_set_read((const char *)output.data, output.size, &repository->here, why);
}

/* No blob was asked for. */
static int count_blobs(const struct repository *repository, size_t *ret_count, struct reason *why)
{
	const char *const arguments[] = {"cat-file", "--batch-all-objects", "--unordered",
					 "--batch-check=%(objecttype)", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {0};
	struct git_run run = {.folder = repository->folder, .output = &output};
	int err = git_run(&run, arguments, why);

	*ret_count = 0;
	for (size_t i = 0; !err && i + 5 <= output.size; i++)
		*ret_count += memcmp(output.data + i, "blob\n", 5) == 0;
	return err;
}

int repository_update(struct repository *repository, bool *ret_all_came, struct reason *why)
{
	const char *const arguments[] = {"fetch",
					 "--depth=1",
					 "--filter=blob:none",
					 "--no-tags",
					 "--no-write-fetch-head",
					 "--no-auto-gc",
					 repository->show ? "--progress" : "--no-progress",
					 "--",
					 "origin",
					 "+HEAD:" COMING,
					 NULL};
	struct git_run run = {
		.folder = repository->folder,
		.show = repository->show,
		.context = repository->context,
	};
	bool had_coming = has_commit(repository, COMING);
	size_t blobs = 0;
	int err = git_run(&run, arguments, why);

	*ret_all_came = false;
	repository->online = err == 0;
	if (err) {
		repository->commit = has_commit(repository, FETCHED) ? FETCHED
				     : had_coming		     ? COMING
								     : NULL;
		return err;
	}
	repository->commit = COMING;
	if (!had_coming)
		err = count_blobs(repository, &blobs, why);
	*ret_all_came = blobs > 0;
	return err;
}

/* The contents of links, as `git cat-file --batch` prints them: "NAME blob SIZE\n", the bytes,
 * "\n". */
static int read_target(struct repository_tree *tree, struct repository_link *link,
		       const struct byte_buffer *contents, size_t *offset)
{
	const char *start = (const char *)contents->data + *offset;
	const char *end = memchr(start, '\n', contents->size - *offset);
	size_t header = end ? (size_t)(end - start) + 1 : 0, size;
	const char *space = end ? memrchr(start, ' ', header) : NULL;

	if (!space)
		return -EBADMSG;
	size = strtoul(space + 1, NULL, 10);
	if (size > LINK_SIZE_MAX || *offset + header + size + 1 > contents->size)
		return -EBADMSG;
	*offset += header + size + 1;
	return repository_tree_set_target(tree, link, start + header, size);
}

static bool is_link_here(const struct repository *repository, const struct repository_link *link)
{
	const struct set_object *object = object_set_find(&repository->here, link->object);

	return object && object->size <= LINK_SIZE_MAX;
}

static int read_targets(const struct repository *repository, struct repository_tree *tree,
			struct reason *why)
{
	static const char *const arguments[] = {"cat-file", "--batch", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer names = {0}, contents = {0};
	struct git_run run = {.folder = repository->folder, .output = &contents};
	size_t offset = 0;
	int err = 0;

	for (size_t i = 0; i < tree->link_count; i++) {
		const struct repository_link *link = &tree->links[i];

		if (!is_link_here(repository, link))
			continue;
		byte_buffer_append(&names, link->object, strlen(link->object));
		byte_buffer_append(&names, "\n", 1);
	}
	if (byte_buffer_failed(&names))
		return reason_errno(why, -ENOMEM, "cannot keep the list of links");
	if (!names.size)
		return 0;
	run.input = (const char *)names.data;
	run.input_size = names.size;
	err = git_run(&run, arguments, why);
	if (err)
		return err;
	for (size_t i = 0; !err && i < tree->link_count; i++) {
		if (is_link_here(repository, &tree->links[i]))
			err = read_target(tree, &tree->links[i], &contents, &offset);
	}
	return err ? reason_errno(why, err, "cannot read the symbolic links") : 0;
}

static int run_with_names(const struct repository *repository, const char *const *arguments,
			  const struct byte_buffer *names, struct reason *why)
{
	struct git_run run = {
		.folder = repository->folder,
		.input = (const char *)names->data,
		.input_size = names->size,
		.show = repository->show,
		.context = repository->context,
	};

	if (byte_buffer_failed(names))
		return reason_errno(why, -ENOMEM, "cannot keep the list of objects");
	return names->size ? git_run(&run, arguments, why) : 0;
}

/*
 * As git itself fetches missing objects of a partial clone, but many at once. The negotiation
 * "noop" sends the server nothing about what is here: it would conclude from a commit that all its
 * files are.
 */
int repository_fetch_objects(struct repository *repository, const char *const *objects,
			     size_t count, struct reason *why)
{
	const char *const arguments[] = {
		"-c",		"fetch.negotiationAlgorithm=noop",
		"fetch",	"--filter=blob:none",
		"--no-tags",	"--no-write-fetch-head",
		"--no-auto-gc", repository->show ? "--progress" : "--no-progress",
		"--stdin",	"--",
		"origin",	NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer names = {0};

	for (size_t i = 0; i < count; i++) {
		byte_buffer_append(&names, objects[i], strlen(objects[i]));
		byte_buffer_append(&names, "\n", 1);
	}
	return run_with_names(repository, arguments, &names, why);
}

int repository_fetch_links(struct repository *repository, const struct repository_tree *tree,
			   struct reason *why)
{
	_cleanup_free_ const char **missing = calloc(tree->link_count + 1, sizeof(*missing));
	size_t count = 0;
	int err;

	if (!missing)
		return reason_errno(why, -ENOMEM, "cannot keep the list of links");
	for (size_t i = 0; i < tree->link_count; i++) {
		if (!object_set_find(&repository->here, tree->links[i].object))
			missing[count++] = tree->links[i].object;
	}
	if (!count)
		return 0;
	err = repository_fetch_objects(repository, missing, count, why);
	return err ? err : repository_read_objects(repository, why);
}

int repository_follow_links(struct repository *repository, struct repository_tree *tree,
			    repository_skip_fn skip, void *context, struct reason *why)
{
	int err = read_targets(repository, tree, why);

	if (!err && repository_tree_resolve(tree, skip, context))
		err = reason_errno(why, -ENOMEM, "cannot follow the symbolic links");
	return err;
}

int repository_read_tree(struct repository *repository, repository_skip_fn skip, void *context,
			 struct repository_tree *ret_tree, struct reason *why)
{
	const char *const arguments[] = {"ls-tree",	     "-r", "-z", "--full-tree",
					 repository->commit, NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer listing = {0};
	struct git_run run = {.folder = repository->folder, .output = &listing};
	int err;

	*ret_tree = (struct repository_tree){0};
	err = git_run(&run, arguments, why);
	if (!err)
		err = repository_tree_read((const char *)listing.data, listing.size, skip, context,
					   ret_tree, why);
	return err ? err : repository_read_objects(repository, why);
}

static void add_record(struct byte_buffer *records, const char *mode, const char *object,
		       const char *path)
{
	byte_buffer_append(records, mode, strlen(mode));
	byte_buffer_append(records, " ", 1);
	byte_buffer_append(records, object, strlen(object));
	byte_buffer_append(records, "\t", 1);
	byte_buffer_append(records, path, strlen(path) + 1);
}

void repository_add_record(struct byte_buffer *records, bool executable, const char *object,
			   const char *path)
{
	add_record(records, executable ? MODE_EXECUTABLE : MODE_FILE, object, path);
}

void repository_add_links(const struct repository *repository, const struct repository_tree *tree,
			  struct byte_buffer *records)
{
	for (size_t i = 0; i < tree->link_count; i++) {
		const struct repository_link *link = &tree->links[i];

		if (link->wanted && is_link_here(repository, link))
			add_record(records, MODE_LINK, link->object, link->path);
	}
}

/* The wanted entries that are here and not packed. */
static void list_wanted(const struct repository *repository, const struct repository_tree *tree,
			struct byte_buffer *records)
{
	for (size_t i = 0; i < tree->file_count; i++) {
		const struct repository_file *file = &tree->files[i];

		if (file->wanted && !file->packed &&
		    object_set_find(&repository->here, file->object))
			repository_add_record(records, file->executable, file->object, file->path);
	}
	repository_add_links(repository, tree, records);
}

/* Makes a tree of these entries. @ret_tree: its name, malloc'd. */
static int write_tree(const struct repository *repository, const struct byte_buffer *records,
		      char **ret_tree, struct reason *why)
{
	static const char *const add[] = {"update-index", "-z", "--index-info", NULL};
	static const char *const write[] = {"write-tree", "--missing-ok", NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer output = {0};
	struct git_run run = {
		.folder = repository->folder,
		.index = NEXT_INDEX,
		.input = (const char *)records->data,
		.input_size = records->size,
	};
	int err;

	if (byte_buffer_failed(records))
		return reason_errno(why, -ENOMEM, "cannot keep the list of files");
	sweep(repository, ".git", "corebtf-next", "");
	err = git_run(&run, add, why);
	run.input_size = 0;
	run.output = &output;
	if (!err)
		err = git_run(&run, write, why);
	sweep(repository, ".git", "corebtf-next", "");
	if (err)
		return err;
	while (output.size && output.data[output.size - 1] == '\n')
		output.size--;
	*ret_tree = output.size ? strndup((const char *)output.data, output.size) : NULL;
	return *ret_tree ? 0 : reason_errno(why, -ENOMEM, "cannot keep the name of the tree");
}

/* --reset: restores files that were changed or deleted here. */
int repository_check_out(struct repository *repository, const struct repository_tree *tree,
			 bool complete, struct reason *why)
{
	static const char *const settle[] = {"update-ref", "--no-deref", FETCHED, COMING, NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer records = {0};
	_cleanup_free_ char *name = NULL;
	struct git_run run = {.folder = repository->folder};
	int err;

	list_wanted(repository, tree, &records);
	err = write_tree(repository, &records, &name, why);
	if (!err) {
		const char *const check_out[] = {"read-tree", "--reset", "-u", name, NULL};

		err = git_run(&run, check_out, why);
	}
	if (!err && complete && strcmp(repository->commit, COMING) == 0)
		err = git_run(&run, settle, why);
	return err;
}
