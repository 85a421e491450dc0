/* SPDX-License-Identifier: MIT */
/*
 * The tar that a program was linked with: `ld -r -b binary min_core_btfs.tar.gz` makes an object of
 * it, and two symbols around it. Or one that the program has in memory.
 *
 * The symbols are weak: in a program without a tar both are NULL. bpf-compatible's header defines
 * them weakly itself, one zero byte each, in programs that include it; then what lies between
 * them, if the linker puts them in this order, is no archive. No archive begins with a zero byte
 * but one without members.
 */
#include <errno.h>
#include <stdint.h>

#include "runtime/locate/source.h"
#include "runtime/util/origin.h"

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

/* What is near this kernel shows in all of them; that is asked when no source has the kernel. */
static int find_neighbour(struct locate *locate, const void *data, size_t size, char **ret_path)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = locate->log.write, .log_context = locate->log.context};
	struct corebtf *corebtf = NULL;
	int err = corebtf_open_tar(data, size, &corebtf, &opts);

	if (err)
		return source_pass(locate, err);
	err = source_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}

int source_linked_tar(struct locate *locate, char **ret_path)
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
		return source_pass(locate, -ENODATA);
	locate->origin.source = COREBTF_SOURCE_LINKED_TAR;
	ORIGIN_TEXT(locate->origin.file, log.subject);
	if (locate->nearest)
		return find_neighbour(locate, data, size, ret_path);
	err = source_in_tar(locate, &log, data, size, ret_path);
	return err ? source_pass(locate, err) : SOURCE_FOUND;
}
