/* SPDX-License-Identifier: MIT */
/*
 * What the sources share: which errors mean "nothing here", and how to look into bundles and tars.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/open/handle.h"
#include "runtime/handover/btf_path.h"
#include "runtime/locate/source.h"
#include "runtime/tar/tar_find.h"
#include "runtime/util/origin.h"

int source_pass(struct locate *locate, int error)
{
	/* A source with BTFs, but none for this kernel, says more than one without any. */
	switch (error) {
	case -ENOENT:
		locate->missed = error;
		return SOURCE_PASS;
	case -ENOSYS:
	case -EACCES:
	case -EPERM:
		if (locate->missed == -ENODATA)
			locate->missed = error;
		return SOURCE_PASS;
	case -ENODATA:
		return SOURCE_PASS;
	default:
		return error;
	}
}

int source_in_bundles(struct locate *locate, struct corebtf *corebtf, char **ret_path)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.nearest = locate->nearest ? locate->opts.nearest : COREBTF_NEAREST_NEVER,
		.ambiguous = locate->opts.ambiguous,
	};
	struct corebtf_origin *origin = &locate->origin;
	int err;

	corebtf->host = locate->host;
	err = corebtf_find_entry(corebtf, &kernel, &entry);
	if (err)
		return source_pass(locate, err);
	err = corebtf_entry_path(corebtf, &entry, ret_path);
	if (err)
		return err;
	origin->match = entry.match;
	origin->ambiguous = entry.ambiguous;
	ORIGIN_KERNEL(origin, &entry);
	return SOURCE_FOUND;
}

int source_running_kernel(const struct locate *locate, const struct log *log,
			  struct kernel *ret_kernel)
{
	const struct corebtf_kernel_opts opts = {
		.sz = sizeof(opts),
		.ambiguous = locate->opts.ambiguous,
	};

	return kernel_identify(&locate->host, &opts, log, ret_kernel);
}

static int find_for_host(const struct locate *locate, const void *data, size_t size,
			 const struct log *log, struct tar_btf *btf, char **ret_path)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int err;

	if (!kernel)
		return -ENOMEM;
	err = source_running_kernel(locate, log, kernel);
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

int source_in_tar(struct locate *locate, const struct log *log, const void *data, size_t size,
		  char **ret_path)
{
	struct corebtf_origin *origin = &locate->origin;
	struct tar_btf *btf = malloc(sizeof(*btf));
	int err;

	if (!btf)
		return -ENOMEM;
	err = find_for_host(locate, data, size, log, btf, ret_path);
	if (!err) {
		origin->match = btf->match;
		origin->ambiguous = btf->ambiguous;
		ORIGIN_TEXT(origin->file, log->subject);
		ORIGIN_KERNEL(origin, &btf->id);
	}
	free(btf);
	return err;
}
