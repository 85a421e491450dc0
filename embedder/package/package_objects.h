/* SPDX-License-Identifier: MIT */
/*
 * What a package says of an object, out of the object's own BTF.
 */
#ifndef COREBTF_PACKAGE_OBJECTS_H
#define COREBTF_PACKAGE_OBJECTS_H

#include "embedder/object/bpf_object_file.h"
#include "runtime/btf/btf_source.h"

/* Starts zeroed. */
struct package_object {
	struct btf_source source; /* of .BTF; without types if there is none */
};

int package_object_open(struct package_object *object, const struct bpf_object_file *file,
			struct reason *why);
void package_object_close(struct package_object *object); /* for _cleanup_ */

/* Calls @visit for each variable in the data section @section (".maps", ".rodata"), with its id, in
 * order; not 0 ends it. */
int package_object_each(const struct package_object *object, const char *section,
			int (*visit)(void *context, uint32_t variable), void *context);

/* A type's or variable's name; "" without one. */
const char *package_object_name(const struct package_object *object, uint32_t id);

/* Whether the map of that name is a ring buffer or a perf buffer. */
bool package_object_is_buffer(const struct package_object *object, const char *map);

/* The struct that a variable like `const struct event *unused` points to; 0: it is none. */
uint32_t package_object_pointed(const struct package_object *object, uint32_t variable);

#endif
