/* SPDX-License-Identifier: MIT */
/*
 * The two functions of libbpf that decide a CO-RE relocation. They are internal to libbpf (no
 * header, hidden in the shared library), but its static library lets a linker find them. These
 * declarations are our own; they agree with libbpf 1.1 in what the ABI is made of: the order and
 * the size of arguments and members. The build leaves the judge out with any other version.
 */
#ifndef COREBTF_JUDGE_LIBBPF_RELO_H
#define COREBTF_JUDGE_LIBBPF_RELO_H

#include <stdbool.h>
#include <stdint.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

/* A type that a local type may mean. */
struct libbpf_candidate {
	const struct btf *btf;
	uint32_t id;
};

/* Candidates that do not match a relocation are dropped while another matches; length shrinks. */
struct libbpf_candidates {
	struct libbpf_candidate *list; /* malloc'd */
	int length;
};

struct libbpf_answer {
	uint64_t original, value;
	bool poison, validate, bad_access_size;
	uint32_t original_size, original_type;
	uint32_t size, type;
};

/* Scratch memory of libbpf: three access paths (1.3 kB each). */
struct libbpf_scratch {
	uint64_t words[3 * 192];
};

int bpf_core_add_cands(struct libbpf_candidate *local, size_t essential_length,
		       const struct btf *target, const char *target_name, int first_id,
		       struct libbpf_candidates *candidates);

int bpf_core_calc_relo_insn(const char *program, const struct bpf_core_relo *relo, int number,
			    const struct btf *local, struct libbpf_candidates *candidates,
			    struct libbpf_scratch *scratch, struct libbpf_answer *ret_answer);

size_t bpf_core_essential_name_len(const char *name);

#endif
