/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/util/cleanup.h"
#include "runtime/util/file_bytes.h"

#define PART_SIZE 8192 /* what is compared or copied at once, on the stack */

int file_bytes_open(const char *path, const struct log *log, int *ret_fd, uint64_t *ret_size)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		int error = -errno;

		return log_error(log, error, "cannot be opened: %s", strerror(-error));
	}
	if (fstat(fd, &status)) {
		int error = -errno;

		return log_error(log, error, "cannot be examined: %s", strerror(-error));
	}
	if (S_ISDIR(status.st_mode))
		return log_error(log, -EISDIR, "is a folder");
	if (!S_ISREG(status.st_mode) || status.st_size < 0)
		return log_error(log, -ENODATA, "is not a regular file");
	*ret_fd = fd;
	*ret_size = (uint64_t)status.st_size;
	fd = -1;
	return 0;
}

int file_bytes_off_standard(int fd)
{
	int moved;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		moved = -errno;
	close(fd);
	return moved;
}

/* Whether a range ends behind what RLIMIT_FSIZE allows, which counts for a memfd, too. */
static bool passes_limit(size_t size, uint64_t offset)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       (offset > limit.rlim_cur || size > limit.rlim_cur - offset);
}

bool file_bytes_is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int file_bytes_write(int fd, const void *data, size_t size, uint64_t offset)
{
	size_t done = 0;

	/* pwrite(2) would send SIGXFSZ with it, and that ends the program we are a guest in. */
	if (passes_limit(size, offset))
		return -EFBIG;
	while (done < size) {
		ssize_t put = pwrite(fd, (const uint8_t *)data + done, size - done,
				     (off_t)(offset + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0)
			return -EIO;
		done += (size_t)put;
	}
	return 0;
}

ssize_t file_bytes_read_some(int fd, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got =
			pread(fd, (uint8_t *)buffer + done, size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int file_bytes_read(int fd, void *buffer, size_t size, uint64_t offset)
{
	ssize_t got = file_bytes_read_some(fd, buffer, size, offset);

	if (got < 0)
		return (int)got;
	return (size_t)got < size ? -EIO : 0;
}

static size_t next_part(size_t size, size_t done)
{
	return size - done < PART_SIZE ? size - done : PART_SIZE;
}

bool file_bytes_equal(int fd, const void *data, size_t size, uint64_t offset)
{
	uint8_t part[PART_SIZE];

	for (size_t done = 0; done < size; done += next_part(size, done)) {
		size_t wanted = next_part(size, done);

		if (file_bytes_read(fd, part, wanted, offset + done) ||
		    memcmp((const uint8_t *)data + done, part, wanted) != 0)
			return false;
	}
	return true;
}

bool file_bytes_equal_files(int fd, int other, size_t size)
{
	uint8_t part[PART_SIZE], from_other[PART_SIZE];

	for (size_t done = 0; done < size; done += next_part(size, done)) {
		size_t wanted = next_part(size, done);

		if (file_bytes_read(fd, part, wanted, done) ||
		    file_bytes_read(other, from_other, wanted, done) ||
		    memcmp(part, from_other, wanted) != 0)
			return false;
	}
	return true;
}

int file_bytes_copy(int from, int to, size_t size)
{
	uint8_t part[PART_SIZE];
	int err = 0;

	for (size_t done = 0; !err && done < size; done += next_part(size, done)) {
		size_t wanted = next_part(size, done);

		err = file_bytes_read(from, part, wanted, done);
		if (!err)
			err = file_bytes_write(to, part, wanted, done);
	}
	return err;
}
