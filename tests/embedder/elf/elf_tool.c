/* SPDX-License-Identifier: MIT */
/*
 * The embedder's ELF rooms as a command, for test_executable.sh:
 *
 *	elf_tool attach EXE OUTPUT BUNDLE
 *	elf_tool remove EXE OUTPUT
 *	elf_tool inspect EXE			prints class, byte order, machine, has bundle
 *	elf_tool find FILE [FOLDER]		prints offset and size of each BPF object in FILE,
 *and writes them to FOLDER/0.o, 1.o, ...
 *
 * Exit status: 0, or the positive errno value after a line on standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/executable.h"
#include "embedder/object/bpf_object_file.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"

static int attach(const char *path, const char *output, const char *bundle, struct reason *why)
{
	_cleanup_free_ void *data = NULL;
	size_t size;
	int err;

	err = input_file_read(bundle, SIZE_MAX, &data, &size, why);
	if (err)
		return err;
	return executable_attach(path, output, data, size, why);
}

static int inspect(const char *path, struct reason *why)
{
	struct executable_info info;
	int err;

	err = executable_inspect(path, &info, why);
	if (!err)
		printf("%d %s %u %s\n", info.is_64bit ? 64 : 32, info.big_endian ? "big" : "little",
		       info.machine, info.has_bundle ? "bundle" : "none");
	return err;
}

static int find(const char *path, const char *folder, struct reason *why)
{
	_cleanup_free_ struct embedded_object *objects = NULL;
	_cleanup_free_ void *data = NULL;
	size_t size;
	int err, count;

	err = input_file_read(path, SIZE_MAX, &data, &size, why);
	if (err)
		return err;
	count = embedded_objects_find(data, size, &objects);
	for (int i = 0; i < count; i++) {
		_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
		char *image = (char *)data + objects[i].offset;
		_cleanup_free_ char *output = NULL;

		err = bpf_object_file_copy(path, image, objects[i].size, &object, why);
		if (err)
			return err;
		printf("%zu %zu btf %zu ext %zu digest %016jx\n", objects[i].offset,
		       objects[i].size, object.btf_size, object.ext_size, (uintmax_t)object.digest);
		if (!folder)
			continue;
		if (asprintf(&output, "%s/%d.o", folder, i) < 0) {
			output = NULL;
			return -ENOMEM;
		}
		err = output_file_save(output, NULL, image, objects[i].size, why);
		if (err)
			return err;
	}
	return count < 0 ? count : 0;
}

int main(int argc, char **argv)
{
	struct reason why = {"no reason given"};
	int err = -EINVAL;

	if (argc == 5 && strcmp(argv[1], "attach") == 0)
		err = attach(argv[2], argv[3], argv[4], &why);
	else if (argc == 4 && strcmp(argv[1], "remove") == 0)
		err = executable_remove(argv[2], argv[3], &why);
	else if (argc == 3 && strcmp(argv[1], "inspect") == 0)
		err = inspect(argv[2], &why);
	else if ((argc == 3 || argc == 4) && strcmp(argv[1], "find") == 0)
		err = find(argv[2], argv[3], &why);
	else
		reason_set(&why, err, "usage: attach|remove|inspect|find FILE ...");
	if (err)
		fprintf(stderr, "elf_tool: %s: %s\n", argc > 2 ? argv[2] : "", why.text);
	return -err;
}
