/* SPDX-License-Identifier: MIT */
/* The kernel types as the test programs declare them; targets/ has kernels that differ. */
#ifndef JUDGE_KERNEL_TYPES_H
#define JUDGE_KERNEL_TYPES_H

#define relocated __attribute__((preserve_access_index))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int pid_t;

struct list;
struct never_defined;

enum state { STATE_NEW, STATE_RUNNING, STATE_GONE = 7 };
enum wide { WIDE_SMALL = 1, WIDE_LARGE = 0x123456789abcULL, WIDE_LOST };

struct inner {
	int first;
	struct {
		u64 deep;
		union {
			u32 choice;
			u8 bytes[4];
		};
	};
} relocated;

typedef struct {
	int counter;
} counter_t;

typedef const volatile struct inner inner_alias;

struct flexible {
	int length;
	u32 items[];
} relocated;

struct sample {
	int id;
	pid_t pid;
	u64 time;
	struct list *list;
	const char *name;
	counter_t users;
	inner_alias in;
	struct inner table[4];
	int grid[3][5];
	enum state state;
	u32 low : 3;
	u32 high : 11;
	int negative : 7;
	enum state small_state : 4;
	u64 long_bits : 40;
	u8 mark;
	short tail;
	union {
		struct {
			int hidden_a;
			int hidden_b;
		};
		u64 hidden_both;
	};
	/* In the middle of some kernels: may be indexed only where it is the last member. */
	u32 maybe_flexible[0];
} relocated;

struct sample___old {
	long id;
	int process;
	char name[16];
} relocated;

struct sample___v2 {
	struct {
		int pid;
	} moved;
	u32 time;
} relocated;

union either {
	u32 number;
	void *pointer;
	struct inner in;
} relocated;

typedef int (*callback_t)(struct sample *sample, const struct list *list, u32 flags);
typedef u64(prototype_t)(union either *either, enum state state, struct never_defined *n);
typedef int plain_number;
typedef struct sample *sample_pointer;
typedef int matrix_t[2][3];

struct tagged {
	int __attribute__((btf_type_tag("user"))) * where;
	struct sample __attribute__((btf_type_tag("rcu"))) * sample;
	struct never_defined *opaque;
	union either either;
	callback_t call;
	enum state state;
	double ratio;
} relocated;

#endif
