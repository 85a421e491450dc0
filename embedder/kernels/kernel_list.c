// SPDX-License-Identifier: MIT
/*
 * In: paths. Out: the list of kernels whose BTFs lie there.
 *
 * A folder is walked with openat, so a name is never looked up twice from the root, in the order
 * of the names, so that what is told of it comes in the same order everywhere. Symlinked folders
 * wait until all real ones have been walked, and each folder is walked once, whatever names it
 * has: a link back up the tree cannot loop, and where `focal` links to `20.04` the real name wins.
 */
#include "embedder/kernels/kernel_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/kernels/running_kernel.h"
#include "embedder/util/cleanup.h"

/* A layout has four levels; each level holds a file descriptor open. */
#define FOLDER_DEPTH_MAX 32

/* How many folders below a given path make the place of a file certain. */
#define LAYOUT_DEPTH 3

struct folder_key {
	dev_t device;
	ino_t inode;
};

/* A symlinked folder that is still to be walked. */
struct link {
	char *below; /* path below the root */
	unsigned int depth;
};

struct walk {
	struct kernel_list *list;
	const char *root;  /* as given, without slashes at the end */
	char *lexical;	   /* root as an absolute path, by its letters; NULL: not to be had */
	char *real;	   /* root with symlinks resolved */
	kernel_list_skip_fn skip;
	void *context;
	struct folder_key *walked;
	size_t walked_count;
	struct link *links;
	size_t link_count;
	size_t seen; /* files named like a BTF */
};

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

/*
 * Makes room for one more element in an array that grows by doubling. @count is how many there
 * are: at a power of two (or none) the array is full.
 */
static void *array_grow(void *array, size_t count, size_t element_size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, element_size);
}

/* Takes over what @id and @path own, on failure too. */
static int list_append(struct kernel_list *list, struct kernel_id *id, char *path)
{
	struct kernel_file *files = array_grow(list->files, list->count, sizeof(*files));

	if (!files || !path) {
		if (files)
			list->files = files;
		kernel_id_clear(id);
		free(path);
		return -ENOMEM;
	}
	list->files = files;
	files[list->count++] = (struct kernel_file){.id = *id, .path = path};
	return 0;
}

static void cleanup_walk(struct walk *walk)
{
	free(walk->lexical);
	free(walk->real);
	free(walk->walked);
	for (size_t i = 0; i < walk->link_count; i++)
		free(walk->links[i].below);
	free(walk->links);
}

/* @base, a slash, @name; where one of them is empty or @base ends in a slash, no slash. */
static char *path_join(const char *base, const char *name)
{
	size_t length = strlen(base);
	const char *slash = !length || !*name || base[length - 1] == '/' ? "" : "/";
	char *path;

	return asprintf(&path, "%s%s%s", base, slash, name) < 0 ? NULL : path;
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
		longer = strcmp(name, "..") == 0 ? NULL : path_join(absolute, name);
		free(absolute);
		absolute = longer;
	}
	return absolute;
}

static void walk_skip(const struct walk *walk, const char *below, const char *what, int error)
{
	_cleanup_free_ char *path = path_join(walk->root, below);
	struct reason why = {""};

	if (!walk->skip)
		return;
	if (error)
		reason_errno(&why, error, what);
	else
		reason_set(&why, 0, "%s", what);
	walk->skip(walk->context, path ? path : below, why.text);
}

/*
 * Adds the file @name in the folder @below. What its given path says counts first; where that is
 * no layout (`x86_64` may be a link to `store/17`, or the other way round), what the symlinks
 * lead to.
 */
static int walk_add_file(struct walk *walk, const char *below, const char *name,
			 unsigned int depth, struct reason *why)
{
	_cleanup_free_ char *lexical = walk->lexical ? path_join(walk->lexical, below) : NULL;
	_cleanup_free_ char *real = path_join(walk->real, below);
	_cleanup_free_ char *folder = path_join(walk->root, below);
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
	if (list_append(walk->list, &id, path_join(folder, name)))
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	return 0;
}

/* 1: the folder was walked before; 0: it is noted now. */
static int walk_note_folder(struct walk *walk, const struct stat *status)
{
	struct folder_key *walked;

	for (size_t i = 0; i < walk->walked_count; i++) {
		if (walk->walked[i].device == status->st_dev &&
		    walk->walked[i].inode == status->st_ino)
			return 1;
	}
	walked = array_grow(walk->walked, walk->walked_count, sizeof(*walked));
	if (!walked)
		return -ENOMEM;
	walk->walked = walked;
	walked[walk->walked_count++] = (struct folder_key){status->st_dev, status->st_ino};
	return 0;
}

static int walk_note_link(struct walk *walk, const char *below, unsigned int depth)
{
	struct link *links = array_grow(walk->links, walk->link_count, sizeof(*links));
	char *copy;

	if (!links)
		return -ENOMEM;
	walk->links = links;
	copy = strdup(below);
	if (!copy)
		return -ENOMEM;
	links[walk->link_count++] = (struct link){copy, depth};
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **names;
	size_t count;
};

