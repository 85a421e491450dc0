/* SPDX-License-Identifier: MIT */
/*
 * In: the selected files of a repository, which are here. Out: a pack of them.
 *
 * Which kernel a file is depends on its place and the links that lead there. So empty files are
 * made in all places, and listed in the same way as any folder of kernels; only files that have to
 * be packed are then written there, some at a time.
 */
#include "embedder/cli/fetched_pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedder/cli/progress.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/engine/packing.h"
#include "embedder/hub/extraction.h"
#include "embedder/pack/pack_reader.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/output_file.h"
#include "embedder/util/own_kernel_id.h"
#include "embedder/util/text.h"

#define SHOWN "kernels.pack"

/* Files that are unpacked by git at a time; each takes 1 MB of the disk, around. */
#define FILES_AT_A_TIME 256

static char *join(const char *folder, const char *below)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, below) < 0 ? NULL : path;
}

/* --- which files are packed ------------------------------------------------------------------- */

static int compare_files(const void *path, const void *file)
{
	return strcmp(path, ((const struct repository_file *)file)->path);
}

static int compare_objects(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct repository_file *file_at(const struct repository_tree *tree, const char *path)
{
	return tree->file_count ? bsearch(path, tree->files, tree->file_count, sizeof(*tree->files),
					  compare_files)
				: NULL;
}

/* Which file of the tree each listed name leads to. @root: where they lie. */
static void find_files(struct fetched_pack *fetched, const char *root)
{
	size_t length = strlen(root);

	for (size_t i = 0; i < fetched->kernels.list.count; i++) {
		_cleanup_free_ char *real = realpath(fetched->kernels.list.files[i].path, NULL);

		if (real && strncmp(real, root, length) == 0 && real[length] == '/')
			fetched->of[i] = file_at(fetched->tree, real + length + 1);
	}
}

static int list_names(struct fetched_pack *fetched, struct reason *why)
{
	_cleanup_free_ char *folder = extraction_folder(fetched->repository), *root = NULL;
	int err = folder ? extraction_make_names(fetched->repository, fetched->tree, why) : -ENOMEM;

	if (err)
		return err;
	root = realpath(folder, NULL);
	if (root) /* else no file is wanted */
		kernel_input_add(&fetched->kernels, root, NULL);
	kernel_list_sort(&fetched->kernels.list);
	fetched->of = calloc(fetched->kernels.list.count + 1, sizeof(*fetched->of));
	fetched->objects = calloc(fetched->tree->file_count + 1, sizeof(*fetched->objects));
	if (!fetched->of || !fetched->objects)
		return reason_errno(why, -ENOMEM, "cannot keep the list of files");
	for (size_t i = 0; i < fetched->tree->file_count; i++)
		fetched->objects[i] = fetched->tree->files[i].object;
	if (fetched->tree->file_count)
		qsort(fetched->objects, fetched->tree->file_count, sizeof(*fetched->objects),
		      compare_objects);
	if (root)
		find_files(fetched, root);
	for (size_t i = 0; !err && i < fetched->kernels.list.count; i++)
		if (fetched->of[i])
			err = packed_list_add(&fetched->wanted, fetched->of[i]->object,
					      &fetched->kernels.list.files[i].id);
	packed_list_sort(&fetched->wanted);
	return err ? reason_errno(why, err, "cannot keep the list of kernels") : 0;
}

static const struct packed_kernel *find_packed(const struct fetched_pack *fetched, size_t number)
{
	const struct packed_kernel *packed =
		packed_list_find(&fetched->list, &fetched->kernels.list.files[number].id);

	return packed && fetched->of[number] &&
			       strcmp(packed->object, fetched->of[number]->object) == 0
		       ? packed
		       : NULL;
}

/* A file is packed if the kernels of all its names are. */
static void mark_packed(struct fetched_pack *fetched)
{
	size_t count = fetched->kernels.list.count;

	for (size_t i = 0; i < fetched->tree->file_count; i++)
		fetched->tree->files[i].packed = false;
	for (size_t i = 0; i < count; i++)
		if (find_packed(fetched, i))
			fetched->of[i]->packed = true;
	for (size_t i = 0; i < count; i++)
		if (fetched->of[i] && !find_packed(fetched, i))
			fetched->of[i]->packed = false;
}

int fetched_pack_open(struct fetched_pack *fetched, const struct repository *repository,
		      struct repository_tree *tree, struct reason *why)
{
	_cleanup_free_ char *git = join(repository->folder, ".git");
	int err;

	*fetched = (struct fetched_pack){.repository = repository, .tree = tree};
	kernel_input_init(&fetched->kernels, NULL);
	err = git ? packed_list_read(git, &fetched->list, why)
		  : reason_errno(why, -ENOMEM, "cannot keep the path");
	if (!err)
		err = list_names(fetched, why);
	if (!err)
		mark_packed(fetched);
	return err;
}

void fetched_pack_close(struct fetched_pack *fetched)
{
	if (fetched->repository)
		extraction_remove(fetched->repository);
	packed_list_free(&fetched->list);
	packed_list_free(&fetched->wanted);
	kernel_input_free(&fetched->kernels);
	free(fetched->of);
	free(fetched->objects);
	*fetched = (struct fetched_pack){.repository = NULL};
}

/* --- packing ---------------------------------------------------------------------------------- */

/* The kernels that are to be packed, some at a time. */
struct update {
	struct fetched_pack *fetched;
	struct packing packing;
	struct packed_list list; /* of the new pack */
	bool *failed;		 /* by kernel */
	size_t failures;
};

static void cleanup_update(struct update *update)
{
	packing_free(&update->packing);
	packed_list_free(&update->list);
	free(update->failed);
}

/* The only failures are those of kernels, which are named by their paths. */
static void note_failure(void *context, enum engine_level level, const char *path, const char *text)
{
	struct update *update = context;
	const struct kernel_list *list = &update->fetched->kernels.list;

	if (level != ENGINE_FAILURE)
		return;
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->files[i].path, path) != 0)
			continue;
		update->failed[i] = true;
		report_detail("%s stays a file: %s",
			      update->fetched->of[i] ? update->fetched->of[i]->path : path, text);
	}
	update->failures++;
}

