/* SPDX-License-Identifier: MIT */
/*
 * Options come in, a handle on the bundles of the running program comes out. Memory is looked at
 * before files: it needs no /proc, and it is what runs.
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

/* open/shared_library.c says otherwise in the shared library, which is an object of its own. */
__attribute__((weak)) bool self_is_shared_library(void)
{
	return false; /* a function, as compilers fold a weak constant */
}

bool self_goes_on(int err)
{
	return err && err != -EBADMSG && err != -EOPNOTSUPP && err != -ENOMEM && err != -EINVAL;
}

static int open_mapped(const struct module *module, struct corebtf **ret_handle,
		       const struct corebtf_open_opts *opts)
{
	const char *subject = module->is_executable ? SELF_EXECUTABLE
			      : *module->name	    ? module->name
						    : "a shared object without a name";
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
	char path[PATH_MAX] = "a shared object";
	struct corebtf *handle = NULL, *seeker;
	uint64_t size = 0;
	int err = handle_new(path, opts, &seeker);

	if (err)
		return err;
	/* Until the file has a name, the messages need another. */
	err = module_open_file(module, &seeker->log, path, sizeof(path), &fd, &size);
	if (err == -ENOENT)
		err = -ENODATA; /* the file is gone; -ENOENT is a kernel without an entry */
	if (!err)
		err = handle_new(path, opts, &handle);
	handle_free(seeker);
	if (err)
		return err;
	log_line(&handle->log, "%s: looking into the file of this shared object", path);
	err = handle_open_file(handle, fd, size);
	if (err)
		handle_free(handle);
	else
		*ret_handle = handle;
	return err;
}

/* A place that has none, or that cannot be looked at, passes the question on. */
static int open_object(const struct module *module, struct corebtf **ret_handle,
		       const struct corebtf_open_opts *opts)
{
	int err = open_mapped(module, ret_handle, opts);

	if (!self_goes_on(err))
		return err;
	return module->is_executable ? open_executable_file(ret_handle, opts)
				     : open_module_file(module, ret_handle, opts);
}

int self_open_number(size_t number, struct corebtf **ret_handle,
		     const struct corebtf_open_opts *opts)
{
	struct module own, executable;
	bool has_own = module_find_own(&own) == 0 && !own.is_executable;

	if (number >= (has_own ? 2U : 1U))
		return -ERANGE;
	if (has_own && (number == 0) != self_is_shared_library())
		return open_object(&own, ret_handle, opts);
	if (module_find_executable(&executable)) /* its file can be opened all the same */
		executable = (struct module){.name = "", .is_executable = true};
	return open_object(&executable, ret_handle, opts);
}

int self_open(struct corebtf **ret_handle, const struct corebtf_open_opts *opts)
{
	int first = self_open_number(0, ret_handle, opts), second;

	if (!self_goes_on(first))
		return first;
	second = self_open_number(1, ret_handle, opts);
	/* When both have nothing, the first one's reason is the one to return. */
	return self_goes_on(second) ? first : second;
}

int self_open_object(const void *address, struct corebtf **ret_handle,
		     const struct corebtf_open_opts *opts)
{
	struct module module;
	int err = module_find_at(address, &module);

	return err ? err : open_object(&module, ret_handle, opts);
}
