/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of export and import: valid BTFs, bundles made of them, and bundles and tars
 * as text.
 */
#ifndef TESTS_EMBEDDER_TAR_EXCHANGE_H
#define TESTS_EMBEDDER_TAR_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/bundle/bundle_builder.h"

/* A BTF with one type, an int of that name; malloc'd. */
void *make_named_btf(const char *name, bool big_endian, size_t *ret_size);

/* A kernel of a bundle to be made. Strings that are NULL: "". */
struct made_kernel {
	const char *os_id, *version_id, *machine, *release, *uname_version;
	const char *build_id; /* a string of at most 20 bytes */
	const char *btf;      /* make_named_btf()'s name */
	bool big_endian;      /* the BTF */
};

/* Ends with a zeroed one. Adds the objects "a.bpf.o" and "b.bpf.o" when @objects. malloc'd. */
void *make_bundle_of(const struct made_kernel *kernels, bool objects, bool big_endian,
		     enum bundle_compression compression, size_t *ret_size);

/* Text that grows; aborts when it would not fit. */
struct words {
	char text[16384];
	size_t length;
};

__attribute__((format(printf, 2, 3))) void say(struct words *words, const char *format, ...);

/* "os version machine release uname-v build-id = BTF" for each entry, sorted. */
void tell_bundle(struct words *words, const void *bundle, size_t size);

/* "NAME SIZE" for each member, as libarchive reads it; all else of the header must be as
 * archive_writer.h says. The text of corebtf.manifest follows its line, indented by two spaces. */
void tell_tar(struct words *words, const void *tar, size_t size);

/* For skip functions: "! NAME: WHY". */
void tell_skipped(void *words, const char *name, const char *why);

#endif
