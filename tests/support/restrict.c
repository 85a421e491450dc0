/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/restrict.h"

#define MFD_NOEXEC_SEAL_BIT 8U

static void skip(const char *what)
{
	fprintf(stderr, "not possible here: %s: %s\n", what, strerror(errno));
	_exit(RESTRICT_SKIP);
}

/* The low half of system call argument @n, where all flags are. */
static uint32_t argument_at(unsigned int n)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + n * sizeof(uint64_t) +
			  (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0));
}

/* System call @number with all of @flags set in argument @argument (@flags 0: always) fails. */
static void refuse(long number, unsigned int argument, uint32_t flags, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument_at(argument)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, flags),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, flags, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		skip("seccomp");
}

void refuse_memfd(int error)
{
	refuse(SYS_memfd_create, 0, 0, error);
}

void refuse_noexec_seal(void)
{
	refuse(SYS_memfd_create, 1, MFD_NOEXEC_SEAL_BIT, EINVAL);
}

void refuse_tmpfile(int error)
{
	refuse(SYS_openat, 2, O_TMPFILE, error);
}

void refuse_unshare(int error)
{
	refuse(SYS_unshare, 0, 0, error);
}

void refuse_mount(int error)
{
	refuse(SYS_mount, 0, 0, error);
}

void refuse_bind_mount(int error)
{
	refuse(SYS_mount, 3, MS_BIND, error);
}

/* All of its bits are set in BPF_LINK_GET_NEXT_ID as well. */
void refuse_btf_ids(int error)
{
	refuse(SYS_bpf, 0, BPF_BTF_GET_NEXT_ID, error);
}

void own_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		skip("a mount namespace");
	/* In a chroot / is not a mount; then the test's own mounts must suffice. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL)
		skip("private mounts");
}

void mount_empty(const char *folder, unsigned long flags, const char *data)
{
	if (mount("none", folder, "tmpfs", flags, data))
		skip(folder);
}

void mount_all_read_only(void)
{
#ifdef SYS_mount_setattr
	struct {
		uint64_t set, clear, propagation, userns_fd;
	} attributes = {.set = 1 /* MOUNT_ATTR_RDONLY */};

	if (syscall(SYS_mount_setattr, -1, "/", 0x8000 /* AT_RECURSIVE */, &attributes,
		    sizeof(attributes)))
#else
	errno = ENOSYS;
#endif
		skip("mount_setattr");
}

void enter_empty_root(const char *folder, int with_proc)
{
	char proc[4096];

	mount_empty(folder, 0, "mode=755");
	snprintf(proc, sizeof(proc), "%s/proc", folder);
	if (mkdir(proc, 0555))
		skip(proc);
	if (with_proc && mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL))
		skip(proc);
	if (chroot(folder) || chdir("/"))
		skip("chroot");
}

void give_to_nobody(const char *folder)
{
	if (chown(folder, 65534, 65534))
		skip("a folder of another user");
}

void become_nobody(int not_dumpable)
{
	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		skip("another user");
	if (prctl(PR_SET_DUMPABLE, !not_dumpable, 0, 0, 0))
		skip("PR_SET_DUMPABLE");
}
