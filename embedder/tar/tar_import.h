/* SPDX-License-Identifier: MIT */
/*
 * A tar of trimmed BTFs in, as bcc, bpf-compatible, Inspektor Gadget and tar_export() make them; a
 * bundle out. The place of a BTF says which kernel it is for (tar_path.h), a manifest what else is
 * known (tar_manifest.h). The order of the members, and how they are packed, make no difference.
 *
 *  - Each BTF is checked as far as the view of it goes (btf/btf_view.h).
 *  - Hard and symbolic links to a BTF are that BTF. Links to folders are passed over: what they
 *    lead to is in the tar under its own name.
 *  - Of members with one name the last counts, as it does for tar when it unpacks.
 */
#ifndef COREBTF_TAR_TAR_IMPORT_H
#define COREBTF_TAR_TAR_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/bundle/bundle_builder.h"
#include "runtime/util/reason.h"

struct tar_import_opts {
	const char
		*machine; /* canonical; of BTFs whose path names none. NULL: these are left out */
	bool has_byte_order; /* of the bundle; else the manifest's, or big if all BTFs are so */
	bool big_endian;
	bool has_compression; /* of the bundle; else the manifest's, or none */
	enum bundle_compression compression;
	archive_skip_fn skip; /* gets each member that is left out, or taken with a doubt */
	void *context;	      /* skip's */
};

struct tar_import_result {
	void *bundle; /* owned, as package_json */
	size_t bundle_size;
	void *package_json; /* NULL: there is none */
	size_t package_json_size;
	size_t kernels;
	size_t btfs;	/* distinct ones */
	size_t objects; /* BPF objects, as the manifest names them */
	size_t skipped; /* calls of skip */
};

/*
 * @path: the archive; any that archive_reader_open() takes.
 * @ret_result: to be freed with tar_import_free(). On failure only its @skipped is set.
 * @why is without the path. Errors: -ENOENT there is no BTF in it that can be taken; -EBADMSG,
 * -EOPNOTSUPP the archive or its manifest cannot be read to the end; -EFBIG more than a bundle can
 * hold; -ENOMEM; those of archive_reader_open().
 */
int tar_import(const char *path, const struct tar_import_opts *opts,
	       struct tar_import_result *ret_result, struct reason *why);

/* For _cleanup_. */
void tar_import_free(struct tar_import_result *result);

#endif
