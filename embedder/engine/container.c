/* SPDX-License-Identifier: MIT */
/*
 * In: an executable, a bundle, a tar or a folder. Out: a bundle.
 *
 * A folder, and a bundle that needs another layout, is first put into a tar in memory, because
 * only the reader of tars makes bundles.
 */
#include "embedder/engine/container.h"

#include <elf.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/archive/archive_writer.h"
#include "embedder/engine/bundle_input.h"
#include "embedder/engine/memory_file.h"
#include "embedder/tar/tar_export.h"
#include "embedder/tar/tar_manifest.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/foreign_file.h"
#include "embedder/util/input_file.h"
#include "embedder/util/text.h"
#include "runtime/util/file_bytes.h"
#include "runtime/bundle/format.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/util/array.h"

static bool is_other_archive(const char *path, size_t length)
{
	static const char *const ends[] = {".zip",     ".7z",	    ".tbz2", ".tar.bz2",
					   ".tar.lz4", ".tar.lzma", ".cpio", ".tar.Z"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (text_ends_with(path, length, ends[i]))
			return true;
	}
	return false;
}

enum container container_of_output(const char *path)
{
	size_t length = strlen(path);
	enum archive_packing packing;

	if (text_ends_with(path, length, "/") || file_bytes_is_folder(path))
		return CONTAINER_FOLDER;
	if (!archive_packing_from_name(path, &packing))
		return CONTAINER_TAR;
	if (text_ends_with(path, length, ".o"))
		return CONTAINER_OBJECT;
	if (text_ends_with(path, length, ".btf"))
		return CONTAINER_BTF;
	return is_other_archive(path, length) ? CONTAINER_NONE : CONTAINER_BUNDLE;
}

enum container container_of_input(const char *path)
{
	_cleanup_close_ int fd = -1;
	char start[COREBTF_MAGIC_SIZE] = "";

	if (file_bytes_is_folder(path))
		return CONTAINER_FOLDER;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	/* A file that cannot be opened or is too short counts as a bundle; its reader says what
	 * is wrong. */
	if (fd < 0 || pread(fd, start, sizeof(start), 0) < (ssize_t)sizeof(start) ||
	    memcmp(start, ELFMAG, SELFMAG) == 0 ||
	    memcmp(start, COREBTF_MAGIC, COREBTF_MAGIC_SIZE) == 0)
		return CONTAINER_BUNDLE;
	return CONTAINER_TAR;
}

void container_contents_free(struct container_contents *contents)
{
	free(contents->bundle);
	free(contents->package_json);
	*contents = (struct container_contents){0};
}

/* ---- tars ---- */

struct reading {
	const struct engine_events *events;
	const char *path;
	struct container_contents *contents;
};

static void report_skipped(void *context, const char *name, const char *why)
{
	const struct reading *reading = context;

	engine_say(reading->events, ENGINE_FAILURE, reading->path, "%s%s%s", name,
		   *name ? ": " : "", why);
}

static int read_tar(struct reading *reading, const char *path, const struct tar_import_opts *given,
		    struct reason *why)
{
	struct tar_import_opts opts = *given;
	struct tar_import_result result = {0};
	struct container_contents *contents = reading->contents;
	int err;

	opts.skip = report_skipped;
	opts.context = reading;
	err = tar_import(path, &opts, &result, why);
	contents->skipped += result.skipped;
	if (err)
		return err;
	free(contents->bundle);
	contents->bundle = TAKE_PTR(result.bundle);
	contents->size = result.bundle_size;
	contents->has_objects = result.objects > 0;
	if (result.package_json) {
		free(contents->package_json);
		contents->package_json = TAKE_PTR(result.package_json);
		contents->package_json_size = result.package_json_size;
	}
	tar_import_free(&result);
	return bundle_input_check(contents->bundle, contents->size, &contents->summary, why);
}

static int read_tar_bytes(struct reading *reading, const void *tar, size_t size,
			  const struct tar_import_opts *opts, struct reason *why)
{
	_cleanup_(memory_file_close) struct memory_file file = {.fd = -1};
	int err = memory_file_open(tar, size, &file, why);

	return err ? err : read_tar(reading, file.path, opts, why);
}

/* A file that is no tar at all gets a reason that says what it is. */
static int read_tar_file(struct reading *reading, const struct tar_import_opts *opts,
			 struct reason *why)
{
	_cleanup_close_ int fd = -1;
	char start[512];
	const char *name;
	ssize_t size;
	int err = read_tar(reading, reading->path, opts, why);

	if (!err)
		return 0;
	fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size = fd < 0 ? -1 : pread(fd, start, sizeof(start), 0);
	name = size < 0 ? NULL : foreign_file_name(start, (size_t)size);
	return name ? reason_set(why, err,
				 "it is %s: give an executable, a bundle, a tar or a folder", name)
		    : err;
}

/* ---- folders ---- */

