// SPDX-License-Identifier: MIT
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
#include "embedder/kernels/kernel_tree.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/util/cleanup.h"

/* How many folders below a given path make the place of a file certain. */
#define LAYOUT_DEPTH 3

/* A given folder, and where it is. */
struct place {
	struct kernel_list *list;
	const char *root; /* as given, without slashes at the end; "": the current folder */
	char *lexical;	  /* root as an absolute path, by its letters; NULL: not to be had */
	char *real;	  /* root with symlinks resolved */
	kernel_list_skip_fn skip;
	void *context;
};

static void cleanup_place(struct place *place)
{
	free(place->lexical);
	free(place->real);
}

void kernel_list_init(struct kernel_list *list)
{
	memset(list, 0, sizeof(*list));
}

void kernel_list_free(struct kernel_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		kernel_id_clear(&list->files[i].id);
		free(list->files[i].path);
	}
	free(list->files);
	kernel_list_init(list);
}

/* Takes over what @id and @path own, on failure too. */
static int list_append(struct kernel_list *list, struct kernel_id *id, char *path)
{
	struct kernel_file *files = list->files;

	/* Grown by doubling: at a power of two, or none, the array is full. */
	if (path && !(list->count & (list->count - 1)))
		files = reallocarray(files, list->count ? list->count * 2 : 1, sizeof(*files));
	if (!path || !files) {
		kernel_id_clear(id);
		free(path);
		return -ENOMEM;
	}
	list->files = files;
	files[list->count++] = (struct kernel_file){.id = *id, .path = path};
	return 0;
}

/* The absolute path by its letters. NULL for one with "..", which symlinks make uncertain. */
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

static int open_place(struct place *place, struct reason *why)
{
	const char *root = *place->root ? place->root : ".";

	place->lexical = path_lexical(root);
	place->real = realpath(root, NULL);
	return place->real ? 0 : reason_errno(why, -errno, "cannot resolve the path");
}

/*
 * Adds the file @name in the folder @below. What its given path says counts first; where that is
 * no layout (`x86_64` may be a link to `store/17`, or the other way round), what the symlinks
 * lead to.
 */
static int add_from_place(struct place *place, const char *below, const char *name,
			  unsigned int depth, struct reason *why)
{
	_cleanup_free_ char *lexical = place->lexical ? kernel_tree_join(place->lexical, below) : NULL;
	_cleanup_free_ char *real = kernel_tree_join(place->real, below);
	_cleanup_free_ char *folder = kernel_tree_join(place->root, below);
	struct kernel_id id = {0};
	int err = -EINVAL;

	if (!real || !folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (lexical)
		err = kernel_path_read(lexical, name, depth >= LAYOUT_DEPTH, &id, why);
	if (err == -EINVAL)
		err = kernel_path_read(real, name, depth >= LAYOUT_DEPTH, &id, why);
	if (err)
		return err;
	if (list_append(place->list, &id, kernel_tree_join(folder, name)))
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	return 0;
}

static void skip_in_place(void *context, const char *below, const char *why)
{
	const struct place *place = context;
	_cleanup_free_ char *path = kernel_tree_join(place->root, below);

	if (place->skip)
		place->skip(place->context, path ? path : below, why);
}

static int visit_file(void *context, const char *folder, const char *name, unsigned int depth)
{
	_cleanup_free_ char *below = kernel_tree_join(folder, name);
	struct reason why = {""};
	int err = below ? add_from_place(context, folder, name, depth, &why) : -ENOMEM;

	if (err != -EINVAL)
		return err;
	skip_in_place(context, below, why.text);
	return 0;
}

static int add_folder(struct place *place, struct reason *why)
{
	struct kernel_tree_visitor visitor = {visit_file, skip_in_place, place};
	size_t seen = 0;
	int err = open_place(place, why);

	if (!err)
		err = kernel_tree_walk(place->root, &visitor, &seen, why);
	if (!err && !seen)
		err = reason_set(why, -ENOENT, "no kernel BTF in this folder (no file is named "
					       "*.btf or *.btf.tar.xz)");
	return err;
}

static int add_file(struct place *place, struct reason *why)
{
	const char *slash = strrchr(place->root, '/');
	const char *name = slash ? slash + 1 : place->root;
	_cleanup_free_ char *folder = NULL;
	int err;

	if (!kernel_path_release_length(name))
		return reason_set(why, -EINVAL,
				  "cannot tell which kernel it is for: it is not named RELEASE.btf or "
				  "RELEASE.btf.tar.xz; place it (or a link to it) at "
				  "OS/VERSION/MACHINE/RELEASE.btf");
	folder = strndup(place->root, slash == place->root ? 1 : (size_t)(name - place->root));
	if (!folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	place->root = folder;
	err = open_place(place, why);
	if (!err)
		err = add_from_place(place, "", name, 0, why);
	place->root = NULL; /* ends here */
	return err;
}

static int add_running_kernel(struct kernel_list *list, const char *path, struct reason *why)
{
	struct kernel_id id = {0};
	int err = running_kernel_read(&id, why);

	if (!err && list_append(list, &id, strdup(path)))
		err = reason_errno(why, -ENOMEM, "cannot keep the path");
	return err;
}

int kernel_list_add(struct kernel_list *list, const char *path, kernel_list_skip_fn skip,
		    void *context, struct reason *why)
{
	_cleanup_free_ char *root = strdup(path), *real = NULL;
	_cleanup_(cleanup_place) struct place place = {
		.list = list,
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
		return add_folder(&place, why);
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EINVAL, "neither a folder nor a regular file");
	real = realpath(path, NULL);
	if (real && strcmp(real, RUNNING_KERNEL_BTF_PATH) == 0)
		return add_running_kernel(list, path, why);
	return add_file(&place, why);
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

void kernel_list_sort(struct kernel_list *list)
{
	size_t kept = 0, first = 0; /* first: where the run of the same kernel starts */

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
			kernel_id_clear(&file->id);
			free(file->path);
		} else {
			list->files[kept++] = *file;
		}
	}
	list->count = kept;
}
