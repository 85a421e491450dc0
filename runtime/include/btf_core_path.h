/* SPDX-License-Identifier: MIT */
/*
 * btf_core_path.h - what btf_core.h is made of, without libbpf: for callers that hand the path to
 * libbpf from another language or another library.
 *
 * The names are those of eunomia's bpf-compatible, and so is the way to embed: a tar of trimmed
 * BTFs, linked into the program with
 *
 *	ld -r -b binary min_core_btfs.tar.gz -o min_core_btfs.tar.o
 *
 * Tars: plain, gzip or xz, whatever the name says; v7, ustar, GNU and pax; hard and symbolic links
 * are followed inside the tar. Members are called ID/VERSION_ID/MACHINE/RELEASE.btf, behind any
 * folders (./, ./btfhub-archive/). Release and machine decide, the distribution breaks ties, in
 * all the spellings that docs/lookup.md lists.
 *
 * The tar is read once, to its end, and once more for each link that the member turns out to be.
 * Nothing of it is kept but the one BTF, and nothing is written to a disk.
 */
#ifndef COREBTF_BTF_CORE_PATH_H
#define COREBTF_BTF_CORE_PATH_H

#include <corebtf.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A path for libbpf's btf_custom_path, as corebtf_path_for_running_kernel() finds it: the section
 * .corebtf is asked first, then the tar that is linked in between the symbols
 * _binary_min_core_btfs_tar_gz_start and _end. The library refers to these weakly, so a program
 * without them links as well.
 *
 * @path: set on success: malloc'd, for clean_core_btf_rs() after the load; or NULL, when the
 * kernel has BTF and libbpf needs no path. Untouched on failure.
 * Returns 0 or a negative errno: -EOPNOTSUPP nothing is embedded, neither section nor tar; -ENOENT
 * no BTF for this kernel; -ENOTUNIQ several different ones that nothing tells apart; -EBADMSG what
 * is embedded is damaged, the tar is none, or the member is no BTF; -EFBIG it unpacks to more than
 * 1 GiB, or the member to more than 64 MiB; -EINVAL; -ENOMEM; what making the file behind the path
 * failed with. Since 0.1.
 */
COREBTF_API int ensure_core_btf_with_linked_tar(char **path);

/*
 * The same out of a tar in memory: @tar_len bytes at @tar_bin, which stay the caller's and are not
 * needed after the call. -EOPNOTSUPP: there are none. Since 0.1.
 */
COREBTF_API int ensure_core_btf_with_tar_binary(char **path, const char *tar_bin, int tar_len);

/*
 * Ends a path from the two above, after the load: the file behind it and the string. Returns 0,
 * also for NULL; -EINVAL for a path that is not ours, which is left alone. Since 0.1.
 */
COREBTF_API int clean_core_btf_rs(char *path);

#ifdef __cplusplus
}
#endif

#endif
