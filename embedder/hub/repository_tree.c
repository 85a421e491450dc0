/* SPDX-License-Identifier: MIT */
/*
 * In: the list of a repository's files, what its links say, the expressions of --select. Out: which
 * files and links are wanted.
 */
#include "embedder/hub/repository_tree.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "embedder/util/cleanup.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/array.h"
#include "runtime/util/link_path.h"

/* Real archives have a few dozen links. Every file is compared with each, hence the bound. */
#define LINKS_MAX 1000

/* How many links may make one name of a file, and how many names one file may have. */
#define NAME_LINKS_MAX 4
#define NAMES_MAX      64

/* OS/VERSION/MACHINE. With fewer, the folder of the cache would be taken for one of them. */
#define LAYOUT_DEPTH 3

/* Room for the cache's own path before it, as the system bounds the whole. */
#define PATH_LENGTH_MAX 2048

void repository_tree_free(struct repository_tree *tree)
{
	free(tree->files);
	free(tree->links);
	arena_free(&tree->arena);
	*tree = (struct repository_tree){0};
}

/* "git~1" is Windows's name of .git. git refuses a list with such a name, on every system. */
static bool is_git_short_name(const char *name, size_t length)
{
	return length >= 5 && strncasecmp(name, "git~", 4) == 0 && isdigit((unsigned char)name[4]);
}

/* Why a path is not taken, or NULL. "": without a message, as hidden files are skipped everywhere.
 * Git would refuse some of these itself, and then the whole list. */
static const char *find_fault(const char *path)
{
	if (strlen(path) > PATH_LENGTH_MAX)
		return "its path is too long";
	for (const char *c = path; *c; c++) {
		if (iscntrl((unsigned char)*c) || *c == '\\')
			return "its path has a control character or a backslash in it";
	}
	for (const char *name = path;; name++) {
		size_t length = strcspn(name, "/");

		if (!length)
			return "its path has an empty component";
		if (length > NAME_MAX)
			return "its path has a component that is too long";
		if ((length < 3 && strncmp(name, "..", length) == 0) ||
		    (length == 4 && strncasecmp(name, ".git", length) == 0) ||
		    is_git_short_name(name, length))
			return "its path leads out of its folder or into git's own";
		if (*name == '.')
			return "";
		name += length;
		if (!*name)
			return NULL;
	}
}

static int add_file(struct repository_tree *tree, const char *path, const char *object,
		    bool executable)
{
	if (array_reserve(tree->files, tree->file_capacity, tree->file_count + 1))
		return -ENOMEM;
	tree->files[tree->file_count++] =
		(struct repository_file){.path = path, .object = object, .executable = executable};
	return 0;
}

static int add_link(struct repository_tree *tree, const char *path, const char *object)
{
	if (array_reserve(tree->links, tree->link_capacity, tree->link_count + 1))
		return -ENOMEM;
	tree->links[tree->link_count++] = (struct repository_link){.path = path, .object = object};
	return 0;
}

static bool is_kernel_name(const char *path)
{
	return archive_path_ending(path) != NULL;
}

/* One record: MODE " " TYPE " " OBJECT "\t" PATH. */
static int read_record(struct repository_tree *tree, const char *record, size_t length,
		       repository_skip_fn skip, void *context)
{
	char *copy = arena_string(&tree->arena, record, length);
	char *rest = NULL, *mode, *type, *object, *path;
	const char *fault;
	bool is_link;

	if (!copy)
		return -ENOMEM;
	path = strchr(copy, '\t');
	if (!path)
		return -EBADMSG;
	*path++ = '\0';
	mode = strtok_r(copy, " ", &rest);
	type = strtok_r(NULL, " ", &rest);
	object = strtok_r(NULL, " ", &rest);
	if (!object || !*object || object[strspn(object, "0123456789abcdef")])
		return -EBADMSG;
	is_link = strcmp(mode, "120000") == 0;
	if (strcmp(type, "blob") != 0) /* a submodule */
		return 0;
	fault = find_fault(path);
	if (!fault && is_link && tree->link_count == LINKS_MAX)
		fault = "there are too many symbolic links in this repository";
	if (fault) {
		if (*fault)
			skip(context, path, fault);
		return 0;
	}
	if (is_link)
		return add_link(tree, path, object);
	return add_file(tree, path, object, strcmp(mode, "100755") == 0);
}

