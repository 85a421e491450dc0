/* SPDX-License-Identifier: MIT */
/*
 * Which program works on which kernel, where it breaks, and why: the matrix of relocations, seen
 * from the programs.
 *
 *	object ── program ── its sites (also those of functions that it calls)
 *	                        │
 *	kernels ── columns ── verdicts ──► reach/ ──► a state for each site ──► the worst is the
 *	           (matrix/)                                                  program's, and its
 *worst the object's
 *
 * Kernels that agree in all verdicts share a column, and columns that agree in the verdicts on one
 * program's sites share a variant of that program.
 */
#ifndef COREBTF_COMPAT_COMPAT_H
#define COREBTF_COMPAT_COMPAT_H

#include "embedder/facts/field_facts.h"
#include "embedder/facts/kernel_facts.h"
#include "embedder/matrix/matrix.h"
#include "embedder/program/bpf_code.h"
#include "embedder/program/program_kind.h"
#include "embedder/util/own_kernel_id.h"

/* Of a program or an object on a kernel; the worst is the largest. */
enum compat_state {
	COMPAT_WORKS,
	COMPAT_GUARDED,	  /* something is missing, and the program checks for it */
	COMPAT_UNSURE,	  /* it may break: whether the verifier reaches it is not known */
	COMPAT_BREAKS,	  /* libbpf or the kernel refuses it */
	COMPAT_NO_ANSWER, /* the kernel's types could not be read, or the object is not for it */
};
#define COMPAT_STATES 5

/* Of a relocation site on a kernel. */
enum compat_site_state {
	COMPAT_SITE_FOUND,
	COMPAT_SITE_ABSENT,    /* "it does not exist" is the answer */
	COMPAT_SITE_UNREACHED, /* poisoned, and the verifier does not come there */
	COMPAT_SITE_MAYBE,     /* poisoned; whether the verifier comes there is not known */
	COMPAT_SITE_REACHED,   /* poisoned, and the verifier comes there */
	COMPAT_SITE_AMBIGUOUS, /* libbpf refuses the object */
	COMPAT_SITE_REFUSED,   /* libbpf refuses the object */
};

/* An instruction that needs something. */
struct compat_use {
	uint32_t need; /* number in the program's list */
	uint32_t insn;
};

/* What a program needs besides types. */
struct compat_need {
	uint32_t feature;      /* number in the list */
	uint32_t first, count; /* of the program's uses; count 0: none */
};

/* Of a need on a kernel. */
enum compat_need_state {
	COMPAT_NEED_UNKNOWN, /* the kernel's BTF does not say; no problem is seen in it */
	COMPAT_NEED_MET,
	COMPAT_NEED_UNREACHED, /* not there, and the verifier does not come there */
	COMPAT_NEED_DOUBTFUL,  /* not there, as far as can be told; or reached, as far as can be */
	COMPAT_NEED_UNMET,     /* not there: the kernel refuses the program */
	COMPAT_NEED_FOREIGN,   /* the object is not for this kernel at all: no answer */
};

/* A program on the kernels of some classes. */
struct compat_variant {
	enum compat_state state;
	uint32_t version; /* of a program that asks for it, as in struct compat_kernel */
	uint8_t *facts;	  /* enum fact, by the program's needs */
	uint8_t *needs;	  /* enum compat_need_state, by the program's needs */
	uint8_t *sites;	  /* enum compat_site_state, by the program's sites */
	uint32_t *guards; /* of an UNREACHED one: the site (number in the set) whose result keeps
			   * the verifier away, or UINT32_MAX: not known */
	const struct verdict **verdicts; /* by the program's sites; NULL: local type id */
};

