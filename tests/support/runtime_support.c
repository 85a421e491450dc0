/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/runtime_support.h"

static size_t pages_for(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page) / page * page; /* one at least */
}

uint8_t *guarded_copy(const void *data, size_t size)
{
	size_t length = pages_for(size), page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages = mmap(NULL, length + page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + length, page, PROT_NONE), 0);
	if (size)
		memcpy(pages + length - size, data, size);
	return pages + length - size;
}

void guarded_free(uint8_t *copy, size_t size)
{
	size_t length = pages_for(size);

	munmap(copy + size - length, length + (size_t)sysconf(_SC_PAGESIZE));
}

void logged_line(void *context, const char *line)
{
	struct logged *logged = context;
	size_t size = strlen(line);

	assert_null(strchr(line, '\n'));
	if (logged->length + size + 2 > sizeof(logged->text))
		logged->length = 0; /* the last lines matter */
	memcpy(logged->text + logged->length, line, size);
	memcpy(logged->text + logged->length + size, "\n", 2);
	logged->length += size + 1;
}

struct corebtf_open_opts logged_opts(struct logged *logged)
{
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = logged_line, .log_context = logged};

	logged->length = 0;
	logged->text[0] = '\0';
	return opts;
}

char *folder_make(void)
{
	const char *base = getenv("TMPDIR");
	char *folder = NULL;

	assert_true(asprintf(&folder, "%s/corebtf-test-XXXXXX", base && *base ? base : "/tmp") > 0);
	assert_non_null(mkdtemp(folder));
	return folder;
}

/* The path below the folder, with the folders above it made. */
static char *make_way(const char *folder, const char *path)
{
	char *full = NULL;

	assert_true(asprintf(&full, "%s%s", folder, path) > 0);
	for (char *slash = full + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	return full;
}

void folder_write(const char *folder, const char *path, const void *data, size_t size)
{
	char *full = make_way(folder, path);
	FILE *file = fopen(full, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	free(full);
}

void folder_link(const char *folder, const char *path, const char *target)
{
	char *full = make_way(folder, path);

	assert_int_equal(symlink(target, full), 0);
	free(full);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return remove(path);
}

void folder_remove(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int file_with(const void *data, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, size, 0), (ssize_t)size);
	return fd;
}
