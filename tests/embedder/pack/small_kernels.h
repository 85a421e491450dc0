/* SPDX-License-Identifier: MIT */
/*
 * Small made-up kernels, with what makes packing hard: structs that differ from kernel to kernel
 * and embed each other, several types of one name, equal types twice, every kind of type, both byte
 * orders.
 */
#ifndef TESTS_PACK_SMALL_KERNELS_H
#define TESTS_PACK_SMALL_KERNELS_H

#include "embedder/pack/pack.h"
#include "embedder/util/byte_buffer.h"

#define SMALL_KERNELS 12

/* Raw BTF of kernel @number, malloc'd. */
void *small_kernel_btf(unsigned int number, size_t *ret_size);

/* Adds kernel @number, with @origin. */
void small_kernel_add(struct pack *pack, unsigned int number, enum pack_origin origin);

/* The bytes of a pack of those kernels whose bits are set. */
struct byte_buffer small_pack(uint32_t kernels);

/* Merges packs in memory. */
struct byte_buffer merge_packs(const struct byte_buffer *packs, size_t count);

#endif
