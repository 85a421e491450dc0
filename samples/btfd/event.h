/* SPDX-License-Identifier: MIT */
/*
 * What a BPF object sends to btfd: one of these for each event, in a perf event array with the
 * name "events". An object that btfd loads must send this struct.
 *
 * During a reload the old and the new programs are both attached for a moment, and both report what
 * happens then. kind, pid, start and serial together identify an event, so the reader can tell the
 * second report of it from the next event.
 */
#ifndef BTFD_EVENT_H
#define BTFD_EVENT_H

#include <linux/types.h>

#define COMM_SIZE 16  /* TASK_COMM_LEN, the same in every kernel */
#define FILE_SIZE 256 /* the event is built on the BPF stack, which has 512 bytes */

enum event_kind {
	EVENT_EXEC = 1, /* a process became another program */
	EVENT_EXIT = 2, /* a process ended */
};

struct event {
	__u32 kind; /* enum event_kind */
	__u32 pid;
	__u32 ppid;
	__u32 uid;
	__u32 status; /* of an exit: as waitpid(2) gives it */
	__u32 serial; /* execs so far, of this process and its ancestors */
	__u64 start;  /* when the process was created, nanoseconds of the kernel's clock */
	char comm[COMM_SIZE];
	char file[FILE_SIZE]; /* of an exec: cut when it is longer. Of an exit: not sent. */
};

#endif
