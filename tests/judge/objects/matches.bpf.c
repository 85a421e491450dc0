/* SPDX-License-Identifier: MIT */
/*
 * "Type matches". Before clang 16 there is no builtin for it: the judge turns "type exists" in
 * sections whose name holds "matches" into it.
 */
#include "kernel_types.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

u64 out[64];

SEC("raw_tp/matches")
int matches(void *ctx)
{
	out[0] = bpf_core_type_exists(struct sample);
	out[1] = bpf_core_type_exists(struct sample___v2);
	out[2] = bpf_core_type_exists(union either);
	out[3] = bpf_core_type_exists(struct tagged);
	out[4] = bpf_core_type_exists(enum state);
	out[5] = bpf_core_type_exists(enum wide);
	out[6] = bpf_core_type_exists(callback_t);
	out[7] = bpf_core_type_exists(prototype_t);
	out[8] = bpf_core_type_exists(sample_pointer);
	out[9] = bpf_core_type_exists(matrix_t);
	out[10] = bpf_core_type_exists(struct inner);
	out[11] = bpf_core_type_exists(counter_t);
	out[12] = bpf_core_type_exists(struct flexible);
	return 0;
}
