/* SPDX-License-Identifier: MIT */
/*
 * A tool like those in bcc's libbpf-tools: argp, a skeleton, a perf buffer, and btf_helpers.h,
 * without corebtf. Its exit status is 0 when an exec was seen and the fields of the kernel's struct
 * agree with what a helper returned.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "btf_helpers.h"
#include "whoexec.h"
#include "whoexec.skel.h"

#define PERF_BUFFER_PAGES    16
#define PERF_POLL_TIMEOUT_MS 100
#define MAX_POLLS	     50

static struct env {
	bool verbose;
	int seen;
	bool wrong;
} env;

const char *argp_program_version = "whoexec 0.1";
static const char argp_program_doc[] = "Trace one exec.";

static const struct argp_option opts[] = {
	{"verbose", 'v', NULL, 0, "Verbose debug output", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse_arg(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	(void)state;
	if (key != 'v')
		return ARGP_ERR_UNKNOWN;
	env.verbose = true;
	return 0;
}

static int libbpf_print_fn(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG && !env.verbose)
		return 0;
	return vfprintf(stderr, format, args);
}

static void handle_event(void *ctx, int cpu, void *data, __u32 data_sz)
{
	const struct event *e = data;

	(void)ctx;
	(void)cpu;
	(void)data_sz;
	printf("%-7d %-7d %-16s %-16s\n", e->pid, e->pid_read, e->comm, e->comm_read);
	env.seen++;
	if (e->pid != e->pid_read || strcmp(e->comm, e->comm_read) != 0)
		env.wrong = true;
}

static void handle_lost_events(void *ctx, int cpu, __u64 lost_cnt)
{
	(void)ctx;
	fprintf(stderr, "Lost %llu events on CPU #%d!\n", lost_cnt, cpu);
}

static void run_true(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_opts);
	static const struct argp argp = {
		.options = opts,
		.parser = parse_arg,
		.doc = argp_program_doc,
	};
	struct perf_buffer *pb = NULL;
	struct whoexec_bpf *obj;
	int err;

	err = argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (err)
		return err;

	libbpf_set_print(libbpf_print_fn);

	err = ensure_core_btf(&open_opts);
	if (err) {
		fprintf(stderr, "failed to fetch necessary BTF for CO-RE: %s\n", strerror(-err));
		return 1;
	}
	fprintf(stderr, "BTF: %s\n", open_opts.btf_custom_path ? "embedded" : "the kernel's own");

	obj = whoexec_bpf__open_opts(&open_opts);
	if (!obj) {
		fprintf(stderr, "failed to open BPF object\n");
		return 1;
	}

	err = whoexec_bpf__load(obj);
	if (err) {
		fprintf(stderr, "failed to load BPF object: %d\n", err);
		goto cleanup;
	}

	err = whoexec_bpf__attach(obj);
	if (err) {
		fprintf(stderr, "failed to attach BPF programs: %d\n", err);
		goto cleanup;
	}

	pb = perf_buffer__new(bpf_map__fd(obj->maps.events), PERF_BUFFER_PAGES, handle_event,
			      handle_lost_events, NULL, NULL);
	if (!pb) {
		err = -errno;
		fprintf(stderr, "failed to open perf buffer: %d\n", err);
		goto cleanup;
	}

	run_true();
	for (int i = 0; i < MAX_POLLS && !env.seen; i++) {
		err = perf_buffer__poll(pb, PERF_POLL_TIMEOUT_MS);
		if (err < 0 && err != -EINTR) {
			fprintf(stderr, "error polling perf buffer: %s\n", strerror(-err));
			goto cleanup;
		}
		err = 0;
	}
	if (!env.seen || env.wrong) {
		fprintf(stderr, "%s\n", env.wrong ? "the BTF is wrong" : "no events");
		err = 1;
	}

cleanup:
	perf_buffer__free(pb);
	whoexec_bpf__destroy(obj);
	cleanup_core_btf(&open_opts);

	return err != 0;
}
