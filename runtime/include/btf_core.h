/* SPDX-License-Identifier: MIT */
/*
 * btf_core.h - ensure_core_btf() for programs with libbpf skeletons.
 *
 *	LIBBPF_OPTS(bpf_object_open_opts, opts);
 *
 *	err = ensure_core_btf(&opts);
 *	skel = x_bpf__open_opts(&opts);
 *	err = x_bpf__load(skel);
 *	clean_core_btf(&opts);
 *
 * The functions are inline over corebtf.h, so that libcorebtf itself needs no libbpf and works
 * with every libbpf from 0.5 on, the first with btf_custom_path.
 */
#ifndef COREBTF_BTF_CORE_H
#define COREBTF_BTF_CORE_H

#include <string.h>

#include <corebtf.h>
#include <bpf/libbpf.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives libbpf the BTF of the running kernel when the kernel has none of its own.
 *
 * With /sys/kernel/btf/vmlinux, or with a btf_custom_path that the caller set, it returns 0 and
 * touches nothing. Else opts->btf_custom_path is set from the section .corebtf of the running
 * executable, and the caller calls clean_core_btf() after bpf_object__load().
 * Errors: -ENODATA the executable carries no BTFs, -ENOENT none for this kernel, -EBADMSG they
 * are damaged; more in corebtf.h at corebtf_path_for_running_kernel(). Since 0.1.
 */
static inline int ensure_core_btf(struct bpf_object_open_opts *opts)
{
	char *path = NULL;
	int err;

	if (opts->btf_custom_path)
		return 0;
	err = corebtf_path_for_running_kernel(&path, NULL);
	if (err)
		return err;
	opts->btf_custom_path = path;
	return 0;
}

/*
 * Releases what ensure_core_btf() made, after the load. A path that the caller set is left alone
 * as long as it does not start with /proc/self/fd/. Since 0.1.
 */
static inline void clean_core_btf(struct bpf_object_open_opts *opts)
{
	static const char ours[] = "/proc/self/fd/";

	if (!opts->btf_custom_path || strncmp(opts->btf_custom_path, ours, sizeof(ours) - 1) != 0)
		return;
	corebtf_path_free((char *)opts->btf_custom_path);
	opts->btf_custom_path = NULL;
}

#ifdef __cplusplus
}
#endif

#endif
