/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/util/cleanup.h"
#include "runtime/util/file_bytes.h"
#include "runtime/util/link_path.h"
#include "runtime/kernel/host.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

const char *host_variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : NULL;
}

static int join(const struct host *host, const char *inside, const char *path,
		char full[static PATH_MAX])
{
	int length = snprintf(full, PATH_MAX, "%s%s%s", host->root ? host->root : "", inside, path);

	return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static long read_file(const char *path, void *buffer, size_t size)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	/* A container's files are its owner's: a FIFO must not make us wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -ENODATA;
	return file_bytes_read_some(fd, buffer, size, 0);
}

long host_read(const struct host *host, const char *path, void *buffer, size_t size)
{
	char full[PATH_MAX];
	int err = join(host, "", path, full);

	return err ? err : read_file(full, buffer, size);
}

long host_read_inside(const struct host *host, const char *inside, const char *path, void *buffer,
		      size_t size)
{
	char full[PATH_MAX], target[PATH_MAX];
	int err = join(host, inside, path, full);

	for (int links = 0; !err && links < LINK_PATH_FOLLOWED_MAX; links++) {
		ssize_t length = readlink(full, target, sizeof(target) - 1);

		if (length < 0 && errno != EINVAL) /* which says that it is no link */
			return -errno;
		if (length <= 0 || target[0] != '/')
			return read_file(full, buffer, size);
		target[length] = '\0';
		err = join(host, inside, target, full);
	}
	return err ? err : -ELOOP;
}

bool host_has_btf(const struct host *host)
{
	char full[PATH_MAX];
	_cleanup_fd_ int fd = -1;

	/* open, not access: access asks for the real user, libbpf opens as the effective one */
	if (!join(host, "", KERNEL_BTF, full))
		fd = open(full, O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

int host_uname(const struct host *host, struct utsname *ret_uname)
{
	if (host->uname)
		*ret_uname = *host->uname;
	else if (uname(ret_uname))
		return -errno;
	return 0;
}