/* Whether a kernel of the old pack is kept: its file is still in the repository, and not another
 * one now. */
static bool is_kept(void *context, const struct pack_kernel *kernel)
{
	const struct fetched_pack *fetched = context;
	const struct packed_kernel *packed = packed_list_find(&fetched->list, &kernel->id);
	const struct packed_kernel *wanted;

	if (!packed || !bsearch(&packed->object, fetched->objects, fetched->tree->file_count,
				sizeof(*fetched->objects), compare_objects))
		return false;
	wanted = packed_list_find(&fetched->wanted, &kernel->id);
	return !wanted || strcmp(wanted->object, packed->object) == 0;
}

/* Opens a pack whose bytes stay the list's. */
static int open_pack(const struct packed_list *list, struct pack_reader *reader, struct reason *why)
{
	void *copy = malloc(list->pack_size);

	if (!copy)
		return reason_errno(why, -ENOMEM, "cannot read the pack");
	memcpy(copy, list->pack, list->pack_size);
	return pack_reader_open_memory(copy, list->pack_size, reader, why);
}

/* Takes over from the old pack what is still true. @ret_dropped: whether something is not. */
static int keep_packed(struct update *update, struct pack_reader *old, bool *ret_dropped,
		       struct reason *why)
{
	struct fetched_pack *fetched = update->fetched;
	int err = 0;

	*ret_dropped = false;
	for (size_t i = 0; !err && i < old->count; i++) {
		const struct packed_kernel *packed;

		if (!is_kept(fetched, &old->kernels[i])) {
			*ret_dropped = true;
			continue;
		}
		packed = packed_list_find(&fetched->list, &old->kernels[i].id);
		err = packed_list_add(&update->list, packed->object, &old->kernels[i].id);
	}
	return err ? reason_errno(why, err, "cannot keep the list of kernels") : 0;
}

static bool is_new(const struct fetched_pack *fetched, size_t number)
{
	const struct repository_file *file = fetched->of[number];

	return file && !find_packed(fetched, number) &&
	       object_set_find(&fetched->repository->here, file->object);
}

static size_t count_new(const struct fetched_pack *fetched)
{
	size_t count = 0;

	for (size_t i = 0; i < fetched->kernels.list.count; i++)
		count += is_new(fetched, i);
	return count;
}

