/* SPDX-License-Identifier: MIT */
/* A newer kernel: members elsewhere, deeper or wider, some under other names or of other types. */
typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;
typedef int pid_t;

struct list {
	struct list *next;
};

enum state { STATE_BEFORE = -1, STATE_NEW, STATE_RUNNING = 5, STATE_GONE = 70 };
enum wide { WIDE_SMALL = 3, WIDE_LARGE = 0x222233334444UL };

typedef long *counter_t; /* no struct any more */
typedef unsigned short plain_number;

struct inner {
	long first; /* wider, and signed: loads of it cannot be adjusted */
	long padding[3];
	union {
		struct {
			struct {
				u32 choice;
				u32 deep;
			};
		};
		char bytes[4];
	};
};
typedef struct inner inner_alias;

struct flexible {
	u64 length;
	u32 more;
	u32 items[4]; /* not flexible any more: [7] is past its end */
};

struct sample {
	/* No number any more: it does not fit. */
	struct {
		struct {
			int x;
		} time;
		int between;
	};
	u32 low : 5;
	u32 high : 20;
	u32 negative : 7;
	u32 small_state; /* no bit-field any more */
	u64 long_bits : 50;
	/* Not the last member: may not be indexed, also when those behind it are dropped. */
	u32 maybe_flexible[0];
	union {
		struct {
			struct {
				pid_t pid;
			};
			struct list *const list;
		};
		u64 hidden_b;
	};
	char id[8];
	long real_time;
	struct inner table[2];
	u8 grid[3][5];
	enum state state;
	const struct inner in;
	volatile short tail;
	u64 mark;
	int nobody_asks;
	int nobody_asks_either;
};

union either {
	struct inner in;
	struct sample *pointer;
	u64 number;
};

typedef int (*callback_t)(struct sample *sample, struct list *const list, u64 flags);
typedef u64(prototype_t)(union either *either, enum state state);
typedef struct sample *const sample_pointer;
typedef int matrix_t[2][4];

struct tagged {
	struct sample __attribute__((btf_type_tag("rcu"))) __attribute__((btf_type_tag("x"))) *
		sample;
	double ratio;
	int __attribute__((btf_type_tag("user"))) * where;
	struct never_defined *opaque;
	callback_t call;
	enum state state;
	union either either;
};

long pointer_size;
struct sample sample;
struct flexible flexible;
union either either;
struct tagged tagged;
counter_t counter;
inner_alias alias;
callback_t callback;
prototype_t *prototype;
plain_number number;
sample_pointer pointer;
matrix_t matrix;
enum wide wide;
