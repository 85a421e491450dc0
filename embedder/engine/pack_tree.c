/* SPDX-License-Identifier: MIT */
#include "embedder/engine/pack_tree.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/archive/archive_writer.h"
#include "embedder/pack/pack_btf.h"
#include "embedder/tar/tar_path.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_folder.h"

static bool is_wanted(const struct pack_tree_opts *opts, const struct pack_kernel *kernel)
{
	return !opts->select || kernel_select_matches(opts->select, &kernel->id);
}

static int pack_btf(const struct kernel_id *id, void **btf, size_t *size, struct reason *why)
{
	_cleanup_free_ char *name = NULL;
	struct archive_file file = {.data = *btf, .size = *size};
	void *archive = NULL;
	int err;

	if (asprintf(&name, "%s.btf", id->release) < 0) {
		name = NULL;
		return reason_errno(why, -ENOMEM, "cannot pack it");
	}
	file.name = name;
	err = archive_writer_pack(ARCHIVE_XZ, &file, 1, &archive, size, why);
	if (err)
		return err;
	free(*btf);
	*btf = archive;
	return 0;
}

/* Two kernels that only `uname -v` or a build-id tells apart have one path: the first one is
 * written.
 */
static int check_unique(const struct pack_reader *reader, size_t number, struct reason *why)
{
	const struct kernel_id *id = &reader->kernels[number].id, *before;

	if (!number)
		return 0;
	before = &reader->kernels[number - 1].id;
	if (strcmp(id->release, before->release) != 0 ||
	    strcmp(id->machine, before->machine) != 0 || strcmp(id->os_id, before->os_id) != 0 ||
	    strcmp(id->version_id, before->version_id) != 0)
		return 0;
	return reason_set(why, -EEXIST,
			  "another kernel of the pack has the same release and distribution, and "
			  "its file is at this path");
}

static int write_kernel(struct pack_reader *reader, size_t number,
			const struct output_folder *folder, const struct pack_tree_opts *opts,
			char **ret_path, struct reason *why)
{
	const struct kernel_id *id = &reader->kernels[number].id;
	_cleanup_free_ void *btf = NULL;
	char *path = NULL;
	size_t size = 0;
	int err = tar_path_make(id, TAR_LAYOUT_BCC, false, 0, &path, why);

	if (err)
		return err;
	/* Without the "./" in front. */
	if (asprintf(ret_path, "%s%s", path + 2, opts->is_packed ? ".tar.xz" : "") < 0)
		*ret_path = NULL;
	free(path);
	if (!*ret_path)
		return reason_errno(why, -ENOMEM, "cannot keep its path");
	err = check_unique(reader, number, why);
	if (!err)
		err = pack_btf_make(reader, number, &btf, &size, why);
	if (!err && opts->is_packed)
		err = pack_btf(id, &btf, &size, why);
	return err ? err : output_folder_save(folder, *ret_path, btf, size, why);
}

int pack_tree_write(const char *pack, const char *folder, const struct pack_tree_opts *opts,
		    struct pack_tree_counts *ret_counts, struct reason *why)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	_cleanup_(output_folder_close) struct output_folder output = {.fd = -1};
	struct pack_tree_counts counts = {0};
	struct reason folder_why = {""};
	int err = pack_reader_open(pack, &reader, why);

	if (!err)
		err = pack_reader_load(&reader, why);
	if (!err) {
		err = output_folder_open(folder, &output, &folder_why);
		if (err)
			reason_set(why, err, "nothing written: %s: %s", folder, folder_why.text);
	}
	engine_progress(opts->events, 0, reader.count, NULL);
	for (size_t i = 0; !err && i < reader.count; i++) {
		_cleanup_free_ char *path = NULL;
		struct reason kernel_why = {""};

		if (!is_wanted(opts, &reader.kernels[i])) {
			counts.left_out++;
		} else if (write_kernel(&reader, i, &output, opts, &path, &kernel_why)) {
			engine_say(opts->events, ENGINE_FAILURE, path ? path : pack, "%s",
				   kernel_why.text);
			counts.failures++;
		} else {
			counts.written++;
		}
		engine_progress(opts->events, i + 1, reader.count, reader.kernels[i].id.release);
	}
	*ret_counts = counts;
	return err;
}

int pack_tree_read_one(const char *pack, const struct pack_tree_opts *opts, void **ret_btf,
		       size_t *ret_size, struct reason *why)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	size_t found = 0, number = 0;
	int err = pack_reader_open(pack, &reader, why);

	for (size_t i = 0; !err && i < reader.count; i++) {
		if (!is_wanted(opts, &reader.kernels[i]))
			continue;
		number = i;
		found++;
	}
	if (!err && !found)
		err = reason_set(why, -ENOENT, "it has no such kernel");
	if (!err && found > 1)
		err = reason_set(why, -EINVAL,
				 "one BTF is to be written, and %zu kernels are selected: select "
				 "one with --select, or write a folder",
				 found);
	return err ? err : pack_btf_make(&reader, number, ret_btf, ret_size, why);
}
