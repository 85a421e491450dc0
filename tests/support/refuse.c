/* SPDX-License-Identifier: MIT */
/*
 * Runs a command without some of what a system has:
 *
 *	refuse [memfd] [tmpfile] [unshare] [mount] [bind] [btf-ids] [proc] [kernel-btf] --
 *		COMMAND...
 *
 * Exit status 77: not possible here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/restrict.h"

int main(int argc, char **argv)
{
	int i, proc = 0;

	own_mounts();
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strcmp(argv[i], "kernel-btf") && !access("/sys/kernel/btf", F_OK))
			mount_empty("/sys/kernel/btf", 0, NULL);
		proc |= !strcmp(argv[i], "proc");
	}
	if (i + 1 >= argc)
		return 2;
	if (proc)
		mount_empty("/proc", 0, NULL);
	for (int j = 1; j < i; j++) {
		if (!strcmp(argv[j], "memfd"))
			refuse_memfd(EPERM);
		if (!strcmp(argv[j], "tmpfile"))
			refuse_tmpfile(EOPNOTSUPP);
		if (!strcmp(argv[j], "unshare"))
			refuse_unshare(EPERM);
		if (!strcmp(argv[j], "mount"))
			refuse_mount(EPERM);
		if (!strcmp(argv[j], "bind"))
			refuse_bind_mount(EACCES);
		if (!strcmp(argv[j], "btf-ids"))
			refuse_btf_ids(EPERM);
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
