/* SPDX-License-Identifier: MIT */
/* Several versions of one struct in one kernel: some agree, some contradict each other. */
struct sample {
	int id;
	int pid;
	unsigned long long time;
	void *list;
	struct {
		int counter;
	} users;
};
struct sample___second {
	int id;
	int pid;
	unsigned int time;
	char process;
};
struct sample___third {
	long padding;
	int id;
	char name[16];
	short tail;
};
enum state { STATE_NEW = 3, STATE_GONE = 7 };
enum state___other { STATE_NEW___other = 3, STATE_GONE___x = 8, STATE_RUNNING = 1 };
union either {
	unsigned int number;
};
union either___x {
	unsigned short number;
};

unsigned long pointer_size;
struct sample a;
struct sample___second b;
struct sample___third c;
enum state d;
enum state___other e;
union either f;
union either___x g;
