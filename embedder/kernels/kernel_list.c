/* SPDX-License-Identifier: MIT */
/*
 * In: paths. Out: the list of kernels whose BTFs lie there.
 */
#include "embedder/kernels/kernel_list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/kernel_tree.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/util/array.h"

/* How many folders below a given path make the place of a file certain. */
#define LAYOUT_DEPTH 3

/* A given folder, and where it is. */
struct listing {
	struct kernel_list *list;
	const struct kernel_id *as;
	const char *root; /* as given, without slashes at the end; "": the current folder */
	char *lexical;	  /* root as an absolute path, symlinks kept; NULL: not known */
	char *real;	  /* root with symlinks resolved */
	kernel_list_skip_fn skip;
	void *context;
};

static void cleanup_listing(struct listing *listing)
{
	free(listing->lexical);
	free(listing->real);
}

void kernel_list_init(struct kernel_list *list)
{
	memset(list, 0, sizeof(*list));
}

void kernel_file_clear(struct kernel_file *file)
{
	kernel_id_clear(&file->id);
	free(file->path);
	memset(file, 0, sizeof(*file));
}

void kernel_list_free(struct kernel_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kernel_file_clear(&list->files[i]);
	for (size_t i = 0; i < list->source_count; i++)
		free(list->sources[i].path);
	free(list->files);
	free(list->sources);
	kernel_list_init(list);
}

int kernel_file_complete(struct kernel_file *file, const struct kernel_facts *facts,
			 struct reason *why)
{
	const struct kernel_id said = kernel_facts_id(facts);

	file->types = facts->types;
	if (facts->types == KERNEL_TYPES_DWARF)
		file->origin = PACK_ORIGIN_DWARF;
	else if (facts->has_own_btf)
		file->origin = PACK_ORIGIN_KERNEL;
	return kernel_as_complete(file->as, &said, &file->id, why);
}

int kernel_list_take(struct kernel_list *list, struct kernel_file *file)
{
	if (!file->path || array_reserve(list->files, list->capacity, list->count + 1)) {
		kernel_file_clear(file);
		return -ENOMEM;
	}
	list->files[list->count++] = *file;
	memset(file, 0, sizeof(*file));
	return 0;
}

/* Takes over @path, on failure too. */
static int list_append_source(struct kernel_list *list, char *path, const struct kernel_id *as,
			      bool was_named, struct reason *why)
{
	if (!path || array_reserve(list->sources, list->source_capacity, list->source_count + 1)) {
		free(path);
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	}
	list->sources[list->source_count++] = (struct kernel_source){path, as, was_named};
	return 0;
}

/* The absolute path, without resolving symlinks. NULL for one with "..": with symlinks, it may lead
 * anywhere. */
static char *path_lexical(const char *path)
{
	_cleanup_free_ char *current = *path == '/' ? strdup("/") : getcwd(NULL, 0);
	_cleanup_free_ char *copy = strdup(path);
	char *absolute = TAKE_PTR(current), *rest = NULL;

	if (!copy) {
		free(absolute);
		return NULL;
	}
	for (char *name = strtok_r(copy, "/", &rest); name && absolute;
	     name = strtok_r(NULL, "/", &rest)) {
		char *longer;

		if (strcmp(name, ".") == 0)
			continue;
		longer = strcmp(name, "..") == 0 ? NULL : kernel_tree_join(absolute, name);
		free(absolute);
		absolute = longer;
	}
	return absolute;
}

static int open_listing(struct listing *listing, struct reason *why)
{
	const char *root = *listing->root ? listing->root : ".";

	listing->lexical = path_lexical(root);
	listing->real = realpath(root, NULL);
	return listing->real ? 0 : reason_errno(why, -errno, "cannot resolve the path");
}

/*
 * Adds the file @name in the folder @below. What its given path says counts first; where that is
 * no layout (`x86_64` may be a link to `store/17`, or the other way round), what the symlinks
 * lead to. With a machine from --as, the place need not say any.
 */
