/* SPDX-License-Identifier: MIT */
/*
 * The maps of a BPF object, as its .BTF describes them.
 */
#ifndef COREBTF_PROGRAM_MAP_TYPES_H
#define COREBTF_PROGRAM_MAP_TYPES_H

#include "runtime/types/type_view.h"

/*
 * The number of the map's type (enum bpf_map_type): a struct in .maps whose member `type` points to
 * an array of so many elements. 0: not known.
 */
uint32_t map_type_find(const struct type_view *types, const char *name);

#endif
