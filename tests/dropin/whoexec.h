/* SPDX-License-Identifier: MIT */
#ifndef WHOEXEC_H
#define WHOEXEC_H

#define TASK_COMM_LEN 16

/* Each fact twice: from a helper, which needs no BTF, and from the kernel's struct. */
struct event {
	int pid;
	int pid_read;
	char comm[TASK_COMM_LEN];
	char comm_read[TASK_COMM_LEN];
};

#endif
