/* SPDX-License-Identifier: MIT */
/*
 * The places, best first: a memfd; a file without a name in one of the folders, since
 * memfd_create is missing before Linux 3.17 and some sandboxes refuse it (seccomp: ENOSYS or
 * EPERM); a file with a name, since without /proc no other file has a path. After any error the
 * next place is tried, except when there are no descriptors or no memory.
 *
 * Whether a place has room shows when it is written to, and whether /proc leads to it when it is
 * opened again. By then the bytes may come from a stream that cannot be read again, so they are
 * copied from the old place to the next one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/handover/draft.h"
#include "runtime/handover/memfd.h"
#include "runtime/handover/temp_file.h"
#include "runtime/handover/temp_folder.h"
#include "runtime/handover/unnamed_file.h"
#include "runtime/util/file_bytes.h"

static bool stops_everything(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

static int open_in(struct draft *draft, const char *folder)
{
	int fd;

	if (draft->place == DRAFT_NAMED && !temp_folder_is_safe(folder)) {
		log_line(draft->log, "no file in %s: not there, or others may replace files in it",
			 folder);
		return -EPERM;
	}
	fd = file_bytes_off_standard(draft->place == DRAFT_NAMED
					     ? temp_file_named(folder, &draft->name)
					     : temp_file_unnamed(folder));
	if (fd < 0)
		log_line(draft->log, "no file in %s: %s", folder, strerror(-fd));
	return fd;
}

/* The folders, once for a file without a name, and once for one that has a name. */
static int open_in_folders(struct draft *draft)
{
	const enum draft_place last = draft->may_have_name ? DRAFT_NAMED : DRAFT_UNNAMED;
	const char *folder;

	for (; draft->place <= last; draft->place++, draft->folder = 0)
		for (; (folder = temp_folder_at(draft->folder)); draft->folder++) {
			draft->fd = open_in(draft, folder);
			if (draft->fd >= 0)
				return 0;
			if (stops_everything(draft->fd))
				return draft->fd;
		}
	/* Without /proc the refusal is -ENOENT, which means "no BTF for this kernel" to callers. */
	return draft->refusal == -ENOENT ? -ENOSPC : draft->refusal;
}

/* Opens the first place that works, beginning with the draft's own. */
static int open_place(struct draft *draft)
{
	draft->fd = -1;
	draft->name = NULL;
	if (draft->place == DRAFT_MEMFD) {
		draft->fd = file_bytes_off_standard(memfd_open("corebtf"));
		if (draft->fd >= 0)
			return 0;
		if (stops_everything(draft->fd))
			return draft->fd;
		log_line(draft->log, "no memfd: %s", strerror(-draft->fd));
		draft->refusal = draft->fd;
		draft->place = DRAFT_UNNAMED;
	}
	return open_in_folders(draft);
}

/* Moves on to the next place. The bytes are still in the old one. */
static void leave_place(struct draft *draft, int error)
{
	if (draft->place == DRAFT_MEMFD) {
		draft->refusal = error;
		draft->place = DRAFT_UNNAMED;
	} else {
		draft->folder++;
	}
}

static void drop(struct draft *draft)
{
	if (draft->fd >= 0)
		close(draft->fd);
	if (draft->name)
		unlink(draft->name);
	free(draft->name);
	draft->fd = -1;
	draft->name = NULL;
}

/* Copies the bytes to the first place that has room for them, beginning with the one that
 * leave_place() set. */
static int move(struct draft *draft, struct draft *old)
{
	int err = open_place(draft);

	while (!err) {
		err = file_bytes_copy(old->fd, draft->fd, draft->size);
		if (!err)
			break;
		log_line(draft->log, "no file in %s: %s", temp_folder_at(draft->folder),
			 strerror(-err));
		drop(draft);
		leave_place(draft, err);
		err = open_place(draft);
	}
	drop(old);
	return err;
}

