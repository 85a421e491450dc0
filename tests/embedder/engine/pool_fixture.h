/* SPDX-License-Identifier: MIT */
/*
 * Kernels on disk for tests of the engine: files in BTFHub's layout and archives, below the current
 * folder. Each is a BTF without types whose one string is its kernel's release.
 */
#ifndef TESTS_EMBEDDER_ENGINE_POOL_FIXTURE_H
#define TESTS_EMBEDDER_ENGINE_POOL_FIXTURE_H

#include <linux/btf.h>
#include <string.h>

#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

#define FIXTURE_FOLDER "files/debian/12/x86_64"

static inline struct bytes fixture_btf(const char *release)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = 24,
		.str_len = (uint32_t)strlen(release) + 2,
	};
	struct bytes btf = {.data = NULL};

	bytes_add(&btf, &header, 24);
	bytes_add(&btf, "", 1);
	bytes_add(&btf, release, strlen(release) + 1);
	return btf;
}

static inline void fixture_write_file(const char *release)
{
	struct bytes btf = fixture_btf(release);
	char path[256];

	snprintf(path, sizeof(path), FIXTURE_FOLDER "/%s.btf", release);
	scratch_write(path, btf.data, btf.size);
	bytes_release(&btf);
}

/* An archive of @count kernels PREFIX.0, PREFIX.1, ...; @damaged: cut in the last one. */
static inline void fixture_write_archive(const char *path, const char *prefix, int count,
					 int damaged)
{
	struct bytes tar = {0};

	for (int i = 0; i < count; i++) {
		char member[128], release[64];
		struct bytes btf;

		snprintf(release, sizeof(release), "%s.%d", prefix, i);
		snprintf(member, sizeof(member), "debian/11/x86_64/%s.btf", release);
		btf = fixture_btf(release);
		tar_add_file(&tar, member, btf.data, btf.size);
		bytes_release(&btf);
	}
	if (damaged)
		tar.size -= 600; /* the member's data and some of its header */
	else
		tar_end(&tar);
	scratch_write(path, tar.data, tar.size);
	bytes_release(&tar);
}

#endif