/* Adds a name of the list to the packing's own. */
static int add_name(struct kernel_list *list, const struct kernel_file *name)
{
	struct kernel_file copy = {.path = strdup(name->path)};

	if (kernel_id_copy(&name->id, &copy.id)) {
		kernel_file_clear(&copy);
		return -ENOMEM;
	}
	return kernel_list_take(list, &copy);
}

/* Packs the next new kernels from number *@next on. */
static int pack_some(struct update *update, size_t *next, struct reason *why)
{
	const struct fetched_pack *fetched = update->fetched;
	const struct repository_file *files[FILES_AT_A_TIME];
	struct kernel_list *list = &update->packing.kernels.list;
	size_t count = 0;
	int err = 0;

	for (; !err && count < FILES_AT_A_TIME && *next < fetched->kernels.list.count; ++*next) {
		if (!is_new(fetched, *next))
			continue;
		files[count++] = fetched->of[*next];
		err = add_name(list, &fetched->kernels.list.files[*next]);
	}
	if (err)
		return reason_errno(why, err, "cannot keep the list of kernels");
	err = extraction_write(fetched->repository, files, count, why);
	if (err)
		return err;
	err = packing_run(&update->packing, kernel_pool_default_jobs(), memory_budget_default());
	if (err && err != -ENOENT)
		return reason_errno(why, err, "cannot pack the kernels");
	for (size_t i = 0; i < list->count; i++) {
		unlink(list->files[i].path);
		kernel_file_clear(&list->files[i]);
	}
	list->count = 0;
	return 0;
}

static int pack_new(struct update *update, struct reason *why)
{
	const struct fetched_pack *fetched = update->fetched;
	size_t count = fetched->kernels.list.count, next = 0;
	int err = 0;

	while (!err && next < count)
		err = pack_some(update, &next, why);
	progress_end();
	for (size_t i = 0; !err && i < count; i++) {
		if (!is_new(fetched, i) || update->failed[i])
			continue;
		err = packed_list_add(&update->list, fetched->of[i]->object,
				      &fetched->kernels.list.files[i].id);
		if (err)
			reason_errno(why, err, "cannot keep the list of kernels");
	}
	return err;
}

/* The new pack in place of the old one. */
static int write_pack(struct update *update, struct reason *why)
{
	struct fetched_pack *fetched = update->fetched;
	_cleanup_free_ char *git = join(fetched->repository->folder, ".git");
	_cleanup_(byte_buffer_free) struct byte_buffer bytes = {.data = NULL};
	int err = git ? packing_write(&update->packing, &bytes, why)
		      : reason_errno(why, -ENOMEM, "cannot keep the path");

	if (!err)
		err = packed_list_write(&update->list, git, bytes.data, bytes.size, why);
	if (err)
		return err;
	packed_list_free(&fetched->list);
	return packed_list_read(git, &fetched->list, why);
}

static int pack_all(struct fetched_pack *fetched, struct reason *why)
{
	struct engine_events events = *run_events();
	_cleanup_(cleanup_update) struct update update = {.fetched = fetched};
	_cleanup_(pack_reader_close) struct pack_reader old = {.data = NULL};
	size_t news = count_new(fetched);
	bool dropped = false;
	int err = 0;

	events.message = note_failure;
	events.context = &update;
	update.failed = calloc(fetched->kernels.list.count + 1, sizeof(*update.failed));
	if (!update.failed || packing_init(&update.packing, &events))
		return reason_errno(why, -ENOMEM, "cannot pack the kernels");
	if (fetched->list.pack) {
		err = open_pack(&fetched->list, &old, why);
		if (!err)
			err = keep_packed(&update, &old, &dropped, why);
	}
	if (err || (!news && !dropped))
		return err;
	if (fetched->list.pack)
		err = pack_reader_merge(&old, &update.packing.pack, is_kept, fetched, why);
	if (!err)
		err = pack_new(&update, why);
	if (!err && update.failures)
		report_note("%s file%s cannot be packed and stay%s as %s%s",
			    text_count(update.failures).text, text_plural(update.failures),
			    update.failures == 1 ? "s" : "",
			    update.failures == 1 ? "it is" : "they are",
			    report_level() == REPORT_VERBOSE ? "" : " (--verbose says why)");
	if (!err && (dropped || update.failures < news))
		err = write_pack(&update, why);
	if (!err)
		mark_packed(fetched);
	return err;
}

