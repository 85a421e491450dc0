/* SPDX-License-Identifier: MIT */
/*
 * A tar of BTFs in, as bcc and bpf-compatible link it into programs, the one for this kernel out:
 *
 *	./ubuntu/20.04/x86_64/5.4.0-58-generic.btf
 *	./btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf
 *
 * The last four names count: os id, version id, machine, release. They are ranked as a bundle's
 * entries are (choose/rank.h).
 */
#ifndef COREBTF_TAR_FIND_H
#define COREBTF_TAR_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/handover/draft.h"
#include "runtime/kernel/kernel.h"
#include "runtime/tar/tar.h"

struct tar_btf {
	struct draft draft; /* its bytes, for btf_path_of_draft(); draft_close() */
	enum corebtf_match match;
	bool ambiguous; /* another one with other bytes fits as well */
	/* The member it was found under. */
	char name[TAR_NAME_SIZE];
	struct kernel_id id; /* inside @parts */
	char parts[TAR_NAME_SIZE];
};

/*
 * Reads the archive once, from its first byte to its last, and keeps the bytes of that one member,
 * in the file that is handed over. It is read a second time, and never a third, when the file that
 * a link leads to was already passed: a hard link comes after its file.
 *
 * @kernel: its release and machine are known.
 * @ret_btf: untouched on failure.
 * Errors: -ENOENT no BTF for this kernel; -EBADMSG no tar, or a damaged one, or what is there is
 * no BTF; -EFBIG a BTF of more than 64 MiB, an archive of more than TAR_STREAM_MAX_SIZE, more
 * links than TAR_LINKS_MAX or members for this kernel than TAR_CANDIDATES_MAX; -ENOMEM;
 * those of draft_open().
 */
int tar_find(const void *tar, size_t size, struct kernel *kernel, const struct log *log,
	     struct tar_btf *ret_btf);

#endif
