/* SPDX-License-Identifier: MIT */
/*
 * The structs of the tests: compiled for BPF they are the BTF, compiled with the test the events.
 */
#ifndef COREBTF_TESTS_EVENTS_H
#define COREBTF_TESTS_EVENTS_H

#include <corebtf_tags.bpf.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

enum state { STATE_IDLE, STATE_BUSY = 7, STATE_LOST = -1 };

struct plain {
	u64 large;
	s64 negative;
	unsigned __int128 huge;
	__int128 low;
	int pid;
	char comm[16];
	_Bool is_root;
	u8 bytes[3];
	enum state state;
	enum state unknown;
	void *pointer;
	const volatile u16 port;
};

struct bit_fields {
	u32 low : 3;
	u32 middle : 17;
	int negative : 5;
	_Bool flag : 1;
	enum state state : 4;
	u64 wide : 50;
	u64 last : 14;
};

struct nested {
	struct {
		u16 x, y;
	} at;
	union {
		u32 whole;
		u8 parts[4];
	};
	union {
		float number;
		u32 bits;
	} either;
	struct point {
		signed char x, y;
	} points[2];
	char words[2][8];
	u16 grid[2][3];
	double real;
};

struct meanings {
	u64 time COREBTF_TIME;
	u64 boot COREBTF_BOOT_TIME;
	u64 took COREBTF_DURATION;
	u32 address COREBTF_IP;
	u8 address6[16] COREBTF_IP;
	u32 family;
	union {
		u32 v4;
		u8 v6[16];
	} peer COREBTF_IP_OF(family);
	u16 port COREBTF_PORT;
	u32 uid COREBTF_UID;
	int result COREBTF_ERRNO;
	int good COREBTF_ERRNO;
	u64 size COREBTF_SIZE;
	u32 flags COREBTF_HEX;
	u8 digest[4] COREBTF_HEX;
	u8 text[8] COREBTF_TEXT;
};

struct open_ended {
	u32 count;
	u16 numbers[];
};

struct words {
	u32 count;
	char args[64];
};

enum tiny { TINY_LOST = -1, TINY_LEAST = -128 } __attribute__((packed));

struct small {
	enum tiny tiny, least, unknown;
};

/* What a tool like opensnoop sends. */
struct opened {
	u64 time;
	int pid;
	u32 uid;
	int result;
	int flags;
	char comm[16];
	char path[255];
};

#endif
