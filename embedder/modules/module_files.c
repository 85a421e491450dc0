/* SPDX-License-Identifier: MIT */
/*
 * In: a folder or a package. Out: the modules in it, one at a time.
 */
#include "embedder/modules/module_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/archive/packed_size.h"
#include "embedder/archive/packed_stream.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/util/cleanup.h"

/* /lib/modules/RELEASE/kernel/drivers/net/ethernet/mellanox/mlx5/core/ is a deep one. */
#define FOLDER_DEPTH_MAX 32

/* A guess of what a module unpacks to, in times its own size, where it does not say it. Modules
 * pack to a third or a fifth. */
#define PACKED_GUESS 16

/* The unpackers keep the bytes that they wrote last, for xz -9 the last 64 MiB. */
#define WINDOW_MAX (UINT64_C(64) << 20)

static void cleanup_stream(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

/* What unpacking @size bytes takes; *@ret_limit: the largest unpacked size that is accepted. */
static uint64_t unpacking_cost(const void *packed, size_t size, size_t *ret_limit)
{
	uint64_t unpacked = packed_size(packed, size);

	if (!unpacked)
		unpacked = (uint64_t)size * PACKED_GUESS;
	if (unpacked > MODULE_FILE_SIZE_MAX)
		unpacked = MODULE_FILE_SIZE_MAX;
	*ret_limit = (size_t)unpacked;
	return size + unpacked + (unpacked < WINDOW_MAX ? unpacked : WINDOW_MAX);
}

static int unpack(const struct module_visitor *visitor, const void *packed, size_t size,
		  void **ret_image, size_t *ret_size, struct reason *why)
{
	_cleanup_(cleanup_stream) struct packed_stream *stream = NULL;
	struct packed_memory memory = {packed, size};
	struct packed_source source = {packed_memory_read, &memory};
	size_t limit;
	int err = visitor->reserve(visitor->context, unpacking_cost(packed, size, &limit), why);

	if (!err)
		err = packed_stream_open(&source, &stream, why);
	return err ? err : packed_stream_read_all(stream, limit, limit, ret_image, ret_size, why);
}

/* Hands out the module in @data, which may be packed. */
static int take(const struct module_visitor *visitor, const char *path, const char *name,
		const void *data, size_t size)
{
	_cleanup_free_ void *image = NULL;
	struct reason why = {""};
	int err;

	if (!packed_stream_is_packed(data, size))
		return visitor->take(visitor->context, path, name, data, size);
	err = unpack(visitor, data, size, &image, &size, &why);
	if (!err)
		return visitor->take(visitor->context, path, name, image, size);
	visitor->skip(visitor->context, path, why.text);
	return err == -ENOMEM ? err : 0;
}

/* --- a folder --------------------------------------------------------------------------------- */

static int take_file(const struct module_visitor *visitor, const char *path)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	struct reason why = {""};
	char name[MODULE_NAME_SIZE];

	if (!module_name_read(path, name) || !visitor->want(visitor->context, name))
		return 0;
	if (kernel_btf_load(path, &bytes, &why)) {
		visitor->skip(visitor->context, path, why.text);
		return 0;
	}
	return take(visitor, path, name, bytes.data, bytes.size);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void free_entries(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

static int walk(const char *folder, const struct module_visitor *visitor, unsigned int depth,
		struct reason *why)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_visible, alphasort), err = 0;

	if (count < 0)
		return reason_errno(why, -errno, "cannot read the folder");
	for (int i = 0; i < count && !err; i++) {
		_cleanup_free_ char *path = NULL;
		struct stat status;

		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
			path = NULL;
			err = reason_errno(why, -ENOMEM, "cannot keep a path");
			continue;
		}
		/* Not through links: "build" and "source" lead to the kernel's sources. */
		if (lstat(path, &status) < 0)
			continue;
		if (S_ISDIR(status.st_mode) && depth < FOLDER_DEPTH_MAX)
			err = walk(path, visitor, depth + 1, why);
		else if (S_ISREG(status.st_mode))
			err = take_file(visitor, path);
	}
	free_entries(entries, count);
	return err;
}

int module_files_in_folder(const char *folder, const struct module_visitor *visitor,
			   struct reason *why)
{
	return walk(folder, visitor, 0, why);
}

/* --- a package -------------------------------------------------------------------------------- */

static int take_member(struct archive_reader *reader, const struct archive_member *member,
		       const char *package, const struct module_visitor *visitor, const char *name,
		       struct reason *why)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ void *data = NULL;
	struct reason member_why = {""};
	size_t size = 0;
	int err;

	if (asprintf(&path, "%s: %s", package, member->name) < 0) {
		path = NULL;
		return reason_errno(why, -ENOMEM, "cannot keep a path");
	}
	err = member->size > MODULE_FILE_SIZE_MAX
		      ? reason_set(&member_why, -EFBIG,
				   "it has %llu bytes, more than the %u that are accepted",
				   (unsigned long long)member->size, MODULE_FILE_SIZE_MAX)
		      : visitor->reserve(visitor->context, member->size, &member_why);
	if (err) {
		visitor->skip(visitor->context, path, member_why.text);
		return err == -ENOMEM ? err : 0;
	}
	err = archive_reader_read(reader, MODULE_FILE_SIZE_MAX, &data, &size, why);
	return err ? err : take(visitor, path, name, data, size);
}

int module_files_in_package(const char *package, const char *release,
			    const struct module_visitor *visitor, size_t *ret_seen,
			    struct reason *why)
{
	struct archive_reader *reader = NULL;
	struct archive_member member;
	/* What is wrong with other members was reported when the kernel was read. */
	int more = archive_reader_open(package, NULL, NULL, &reader, why);

	*ret_seen = 0;
	if (!more)
		more = 1;
	while (more > 0 && (more = archive_reader_next(reader, &member, why)) > 0) {
		char name[MODULE_NAME_SIZE];
		int err;

		if (member.kind != ARCHIVE_FILE || !module_name_read(member.name, name) ||
		    !module_name_is_of(member.name, release))
			continue;
		++*ret_seen;
		if (!visitor->want(visitor->context, name))
			continue;
		err = take_member(reader, &member, package, visitor, name, why);
		if (err)
			more = err;
	}
	archive_reader_close(reader);
	return more;
}