struct compat_program {
	uint32_t object;
	const struct bpf_code_function *function;
	const char *section;
	const struct program_kind *kind;
	const char *target; /* of kind, or "" */
	uint32_t *sites;    /* numbers in the set, ascending */
	uint32_t *insns;    /* of the sites */
	size_t site_count;
	bool asks_version;  /* its instructions refer to LINUX_KERNEL_VERSION */
	uint64_t arguments; /* of what it attaches to, that it reads; bit n for the one after n */
	struct compat_need *needs;
	size_t need_count, need_capacity;
	struct compat_use *uses; /* grouped by need */
	size_t use_count, use_capacity;
	struct compat_variant **variants;
	size_t variant_count, variant_capacity;
	uint32_t *classes; /* by class: number of the variant */
};

struct compat_object {
	const char *name;
	size_t first_program, program_count;
};

struct compat_kernel {
	struct kernel_id id; /* owned */
	char *path;
	char *error;	 /* why there is no answer; NULL: there is one */
	uint32_t column; /* of the matrix; before compat_judge() the number in it */
	uint32_t class;
	uint32_t version; /* major << 16 | minor << 8, 0: not known */
	/* Owned. */
	uint8_t *facts;		   /* by feature */
	uint32_t *prototypes;	   /* by feature, in the texts */
	struct field_fact *fields; /* by request */
	char *texts;		   /* of the fields */
	/* The neighbours in its row (compat_changes.h), UINT32_MAX: none. */
	uint32_t older, newer;
	char *name;   /* "debian 12 x86_64 6.1.0-50-amd64" */
	char *series; /* "debian 12 x86_64 6.1"; of one group with all that have the same */
};

struct compat {
	const struct request_set *set;
	const struct bpf_code *codes; /* of the set's objects */
	const struct matrix *matrix;
	struct feature_list features; /* that programs need */
	bool *is_seen;		      /* by feature: some kernel has it */
	struct compat_object *objects;
	size_t object_count;
	struct compat_program *programs;
	size_t program_count, program_capacity;
	struct compat_kernel *kernels; /* sorted: machine, distribution, version, release */
	size_t kernel_count, kernel_capacity;
	size_t class_count;
	bool asks_version; /* one of the programs does */
};

/* One that is all zero is fine. */
void compat_free(struct compat *compat);

/* Finds the programs of the set's objects and what they need. @codes: one for each object. Both
 * must outlive it. 0 or -ENOMEM; free it in both cases. */
int compat_init(struct compat *compat, const struct request_set *set, const struct bpf_code *codes);

/* What was found out about a kernel. */
struct compat_answers {
	size_t number;			 /* in the matrix */
	const uint8_t *facts;		 /* by feature */
	const uint32_t *prototypes;	 /* by feature */
	const struct field_fact *fields; /* by request */
	const void *texts;		 /* of the fields */
	size_t texts_size;
};

/* A kernel with its answers, which are copied; or with NULL and why there are none. */
int compat_add_kernel(struct compat *compat, const struct kernel_id *id, const char *path,
		      const struct compat_answers *answers, const char *error);

/* Sorts the kernels and works out all states, once all kernels are added to @matrix and here.
 * @matrix must outlive it. 0 or -ENOMEM. */
int compat_judge(struct compat *compat, const struct matrix *matrix);

const struct compat_variant *compat_variant(const struct compat *compat, size_t program,
					    size_t kernel);

/* libbpf does not load it unless the loader asks for it: SEC("?..."). */
static inline bool compat_is_optional(const struct compat_program *program)
{
	return program->section[0] == '?';
}

/* The worst of an object's programs that are not optional; with COMPAT_NO_ANSWER for a kernel
 * without one. */
enum compat_state compat_object_state(const struct compat *compat, size_t object, size_t kernel);

/* What a site's state makes of its program. */
enum compat_state compat_state_of_site(enum compat_site_state state);

enum compat_state compat_state_of_need(enum compat_need_state state);

/* What a state is called: "works", "guarded", "unsure", "breaks", "no answer". */
const char *compat_state_name(enum compat_state state);

/* "unknown", "met", "unreached", "doubtful", "unmet", "foreign". */
const char *compat_need_state_name(enum compat_need_state state);

/* "found", "absent", "unreached", "maybe", "reached", "ambiguous", "refused". */
const char *compat_site_state_name(enum compat_site_state state);

#endif
