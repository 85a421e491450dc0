/* SPDX-License-Identifier: MIT */
/*
 * The section name of a program in, what kind of program it is out: its type, and what it attaches
 * to. The names are those that libbpf knows (libbpf.c: section_defs).
 */
#ifndef COREBTF_PROGRAM_PROGRAM_KIND_H
#define COREBTF_PROGRAM_PROGRAM_KIND_H

#include <stdbool.h>

/* What the part of the section name after the '/' names. */
enum program_target {
	PROGRAM_TARGET_NONE,
	PROGRAM_TARGET_FUNCTION,       /* of the kernel, by its symbol: kprobes */
	PROGRAM_TARGET_TYPED_FUNCTION, /* by its BTF: fentry */
	PROGRAM_TARGET_LSM,	       /* by the BTF of bpf_lsm_NAME */
	PROGRAM_TARGET_RAW_TRACEPOINT,
	PROGRAM_TARGET_TYPED_TRACEPOINT, /* by the BTF of btf_trace_NAME */
	PROGRAM_TARGET_TRACEPOINT,	 /* CATEGORY/NAME */
	PROGRAM_TARGET_ITERATOR,	 /* by the BTF of bpf_iter_NAME */
	PROGRAM_TARGET_STRUCT,		 /* struct_ops: a member of a kernel's struct */
};

struct program_kind {
	const char *section; /* "kprobe"; it ends the section name, or a '/' follows */
	const char *type;    /* BPF_PROG_TYPE_* without that; "" when it is not known */
	const char *attach;  /* BPF_* of enum bpf_attach_type, or "" */
	enum program_target target;
	bool needs_own_btf;	/* libbpf looks for the target in the kernel's own BTF */
	bool has_plain_context; /* reach.h */
};

/* Never NULL: a section that libbpf does not know is of a kind without a type. */
const struct program_kind *program_kind_find(const char *section);

/* What comes after "kprobe/", or "" . */
const char *program_kind_target(const struct program_kind *kind, const char *section);

#endif
