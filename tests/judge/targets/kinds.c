/* SPDX-License-Identifier: MIT */
/* The same names for types of other kinds. */
union sample {
	int id;
	int pid;
};
struct either {
	unsigned int number;
};
enum inner { INNER_A, INNER_B };
struct state {
	int STATE_RUNNING;
};
typedef struct {
	char *where;
} tagged;
enum wide___renamed { WIDE_SMALL___old = 9, WIDE_LARGE___x = 12 };
struct plain_number {
	int x;
};
struct flexible;
struct list {
	struct flexible *only_declared;
};

union sample sample;
struct either either;
enum inner inner;
struct state state;
tagged tags;
enum wide___renamed wide;
struct plain_number number;
struct list list;
