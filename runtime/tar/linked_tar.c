/* SPDX-License-Identifier: MIT */
/*
 * The symbols are weak: in a program without a tar both are NULL. bpf-compatible's header defines
 * them weakly itself, one zero byte each, in programs that include it; then what lies between
 * them, if the linker puts them in this order, is no archive. No archive begins with a zero byte
 * but one without members.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <btf_core_path.h>

#include "runtime/handover/btf_path.h"
#include "runtime/tar/linked_tar.h"
#include "runtime/tar/tar_find.h"

#define TAR_NAME "the linked tar"

/* The names are ld's, made of the file's. */
#define FROM_LD __attribute__((weak, visibility("default")))
extern const char _binary_min_core_btfs_tar_gz_start[] FROM_LD;
extern const char _binary_min_core_btfs_tar_gz_end[] FROM_LD;

/* The tar's bytes. -ENODATA: none is linked in. */
static int linked_tar_get(const void **ret_data, size_t *ret_size)
{
	uintptr_t start = (uintptr_t)_binary_min_core_btfs_tar_gz_start;
	uintptr_t end = (uintptr_t)_binary_min_core_btfs_tar_gz_end;

	if (!start || end <= start || !_binary_min_core_btfs_tar_gz_start[0])
		return -ENODATA;
	*ret_data = _binary_min_core_btfs_tar_gz_start;
	*ret_size = end - start;
	return 0;
}

static int find_for_host(const struct host *host, const void *data, size_t size,
			 const struct log *log, struct tar_btf *btf, char **ret_path)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int err;

	if (!kernel)
		return -ENOMEM;
	err = kernel_identify(host, NULL, log, kernel);
	if (!err)
		err = tar_find(data, size, kernel, log, btf);
	free(kernel);
	if (err)
		return err;
	size = btf->draft.size;
	err = btf_path_of_draft(&btf->draft, log, ret_path);
	if (err)
		return log_error(log, err, "no path for %zu bytes of BTF: %s", size,
				 strerror(-err));
	return 0;
}

int locate_in_tar(struct locate *locate, const struct log *log, const void *data, size_t size,
		  char **ret_path)
{
	struct corebtf_origin *origin = &locate->origin;
	struct tar_btf *btf = malloc(sizeof(*btf));
	int err;

	if (!btf)
		return -ENOMEM;
	err = find_for_host(&locate->host, data, size, log, btf, ret_path);
	if (!err) {
		origin->match = btf->match;
		origin->ambiguous = btf->ambiguous;
		snprintf(origin->file, sizeof(origin->file), "%s", log->subject);
		snprintf(origin->release, sizeof(origin->release), "%s", btf->release);
		snprintf(origin->machine, sizeof(origin->machine), "%s", btf->machine);
		snprintf(origin->os_id, sizeof(origin->os_id), "%s", btf->os_id);
		snprintf(origin->version_id, sizeof(origin->version_id), "%s", btf->version_id);
	}
	free(btf);
	return err;
}

/* What is near this kernel shows in all of them; that is asked when no source has the kernel. */
static int locate_neighbour(struct locate *locate, const void *data, size_t size, char **ret_path)
{
	const struct corebtf_open_opts opts = {.sz = sizeof(opts),
					       .log = locate->log.write,
					       .log_context = locate->log.context};
	struct corebtf *corebtf = NULL;
	int err = corebtf_open_tar(data, size, &corebtf, &opts);

	if (err)
		return locate_pass(locate, err);
	err = locate_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}

int locate_linked_tar(struct locate *locate, char **ret_path)
{
	const struct log log = {
		.write = locate->log.write,
		.context = locate->log.context,
		.subject = locate->tar ? "the tar" : TAR_NAME,
	};
	const void *data = locate->tar;
	size_t size = locate->tar_size;
	int err = data ? 0 : linked_tar_get(&data, &size);

	if (err || !size)
		return locate_pass(locate, -ENODATA);
	locate->origin.source = COREBTF_SOURCE_LINKED_TAR;
	snprintf(locate->origin.file, sizeof(locate->origin.file), "%s", log.subject);
	if (locate->nearest)
		return locate_neighbour(locate, data, size, ret_path);
	err = locate_in_tar(locate, &log, data, size, ret_path);
	return err ? locate_pass(locate, err) : LOCATE_FOUND;
}

/* bcc's error for a program that was built without BTFs. */
static int path_in_tar(const void *tar, size_t size, char **path)
{
	const struct host here = {.root = NULL};
	int err = locate_path_in_tar(&here, tar, size, path, NULL);

	return err == -ENODATA ? -EOPNOTSUPP : err;
}

int ensure_core_btf_with_tar_binary(char **path, const char *tar_bin, int tar_len)
{
	if (!path || tar_len < 0 || (tar_len && !tar_bin))
		return -EINVAL;
	return path_in_tar(tar_len ? tar_bin : "", (size_t)tar_len, path);
}

int ensure_core_btf_with_linked_tar(char **path)
{
	return path ? path_in_tar(NULL, 0, path) : -EINVAL;
}

int clean_core_btf_rs(char *path)
{
	return !path || corebtf_path_free(path) ? 0 : -EINVAL;
}
