// SPDX-License-Identifier: MIT
/*
 * In: the path of a file. Out: the raw BTF in it, mapped where the file holds it as it is.
 *
 * Only the first bytes decide what the file is: archives are renamed, and a vmlinux is named in
 * every way there is. Whether the BTF is a sound one is for the trimmer to say.
 */
#include "embedder/kernels/kernel_btf.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/kernels/kernel_archive.h"
#include "embedder/kernels/kernel_elf.h"
#include "embedder/util/cleanup.h"

/* Files of /sys cannot be mapped on most kernels. */
static int open_raw(int fd, const struct stat *status, struct kernel_btf *ret_btf,
		    struct reason *why)
{
	int err = kernel_bytes_map(fd, 0, (uint64_t)status->st_size, ret_btf, why);

	return err == -ENODEV ? kernel_bytes_read(fd, ret_btf, why) : err;
}

int kernel_btf_open(const char *path, struct kernel_btf *ret_btf, struct reason *why)
{
	static const uint8_t xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
	_cleanup_(kernel_btf_close) struct kernel_btf btf = {0};
	_cleanup_close_ int fd = -1;
	uint8_t start[6];
	struct stat status;
	ssize_t count;
	int err;

	/* Without O_NONBLOCK a FIFO of that name would hold us up forever. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return reason_errno(why, -errno, "cannot open it");
	if (fstat(fd, &status) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	if (!S_ISREG(status.st_mode))
		return reason_set(why, -EINVAL, "not a regular file");
	count = pread(fd, start, sizeof(start), 0);
	if (count < 0)
		return reason_errno(why, -errno, "cannot read it");
	if (count == 0)
		return reason_set(why, -EBADMSG, "the file is empty");

	if (kernel_bytes_are_btf(start, (size_t)count))
		err = open_raw(fd, &status, &btf, why);
	else if (count >= 4 && memcmp(start, "\177ELF", 4) == 0)
		err = kernel_elf_read(fd, &btf, why);
	else if (count == 6 && memcmp(start, xz_magic, 6) == 0)
		err = kernel_archive_read(fd, &btf, why);
	else
		err = reason_set(why, -EBADMSG,
				 "neither raw BTF nor ELF nor a .tar.xz archive, by its first bytes");
	if (err)
		return err;
	*ret_btf = btf;
	memset(&btf, 0, sizeof(btf));
	return 0;
}
