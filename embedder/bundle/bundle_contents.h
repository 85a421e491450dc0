/* SPDX-License-Identifier: MIT */
/*
 * What a bundle is made of, before it has bytes: what the builder collects and the layout reads.
 */
#ifndef COREBTF_BUNDLE_BUNDLE_CONTENTS_H
#define COREBTF_BUNDLE_BUNDLE_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/kernel/kernel_id.h"

/* Longest string in a bundle, without its NUL. */
#define BUNDLE_STRING_MAX 4096

/* One distinct trimmed BTF. */
struct bundle_blob {
	size_t number;	   /* each has its own */
	size_t user_count; /* kernels that have it */
	uint32_t crc;	   /* CRC-32 of the bytes */
	size_t size;
	const void *data;
};

struct bundle_kernel {
	struct kernel_id id;
	struct bundle_blob *blob;
};

struct bundle_object {
	uint64_t digest;
	uint32_t relocation_count;
	const char *name;
};

/* The arrays are in no order that means anything. */
struct bundle_contents {
	const struct bundle_kernel **kernels;
	size_t kernel_count;
	size_t blob_count; /* bundle_blob.number is below it; blobs without a user may be gone */
	const struct bundle_object **objects;
	size_t object_count;
};

#endif
