/* SPDX-License-Identifier: MIT */
/*
 * What corebtf_entry.btf_id is made of, which callers of the library need not know: the number of
 * a bundle in its handle, and the number of a BTF in that bundle.
 */
#ifndef COREBTF_BTF_ID_H
#define COREBTF_BTF_ID_H

#include <stdint.h>

static inline uint64_t btf_id_make(uint32_t bundle, uint32_t blob)
{
	return (uint64_t)bundle << 32 | blob;
}

static inline uint32_t btf_id_bundle(uint64_t btf_id)
{
	return (uint32_t)(btf_id >> 32);
}

static inline uint32_t btf_id_blob(uint64_t btf_id)
{
	return (uint32_t)btf_id;
}

#endif
