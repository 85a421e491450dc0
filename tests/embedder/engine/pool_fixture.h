/* SPDX-License-Identifier: MIT */
/*
 * Kernels on disk for tests of the engine: files in BTFHub's layout and archives, below the current
 * folder. What each BTF says stands as text behind its header.
 */
#ifndef TESTS_EMBEDDER_ENGINE_POOL_FIXTURE_H
#define TESTS_EMBEDDER_ENGINE_POOL_FIXTURE_H

#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

#define FIXTURE_FOLDER "files/debian/12/x86_64"

static inline void fixture_write_file(const char *release)
{
	struct bytes btf = make_btf(release);
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

		snprintf(release, sizeof(release), "%s.%d", prefix, i);
		snprintf(member, sizeof(member), "debian/11/x86_64/%s.btf", release);
		tar_add_btf(&tar, member, release);
	}
	if (damaged)
		tar.size -= 600; /* the member's data and some of its header */
	else
		tar_end(&tar);
	scratch_write(path, tar.data, tar.size);
	bytes_release(&tar);
}

#endif
