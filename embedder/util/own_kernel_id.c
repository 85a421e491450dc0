/* SPDX-License-Identifier: MIT */
#include "embedder/util/own_kernel_id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

int kernel_id_set(const char **string, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return -ENOMEM;
	free((char *)*string);
	*string = copy;
	return 0;
}

int kernel_id_set_build_id(struct kernel_id *id, const uint8_t *build_id, size_t size)
{
	uint8_t *copy = size ? malloc(size) : NULL;

	if (size && !copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, build_id, size);
	free((uint8_t *)id->build_id);
	id->build_id = copy;
	id->build_id_size = size;
	return 0;
}

int kernel_id_copy(const struct kernel_id *id, struct kernel_id *ret_id)
{
	_cleanup_(kernel_id_clear) struct kernel_id copy = {0};

	if (kernel_id_set(&copy.release, id->release) ||
	    kernel_id_set(&copy.machine, id->machine) || kernel_id_set(&copy.os_id, id->os_id) ||
	    kernel_id_set(&copy.version_id, id->version_id) ||
	    kernel_id_set(&copy.uname_version, id->uname_version) ||
	    kernel_id_set_build_id(&copy, id->build_id, id->build_id_size))
		return -ENOMEM;
	*ret_id = copy;
	copy = (struct kernel_id){0};
	return 0;
}

void kernel_id_clear(struct kernel_id *id)
{
	free((char *)id->release);
	free((char *)id->machine);
	free((char *)id->os_id);
	free((char *)id->version_id);
	free((char *)id->uname_version);
	free((uint8_t *)id->build_id);
	*id = (struct kernel_id){0};
}
