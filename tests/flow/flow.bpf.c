/* SPDX-License-Identifier: MIT */
/*
 * The BPF object of the flow tests: relocations of a few kinds, one of them on a field that no
 * kernel has. It declares its types itself, so that it needs no vmlinux.h.
 */
#define preserve      __attribute__((preserve_access_index))
#define section(name) __attribute__((section(name), used))

typedef unsigned int u32;
typedef unsigned long long u64;

struct mm_struct {
	u64 start_code;
} preserve;

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct mm_struct *mm;
	char comm[16];
} preserve;

struct task_struct___of_no_kernel {
	int surely_not_there;
} preserve;

static long (*read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static u64 (*current_task)(void) = (void *)35;

u64 sum;

section("raw_tp/sched_process_exec") int on_exec(void *context)
{
	struct task_struct *task = (void *)current_task(), *parent = 0;
	struct mm_struct *mm = 0;
	int number = 0;
	char name = 0;

	read_kernel(&parent, sizeof(parent), &task->real_parent);
	read_kernel(&number, sizeof(number), &parent->tgid);
	read_kernel(&name, sizeof(name), &task->comm[1]);
	read_kernel(&mm, sizeof(mm), &task->mm);
	read_kernel(&sum, sizeof(sum), &mm->start_code);
	sum += number + name + __builtin_preserve_field_info(task->comm, 1);
#ifdef WITH_MISSING
	struct task_struct___of_no_kernel *odd = (void *)task;

	read_kernel(&number, sizeof(number), &odd->surely_not_there);
	sum += number;
#endif
	return 0;
}

char license_text[] section("license") = "GPL";