static int add_from_listing(struct listing *listing, const char *below, const char *name,
			    unsigned int depth, struct reason *why)
{
	_cleanup_free_ char *lexical =
		listing->lexical ? kernel_tree_join(listing->lexical, below) : NULL;
	_cleanup_free_ char *real = kernel_tree_join(listing->real, below);
	_cleanup_free_ char *folder = kernel_tree_join(listing->root, below);
	struct kernel_file file;
	struct kernel_id id = {0};
	int err = -EINVAL;

	if (!real || !folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (lexical)
		err = kernel_path_read(lexical, name, depth >= LAYOUT_DEPTH, &id, why);
	if (err == -EINVAL)
		err = kernel_path_read(real, name, depth >= LAYOUT_DEPTH, &id, why);
	if (err == -EINVAL && listing->as && listing->as->machine)
		err = kernel_path_read_release(real, name, &id, why);
	if (!err)
		err = kernel_as_apply(listing->as, &id, why);
	if (err) {
		kernel_id_clear(&id);
		return err;
	}
	file = (struct kernel_file){
		.id = id, .path = kernel_tree_join(folder, name), .as = listing->as};
	if (kernel_list_take(listing->list, &file))
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	return 0;
}

static void skip_in_listing(void *context, const char *below, const char *why)
{
	const struct listing *listing = context;
	_cleanup_free_ char *path = kernel_tree_join(listing->root, below);

	if (listing->skip)
		listing->skip(listing->context, path ? path : below, why);
}

static int visit_file(void *context, const char *folder, const char *name, unsigned int depth)
{
	_cleanup_free_ char *below = kernel_tree_join(folder, name);
	struct listing *listing = context;
	struct reason why = {""};
	int err;

	if (!below)
		return -ENOMEM;
	if (kernel_path_kind(name) != KERNEL_PATH_BTF)
		return list_append_source(listing->list, kernel_tree_join(listing->root, below),
					  listing->as, false, NULL);
	err = add_from_listing(listing, folder, name, depth, &why);
	if (err != -EINVAL)
		return err;
	skip_in_listing(context, below, why.text);
	return 0;
}

static int add_folder(struct listing *listing, struct reason *why)
{
	struct kernel_tree_visitor visitor = {visit_file, skip_in_listing, listing};
	size_t seen = 0;
	int err = open_listing(listing, why);

	if (!err)
		err = kernel_tree_walk(listing->root, &visitor, &seen, why);
	if (!err && !seen)
		err = reason_set(why, -ENOENT,
				 "no kernel BTF in this folder (no file is named "
				 "*.btf, *.btf.tar.xz or vmlinuz-RELEASE, and none like "
				 "a tar archive or a package)");
	return err;
}

/* By its name and place, if they say which kernel it is for: -EINVAL if not. */
static int add_by_name(struct listing *listing, struct reason *why)
{
	const char *slash = strrchr(listing->root, '/');
	const char *name = slash ? slash + 1 : listing->root;
	_cleanup_free_ char *folder = NULL;
	int err;

	if (!archive_path_ending(name) &&
	    !(listing->as && listing->as->release && listing->as->machine))
		return reason_set(
			why, -EINVAL,
			"cannot tell which kernel it is for: it is not named RELEASE.btf or "
			"RELEASE.btf.tar.xz; place it (or a link to it) at "
			"OS/VERSION/MACHINE/RELEASE.btf, or say it with "
			"--as release=...,machine=...");
	folder =
		strndup(listing->root, slash == listing->root ? 1 : (size_t)(name - listing->root));
	if (!folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	listing->root = folder;
	err = open_listing(listing, why);
	if (!err)
		err = add_from_listing(listing, "", name, 0, why);
	listing->root = NULL; /* ends here */
	return err;
}

/* An archive or a kernel's own file is recognised by its first bytes, whatever its name. */
static int add_file(struct listing *listing, const char *path, struct reason *why)
{
	const char *slash = strrchr(path, '/');
	enum kernel_path_kind kind = kernel_path_kind(slash ? slash + 1 : path);
	struct reason content_why = {""};
	enum kernel_source_content content = KERNEL_SOURCE_NONE;
	int err;

	if (kind == KERNEL_PATH_BTF) {
		err = add_by_name(listing, why);
		if (err != -EINVAL)
			return err;
	}
	err = kernel_source_look(path, &content, &content_why);
	if (err)
		return reason_set(why, err, "%s", content_why.text);
	if (content == KERNEL_SOURCE_NONE)
		return kind == KERNEL_PATH_BTF ? -EINVAL : add_by_name(listing, why);
	return list_append_source(listing->list, strdup(path), listing->as, true, why);
}

static int add_running_kernel(struct kernel_list *list, const char *path,
			      const struct kernel_id *as, struct reason *why)
{
	struct kernel_file file = {.as = as, .origin = PACK_ORIGIN_KERNEL};
	int err = running_kernel_read(&file.id, why);

	if (!err)
		err = kernel_as_apply(as, &file.id, why);
	file.path = err ? NULL : strdup(path);
	if (err)
		kernel_file_clear(&file);
	else if (kernel_list_take(list, &file))
		err = reason_errno(why, -ENOMEM, "cannot keep the path");
	return err;
}

int kernel_list_add(struct kernel_list *list, const char *path, const struct kernel_id *as,
		    kernel_list_skip_fn skip, void *context, struct reason *why)
{
	_cleanup_free_ char *root = strdup(path), *real = NULL;
	_cleanup_(cleanup_listing) struct listing listing = {
		.list = list,
		.as = as,
		.root = root,
		.skip = skip,
		.context = context,
	};
	struct stat status;

	if (!root)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (stat(path, &status) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	for (size_t length = strlen(root); length > 1 && root[length - 1] == '/';)
		root[--length] = '\0';
	if (S_ISDIR(status.st_mode))
		return add_folder(&listing, why);
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EINVAL, "neither a folder nor a regular file");
	real = realpath(path, NULL);
	if (real && strcmp(real, RUNNING_KERNEL_BTF_PATH) == 0)
		return add_running_kernel(list, path, as, why);
	return add_file(&listing, path, why);
}

static int compare_ids(const struct kernel_id *a, const struct kernel_id *b)
{
	int order = strcmp(a->os_id, b->os_id);

	if (!order)
		order = strcmp(a->version_id, b->version_id);
	if (!order)
		order = strcmp(a->machine, b->machine);
	if (!order)
		order = strcmp(a->release, b->release);
	return order;
}

static int compare_files(const void *a, const void *b)
{
	const struct kernel_file *left = a, *right = b;
	int order = compare_ids(&left->id, &right->id);

	return order ? order : strcmp(left->path, right->path);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat left, right;

	return strcmp(a, b) == 0 || (stat(a, &left) == 0 && stat(b, &right) == 0 &&
				     left.st_dev == right.st_dev && left.st_ino == right.st_ino);
}

static int compare_sources(const void *a, const void *b)
{
	const struct kernel_source *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	/* Of the same path given twice, the one that the user named is kept. */
	return order ? order : right->was_named - left->was_named;
}

static void sort_sources(struct kernel_list *list)
{
	struct stat *statuses = calloc(list->source_count + 1, sizeof(*statuses));
	size_t kept = 0;

	if (list->source_count)
		qsort(list->sources, list->source_count, sizeof(*list->sources), compare_sources);
	/* Without memory the same file is read twice, which only costs time. */
	for (size_t i = 0; statuses && i < list->source_count; i++) {
		struct kernel_source *source = &list->sources[i];
		bool is_known = stat(source->path, &statuses[kept]) == 0, given_before = false;

		for (size_t k = 0; k < kept && is_known && !given_before; k++)
			given_before = statuses[k].st_dev == statuses[kept].st_dev &&
				       statuses[k].st_ino == statuses[kept].st_ino &&
				       list->sources[k].as == source->as;
		if (given_before)
			free(source->path);
		else
			list->sources[kept++] = *source;
	}
	if (statuses)
		list->source_count = kept;
	free(statuses);
}

void kernel_list_sort(struct kernel_list *list)
{
	size_t kept = 0, first = 0; /* first: where the run of the same kernel starts */

	sort_sources(list);
	if (!list->count)
		return;
	qsort(list->files, list->count, sizeof(*list->files), compare_files);
	for (size_t i = 0; i < list->count; i++) {
		struct kernel_file *file = &list->files[i];
		bool given_before = false;

		if (kept && compare_ids(&list->files[kept - 1].id, &file->id) != 0)
			first = kept;
		for (size_t k = first; k < kept && !given_before; k++)
			given_before = is_same_file(list->files[k].path, file->path);
		if (given_before) {
			kernel_file_clear(file);
		} else {
			list->files[kept++] = *file;
		}
	}
	list->count = kept;
}