/* The place has no room. */
static int make_room(struct draft *draft, int error)
{
	struct draft old = *draft;

	if (draft->place == DRAFT_MEMFD)
		log_line(draft->log, "no memfd: %s", strerror(-error));
	else
		log_line(draft->log, "no file in %s: %s", temp_folder_at(draft->folder),
			 strerror(-error));
	leave_place(draft, error);
	return move(draft, &old);
}

int draft_open(struct draft *draft, bool may_have_name, const struct log *log)
{
	*draft = (struct draft){
		.fd = -1,
		.place = DRAFT_MEMFD,
		.may_have_name = may_have_name,
		.log = log,
	};
	return open_place(draft);
}

int draft_write(struct draft *draft, const void *data, size_t size)
{
	for (;;) {
		int err = file_bytes_write(draft->fd, data, size, draft->size);

		if (!err) {
			draft->size += size;
			return 0;
		}
		if (stops_everything(err))
			return err;
		err = make_room(draft, err);
		if (err)
			return err;
	}
}

int draft_empty(struct draft *draft)
{
	while (ftruncate(draft->fd, 0))
		if (errno != EINTR)
			return -errno;
	draft->size = 0;
	return 0;
}

/* Opens a file without a name again for reading, by the path that libbpf will use. */
static int reopen(struct draft *draft, struct stat *ret_status)
{
	int again = file_bytes_off_standard(unnamed_file_reopen(draft->fd, ret_status));

	if (again < 0)
		return again;
	close(draft->fd);
	draft->fd = again;
	return 0;
}

/*
 * Tests the path of a file without a name. A security module may let this process make a memfd but
 * not open one, which only opening shows; that is tested once. A memfd is sealed, so it may keep
 * the descriptor that could write.
 */
static int test_path(struct draft *draft, struct stat *ret_status)
{
	static bool memfd_was_opened;
	int err;

	if (draft->place == DRAFT_MEMFD && __atomic_load_n(&memfd_was_opened, __ATOMIC_RELAXED))
		return unnamed_file_check(draft->fd, ret_status);
	err = reopen(draft, ret_status);
	if (!err && draft->place == DRAFT_MEMFD)
		__atomic_store_n(&memfd_was_opened, true, __ATOMIC_RELAXED);
	return err;
}

int draft_finish(struct draft *draft, struct stat *ret_status)
{
	struct draft old;
	int err;

	if (draft->place == DRAFT_MEMFD) {
		err = memfd_seal(draft->fd);
		if (err)
			err = make_room(draft, err);
		if (err)
			return err;
	}
	if (draft->place == DRAFT_UNNAMED)
		log_line(draft->log, "the BTF is in a file without a name in %s",
			 temp_folder_at(draft->folder));
	if (draft->place != DRAFT_NAMED) {
		err = test_path(draft, ret_status);
		if (!err || stops_everything(err))
			return err;
		log_line(draft->log, "a file without a name cannot be opened through /proc: %s",
			 strerror(-err));
		old = *draft;
		draft->refusal = err;
		draft->place = DRAFT_NAMED;
		draft->folder = 0;
		err = move(draft, &old);
		if (err)
			return err;
	}
	return fstat(draft->fd, ret_status) ? -errno : 0;
}

void draft_close(struct draft *draft)
{
	drop(draft);
	draft->size = 0;
}

int draft_descriptor(const void *data, size_t size, const struct log *log)
{
	struct draft draft = DRAFT_NONE;
	struct stat status;
	int result = draft_open(&draft, false, log);

	if (!result)
		result = draft_write(&draft, data, size);
	if (!result && draft.place == DRAFT_MEMFD)
		result = memfd_seal(draft.fd);
	if (!result && draft.place == DRAFT_UNNAMED) {
		log_line(log, "the BTF is in a file without a name in %s",
			 temp_folder_at(draft.folder));
		reopen(&draft, &status); /* without /proc the first descriptor stays */
	}
	if (result) {
		draft_close(&draft);
		return result;
	}
	return draft.fd;
}
