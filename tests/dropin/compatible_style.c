/* SPDX-License-Identifier: MIT */
/*
 * A program like those of bpf-compatible. It repeats the declarations of their header, with its
 * types
 * (`const char **`) and its weak symbols of one byte: a program that was compiled with that header
 * links with libcorebtf instead of libbpf_compatible.a.
 *
 * Usage: compatible_style [TAR]: from the linked tar, or from that file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "whoexec.h"
#include "whoexec.skel.h"

int ensure_core_btf_with_tar_binary(const char **path, const char *tar_bin, int tar_len);
int ensure_core_btf_with_linked_tar(const char **path);
void clean_core_btf_rs(const char *path);

char _binary_min_core_btfs_tar_gz_start __attribute__((weak));
char _binary_min_core_btfs_tar_gz_end __attribute__((weak));

static int seen, wrong;

static void handle_event(void *ctx, int cpu, void *data, __u32 size)
{
	const struct event *event = data;

	(void)ctx;
	(void)cpu;
	(void)size;
	seen++;
	wrong |= event->pid != event->pid_read || strcmp(event->comm, event->comm_read) != 0;
}

static int ensure_from_file(const char **path, const char *name)
{
	FILE *file = fopen(name, "re");
	static char tar[1 << 20];
	size_t size;

	if (!file)
		return -errno;
	size = fread(tar, 1, sizeof(tar), file);
	fclose(file);
	return ensure_core_btf_with_tar_binary(path, tar, (int)size);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct whoexec_bpf *skeleton;
	struct perf_buffer *buffer;
	int err;

	err = argc > 1 ? ensure_from_file(&opts.btf_custom_path, argv[1])
		       : ensure_core_btf_with_linked_tar(&opts.btf_custom_path);
	if (err) {
		fprintf(stderr, "failed to fetch necessary BTF for CO-RE: %s\n", strerror(-err));
		return 1;
	}
	fprintf(stderr, "BTF: %s\n", opts.btf_custom_path ? "embedded" : "the kernel's own");
	skeleton = whoexec_bpf__open_opts(&opts);
	if (!skeleton || whoexec_bpf__load(skeleton) || whoexec_bpf__attach(skeleton))
		return 1;
	clean_core_btf_rs(opts.btf_custom_path);

	buffer = perf_buffer__new(bpf_map__fd(skeleton->maps.events), 16, handle_event, NULL, NULL,
				  NULL);
	if (!buffer)
		return 1;
	if (!fork()) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	wait(NULL);
	for (int i = 0; i < 50 && !seen; i++)
		perf_buffer__poll(buffer, 100);
	perf_buffer__free(buffer);
	whoexec_bpf__destroy(skeleton);
	printf("%d events, %s\n", seen, wrong ? "wrong" : "right");
	return seen && !wrong ? 0 : 1;
}
