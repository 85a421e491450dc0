/* SPDX-License-Identifier: MIT */
/* Every relocation of a field: offset, size, exists, signed, shifts. One section per program, so
 * that the judge can load each alone. */
#include "kernel_types.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

u64 out[64];

#define OFFSET(field) __builtin_preserve_field_info(field, BPF_FIELD_BYTE_OFFSET)
/* clang cannot emit this for a pointer. */
#define PLACE(slot, field)                                                                         \
	do {                                                                                       \
		out[slot] = OFFSET(field);                                                         \
		out[(slot) + 1] = __builtin_preserve_field_info(field, BPF_FIELD_BYTE_SIZE);       \
		out[(slot) + 2] = __builtin_preserve_field_info(field, BPF_FIELD_EXISTS);          \
		out[(slot) + 4] = __builtin_preserve_field_info(field, BPF_FIELD_LSHIFT_U64);      \
		out[(slot) + 5] = __builtin_preserve_field_info(field, BPF_FIELD_RSHIFT_U64);      \
	} while (0)
#define ALL(slot, field)                                                                           \
	do {                                                                                       \
		out[slot] = OFFSET(field);                                                         \
		out[(slot) + 1] = __builtin_preserve_field_info(field, BPF_FIELD_BYTE_SIZE);       \
		out[(slot) + 2] = __builtin_preserve_field_info(field, BPF_FIELD_EXISTS);          \
		out[(slot) + 3] = __builtin_preserve_field_info(field, BPF_FIELD_SIGNED);          \
		out[(slot) + 4] = __builtin_preserve_field_info(field, BPF_FIELD_LSHIFT_U64);      \
		out[(slot) + 5] = __builtin_preserve_field_info(field, BPF_FIELD_RSHIFT_U64);      \
	} while (0)

SEC("raw_tp/plain")
int plain(struct sample *s)
{
	ALL(0, s->id);
	ALL(6, s->pid);
	ALL(12, s->time);
	PLACE(18, s->list);
	ALL(24, s->users.counter);
	ALL(30, s->state);
	ALL(36, s->mark);
	ALL(42, s->tail);
	return 0;
}

SEC("raw_tp/nested")
int nested(struct sample *s)
{
	ALL(0, s->in.first);
	ALL(6, s->in.deep);
	ALL(12, s->in.choice);
	ALL(18, s->hidden_b);
	ALL(24, s->hidden_both);
	return 0;
}

SEC("raw_tp/arrays")
int arrays(struct sample *s)
{
	out[0] = OFFSET(s->in.bytes[2]);
	out[1] = OFFSET(s->table[3].deep);
	out[2] = OFFSET(s->grid[2][4]);
	out[3] = __builtin_preserve_field_info(s->grid[1], BPF_FIELD_BYTE_SIZE);
	out[4] = OFFSET(s->table[1].bytes[3]);
	out[5] = OFFSET(s[1].time);
	out[6] = OFFSET(s->maybe_flexible[2]);
	out[7] = __builtin_preserve_field_info(s->maybe_flexible, BPF_FIELD_EXISTS);
	return 0;
}

SEC("raw_tp/flexible")
int flexible(struct flexible *f)
{
	out[0] = OFFSET(f->items[7]);
	out[1] = __builtin_preserve_field_info(f->items[1], BPF_FIELD_EXISTS);
	return f->length;
}

SEC("raw_tp/bits")
int bits(struct sample *s)
{
	ALL(0, s->low);
	ALL(6, s->high);
	ALL(12, s->negative);
	ALL(18, s->small_state);
	ALL(24, s->long_bits);
	return 0;
}

SEC("raw_tp/flavours")
int flavours(struct sample___old *old)
{
	struct sample___v2 *v2 = (void *)old;

	ALL(0, old->id);
	ALL(6, old->process);
	out[12] = OFFSET(old->name[3]);
	out[13] = __builtin_preserve_field_info(old->name, BPF_FIELD_BYTE_SIZE);
	out[14] = __builtin_preserve_field_info(old->name, BPF_FIELD_EXISTS);
	ALL(24, v2->moved.pid);
	ALL(30, v2->time);
	return 0;
}

SEC("raw_tp/union")
int unions(union either *e)
{
	ALL(0, e->number);
	PLACE(6, e->pointer);
	ALL(12, e->in.choice);
	return 0;
}

SEC("raw_tp/tagged")
int tags(struct tagged *t)
{
	PLACE(0, t->where);
	PLACE(6, t->sample);
	PLACE(12, t->opaque);
	ALL(18, t->either.number);
	PLACE(24, t->call);
	return 0;
}

/* Loads and stores, whose width libbpf may adjust. */
SEC("raw_tp/access")
int access(struct sample *s)
{
	s->time = s->id + s->mark;
	s->tail = 3;
	return s->pid + s->hidden_a;
}
