/* SPDX-License-Identifier: MIT */
/*
 * A tar of BTFs in, as bcc and bpf-compatible link it into programs, the one for this kernel out:
 *
 *	./ubuntu/20.04/x86_64/5.4.0-58-generic.btf
 *	./btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf
 *
 * The last four names count: os id, version id, machine, release. They are compared as a bundle's
 * entries are: release and machine decide, the distribution only breaks ties.
 */
#ifndef COREBTF_TAR_FIND_H
#define COREBTF_TAR_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/kernel/kernel.h"
#include "runtime/tar/tar.h"

struct tar_btf {
	uint8_t *data; /* the caller's, free() */
	size_t size;
	enum corebtf_match match;
	bool ambiguous; /* another one with other bytes fits as well */
	/* The member it was found under. */
	char name[TAR_NAME_SIZE];
	const char *os_id, *version_id, *machine, *release; /* inside @parts */
	char parts[TAR_NAME_SIZE];
};

/*
 * Reads the archive once, to its end, and keeps the bytes of the one member alone; once more for
 * each link that leads from the member to its bytes.
 *
 * @kernel: its release and machine are known.
 * @ret_btf: untouched on failure.
 * Errors: -ENOENT no BTF for this kernel; -EBADMSG no tar, or a damaged one, or what is there is
 * no BTF; -EFBIG a BTF of more than 64 MiB, or an archive of more than TAR_STREAM_MAX_SIZE;
 * -ENOMEM.
 */
int tar_find(const void *tar, size_t size, struct kernel *kernel, const struct log *log,
	     struct tar_btf *ret_btf);

#endif
