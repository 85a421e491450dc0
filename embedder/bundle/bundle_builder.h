/* SPDX-License-Identifier: MIT */
/*
 * Collects kernels and their trimmed BTFs, keeps equal BTFs once, and lays out a bundle
 * (runtime/bundle/format.h). The bytes depend only on what was added, not on the order it came in.
 */
#ifndef COREBTF_BUNDLE_BUNDLE_BUILDER_H
#define COREBTF_BUNDLE_BUNDLE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/kernel/kernel_id.h"
#include "runtime/util/reason.h"

struct bundle_builder;

/* NULL when there is no memory. */
struct bundle_builder *bundle_builder_new(void);
void bundle_builder_free(struct bundle_builder *builder);

/* Adds a BPF object that the BTFs are trimmed for; the same (name, digest) counts once. */
int bundle_builder_add_object(struct bundle_builder *builder, const char *name, uint64_t digest,
			      uint32_t relocation_count);

/*
 * Adds one kernel with its trimmed BTF. Everything is copied. @source names the file it came
 * from, for messages. Adding the same kernel with the same BTF again changes nothing. With another
 * BTF it is -EEXIST: the BTF whose source sorts first is kept, so the result does not depend on
 * the order, and @why names the other source.
 */
int bundle_builder_add(struct bundle_builder *builder, const struct kernel_id *kernel,
		       const void *btf, size_t size, const char *source, struct reason *why);

size_t bundle_builder_entry_count(const struct bundle_builder *builder);
size_t bundle_builder_blob_count(const struct bundle_builder *builder);

enum bundle_compression {
	BUNDLE_COMPRESSION_NONE = 0,
	BUNDLE_COMPRESSION_XZ,
};

struct bundle_layout_opts {
	bool big_endian; /* byte order of the target ELF file */
	enum bundle_compression compression;
};

/*
 * Lays the bundle out in memory. @ret_bundle is malloc'd and the caller frees it.
 * Errors: -EFBIG a limit of the format is passed (@why says which), -ENOMEM.
 */
int bundle_builder_layout(const struct bundle_builder *builder,
			  const struct bundle_layout_opts *opts, void **ret_bundle,
			  size_t *ret_size, struct reason *why);

#endif