/* --- what is selected ------------------------------------------------------------------------- */

/* What the new pack's list says of it holds for the wanted kernels too. */
static bool is_selected(void *context, const struct pack_kernel *kernel)
{
	const struct fetched_pack *fetched = context;
	const struct packed_kernel *wanted = packed_list_find(&fetched->wanted, &kernel->id);
	const struct packed_kernel *packed = packed_list_find(&fetched->list, &kernel->id);

	return wanted && packed && strcmp(wanted->object, packed->object) == 0;
}

/* Whether the pack at @path has just the selected kernels, and is sound. */
static bool is_current(struct fetched_pack *fetched, const char *path,
		       const struct pack_reader *all)
{
	_cleanup_(pack_reader_close) struct pack_reader shown = {.data = NULL};
	size_t number = 0;

	if (pack_reader_open(path, &shown, NULL) || shown.count != fetched->selected)
		return false;
	for (size_t i = 0; i < all->count; i++) {
		if (is_selected(fetched, &all->kernels[i]) &&
		    pack_kernel_compare(&all->kernels[i], &shown.kernels[number++]) != 0)
			return false;
	}
	return pack_reader_load(&shown, NULL) == 0;
}

static int write_selected(struct fetched_pack *fetched, struct pack_reader *all, const char *path,
			  struct reason *why)
{
	_cleanup_(packing_free) struct packing packing = {.events = NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer bytes = {.data = NULL};
	int err;

	if (fetched->selected == all->count) /* the same bytes */
		return output_file_save(path, NULL, fetched->list.pack, fetched->list.pack_size,
					why);
	if (packing_init(&packing, NULL))
		return reason_errno(why, -ENOMEM, "cannot pack the kernels");
	err = pack_reader_merge(all, &packing.pack, is_selected, fetched, why);
	if (!err)
		err = packing_write(&packing, &bytes, why);
	return err ? err : output_file_save(path, NULL, bytes.data, bytes.size, why);
}

static int show_selected(struct fetched_pack *fetched, struct reason *why)
{
	_cleanup_free_ char *path = join(fetched->repository->folder, SHOWN);
	_cleanup_(pack_reader_close) struct pack_reader all = {.data = NULL};
	struct stat status;
	int err = path ? 0 : reason_errno(why, -ENOMEM, "cannot keep the path");

	if (!err && fetched->list.pack)
		err = open_pack(&fetched->list, &all, why);
	if (err)
		return err;
	fetched->selected = 0;
	for (size_t i = 0; i < all.count; i++)
		fetched->selected += is_selected(fetched, &all.kernels[i]);
	if (!fetched->selected)
		return unlink(path) < 0 && errno != ENOENT
			       ? reason_errno(why, -errno, "cannot remove the old pack")
			       : 0;
	if (!is_current(fetched, path, &all))
		err = write_selected(fetched, &all, path, why);
	fetched->size = !err && stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
	return err;
}

int fetched_pack_update(struct fetched_pack *fetched, struct reason *why)
{
	int err = pack_all(fetched, why);

	if (!err)
		err = show_selected(fetched, why);
	repository_tree_want_links(fetched->tree);
	return err;
}

/* --- git's copies ----------------------------------------------------------------------------- */

struct names {
	const char **names; /* sorted */
	size_t count;
};

static bool is_needless(void *context, const char *object)
{
	const struct names *packed = context;

	return bsearch(&object, packed->names, packed->count, sizeof(*packed->names),
		       compare_objects) != NULL;
}

int fetched_pack_drop_files(const struct fetched_pack *fetched, struct reason *why)
{
	_cleanup_free_ const char **names = calloc(fetched->list.count + 1, sizeof(*names));
	struct names packed = {names, fetched->list.count};

	if (!names)
		return reason_errno(why, -ENOMEM, "cannot keep the list of files");
	if (!packed.count)
		return 0;
	for (size_t i = 0; i < packed.count; i++)
		names[i] = fetched->list.kernels[i].object;
	qsort(names, packed.count, sizeof(*names), compare_objects);
	return extraction_drop_packs(fetched->repository, is_needless, &packed, why);
}
