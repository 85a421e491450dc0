/* SPDX-License-Identifier: MIT */
/*
 * What the BPF side of execsnoop sends to user space: one event for each exec.
 */
#ifndef EXECSNOOP_H
#define EXECSNOOP_H

#define COMM_SIZE 16 /* TASK_COMM_LEN, the same in every kernel */
#define FILE_SIZE 256

struct event {
	int pid;
	int ppid;
	unsigned int uid;
	char comm[COMM_SIZE];
	char file[FILE_SIZE]; /* cut when it is longer; always ends with NUL */
};

#endif
