/* SPDX-License-Identifier: MIT */
/*
 * In: the path of a file. Out: how its kernels have to be read. Only its first bytes are unpacked.
 */
#include "embedder/kernels/kernel_source.h"

#include <stdint.h>
#include <stdlib.h>

#include "embedder/archive/package_payload.h"
#include "embedder/archive/packed_stream.h"
#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/image/kernel_image.h"
#include "embedder/image/kernel_archive.h"
#include "embedder/pack/pack_parts.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/regular_file.h"

static void cleanup_packed(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

static enum kernel_source_content content_of(const void *start, size_t size)
{
	if (pack_parts_are(start, size))
		return KERNEL_SOURCE_PACK;
	if (package_kind_of(start, size) != PACKAGE_NONE)
		return KERNEL_SOURCE_PACKAGE;
	if (kernel_elf_is(start, size) || kernel_image_is(start, size))
		return KERNEL_SOURCE_KERNEL;
	if (!kernel_bytes_are_btf(start, size) && kernel_archive_is(start, size))
		return KERNEL_SOURCE_ARCHIVE;
	return KERNEL_SOURCE_NONE;
}

int kernel_source_look(const char *path, enum kernel_source_content *ret_content,
		       struct reason *why)
{
	_cleanup_(cleanup_packed) struct packed_stream *stream = NULL;
	_cleanup_close_ int fd = -1;
	struct packed_file file = {0};
	struct packed_source source = {packed_file_read, &file};
	_cleanup_free_ uint8_t *start = malloc(KERNEL_IMAGE_FOREIGN_SIZE);
	const char *foreign;
	struct stat status;
	ssize_t count;
	int err = regular_file_open(path, &fd, &status, why);

	if (err)
		return err;
	if (!start)
		return reason_errno(why, -ENOMEM, "cannot look into it");
	file.fd = fd;
	/* If the packed bytes are damaged already here, the reader of the whole file says how. */
	if (packed_stream_open(&source, &stream, NULL))
		count = -1;
	else
		count = packed_stream_read(stream, start, KERNEL_IMAGE_FOREIGN_SIZE, NULL);
	*ret_content = count < 0 ? KERNEL_SOURCE_NONE : content_of(start, (size_t)count);
	/* A tar without members is all zeros, so a file of zeros looks like one. */
	if (count < 0 || *ret_content == KERNEL_SOURCE_KERNEL ||
	    *ret_content == KERNEL_SOURCE_PACKAGE || *ret_content == KERNEL_SOURCE_PACK)
		return 0;
	foreign = kernel_image_foreign(start, (size_t)count);
	return foreign ? kernel_image_refuse_foreign(foreign, why)
		       : kernel_bytes_refuse(start, (size_t)count, why);
}
