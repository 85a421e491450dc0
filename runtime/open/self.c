/* SPDX-License-Identifier: MIT */
/*
 * Options come in, a handle on the bundles of the running program comes out.
 *
 * The executable comes first: who builds a program knows what it is for, a library that it loads
 * does not. Memory comes before files: it needs no /proc, and it is what runs.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#include "runtime/util/cleanup.h"
#include "runtime/util/file_bytes.h"
#include "runtime/open/handle.h"
#include "runtime/executable/module.h"
#include "runtime/executable/segment.h"
#include "runtime/open/self.h"

/* Whether the search goes on behind a place that gave this error. */
static bool goes_on(int err)
{
	return err && err != -EBADMSG && err != -EOPNOTSUPP && err != -ENOMEM && err != -EINVAL;
}

static int open_mapped(const struct module *module, const char *subject,
		       struct corebtf **ret_handle, const struct corebtf_open_opts *opts)
{
	struct corebtf *handle;
	const uint8_t *data;
	size_t size;
	int err = segment_find(module, &data, &size);

	if (!err)
		err = handle_new(subject, opts, &handle);
	if (err)
		return err;
	log_line(&handle->log, "%s: %zu bytes of bundles are mapped with the %s", subject, size,
		 module->is_executable ? "program" : "shared object");
	err = handle_open_memory(handle, data, size);
	if (err)
		handle_free(handle);
	else
		*ret_handle = handle;
	return err;
}

/* -ENOSYS: there is no /proc. */
static int open_self(const struct log *log, int *ret_fd, uint64_t *ret_size)
{
	char target[PATH_MAX];
	int err = file_bytes_open(SELF_EXECUTABLE, log, ret_fd, ret_size);

	if (err == -ENOENT)
		return log_error(log, -ENOSYS, "there is no /proc here");
	if (!err && log_is_on(log)) {
		ssize_t length = readlink(SELF_EXECUTABLE, target, sizeof(target) - 1);

		if (length > 0) {
			target[length] = '\0';
			log_line(log, "%s: the running program is %s", SELF_EXECUTABLE, target);
		}
	}
	return err;
}

static int open_executable_file(struct corebtf **ret_handle, const struct corebtf_open_opts *opts)
{
	_cleanup_fd_ int fd = -1;
	struct corebtf *handle;
	uint64_t size = 0;
	int err = handle_new(SELF_EXECUTABLE, opts, &handle);

	if (err)
		return err;
	err = open_self(&handle->log, &fd, &size);
	if (!err)
		err = handle_open_file(handle, fd, size);
	if (err)
		handle_free(handle);
	else
		*ret_handle = handle;
	return err;
}

static int open_module_file(const struct module *module, struct corebtf **ret_handle,
			    const struct corebtf_open_opts *opts)
{
	_cleanup_fd_ int fd = -1;
	char path[PATH_MAX] = "the shared object with libcorebtf";
	struct corebtf *handle = NULL, *seeker;
	uint64_t size = 0;
	int err = handle_new(path, opts, &seeker);

	if (err)
		return err;
	/* Until the file has a name, the messages need another. */
	err = module_open_file(module, &seeker->log, path, sizeof(path), &fd, &size);
	if (!err)
		err = handle_new(path, opts, &handle);
	handle_free(seeker);
	if (err)
		return err;
	log_line(&handle->log, "%s: the library is part of this shared object", path);
	err = handle_open_file(handle, fd, size);
	if (err)
		handle_free(handle);
	else
		*ret_handle = handle;
	return err;
}

int self_open(struct corebtf **ret_handle, const struct corebtf_open_opts *opts)
{
	struct module executable, own;
	bool has_own = module_find_own(&own) == 0 && !own.is_executable;
	int err = module_find_executable(&executable), own_err;

	if (!err)
		err = open_mapped(&executable, SELF_EXECUTABLE, ret_handle, opts);
	if (goes_on(err))
		err = open_executable_file(ret_handle, opts);
	if (!goes_on(err) || !has_own)
		return err;
	own_err = open_mapped(&own, "the shared object with libcorebtf", ret_handle, opts);
	if (goes_on(own_err))
		own_err = open_module_file(&own, ret_handle, opts);
	/* Of two places with nothing, the program's own fault is the one to tell. */
	return goes_on(own_err) ? err : own_err;
}
