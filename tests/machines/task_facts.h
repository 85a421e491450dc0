/* SPDX-License-Identifier: MIT */
/*
 * What the kernel side of task_facts found out, as both sides see it. All members have a fixed
 * size and stand at multiples of it, as the BPF side and a 32-bit program lay structs out by
 * different rules.
 */
#ifndef TESTS_MACHINES_TASK_FACTS_H
#define TESTS_MACHINES_TASK_FACTS_H

#include <linux/types.h>

#define TASK_FACTS_COMM_SIZE 16 /* the kernel's TASK_COMM_LEN */

struct task_facts {
	__u64 start_boottime;  /* nanoseconds */
	__u64 clear_child_tid; /* address in the process */
	char comm[TASK_FACTS_COMM_SIZE];
	__s32 pid, parent, group, session; /* in the process's pid namespace */
	__u32 session_index;		   /* the kernel's PIDTYPE_SID */
	__u32 uid;
	__u32 policy;
	__u32 reset_on_fork;
	__u32 pointer_size; /* bytes, in the kernel */
	__u32 count;	    /* how often it was filled in */
};

#endif