static int compare_files(const void *a, const void *b)
{
	const struct repository_file *left = a, *right = b;

	return strcmp(left->path, right->path);
}

static int compare_links(const void *a, const void *b)
{
	const struct repository_link *left = a, *right = b;

	return strcmp(left->path, right->path);
}

/* The rest of @path after @folder: "" or "/...". NULL: @path is not in @folder. */
static const char *path_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (!length) /* the repository itself */
		return NULL;
	if (strncmp(path, folder, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* Whether something else has the link's name, or a name below it. */
static bool is_doubled(const struct repository_tree *tree, const struct repository_link *link)
{
	for (size_t i = 0; i < tree->file_count; i++) {
		if (path_below(tree->files[i].path, link->path))
			return true;
	}
	for (size_t i = 0; i < tree->link_count; i++) {
		if (&tree->links[i] != link && path_below(tree->links[i].path, link->path))
			return true;
	}
	return false;
}

/*
 * Git makes no tree with one name twice, but accepts one. The order of our records would then
 * decide which of the two is written to disk, and where links through it lead. So the link is left
 * out.
 */
static int drop_doubled(struct repository_tree *tree, repository_skip_fn skip, void *context)
{
	_cleanup_free_ bool *doubled = calloc(tree->link_count + 1, sizeof(*doubled));
	size_t kept = 0;

	if (!doubled)
		return -ENOMEM;
	for (size_t i = 0; i < tree->link_count; i++)
		doubled[i] = is_doubled(tree, &tree->links[i]);
	for (size_t i = 0; i < tree->link_count; i++) {
		if (doubled[i])
			skip(context, tree->links[i].path,
			     "it is a symbolic link, and a file or folder at once");
		else
			tree->links[kept++] = tree->links[i];
	}
	tree->link_count = kept;
	return 0;
}

int repository_tree_read(const char *listing, size_t size, repository_skip_fn skip, void *context,
			 struct repository_tree *ret_tree, struct reason *why)
{
	*ret_tree = (struct repository_tree){0};
	for (size_t offset = 0; offset < size;) {
		const char *end = memchr(listing + offset, '\0', size - offset);
		size_t length = end ? (size_t)(end - listing) - offset : 0;
		int err = end ? read_record(ret_tree, listing + offset, length, skip, context)
			      : -EBADMSG;

		if (err == -EBADMSG)
			return reason_set(why, err, "git's list of the files cannot be read");
		if (err)
			return reason_errno(why, err, "cannot keep the list of the files");
		offset += length + 1;
	}
	if (ret_tree->file_count)
		qsort(ret_tree->files, ret_tree->file_count, sizeof(*ret_tree->files),
		      compare_files);
	if (ret_tree->link_count)
		qsort(ret_tree->links, ret_tree->link_count, sizeof(*ret_tree->links),
		      compare_links);
	if (drop_doubled(ret_tree, skip, context))
		return reason_errno(why, -ENOMEM, "cannot keep the list of the files");
	return 0;
}

int repository_tree_set_target(struct repository_tree *tree, struct repository_link *link,
			       const char *target, size_t length)
{
	if (!length || length > PATH_LENGTH_MAX || memchr(target, '\0', length))
		return 0;
	link->target = arena_string(&tree->arena, target, length);
	return link->target ? 0 : -ENOMEM;
}

static const struct repository_link *find_link(const struct repository_tree *tree, const char *path)
{
	struct repository_link key = {.path = path};

	if (!tree->link_count)
		return NULL;
	return bsearch(&key, tree->links, tree->link_count, sizeof(key), compare_links);
}

static void take_last_component(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* A path that is walked without a file system: @real is where we are, without links. */
struct walk {
	const struct repository_tree *tree;
	char real[PATH_LENGTH_MAX + 1];
	unsigned int followed;
};

static int walk_along(struct walk *walk, const char *path)
{
	if (*path == '/')
		return -EXDEV;
	while (*path) {
		size_t length = strcspn(path, "/"), have = strlen(walk->real);
		const struct repository_link *link;
		int err;

		if (length == 2 && strncmp(path, "..", 2) == 0) {
			if (!have)
				return -EXDEV;
			take_last_component(walk->real);
		} else if (length && !(length == 1 && *path == '.')) {
			if (have + 1 + length > PATH_LENGTH_MAX)
				return -ENAMETOOLONG;
			if (have)
				walk->real[have++] = '/';
			memcpy(walk->real + have, path, length);
			walk->real[have + length] = '\0';
			link = find_link(walk->tree, walk->real);
			if (link && !link->target)
				return -ENOENT;
			if (link && walk->followed++ == LINK_PATH_FOLLOWED_MAX)
				return -ELOOP;
			if (link) {
				take_last_component(walk->real);
				err = walk_along(walk, link->target);
				if (err)
					return err;
			}
		}
		path += length;
		path += strspn(path, "/");
	}
	return 0;
}

int repository_tree_resolve(struct repository_tree *tree, repository_skip_fn skip, void *context)
{
	for (size_t i = 0; i < tree->link_count; i++) {
		struct repository_link *link = &tree->links[i];
		struct walk walk = {.tree = tree};
		int err = walk_along(&walk, link->path);

		if (err == -EXDEV)
			skip(context, link->path, "this symbolic link leads out of the repository");
		else if (err == -ELOOP)
			skip(context, link->path, "this symbolic link leads in a circle");
		else if (err == -ENAMETOOLONG)
			skip(context, link->path,
			     "this symbolic link leads to a path that is too long");
		if (err)
			continue;
		link->real = arena_string(&tree->arena, walk.real, strlen(walk.real));
		if (!link->real)
			return -ENOMEM;
	}
	return 0;
}

/* The names of one file; --select is asked about each. */
struct naming {
	const struct repository_tree *tree;
	struct kernel_select *select;
	bool known, wanted;
	unsigned int names;
};

static int ask(struct naming *naming, const char *path)
{
	_cleanup_free_ char *names = strdup(path);
	struct kernel_id id;
	unsigned int depth = 0;

	if (!names)
		return -ENOMEM;
	for (const char *c = path; *c; c++)
		depth += *c == '/';
	if (depth < LAYOUT_DEPTH || !archive_path_cut(names, &id) || !machine_is_known(id.machine))
		return 0;
	naming->known = true;
	naming->wanted |= kernel_select_matches(naming->select, &id);
	return 0;
}

/* @path, and its names through links. All of them are asked about, so that each expression counts
 * whether it held. */
static int ask_all(struct naming *naming, const char *path, unsigned int links)
{
	int err;

	if (naming->names == NAMES_MAX || links > NAME_LINKS_MAX)
		return 0;
	naming->names++;
	err = is_kernel_name(path) ? ask(naming, path) : 0;
	for (size_t i = 0; !err && i < naming->tree->link_count; i++) {
		const struct repository_link *link = &naming->tree->links[i];
		const char *rest = link->real ? path_below(path, link->real) : NULL;
		_cleanup_free_ char *name = NULL;

		if (!rest)
			continue;
		if (asprintf(&name, "%s%s", link->path, rest) < 0) {
			name = NULL;
			return -ENOMEM;
		}
		err = ask_all(naming, name, links + 1);
	}
	return err;
}

/* A link to a folder that holds a wanted link leads to wanted files as well. */
static void want_links_to_links(struct repository_tree *tree)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < tree->link_count; i++) {
			struct repository_link *link = &tree->links[i];
			bool was_wanted = link->wanted;

			for (size_t k = 0; link->real && !link->wanted && k < tree->link_count; k++)
				link->wanted = tree->links[k].wanted &&
					       path_below(tree->links[k].path, link->real);
			changed |= link->wanted && !was_wanted;
		}
	}
}

void repository_tree_want_links(struct repository_tree *tree)
{
	for (size_t k = 0; k < tree->link_count; k++) {
		struct repository_link *link = &tree->links[k];

		link->wanted = false;
		for (size_t i = 0; link->real && !link->wanted && i < tree->file_count; i++)
			link->wanted = tree->files[i].wanted && !tree->files[i].packed &&
				       path_below(tree->files[i].path, link->real);
	}
	want_links_to_links(tree);
}

int repository_tree_select(struct repository_tree *tree, struct kernel_select *select)
{
	tree->known = tree->unknown = tree->wanted = 0;
	for (size_t i = 0; i < tree->file_count; i++) {
		struct repository_file *file = &tree->files[i];
		struct naming naming = {.tree = tree, .select = select};
		int err = ask_all(&naming, file->path, 0);

		if (err)
			return err;
		tree->known += naming.known;
		tree->unknown += !naming.known && is_kernel_name(file->path);
		file->wanted = naming.wanted;
		tree->wanted += file->wanted;
	}
	repository_tree_want_links(tree);
	return 0;
}
