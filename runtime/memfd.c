/* SPDX-License-Identifier: MIT */
/*
 * libbpf takes a path, and /proc/self/fd/N of a memfd is one that needs no writable folder and
 * leaves nothing behind when the process dies. The seals make it safe to hand on: who has the
 * descriptor reads what was checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/cleanup.h"
#include "runtime/memfd.h"

/* Older libc headers lack these; the numbers are the kernel's ABI (linux/memfd.h, linux/fcntl.h).
 */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 2U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS   1033
#define F_SEAL_SEAL   1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW   4
#define F_SEAL_WRITE  8
#endif

/* The system call itself: glibc before 2.27 has no function for it. */
static int create(const char *name, unsigned int flags)
{
	long fd = syscall(SYS_memfd_create, name, flags);

	return fd < 0 ? -errno : (int)fd;
}

int memfd_make(const char *name, const void *data, size_t size)
{
	_cleanup_fd_ int fd = -1;
	size_t done = 0;
	int result;

	/* vm.memfd_noexec=2 refuses a memfd without the flag; kernels before 6.3 refuse it with. */
	fd = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd == -EINVAL)
		fd = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fd;
	/* pwrite, so that the offset stays at the start for whoever reads */
	while (done < size) {
		ssize_t put = pwrite(fd, (const uint8_t *)data + done, size - done, (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		if (put == 0)
			return -EIO;
		done += (size_t)put;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -errno;
	result = fd;
	fd = -1;
	return result;
}
