/* SPDX-License-Identifier: MIT */
/*
 * unshare(2) copies all mounts, and a copy of a shared mount passes on what is mounted in it. So
 * all copies become slaves: they receive and pass on nothing.
 *
 * mount(2) can only do that from the root of a mount. In a chroot, "/" is mostly a plain folder of
 * a mount that cannot be named from there. setns(2) into the namespace that we are in leads to its
 * root, and afterwards we go back.
 */
#include "embedder/exec/private_mounts.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &header, sets) < 0)
		return false;
	return sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

static int explain_unshare(int error, struct reason *why)
{
	if (error == -EPERM && !has_capability(CAP_SYS_ADMIN))
		return reason_set(why, error,
				  "CAP_SYS_ADMIN is needed for a mount namespace: run it as root");
	if (error == -EPERM)
		return reason_set(
			why, error,
			"no mount namespace, although CAP_SYS_ADMIN is there: a container's "
			"seccomp filter or a security module forbids it; allow unshare(2) "
			"and mount(2), or run it outside of the container");
	if (error == -ENOSPC)
		return reason_set(why, error,
				  "no mount namespace: there are as many as the limit "
				  "/proc/sys/user/max_mnt_namespaces allows");
	return reason_errno(why, error, "no mount namespace");
}

static int become_slaves(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ? -errno : 0;
}

/* To the root of the namespace that we are in. Without /proc a pidfd stands for it, from Linux 5.8
 * on. */
static int leave_chroot(void)
{
	_cleanup_close_ int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

#ifdef SYS_pidfd_open
	if (fd < 0)
		fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
#endif
	if (fd < 0)
		return -errno;
	return setns(fd, CLONE_NEWNS) < 0 ? -errno : 0;
}

static int become_slaves_in_chroot(struct reason *why)
{
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = root < 0 || folder < 0 ? -errno : leave_chroot();

	if (err)
		return reason_set(
			why, err,
			"in this chroot, mounts would be visible outside, and the mount that "
			"it is in cannot be reached: %s; mount the chroot's folder on itself "
			"(mount --bind) before entering it",
			strerror(-err));
	err = become_slaves();
	if (!err && (fchdir(root) < 0 || chroot(".") < 0 || fchdir(folder) < 0))
		err = -errno;
	return err ? reason_errno(why, err, "cannot come back into the chroot") : 0;
}

int private_mounts_enter(struct reason *why)
{
	int err;

	/* Otherwise anyone could show a set-user-ID program a /boot and a /sys/kernel of theirs. */
	if (getauxval(AT_SECURE))
		return reason_set(
			why, -EPERM,
			"this corebtf has more rights than its caller (set-user-ID, file "
			"capabilities), and does not pass them on: remove them, and run it "
			"as root");
	if (unshare(CLONE_NEWNS) < 0)
		return explain_unshare(-errno, why);
	err = become_slaves();
	if (err == -EINVAL)
		return become_slaves_in_chroot(why);
	if (err)
		return reason_set(
			why, err,
			"mounts cannot be kept from others: %s; a container or a security "
			"module forbids mount(2)",
			strerror(-err));
	return 0;
}
