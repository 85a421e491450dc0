/* SPDX-License-Identifier: MIT */
/*
 * libbpf takes a path, and /proc/self/fd/N of a memfd is one that needs no writable folder and
 * leaves nothing behind when the process dies. The seals make it safe to share: every
 * reader of the descriptor gets the bytes that were checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/handover/memfd.h"

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

/* The system call itself: glibc before 2.27 has no function for it, and the kernel headers that
 * RHEL 7 builds with have no number. */
static int create(const char *name, unsigned int flags)
{
#ifdef SYS_memfd_create
	long fd = syscall(SYS_memfd_create, name, flags);

	return fd < 0 ? -errno : (int)fd;
#else
	return -ENOSYS;
#endif
}

int memfd_open(const char *name)
{
	/* With vm.memfd_noexec=2 the first kernels that have it refuse a memfd without the flag
	 * (later ones add it); kernels before 6.3 refuse the flag. */
	int fd = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	return fd == -EINVAL ? create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

int memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0
		       ? -errno
		       : 0;
}