static void cleanup_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* The names in a folder, sorted. What starts with a dot (.git, .cache) is nobody's kernel. */
static int read_names(DIR *directory, struct names *names)
{
	for (;;) {
		struct dirent *entry;
		char **grown;

		errno = 0;
		entry = readdir(directory);
		if (!entry && errno)
			return -errno;
		if (!entry)
			break;
		if (entry->d_name[0] == '.')
			continue;
		grown = array_grow(names->names, names->count, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		names->names = grown;
		grown[names->count] = strdup(entry->d_name);
		if (!grown[names->count])
			return -ENOMEM;
		names->count++;
	}
	if (names->count)
		qsort(names->names, names->count, sizeof(*names->names), compare_names);
	return 0;
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *below,
		       unsigned int depth);

/* One name in a folder: a kernel's file, a folder, or of no interest. */
static int walk_name(struct walk *walk, int folder, const char *name, const char *folder_below,
		     unsigned int depth)
{
	_cleanup_free_ char *below = path_join(folder_below, name);
	bool named_btf = kernel_path_release_length(name) > 0;
	struct reason why = {""};
	struct stat status;
	bool is_link;
	int err;

	if (!below)
		return -ENOMEM;
	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
		walk_skip(walk, below, "cannot look at it", -errno);
		return 0;
	}
	is_link = S_ISLNK(status.st_mode);
	if (is_link && fstatat(folder, name, &status, 0) < 0) {
		err = -errno;
		walk->seen += named_btf;
		if (named_btf)
			walk_skip(walk, below, "cannot follow the link", err);
		return 0;
	}
	if (S_ISDIR(status.st_mode) && is_link)
		return walk_note_link(walk, below, depth + 1);
	if (S_ISDIR(status.st_mode))
		return walk_folder(walk, folder, name, below, depth + 1);
	if (!named_btf)
		return 0;
	walk->seen++;
	if (!S_ISREG(status.st_mode)) {
		walk_skip(walk, below, "not a regular file", 0);
		return 0;
	}
	err = walk_add_file(walk, folder_below, name, depth, &why);
	if (err == -EINVAL) {
		walk_skip(walk, below, why.text, 0);
		err = 0;
	}
	return err;
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *below,
		       unsigned int depth)
{
	_cleanup_(cleanup_closedir) DIR *directory = NULL;
	_cleanup_(cleanup_names) struct names names = {0};
	_cleanup_close_ int fd = -1;
	struct stat status;
	int err;

	if (depth > FOLDER_DEPTH_MAX) {
		walk_skip(walk, below, "too many folders in one another", 0);
		return 0;
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0) {
		walk_skip(walk, below, "cannot open the folder", -errno);
		return 0;
	}
	err = walk_note_folder(walk, &status);
	if (err)
		return err < 0 ? err : 0;

	directory = fdopendir(fd);
	if (!directory)
		return -errno;
	fd = -1; /* closed with the directory */
	err = read_names(directory, &names);
	if (err == -ENOMEM)
		return err;
	if (err)
		walk_skip(walk, below, "cannot read the folder", err);
	for (size_t i = 0; i < names.count; i++) {
		err = walk_name(walk, dirfd(directory), names.names[i], below, depth);
		if (err)
			return err;
	}
	return 0;
}

/* Links may lead to folders with further links: those come after them. */
static int walk_links(struct walk *walk)
{
	for (size_t i = 0; i < walk->link_count; i++) {
		_cleanup_free_ char *below = strdup(walk->links[i].below);
		_cleanup_free_ char *path = below ? path_join(walk->root, below) : NULL;
		int err = path ? walk_folder(walk, AT_FDCWD, path, below, walk->links[i].depth)
			       : -ENOMEM;

		if (err)
			return err;
	}
	return 0;
}

static int add_folder(struct walk *walk, struct reason *why)
{
	int err;

	walk->lexical = path_lexical(walk->root);
	walk->real = realpath(walk->root, NULL);
	if (!walk->real)
		return reason_errno(why, -errno, "cannot resolve the path");
	err = access(walk->root, R_OK | X_OK) < 0 ? -errno : 0;
	if (err)
		return reason_errno(why, err, "cannot read the folder");
	err = walk_folder(walk, AT_FDCWD, walk->root, "", 0);
	if (!err)
		err = walk_links(walk);
	if (err)
		return reason_errno(why, err, "cannot walk the folder");
	if (!walk->seen)
		return reason_set(why, -ENOENT,
				  "no kernel BTF in this folder (no file is named *.btf or "
				  "*.btf.tar.xz)");
	return 0;
}

static int add_file(struct walk *walk, struct reason *why)
{
	const char *slash = strrchr(walk->root, '/');
	const char *name = slash ? slash + 1 : walk->root;
	_cleanup_free_ char *file = strdup(walk->root);
	_cleanup_free_ char *folder =
		slash ? strndup(walk->root, slash == walk->root ? 1 : (size_t)(slash - walk->root))
		      : strdup("");

	if (!file || !folder)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (!kernel_path_release_length(name))
		return reason_set(why, -EINVAL,
				  "cannot tell which kernel it is for: it is not named RELEASE.btf or "
				  "RELEASE.btf.tar.xz; place it (or a link to it) at "
				  "OS/VERSION/MACHINE/RELEASE.btf");
	walk->root = folder;
	walk->lexical = path_lexical(*folder ? folder : ".");
	walk->real = realpath(*folder ? folder : ".", NULL);
	if (!walk->real)
		return reason_errno(why, -errno, "cannot resolve the path");
	return walk_add_file(walk, "", name, 0, why);
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
	_cleanup_(cleanup_walk) struct walk walk = {.list = list, .skip = skip, .context = context};
	struct stat status;

	if (!root)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (stat(path, &status) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	for (size_t length = strlen(root); length > 1 && root[length - 1] == '/';)
		root[--length] = '\0';
	walk.root = root;
	if (S_ISDIR(status.st_mode))
		return add_folder(&walk, why);
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EINVAL, "neither a folder nor a regular file");
	real = realpath(path, NULL);
	if (real && strcmp(real, RUNNING_KERNEL_BTF_PATH) == 0)
		return add_running_kernel(list, path, why);
	return add_file(&walk, why);
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
