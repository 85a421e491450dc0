/* SPDX-License-Identifier: MIT */
/*
 * Contents for the bundles of these tests. The "BTFs" are made-up bytes: a bundle does not look
 * into them.
 */
#ifndef TESTS_EMBEDDER_BUNDLE_BUNDLE_FIXTURE_H
#define TESTS_EMBEDDER_BUNDLE_BUNDLE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/bundle/bundle_builder.h"

/* A kernel_id for one expression; the other fields are not known. */
#define KERNEL(release_, machine_, os_id_, version_id_)                                            \
	((struct kernel_id){.release = (release_),                                                 \
			    .machine = (machine_),                                                 \
			    .os_id = (os_id_),                                                     \
			    .version_id = (version_id_),                                           \
			    .uname_version = ""})

/* Adds a kernel whose BTF are the bytes of @btf without the NUL; asserts the result. */
void fixture_add(struct bundle_builder *builder, struct kernel_id kernel, const char *btf,
		 const char *source, int expected);

/* Lays out and asserts that it works. free() the result. */
void *fixture_layout(const struct bundle_builder *builder, bool big_endian,
		     enum bundle_compression compression, size_t *ret_size);

/* The next pseudo-random number; the sequence is always the same. */
uint32_t fixture_random(uint32_t *state);

/* A series of BTF-like blobs: blob number @number differs from its neighbours in few places.
 * Writes @size bytes. */
void fixture_fill(uint8_t *btf, size_t size, uint32_t number);

/* The thousands of kernels of a large bundle: number @number's release, machine and os. Releases
 * look like those of Ubuntu, Debian and CentOS; *@kernel points into @release. */
void fixture_kernel(uint32_t number, char release[static 64], struct kernel_id *kernel);

#endif
