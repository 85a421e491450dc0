/* SPDX-License-Identifier: MIT */
/*
 * A file or a range of memory in, opened bundles out. One damaged bundle makes all of it an error,
 * since it may be the one that has the kernel's entry.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/open/handle.h"
#include "runtime/executable/section.h"
#include "runtime/tar/tar.h"
#include "runtime/util/array.h"
#include "runtime/util/cleanup.h"
#include "runtime/util/file_bytes.h"
#include "runtime/util/options.h"

int handle_new(const char *subject, const struct corebtf_open_opts *opts,
	       struct corebtf **ret_handle)
{
	struct corebtf_open_opts known = {.sz = sizeof(known)};
	struct corebtf *handle;
	int err = 0;

	if (opts)
		err = options_read(opts, opts->sz, &known, sizeof(known));
	if (err)
		return err;
	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return -ENOMEM;
	handle->subject = strdup(subject);
	if (!handle->subject) {
		free(handle);
		return -ENOMEM;
	}
	log_set_output(&handle->log, known.log, known.log_context);
	handle->log.subject = handle->subject;
	*ret_handle = handle;
	return 0;
}

void handle_free(struct corebtf *handle)
{
	if (!handle)
		return;
	for (size_t i = 0; i < handle->bundle_count; i++) {
		block_cache_release(&handle->caches[i]);
		bundle_close(&handle->bundles[i]);
	}
	free(handle->caches);
	free(handle->bundles);
	mapping_close(&handle->mapping);
	free(handle->tar.bundle);
	free(handle->tar.package_json);
	free(handle->subject);
	free(handle);
}

/* Room for one more bundle and its cache. */
static int grow(struct corebtf *handle)
{
	size_t count = handle->bundle_count + 1;

	if (count > HANDLE_MAX_BUNDLES)
		return log_error(&handle->log, -EBADMSG, "more than %d bundles",
				 HANDLE_MAX_BUNDLES);
	if (array_reserve(handle->bundles, handle->bundle_capacity, count) ||
	    array_reserve(handle->caches, handle->cache_capacity, count))
		return log_error(&handle->log, -ENOMEM, "no memory");
	return 0;
}

static void log_bundle(const struct bundle *bundle)
{
	log_line(bundle->log,
		 "bundle %" PRIu32 " at offset %" PRIu64 ": %" PRIu32 " bytes, %" PRIu32
		 " kernels, %" PRIu32 " distinct BTFs, %s-endian%s",
		 bundle->number, bundle->position, bundle->header.size, bundle->header.entry_count,
		 bundle->header.blob_count, bundle_is_big_endian(bundle) ? "big" : "little",
		 bundle->header.features ? ", xz" : "");
}

int handle_open_memory(struct corebtf *handle, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	size_t position = bundle_padding(bytes, size);

	if (position == size)
		return log_error(&handle->log, -ENODATA, "holds no bundle, %s",
				 size ? "only zero bytes: nothing was embedded yet"
				      : "it is empty");
	while (position < size) {
		struct bundle *bundle;
		int err = grow(handle);

		if (err)
			return err;
		bundle = &handle->bundles[handle->bundle_count];
		memset(bundle, 0, sizeof(*bundle));
		memset(&handle->caches[handle->bundle_count], 0, sizeof(*handle->caches));
		bundle->log = &handle->log;
		bundle->position = position;
		bundle->number = (uint32_t)handle->bundle_count;
		err = bundle_open(bundle, bytes + position, size - position);
		if (err)
			return err;
		log_bundle(bundle);
		handle->bundle_count++;
		position += bundle->header.size;
		position += bundle_padding(bytes + position, size - position);
	}
	return 0;
}

int handle_open_tar(struct corebtf *handle, const void *tar, size_t size)
{
	int err = tar_bundle_read(tar, size, &handle->log, &handle->tar);

	return err ? err : handle_open_memory(handle, handle->tar.bundle, handle->tar.bundle_size);
}

static int open_tar_file(struct corebtf *handle, int fd, uint64_t size)
{
	struct mapping mapping;
	int err = mapping_open(fd, 0, size, &mapping);

	if (err)
		return log_error(&handle->log, err, "%" PRIu64 " bytes cannot be mapped: %s", size,
				 strerror(-err));
	mapping_read_ahead(mapping.data, mapping.size); /* all of it, from one end to the other */
	err = handle_open_tar(handle, mapping.data, mapping.size);
	mapping_close(&mapping);
	return err;
}

int handle_open_file(struct corebtf *handle, int fd, uint64_t size)
{
	struct section section;
	int err = section_find(fd, size, &handle->log, &section);

	if (err)
		return err;
	err = mapping_open(fd, section.offset, section.size, &handle->mapping);
	if (err)
		return log_error(&handle->log, err, "%" PRIu64 " bytes cannot be mapped: %s",
				 section.size, strerror(-err));
	return handle_open_memory(handle, handle->mapping.data, handle->mapping.size);
}

int handle_open_path(struct corebtf *handle, const char *path)
{
	_cleanup_fd_ int fd = -1; /* a mapping does not need it */
	uint64_t size = 0;
	int err = file_bytes_open(path, &handle->log, &fd, &size);

	if (err)
		return err;
	return tar_is_file(fd) ? open_tar_file(handle, fd, size)
			       : handle_open_file(handle, fd, size);
}
