// SPDX-License-Identifier: MIT
/*
 * Every relocation of a type or an enumerator. Before clang 16 there is no builtin for type matches;
 * the judge turns "type exists" in sections whose name holds "matches" into it.
 */
#include "kernel_types.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

u64 out[64];

#define ALL(slot, type)                                              \
	do {                                                         \
		out[slot] = bpf_core_type_id_local(type);            \
		out[(slot) + 1] = bpf_core_type_id_kernel(type);     \
		out[(slot) + 2] = bpf_core_type_exists(type);        \
		out[(slot) + 3] = bpf_core_type_size(type);          \
	} while (0)

SEC("raw_tp/composites")
int composites(void *ctx)
{
	ALL(0, struct sample);
	ALL(4, struct sample___old);
	ALL(8, union either);
	ALL(12, struct inner);
	ALL(16, struct flexible);
	ALL(20, struct tagged);
	ALL(24, enum state);
	ALL(28, enum wide);
	return 0;
}

SEC("raw_tp/typedefs")
int typedefs(void *ctx)
{
	ALL(0, counter_t);
	ALL(4, inner_alias);
	ALL(8, callback_t);
	ALL(12, plain_number);
	ALL(16, sample_pointer);
	ALL(20, matrix_t);
	out[24] = bpf_core_type_exists(prototype_t);
	return 0;
}

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

SEC("raw_tp/enumerators")
int enumerators(void *ctx)
{
	out[0] = bpf_core_enum_value(enum state, STATE_RUNNING);
	out[1] = bpf_core_enum_value(enum state, STATE_GONE);
	out[2] = bpf_core_enum_value_exists(enum state, STATE_NEW);
	out[3] = bpf_core_enum_value_exists(enum wide, WIDE_LOST);
	out[4] = bpf_core_enum_value(enum wide, WIDE_LARGE);
	out[5] = bpf_core_enum_value(enum wide, WIDE_SMALL);
	return 0;
}
