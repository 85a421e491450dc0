/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target without a fuzzer: runs LLVMFuzzerTestOneInput() on every given file and every file
 * in the given folders. A finding goes into the corpus and is then a regression test.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int replay_file(const char *path, size_t size)
{
	/* exactly as large as the file, so that a sanitizer sees a read past its end */
	uint8_t *data = malloc(size ? size : 1);
	FILE *file = fopen(path, "re");
	int failed = !data || !file || fread(data, 1, size, file) != size;

	if (failed) {
		fprintf(stderr, "%s: cannot be read\n", path);
	} else {
		fprintf(stderr, "%s: %zu bytes\n", path, size); /* the last one named crashed */
		LLVMFuzzerTestOneInput(data, size);
		replayed++;
	}
	if (file)
		fclose(file);
	free(data);
	return failed;
}

static int replay(const char *path)
{
	struct dirent **names;
	struct stat status;
	int count, failed = 0;

	if (stat(path, &status)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	if (!S_ISDIR(status.st_mode))
		return replay_file(path, (size_t)status.st_size);
	count = scandir(path, &names, NULL, alphasort);
	if (count < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		char *full = NULL;

		if (names[i]->d_name[0] != '.') {
			if (asprintf(&full, "%s/%s", path, names[i]->d_name) < 0)
				failed = 1;
			else
				failed |= replay(full);
			free(full);
		}
		free(names[i]);
	}
	free(names);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	if (!replayed) { /* a wrong path must not look like a passed test */
		fprintf(stderr, "nothing was replayed\n");
		failed = 1;
	}
	return failed;
}
