/* SPDX-License-Identifier: MIT */
/*
 * The results as text: why a program breaks, and on which kernels.
 */
#ifndef COREBTF_COMPAT_COMPAT_TEXT_H
#define COREBTF_COMPAT_COMPAT_TEXT_H

#include "embedder/compat/compat.h"

/* "this kernel has no struct request.rq_disk; the verifier reaches the poisoned instruction". NULL
 * for a site without a verdict. Returns the length as snprintf does. */
int compat_site_text(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t site, char *buffer, size_t size);

/* What is known of a missing one on the variant's first kernel (compat_hint_text()), or "". */
int compat_site_hint(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t site, char *buffer, size_t size);

/* "helper ringbuf_output: this kernel does not have it (Linux 5.8 and later do)". Returns the
 * length as snprintf does. */
int compat_need_text(const struct compat *compat, const struct compat_program *program,
		     const struct compat_variant *variant, size_t need, char *buffer, size_t size);

/* "biosnoop.bpf.c:42", or "kprobe/do_exit+24". Returns the length as snprintf does. */
int compat_place_text(const struct compat *compat, uint32_t site, char *buffer, size_t size);

/*
 * The kernels for which @is_in is set, by series: "debian 11 x86_64 5.10 (all 4), debian 12 x86_64
 * 6.1 (2 of 10)". Those that could not be read are left out. malloc'd; NULL: no memory.
 */
char *compat_kernels_text(const struct compat *compat, const uint8_t *is_in);

/* One cause of a program's state, and the kernels that have it. */
struct compat_problem {
	uint32_t program;
	enum compat_state state;
	char *text;	/* place and reason */
	char *hint;	/* what else is known of it on the first of these kernels, or "" */
	uint8_t *is_in; /* by kernel */
	size_t kernel_count;
};

struct compat_problems {
	struct compat_problem *list; /* worst first, then by number of kernels, then in order */
	size_t count, capacity;
};

/* Causes of states from @least on; equal ones of one program once. 0 or -ENOMEM. */
int compat_problems_find(const struct compat *compat, enum compat_state least,
			 struct compat_problems *ret_problems);
void compat_problems_free(struct compat_problems *problems);

#endif
