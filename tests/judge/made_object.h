/* SPDX-License-Identifier: MIT */
/* BPF objects for the judge without a compiler: local types and relocations in, .BTF and .BTF.ext
 * out. */
#ifndef COREBTF_JUDGE_MADE_OBJECT_H
#define COREBTF_JUDGE_MADE_OBJECT_H

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stddef.h>

#include "embedder/object/bpf_object_file.h"

/*
 * The relocations' access strings are in @btf already. They go into two sections, a third of them
 * into the first. The file owns its bytes; release with bpf_object_file_close(). 0 or -ENOMEM.
 */
int made_object(struct btf *btf, const struct bpf_core_relo *relos, size_t count,
		struct bpf_object_file *ret_file);

#endif
