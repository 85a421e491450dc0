/* SPDX-License-Identifier: MIT */
/*
 * Writes the BPF objects inside executables to files, since bpftool takes files only:
 *
 *	cut_objects FOLDER EXECUTABLE...     FOLDER/NAME.o, FOLDER/NAME-2.o, ...
 */
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"

#define EXECUTABLE_SIZE_MAX ((size_t)1 << 30)

static int cut(const char *folder, const char *path)
{
	_cleanup_free_ struct embedded_object *objects = NULL;
	_cleanup_free_ void *file = NULL;
	const char *slash = strrchr(path, '/');
	struct reason why = {""};
	size_t size = 0;
	int count, err;

	err = input_file_read(path, EXECUTABLE_SIZE_MAX, &file, &size, &why);
	if (err) {
		fprintf(stderr, "cut_objects: %s: %s\n", path, why.text);
		return err;
	}
	count = embedded_objects_find(file, size, &objects);
	for (int i = 0; i < count; i++) {
		char name[4096], number[16] = "";

		if (i)
			snprintf(number, sizeof(number), "-%d", i + 1);
		snprintf(name, sizeof(name), "%s/%s%s.o", folder, slash ? slash + 1 : path, number);
		err = output_file_save(name, NULL, (const char *)file + objects[i].offset,
				       objects[i].size, &why);
		if (err) {
			fprintf(stderr, "cut_objects: %s: %s\n", name, why.text);
			return err;
		}
	}
	return count < 0 ? count : 0;
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (cut(argv[1], argv[i]))
			return 1;
	return argc < 3 ? 2 : 0;
}
