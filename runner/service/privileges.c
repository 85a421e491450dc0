/* SPDX-License-Identifier: MIT */
/*
 * By system calls, as libcap would be one more library in each tool.
 */
#include "runner/service/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* Since 5.19 reading a map by its fd needs none, since 5.8 there is CAP_BPF. */
static uint64_t kept(bool reads_maps)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (!reads_maps || uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return reads_maps ? UINT64_C(1) << CAP_SYS_ADMIN : 0;
	if (major > 5 || (major == 5 && minor >= 19))
		return 0;
	return UINT64_C(1) << (major == 5 && minor >= 8 ? CAP_BPF : CAP_SYS_ADMIN);
}

int privileges_drop(bool reads_maps, bool has_filters)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t keep = kept(reads_maps) | (uint64_t)has_filters << CAP_NET_ADMIN;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* The bounding set first, as that takes CAP_SETPCAP. Without it there is nothing to drop: a
	 * program that is started gets no more than we have, by no_new_privs. */
	for (unsigned long i = 0; i < 64; i++) {
		if (!(keep & UINT64_C(1) << i) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			break;
	}
	if (syscall(SYS_capget, &header, data))
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(keep >> 32 * i);
		data[i].effective &= (uint32_t)(keep >> 32 * i);
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}
