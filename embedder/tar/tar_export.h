/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a bundle in, a tar of its BTFs out: for programs that read their BTFs from one, with
 * bcc's reader, bpf-compatible's or ours.
 *
 * Each kernel's BTF is a file of its own (tar_path.h). Beside them are package.json, if one was
 * given, and what the paths cannot say (tar_manifest.h), if there is any: with it, tar_import()
 * makes the same bundle again. The same bundle gives the same bytes.
 */
#ifndef COREBTF_TAR_TAR_EXPORT_H
#define COREBTF_TAR_TAR_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/archive/archive_writer.h"
#include "embedder/tar/tar_path.h"
#include "runtime/util/reason.h"

#define TAR_EXPORT_PACKAGE_NAME "package.json"

/* Gets each kernel that is left out; @kernel: its names, in words. May be NULL. */
typedef void (*tar_export_skip_fn)(void *context, const char *kernel, const char *why);

struct tar_export_opts {
	enum tar_layout layout;
	enum archive_packing packing;
	bool uname_machines;	  /* aarch64 instead of arm64: tar_path_make() */
	const void *package_json; /* NULL: none */
	size_t package_json_size;
	tar_export_skip_fn skip;
	void *context; /* skip's */
};

struct tar_export_counts {
	size_t kernels;	   /* that are in the tar */
	size_t files;	   /* BTFs of these; kernels that differ in what no path says share one */
	size_t left_out;   /* kernels that are not in the tar, each reported to skip */
	size_t aside;	   /* files of the BTFs whose path another one has (tar_path_make()) */
	size_t long_paths; /* files that bcc's own reader does not find (TAR_PATH_BCC_NAME_SIZE) */
	size_t bundles;	   /* of which all this is; import makes one */
};

/*
 * @bundle: one bundle or several in a row, aligned to 8, checked (corebtf_check()). Of one kernel
 * in two of them the first counts, as in lookups; if the other has another BTF, that one is left
 * out.
 * @ret_tar: malloc'd, the caller frees it.
 * @ret_counts: filled in on failure as well.
 * Errors: -ENOENT no kernel is left, -EFBIG unpacked it would be larger than libcorebtf reads
 * (1 GiB), -ENOMEM, those of archive_writer_pack() and of reading a bundle.
 */
int tar_export(const void *bundle, size_t size, const struct tar_export_opts *opts, void **ret_tar,
	       size_t *ret_size, struct tar_export_counts *ret_counts, struct reason *why);

#endif
