/* SPDX-License-Identifier: MIT */
/*
 * A raw file is handed on under its own name: libbpf reads it where it is. Of a packed one, the
 * BTF streams through a buffer of fixed size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/util/file_bytes.h"
#include "runtime/util/mapping.h"
#include "runtime/folder/btf_file.h"
#include "runtime/bundle/format.h"
#include "runtime/handover/btf_path.h"
#include "runtime/tar/tar.h"
#include "runtime/util/btf_magic.h"

#define BUFFER_SIZE 8192

static int check_raw(const struct btf_file *file, uint64_t size, const struct log *log)
{
	uint8_t start[BTF_MAGIC_HEADER_SIZE];
	ssize_t got = file_bytes_read_some(file->fd, start, sizeof(start), 0);

	if (got < 0)
		return log_error(log, (int)got, "cannot be read: %s", strerror((int)-got));
	if (!btf_magic_is(start, (uint64_t)got))
		return log_error(log, -EBADMSG, "%llu bytes that are no BTF",
				 (unsigned long long)size);
	return 0;
}

/* The member that the tar stands at: into the draft, if it begins as a BTF. */
static int take_member(struct tar *tar, struct draft *draft)
{
	const struct log *log = tar->log;
	uint8_t buffer[BUFFER_SIZE];
	int got, err = 0;

	if (tar->member.kind != TAR_FILE)
		return 0;
	got = tar_read(tar, buffer, sizeof(buffer));
	if (got < 0)
		return got;
	if (!btf_magic_is(buffer, (uint64_t)got))
		return 0;
	if (tar->member.is_sparse)
		return log_error(log, -EBADMSG,
				 "its BTF is stored sparse; make it without tar's --sparse");
	if (tar->member.size > COREBTF_MAX_BLOB_SIZE)
		return log_error(log, -EFBIG, "its BTF is of more than 64 MiB");
	if (draft->fd >= 0)
		return log_error(log, -EBADMSG, "holds more than one BTF");
	err = draft_open(draft, true, draft->log);
	while (!err && got > 0) {
		err = draft_write(draft, buffer, (size_t)got);
		if (!err)
			got = tar_read(tar, buffer, sizeof(buffer));
	}
	return err ? err : got;
}

static int unpack(const struct mapping *mapping, struct draft *draft, const struct log *log)
{
	struct tar *tar = malloc(sizeof(*tar));
	int result;

	if (!tar)
		return log_error(log, -ENOMEM, "no memory to unpack it");
	result = tar_open(tar, mapping->data, mapping->size, log);
	if (!result) {
		while ((result = tar_next(tar)) > 0) {
			result = take_member(tar, draft);
			if (result < 0)
				break;
		}
		tar_close(tar);
	}
	free(tar);
	if (!result && draft->fd < 0)
		result = log_error(log, -EBADMSG, "no file in it is a BTF");
	return result;
}

static int open_packed(struct btf_file *file, uint64_t size, const struct log *log)
{
	struct mapping mapping;
	int err;

	if (!size)
		return log_error(log, -EBADMSG, "is empty");
	err = mapping_open(file->fd, 0, size, &mapping);
	if (err)
		return log_error(log, err, "cannot be mapped: %s", strerror(-err));
	mapping_read_ahead(mapping.data, mapping.size);
	err = unpack(&mapping, &file->draft, log);
	mapping_close(&mapping);
	close(file->fd);
	file->fd = -1;
	return err;
}

int btf_file_open(const char *path, bool is_packed, const struct log *log,
		  struct btf_file *ret_file)
{
	const struct log own = {.write = log->write, .context = log->context, .subject = path};
	struct btf_file file = {.path = path, .fd = -1, .draft = {.fd = -1, .log = log}};
	uint64_t size;
	int err = file_bytes_open(path, &own, &file.fd, &size);

	if (err == -ENOENT || err == -EISDIR || err == -ENODATA)
		return -EBADMSG; /* its name is there, and none of these is "no BTF for it" */
	if (err)
		return err;
	err = is_packed ? open_packed(&file, size, &own) : check_raw(&file, size, &own);
	if (err)
		btf_file_close(&file);
	else
		*ret_file = file;
	return err;
}

int btf_file_compare(const struct btf_file *a, const struct btf_file *b)
{
	int fd_a = a->fd >= 0 ? a->fd : a->draft.fd, fd_b = b->fd >= 0 ? b->fd : b->draft.fd;
	uint8_t part_a[BUFFER_SIZE], part_b[BUFFER_SIZE];
	uint64_t offset = 0;

	for (;;) {
		ssize_t got_a = file_bytes_read_some(fd_a, part_a, sizeof(part_a), offset);
		ssize_t got_b = file_bytes_read_some(fd_b, part_b, sizeof(part_b), offset);

		if (got_a < 0 || got_b < 0)
			return got_a < 0 ? (int)got_a : (int)got_b;
		if (got_a != got_b || memcmp(part_a, part_b, (size_t)got_a) != 0)
			return 0;
		if (got_a == 0)
			return 1;
		offset += (uint64_t)got_a;
	}
}

int btf_file_give_path(struct btf_file *file, const struct log *log, char **ret_path)
{
	int err;

	if (file->fd >= 0) {
		err = btf_path_of_file(file->path, ret_path);
	} else {
		err = btf_path_of_draft(&file->draft, log, ret_path);
		file->draft = (struct draft)DRAFT_NONE; /* closed there */
	}
	btf_file_close(file);
	return err;
}

void btf_file_close(struct btf_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->draft.fd >= 0)
		draft_close(&file->draft);
	*file = (struct btf_file)BTF_FILE_NONE;
}
