/* SPDX-License-Identifier: MIT */
/*
 * task_facts - does a BPF program read the right fields on this machine?
 *
 *	task_facts [FILE]
 *
 * Loads task_facts.bpf.c with the BTF that corebtf finds for the running kernel, lets it look at a
 * process and compares with what that process knows of itself. A wrong BTF loads without an error
 * and reads wrong fields, so only this comparison says that all of it worked: trimming, embedding,
 * the choice, the way to libbpf, libbpf's relocations in a process of this width.
 *
 * Prints where the BTF came from and a line for each fact; writes the BTF that was handed over
 * into FILE. Exit status 0: all facts agree; 1: not, or no program was loaded, said on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <corebtf.h>

#include "task_facts.h"
#include "task_facts.skel.h"

#define STAT_STARTTIME 22 /* of the fields of /proc/PID/stat, as proc(5) counts them */

#define OTHER_UID 1234

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

static unsigned int disagreements;
static int cleared_at_exit; /* its address is a fact that the kernel keeps: set_tid_address(2) */

static void fact(const char *name, uint64_t kernel, uint64_t user)
{
	printf("%s: kernel %" PRIu64 ", user space %" PRIu64 "%s\n", name, kernel, user,
	       kernel == user ? "" : " DIFFERENT");
	disagreements += kernel != user;
}

static void text_fact(const char *name, const char *kernel, const char *user)
{
	int same = !strcmp(kernel, user);

	printf("%s: kernel %s, user space %s%s\n", name, kernel, user, same ? "" : " DIFFERENT");
	disagreements += !same;
}

/*
 * When this process was started, in clock ticks after the boot: a field of /proc/self/stat, of
 * which the second one, the name in brackets, may hold anything.
 */
