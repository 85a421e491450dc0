/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file with BPF objects in it: the objects must lie in the file, in order and not
 * overlapping, and reading each must not crash. The runtime has its own reader of objects: it must
 * accept what the embedder accepts, and compute the same digest.
 */
#include <stdlib.h>

#include "embedder/object/bpf_object_file.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"
#include "runtime/executable/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ struct embedded_object *objects = NULL;
	int count = embedded_objects_find(data, size, &objects);
	const struct log nobody = {.write = NULL};
	struct object_digest digest;
	size_t end = 0;

	object_digest(data, size, &nobody, &digest);
	for (int i = 0; i < count; i++) {
		struct bpf_object_file object;

		if (objects[i].offset < end || objects[i].offset > size || !objects[i].size ||
		    objects[i].size > size - objects[i].offset)
			abort();
		end = objects[i].offset + objects[i].size;
		if (bpf_object_file_copy("fuzz.o", data + objects[i].offset, objects[i].size,
					 &object, NULL))
			continue;
		if ((uintptr_t)object.btf % 4 || (uintptr_t)object.ext % 4)
			abort();
		if (object_digest(data + objects[i].offset, objects[i].size, &nobody, &digest) ||
		    digest.digest != object.digest)
			abort();
		bpf_object_file_close(&object);
	}
	return 0;
}
