/* SPDX-License-Identifier: MIT */
/*
 * One kernel's BTF as an archive's folders have it, raw (RELEASE.btf) or packed
 * (RELEASE.btf.tar.xz), in; a path for libbpf out.
 */
#ifndef COREBTF_BTF_FILE_H
#define COREBTF_BTF_FILE_H

#include <stdbool.h>

#include "runtime/handover/draft.h"
#include "runtime/util/log.h"

struct btf_file {
	const char *path;   /* the caller's */
	int fd;		    /* of the raw file; -1 if it was packed */
	struct draft draft; /* the BTF of a packed one */
};

/* Nothing to close yet. */
#define BTF_FILE_NONE                                                                              \
	{                                                                                          \
		.fd = -1, .draft = DRAFT_NONE                                                      \
	}

/*
 * Opens the file at @path and checks that it begins as a BTF. A packed one is unpacked, straight
 * into a file without a name; it has to hold one BTF and no second.
 * @log is kept for as long as the file is open.
 * Errors: -EBADMSG no BTF, or damaged; -EFBIG more than 64 MiB; -ENOMEM; those of open(2), but
 * -ENOENT, which is -EBADMSG too (a dangling link), and of draft_open().
 */
int btf_file_open(const char *path, bool is_packed, const struct log *log,
		  struct btf_file *ret_file);

/* Whether two have the same bytes: 1, 0 or -errno. */
int btf_file_compare(const struct btf_file *a, const struct btf_file *b);

/* A raw file's own path, or one for what was unpacked, ended with btf_path_free(). Closes @file
 * whether it succeeds or not. Errors: those of btf_path.h. */
int btf_file_give_path(struct btf_file *file, const struct log *log, char **ret_path);

void btf_file_close(struct btf_file *file);

#endif
