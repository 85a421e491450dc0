/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

	/* The owner of a container may put a FIFO there, which must not make us wait. */
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

static void take_last_component(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash) /* ".." at the root stays there, as in every file system */
		*slash = '\0';
}

/* Resolves @path below the folder @root component by component, so that no link leads out of it.
 * @real: without links and "..", "/etc/os-release". */
static int resolve_inside(const char *root, const char *path, char real[static PATH_MAX])
{
	char left[PATH_MAX], full[PATH_MAX], target[PATH_MAX];
	int followed = 0;

	real[0] = '\0';
	while (*(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/"), have = strlen(real);
		ssize_t link;

		if (length == 2 && !memcmp(path, "..", 2)) {
			take_last_component(real);
		} else if (!(length == 1 && *path == '.')) {
			if (snprintf(full, sizeof(full), "%s%s/%.*s", root, real, (int)length,
				     path) >= (int)sizeof(full))
				return -ENAMETOOLONG;
			strcpy(real, full + strlen(root));
			link = readlink(full, target, sizeof(target) - 1);
			if (link < 0 && errno != EINVAL) /* EINVAL: no link */
				return -errno;
			if (link >= 0) {
				if (followed++ == LINK_PATH_FOLLOWED_MAX)
					return -ELOOP;
				real[*target == '/' ? 0 : have] = '\0';
				if (snprintf(target + link, sizeof(target) - (size_t)link, "%s",
					     path + length) >= (int)(sizeof(target) - (size_t)link))
					return -ENAMETOOLONG;
				strcpy(left, target);
				path = left;
				continue;
			}
		}
		path += length;
	}
	return 0;
}

long host_read_inside(const struct host *host, const char *inside, const char *path, void *buffer,
		      size_t size)
{
	char root[PATH_MAX], real[PATH_MAX];
	int err = join(host, inside, "", root);

	if (!err)
		err = resolve_inside(root, path, real);
	if (!err) {
		size_t length = strlen(root);

		if (length + strlen(real) >= sizeof(root))
			return -ENAMETOOLONG;
		strcpy(root + length, real);
	}
	return err ? err : read_file(root, buffer, size);
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
