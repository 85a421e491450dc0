/* SPDX-License-Identifier: MIT */
/*
 * A folder for each test, below the current one; removed when the test ends.
 */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	int before; /* the folder to go back to */
	char path[64];
};

static inline int scratch_enter(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	assert_non_null(scratch);
	strcpy(scratch->path, "scratch.XXXXXX");
	scratch->before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(scratch->before >= 0);
	assert_non_null(mkdtemp(scratch->path));
	assert_int_equal(chdir(scratch->path), 0);
	*state = scratch;
	return 0;
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
				     struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int scratch_leave(void **state)
{
	struct scratch *scratch = *state;

	assert_int_equal(fchdir(scratch->before), 0);
	nftw(scratch->path, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	close(scratch->before);
	free(scratch);
	return 0;
}

/* Writes a file and the folders above it. */
static inline void scratch_write(const char *path, const void *data, size_t size)
{
	char folder[4096];
	FILE *file;

	snprintf(folder, sizeof(folder), "%s", path);
	for (char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(folder, 0777);
		*slash = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

#endif
