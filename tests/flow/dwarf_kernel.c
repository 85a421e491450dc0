/* SPDX-License-Identifier: MIT */
/*
 * Stands in for a kernel with debug information: the types that flow.bpf.c asks for, and a banner.
 */
struct mm_struct {
	unsigned long start_stack;
	unsigned long start_code;
};

struct task_struct {
	long state;
	struct task_struct *real_parent;
	struct mm_struct *mm;
	unsigned int flags : 3;
	unsigned int more_flags : 29;
	int pid;
	int tgid;
	char comm[16];
};

struct task_struct init_task = {.comm = "swapper"};
const char linux_banner[] =
	"Linux version 4.9.0-13-686-pae (debian-kernel@lists.debian.org) (gcc version 6.3.0) "
	"#1 SMP Debian 4.9.228-1 (2020-07-05)\n";

int start(struct mm_struct *mm)
{
	return init_task.pid + (int)mm->start_code;
}
