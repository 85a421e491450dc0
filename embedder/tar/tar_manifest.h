/* SPDX-License-Identifier: MIT */
/*
 * What the paths of a tar do not say of the bundle that is in it, as a text beside the BTFs:
 *
 *	corebtf-manifest 1
 *	bundle byte-order=little compression=xz
 *	object "execsnoop.bpf.o" digest=0123456789abcdef relocations=14
 *	kernel "debian/12/x86_64/6.1.0-47-amd64.btf" uname-version="#1 SMP Debian 6.1.164-1"
 *
 * One record to a line, its fields in any order; lines that are empty or start with # do not
 * count. A string stands in double quotes, in which \" and \\ are those two and \xNN is any other
 * byte; bytes that are no printable ASCII are written so. Numbers of bytes (digest, build-id) are
 * hexadecimal.
 *
 *	bundle	byte-order little or big, compression none or xz; at most once
 *	object	a BPF object that the BTFs were trimmed for: file name, digest
 *		(runtime/bundle/format.h), number of CO-RE relocations
 *	kernel	a kernel that has the BTF at this path (from the folder where the manifest is),
 *		and what the path does not say of it: os-id, version-id, machine,
 *		uname-version, build-id. A BTF with several such lines is that of several
 *		kernels; one without any is that of the kernel its path says
 *
 * A field may complete what the path says ("unknown", an unknown machine), but not
 * contradict it: a BTF cannot be moved to another kernel from here. That is for the reader of
 * both to check (tar_path_fits()).
 */
#ifndef COREBTF_TAR_TAR_MANIFEST_H
#define COREBTF_TAR_TAR_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/util/arena.h"
#include "embedder/util/byte_buffer.h"
#include "runtime/util/reason.h"

#define TAR_MANIFEST_NAME "corebtf.manifest"

/* The largest manifest that is read: some 100,000 kernels with all fields. */
#define TAR_MANIFEST_SIZE_MAX ((size_t)64 << 20)

struct manifest_object {
	const char *name;
	uint64_t digest;
	uint32_t relocation_count;
};

struct manifest_kernel {
	const char *path;
	/* A string that is NULL: as the path says; of uname -v: not known. The release is always
	 * the path's. */
	struct kernel_id id;
	size_t line; /* of the text it was read from */
};

/* {0} says nothing. */
struct tar_manifest {
	bool has_bundle; /* the next two are given */
	bool big_endian;
	enum bundle_compression compression;
	struct manifest_object *objects;
	struct manifest_kernel *kernels;
	size_t object_count, kernel_count;
	struct arena strings; /* of one that was read: what the pointers above point to */
};

/* The text, records in the order of the arrays. The caller asks byte_buffer_failed(). */
void tar_manifest_write(const struct tar_manifest *manifest, struct byte_buffer *text);

/*
 * Reads a text of @size bytes.
 * @ret_manifest: to be freed with tar_manifest_free().
 * Errors: -EBADMSG it does not follow the rules above (@why says in which line), -EOPNOTSUPP it is
 * of a newer version, -ENOMEM.
 */
int tar_manifest_read(const char *text, size_t size, struct tar_manifest *ret_manifest,
		      struct reason *why);

/* For _cleanup_. */
void tar_manifest_free(struct tar_manifest *manifest);

/* Whether the first bytes of a BTF say that it is big-endian. A bundle without a stated byte
 * order is big-endian if all its BTFs are. */
bool tar_manifest_is_big_endian_btf(const void *btf, size_t size);

#endif
