/* SPDX-License-Identifier: MIT */
/*
 * What the user names by COREBTF_BUNDLE or an option: a file with bundles, a tar or a folder. Its
 * first bytes decide which, not its name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/util/file_bytes.h"
#include "runtime/util/mapping.h"
#include "runtime/folder/btf_folder.h"
#include "runtime/locate/source.h"
#include "runtime/tar/tar.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/origin.h"

/* A folder in the layout of BTFHub. */
static int from_folder(struct locate *locate, const char *path, char **ret_path)
{
	const struct log log = {
		.write = locate->log.write, .context = locate->log.context, .subject = path};
	struct kernel *kernel;
	int err;

	if (locate->nearest) {
		log_line(&log, "%s: neighbours are not looked for in a folder", path);
		return source_pass(locate, -ENOENT);
	}
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return log_error(&log, -ENOMEM, "no memory");
	err = source_running_kernel(locate, &log, kernel);
	if (!err)
		err = btf_folder_path(path, kernel, &log, ret_path, &locate->origin);
	free(kernel);
	if (err == -ENOENT)
		return source_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	return err ? source_named_error(err) : SOURCE_FOUND;
}

static bool is_tar(const char *path)
{
	const struct log silent = {.write = NULL};
	_cleanup_fd_ int fd = -1;
	uint64_t size;

	return file_bytes_open(path, &silent, &fd, &size) == 0 && tar_is_file(fd);
}

/* A tar, of which just the one BTF is kept; corebtf_open_file() would have all of them in memory.
 */
static int from_tar_file(struct locate *locate, const char *path, char **ret_path)
{
	const struct log log = {
		.write = locate->log.write, .context = locate->log.context, .subject = path};
	struct mapping mapping;
	_cleanup_fd_ int fd = -1;
	uint64_t size;
	int err = file_bytes_open(path, &log, &fd, &size);

	if (err)
		return source_named_error(err);
	err = mapping_open(fd, 0, size, &mapping);
	if (err)
		return log_error(&log, err, "cannot be mapped: %s", strerror(-err));
	mapping_read_ahead(mapping.data, mapping.size);
	err = source_in_tar(locate, &log, mapping.data, mapping.size, ret_path);
	mapping_close(&mapping);
	if (err)
		return source_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	return SOURCE_FOUND;
}

int source_bundle_file(struct locate *locate, char **ret_path)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = locate->log.write, .log_context = locate->log.context};
	const char *path = locate->opts.bundle_path;
	struct corebtf *corebtf = NULL;
	int err;

	if (!path)
		return source_pass(locate, -ENODATA);
	/* The user named it: a missing file, or one without bundles, is an error. */
	if (file_bytes_is_folder(path))
		return from_folder(locate, path, ret_path);
	/* neighbours are known to a tar that is read as a whole */
	if (!locate->nearest && is_tar(path))
		return from_tar_file(locate, path, ret_path);
	err = corebtf_open_file(path, &corebtf, &opts);
	if (err)
		return source_named_error(err);
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	ORIGIN_TEXT(locate->origin.file, path);
	err = source_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}