static int start_ticks(uint64_t *ret_ticks)
{
	char text[2048], *at;
	size_t length;
	FILE *file = fopen("/proc/self/stat", "re");

	if (!file)
		return -errno;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	at = strrchr(text, ')');
	for (unsigned int field = 2; at && field < STAT_STARTTIME; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EBADMSG;
	*ret_ticks = strtoull(at + 1, NULL, 10);
	return 0;
}

/* The bytes of a pointer in the running kernel, whatever this program's are. */
static uint64_t kernel_pointer_size(void)
{
	struct utsname names;

	uname(&names);
	return strstr(names.machine, "64") || !strcmp(names.machine, "s390x") ? 8 : 4;
}

static void tell(void *context, const char *line)
{
	fprintf(stderr, "task_facts: %s\n", line);
}

/* Says what was handed over, and keeps a copy. Returns 0 or a negative errno. */
static int keep_btf(const char *path, const struct corebtf_origin *origin, const char *copy)
{
	char target[256];
	ssize_t length, got;
	int in, out, err = 0;

	if (!path) {
		puts("BTF: the kernel's own");
		return 0;
	}
	length = readlink(path, target, sizeof(target) - 1);
	if (origin->source == COREBTF_SOURCE_FORCED)
		printf("BTF: the file %s\n", path);
	else
		printf("BTF: of %s %s %s %s, handed over as %.*s\n", origin->os_id,
		       origin->version_id, origin->machine, origin->release,
		       (int)(length > 0 ? length : 0), target);
	if (!copy)
		return 0;
	in = open(path, O_RDONLY | O_CLOEXEC);
	out = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	do
		got = in < 0 || out < 0 ? -1 : sendfile(out, in, NULL, 1 << 20);
	while (got > 0);
	if (got < 0)
		err = -errno;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return err;
}

static int load(struct task_facts_bpf **ret_skeleton, const char *name, const char *copy)
{
	struct corebtf_origin origin = {.sz = sizeof(origin)};
	struct corebtf_path_opts opts = {.sz = sizeof(opts), .log = tell, .ret_origin = &origin};
	LIBBPF_OPTS(bpf_object_open_opts, open_opts);
	struct task_facts_bpf *skeleton;
	char *path = NULL;
	int err;

	err = corebtf_path_for_running_kernel(&path, &opts);
	if (err) {
		fprintf(stderr, "task_facts: no BTF for this kernel: %s\n", strerror(-err));
		return err;
	}
	err = keep_btf(path, &origin, copy);
	if (err) {
		fprintf(stderr, "task_facts: %s: %s\n", copy, strerror(-err));
		goto out;
	}
	open_opts.btf_custom_path = path;
	*ret_skeleton = skeleton = task_facts_bpf__open_opts(&open_opts);
	if (!skeleton) {
		err = -errno;
		goto out;
	}
	snprintf((char *)skeleton->rodata->wanted_comm, TASK_FACTS_COMM_SIZE, "%s", name);
	err = task_facts_bpf__load(skeleton);
	if (!err)
		err = task_facts_bpf__attach(skeleton);
out:
	corebtf_path_free(path);
	if (err)
		fprintf(stderr, "task_facts: cannot be loaded: %s\n", strerror(-err));
	return err;
}

/* Lets the kernel side look once, and compares. */
static int compare(struct task_facts_bpf *skeleton, const char *name, unsigned int round)
{
	const volatile struct task_facts *seen = &skeleton->bss->facts;
	int policy = sched_getscheduler(0);
	uint64_t started;
	struct task_facts facts;
	int err;

	prctl(PR_SET_NAME, "other name"); /* here the BPF program runs */
	prctl(PR_SET_NAME, name);
	memcpy(&facts, (const void *)seen, sizeof(facts));
	if (facts.count != round) {
		fprintf(stderr, "task_facts: the BPF program ran %u times, not %u\n", facts.count,
			round);
		return -EIO;
	}
	err = start_ticks(&started);
	if (err) {
		fprintf(stderr, "task_facts: /proc/self/stat: %s\n", strerror(-err));
		return err;
	}
	facts.comm[sizeof(facts.comm) - 1] = '\0';
	text_fact("comm", facts.comm, name);
	fact("pid", (uint64_t)facts.pid, (uint64_t)getpid());
	fact("parent", (uint64_t)facts.parent, (uint64_t)getppid());
	fact("group", (uint64_t)facts.group, (uint64_t)getpgrp());
	fact("session", (uint64_t)facts.session, (uint64_t)getsid(0));
	fact("uid", facts.uid, getuid());
	fact("policy", facts.policy, (uint64_t)(policy & ~SCHED_RESET_ON_FORK));
	fact("reset on fork", facts.reset_on_fork, !!(policy & SCHED_RESET_ON_FORK));
	fact("start", facts.start_boottime / (1000000000U / (uint64_t)sysconf(_SC_CLK_TCK)),
	     started);
	fact("clear_child_tid", facts.clear_child_tid, (uintptr_t)&cleared_at_exit);
	fact("PIDTYPE_SID", facts.session_index, 3);
	fact("size of pointer", facts.pointer_size, kernel_pointer_size());
	return 0;
}

static int look(const char *copy)
{
	const struct sched_param parameter = {0};
	struct task_facts_bpf *skeleton = NULL;
	char name[TASK_FACTS_COMM_SIZE];
	int err;

	snprintf(name, sizeof(name), "facts-%d", getpid());
	prctl(PR_SET_NAME, name);
	syscall(SYS_set_tid_address, &cleared_at_exit);
	err = load(&skeleton, name, copy);
	if (err)
		goto out;
	err = compare(skeleton, name, 1);
	if (err)
		goto out;
	/* Again with other values: a field that is 0 whatever is read would have agreed. */
	if (sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &parameter) ||
	    setresuid(OTHER_UID, (uid_t)-1, (uid_t)-1)) {
		err = -errno;
		perror("task_facts: other values");
		goto out;
	}
	err = compare(skeleton, name, 2);
out:
	task_facts_bpf__destroy(skeleton);
	return err;
}

/* Goes on in a child. In the parent it waits for that and ends as it ended. */
static void become_child(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		return;
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		perror("task_facts: fork");
		exit(EXIT_FAILURE);
	}
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	if (argc > 2) {
		fputs("Usage: task_facts [FILE]\n", stderr);
		return 2;
	}
	/* Session, group, parent and process shall have a number each, in this pid namespace. */
	become_child();
	setsid();
	become_child();
	setpgid(0, 0);
	become_child();
	become_child();
	if (look(argv[1]))
		return EXIT_FAILURE;
	if (disagreements)
		fprintf(stderr, "task_facts: %u facts differ\n", disagreements);
	return disagreements ? EXIT_FAILURE : EXIT_SUCCESS;
}
