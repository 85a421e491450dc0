/* SPDX-License-Identifier: MIT */
/*
 * good_btf [--load] FILE: is it a BTF as it should be? libbpf reads it; libbpf's own merging
 * (btf__dedup) finds no type in it twice; with --load the running kernel, which checks every type,
 * takes it. Exit status 1: not so; 77: this process may not load BTF.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The kernel takes it, or says why not. */
static int load(struct btf *btf, const char *path)
{
	static char log[1 << 16];
	LIBBPF_OPTS(bpf_btf_load_opts, options, .log_buf = log, .log_level = 1,
		    .log_size = sizeof(log));
	__u32 size;
	const void *data = btf__raw_data(btf, &size);
	int fd = data ? bpf_btf_load(data, size, &options) : -ENOMEM;

	if (fd >= 0 || fd == -ENOSPC)
		return 0;
	if (fd == -EPERM)
		return 77;
	log[sizeof(log) - 1] = '\0';
	fprintf(stderr, "good_btf: %s: the kernel refuses it (%s): %s\n", path, strerror(-fd), log);
	return 1;
}

int main(int argc, char **argv)
{
	int loads = argc == 3 && strcmp(argv[1], "--load") == 0, status = 0;
	const char *path = argv[argc - 1];
	__u32 before, after;
	struct btf *btf;

	if (argc != 2 && !loads)
		return 2;
	libbpf_set_print(NULL);
	btf = btf__parse_raw(path);
	if (!btf) {
		fprintf(stderr, "good_btf: %s: %s\n", path, strerror(errno));
		return 1;
	}
	/* The kernel only takes what could be its own: of its byte order and size of pointers. */
	if (loads && btf__pointer_size(btf) == sizeof(void *) &&
	    btf__endianness(btf) ==
		    (__BYTE_ORDER == __LITTLE_ENDIAN ? BTF_LITTLE_ENDIAN : BTF_BIG_ENDIAN))
		status = load(btf, path);
	before = btf__type_cnt(btf);
	if (btf__dedup(btf, NULL)) {
		fprintf(stderr, "good_btf: %s: btf__dedup: %s\n", path, strerror(errno));
		return 1;
	}
	after = btf__type_cnt(btf);
	printf("%u types, %u of them twice\n", before - 1, before - after);
	btf__free(btf);
	return before != after ? 1 : status;
}
