/* SPDX-License-Identifier: MIT */
/*
 * All that a tar of BTFs holds, in one pass: its members by name, each distinct BTF once, links
 * followed, and package.json's bytes.
 */
#ifndef COREBTF_TAR_CONTENTS_H
#define COREBTF_TAR_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/tar/tar_name.h"
#include "runtime/util/log.h"

/* bpf-compatible's description of the BPF program, at the archive's root. */
#define TAR_PACKAGE_JSON "package.json"

/* A distinct BTF. */
struct distinct_btf {
	struct distinct_btf *next;
	uint8_t *data;
	uint32_t size;
	uint32_t checksum; /* CRC-32 */
	uint32_t number;   /* for tar_bundle.c; UINT32_MAX at first */
};

/* A file or a link. Of several with one name the last counts, as tar leaves that one on disk. */
struct tar_named {
	struct tar_named *next;
	struct distinct_btf *content; /* NULL: a link that was not followed yet */
	char *link;		      /* where it leads, normalised; NULL: it is a file */
	char name[];		      /* normalised */
};

struct tar_contents {
	struct tar_named *members, **last_member; /* in the archive's order */
	struct distinct_btf *contents;
	struct distinct_btf nothing; /* the content of unreadable members: no bytes */
	void *member_tree, *content_tree;
	uint8_t *package_json; /* NULL: there is none */
	size_t package_json_size;
};

/*
 * Reads the archive to its end, and follows the links whose names are those of BTFs. A file with
 * such a name that holds no BTF or is stored sparse, and a link that leads to no BTF, have @nothing
 * as their content; each is logged. Files with other names are left out, unless a link may lead to
 * them.
 *
 * @ret_contents: released with tar_contents_release(), and not moved until then.
 * Errors: -EBADMSG no tar, or a damaged one; -EFBIG more than TAR_STREAM_MAX_SIZE; -ENOMEM.
 */
int tar_contents_read(const void *tar, size_t size, const struct log *log,
		      struct tar_contents *ret_contents);

/* Whether a normalised name is that of a BTF. */
bool tar_contents_is_btf_name(const char *name);

void tar_contents_release(struct tar_contents *contents);

#endif
