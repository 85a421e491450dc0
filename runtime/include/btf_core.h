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
 * The functions are inline over btf_core_path.h, so that libcorebtf itself needs no libbpf and
 * works with every libbpf from 0.5 on, the first with btf_custom_path.
 */
#ifndef COREBTF_BTF_CORE_H
#define COREBTF_BTF_CORE_H

#include <errno.h>

#include <bpf/libbpf.h>
#include <btf_core_path.h>
#include <corebtf.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives libbpf the BTF of the running kernel when the kernel has none of its own.
 *
 * With /sys/kernel/btf/vmlinux, or with a btf_custom_path that the caller set, it returns 0 and
 * touches nothing. Else opts->btf_custom_path is set from the section .corebtf of the running
 * program; when that is not there or has no BTF for this kernel, from the tar that is linked in
 * (btf_core_path.h); and at last from the files where libbpf looks, /boot/vmlinux-RELEASE and
 * others. The caller calls clean_core_btf() after bpf_object__load().
 * $COREBTF_BTF comes before the kernel's BTF, $COREBTF_BUNDLE before the section.
 *
 * Returns 0 or a negative errno:
 * -EOPNOTSUPP	nothing at all is embedded, neither section nor tar. This is bcc's error for it; in
 *		corebtf.h it is -ENODATA, which differs from a section of a newer format, the
 *		other reason for -EOPNOTSUPP.
 * -ENOENT	something is embedded, but no BTF for this kernel
 * -ENOTUNIQ	several different BTFs are embedded that may be this kernel's, and nothing tells
 *		which one is: embed BTFs with build-ids (docs/lookup.md)
 * -EINVAL	$COREBTF_BTF or $COREBTF_BUNDLE names what is not there, or no BTFs
 * -ENOSPC	there is no place for the file behind the path (no memfd, no writable folder)
 * -EBADMSG	what is embedded is damaged
 * More in corebtf.h, at corebtf_path_for_running_kernel(). Since 0.1.
 */
static inline int ensure_core_btf(struct bpf_object_open_opts *opts)
{
	char *path = NULL;
	int err;

	if (!opts)
		return -EINVAL;
	if (opts->btf_custom_path)
		return 0;
	err = corebtf_path_for_running_kernel(&path, NULL);
	if (err)
		return err == -ENODATA ? -EOPNOTSUPP : err;
	opts->btf_custom_path = path;
	return 0;
}

/*
 * The same out of a tar in memory and nothing else, as ensure_core_btf_with_tar_binary() does it.
 * @tar_bin stays the caller's and is not needed after the call. Since 0.1.
 */
static inline int ensure_core_btf_tar(struct bpf_object_open_opts *opts, const char *tar_bin,
				      int tar_len)
{
	char *path = NULL;
	int err;

	if (!opts)
		return -EINVAL;
	if (opts->btf_custom_path)
		return 0;
	err = ensure_core_btf_with_tar_binary(&path, tar_bin, tar_len);
	if (!err)
		opts->btf_custom_path = path;
	return err;
}

/*
 * Releases what the two above made, after the load. A path that the caller set itself is left
 * alone, and so is NULL, for @opts as well. Since 0.1.
 */
static inline void clean_core_btf(struct bpf_object_open_opts *opts)
{
	if (opts && corebtf_path_free((char *)opts->btf_custom_path))
		opts->btf_custom_path = NULL;
}

#ifdef __cplusplus
}
#endif

#endif
