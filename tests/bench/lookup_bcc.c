/* SPDX-License-Identifier: MIT */
/*
 * bcc's own btf_helpers.c, compiled from a checkout of bcc (COREBTF_BENCH_BCC), with a tar.gz
 * linked in as its Makefile does.
 */
#include <errno.h>
#include <stddef.h>

#include <btf_helpers.h>

#include "tests/bench/lookup.h"

int lookup_path(char **ret_path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	int err;

	libbpf_set_print(NULL); /* it warns that the kernel has no BTF */
	err = ensure_core_btf(&opts);
	*ret_path = (char *)opts.btf_custom_path;
	return err ? err : *ret_path ? 0 : -EEXIST;
}

int lookup_hold(char **path)
{
	return *path ? 0 : -ENOENT; /* it holds nothing but the path */
}

void lookup_end(char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);

	cleanup_core_btf(&opts);
}
