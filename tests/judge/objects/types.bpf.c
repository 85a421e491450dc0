/* SPDX-License-Identifier: MIT */
/* Relocations of types and enumerators: ids, exists, size, value. */
#include "kernel_types.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

u64 out[64];

#define ALL(slot, type)                                                                            \
	do {                                                                                       \
		out[slot] = bpf_core_type_id_local(type);                                          \
		out[(slot) + 1] = bpf_core_type_id_kernel(type);                                   \
		out[(slot) + 2] = bpf_core_type_exists(type);                                      \
		out[(slot) + 3] = bpf_core_type_size(type);                                        \
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