struct files {
	struct archive_file *files;
	size_t count, capacity;
};

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free((void *)files->files[i].name);
		free((void *)files->files[i].data);
	}
	free(files->files);
}

static bool is_wanted_name(const char *name)
{
	return archive_path_ending(name) || strcmp(name, TAR_MANIFEST_NAME) == 0 ||
	       strcmp(name, TAR_EXPORT_PACKAGE_NAME) == 0;
}

static int add_file(struct files *files, const char *path, const char *name, struct reason *why)
{
	struct archive_file *file;
	void *data = NULL;
	int err;

	if (array_reserve(files->files, files->capacity, files->count + 1))
		return reason_errno(why, -ENOMEM, "cannot keep its files");
	file = &files->files[files->count];
	*file = (struct archive_file){.name = strdup(name)};
	if (!file->name)
		return reason_errno(why, -ENOMEM, "cannot keep its files");
	files->count++;
	err = input_file_read(path, COREBTF_MAX_BLOB_SIZE, &data, &file->size, why);
	file->data = data;
	return err;
}

static int compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* In the order of names: the same folder gives the same bytes. */
static int read_files(struct reading *reading, FTS *walk, struct files *files, struct reason *why)
{
	size_t prefix = strlen(reading->path);
	FTSENT *entry;

	while (prefix && reading->path[prefix - 1] == '/')
		prefix--;
	errno = 0;
	while ((entry = fts_read(walk))) {
		struct reason fault = {""};
		int err = 0;

		if (entry->fts_info == FTS_F && is_wanted_name(entry->fts_name))
			err = add_file(files, entry->fts_accpath, entry->fts_path + prefix + 1,
				       &fault);
		else if (entry->fts_info == FTS_SLNONE)
			err = reason_set(&fault, -ENOENT, "is a dangling link");
		else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
			 entry->fts_info == FTS_NS)
			err = reason_errno(&fault, -entry->fts_errno, "cannot be read");
		else if (entry->fts_info == FTS_DC)
			err = reason_set(&fault, -ELOOP, "a link to a folder above it");
		if (err == -ENOMEM)
			return reason_errno(why, err, "cannot keep its files");
		if (err) {
			reading->contents->skipped++;
			engine_say(reading->events, ENGINE_FAILURE, entry->fts_path, "%s",
				   fault.text);
		}
		errno = 0;
	}
	return errno ? reason_errno(why, -errno, "cannot read the folder") : 0;
}

static int read_folder(struct reading *reading, const struct tar_import_opts *opts,
		       struct reason *why)
{
	_cleanup_(files_free) struct files files = {0};
	_cleanup_free_ void *tar = NULL;
	char *const paths[] = {(char *)reading->path, NULL};
	FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, compare_entries);
	size_t size = 0;
	int err;

	if (!walk)
		return reason_errno(why, -errno, "cannot read the folder");
	err = read_files(reading, walk, &files, why);
	fts_close(walk);
	if (!err && !files.count)
		err = reason_set(why, -ENOENT, "there is no BTF below it (RELEASE.btf)");
	if (!err)
		err = archive_writer_pack(ARCHIVE_PLAIN, files.files, files.count, &tar, &size,
					  why);
	return err ? err : read_tar_bytes(reading, tar, size, opts, why);
}

/* ---- bundles ---- */

static int read_bundle(struct reading *reading, const struct tar_import_opts *opts,
		       struct reason *why)
{
	struct container_contents *contents = reading->contents;
	struct tar_export_opts export = {.packing = ARCHIVE_PLAIN};
	struct tar_export_counts counts = {0};
	_cleanup_free_ void *tar = NULL;
	size_t size = 0;
	int err = bundle_input_read(reading->path, &contents->bundle, &contents->size, why);

	if (!err)
		err = bundle_input_check(contents->bundle, contents->size, &contents->summary, why);
	if (err)
		return err;
	contents->has_objects = contents->summary.objects > 0;
	if ((!opts->has_byte_order || opts->big_endian == !!contents->summary.big_endian) &&
	    (!opts->has_compression ||
	     (opts->compression == BUNDLE_COMPRESSION_XZ) == !!contents->summary.compressed))
		return 0;
	export.skip = report_skipped;
	export.context = reading;
	err = tar_export(contents->bundle, contents->size, &export, &tar, &size, &counts, why);
	contents->skipped += counts.left_out;
	return err ? err : read_tar_bytes(reading, tar, size, opts, why);
}

int container_read(const char *path, const struct tar_import_opts *opts,
		   const struct engine_events *events, struct container_contents *ret_contents,
		   struct reason *why)
{
	struct reading reading = {events, path, ret_contents};

	*ret_contents =
		(struct container_contents){.summary = {.sz = sizeof(struct corebtf_summary)}};
	switch (container_of_input(path)) {
	case CONTAINER_TAR:
		return read_tar_file(&reading, opts, why);
	case CONTAINER_FOLDER:
		return read_folder(&reading, opts, why);
	default:
		return read_bundle(&reading, opts, why);
	}
}
