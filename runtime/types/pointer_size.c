/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "runtime/types/pointer_size.h"

const char *const pointer_size_names[POINTER_SIZE_NAMES] = {
	"long",
	"long int",
	"int long",
	"unsigned long",
	"long unsigned",
	"unsigned long int",
	"unsigned int long",
	"long unsigned int",
	"long int unsigned",
	"int unsigned long",
	"int long unsigned",
};

uint32_t pointer_size_from(const struct type_view *types, const struct btf_type *type,
			   const char *name)
{
	uint32_t size = type_view_size(types, type);

	if (size != 4 && size != 8)
		return 0;
	for (size_t i = 0; i < POINTER_SIZE_NAMES; i++)
		if (strcmp(name, pointer_size_names[i]) == 0)
			return size;
	return 0;
}
