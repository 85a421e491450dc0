/* SPDX-License-Identifier: MIT */
/*
 * Made-up BPF objects and kernels for the judge: types of every kind and shape, from a seed.
 *
 * A type is grown from a seed of its own, and its parts from seeds made of that one. The kernel
 * grows the same types from the same seeds, but now and then decides otherwise (noise): so it
 * has types that match, types that almost match, and several of one name.
 */
#ifndef COREBTF_JUDGE_RANDOM_TYPES_H
#define COREBTF_JUDGE_RANDOM_TYPES_H

#include <stdint.h>
#include <bpf/btf.h>

#include "embedder/object/bpf_object_file.h"

/* An object with all kinds of relocations on its random types. The file owns its bytes; release
 * with bpf_object_file_close(). Errors: -ENOMEM. */
int random_object(uint64_t seed, struct bpf_object_file *ret_file);

/* A kernel that has, for each of the objects of these seeds, some of its types in several versions.
 * Noise: 0 none, 1000 nothing alike. NULL: no memory. */
struct btf *random_kernel(const uint64_t *seeds, size_t count, uint64_t seed, unsigned int noise);

#endif
