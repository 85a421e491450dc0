/* SPDX-License-Identifier: MIT */
/*
 * Relocation sites x kernels: what libbpf does with each relocation of each object on each
 * kernel.
 *
 *	                    kernel 0   kernel 1   kernel 2
 *	site 0 ─┐
 *	site 1 ─┴─ request 0   found 16   found 24   found 24
 *	site 2 ─── request 1   missing    found 8    found 8
 *
 * Kernels 1 and 2 agree in everything, so they share one column.
 *
 * `verify`, --verbose and reports read it.
 */
#ifndef COREBTF_MATRIX_MATRIX_H
#define COREBTF_MATRIX_MATRIX_H

#include "embedder/relo/request_set.h"
#include "embedder/resolve/verdict.h"

struct matrix_kernel {
	char *name;	 /* as messages call it: the path it came from */
	uint32_t column; /* kernels with the same number agree on every request */
};

struct matrix {
	const struct request_set *set; /* its sites are the rows; must outlive the matrix */
	struct matrix_kernel *kernels; /* in the order in which they were added */
	size_t kernel_count;
	size_t column_count;
	/* Private to matrix.c. */
	size_t kernel_capacity, column_capacity;
	struct matrix_column {
		uint64_t hash;
		struct verdict *verdicts; /* by request */
	} * columns;
	uint32_t *first; /* by request: its first place in sites; one more at the end */
	uint32_t *sites; /* grouped by request, ascending */
};

/* 0 or -ENOMEM. No object may be added to the set after this. Free it in both cases. */
int matrix_init(struct matrix *matrix, const struct request_set *set);
void matrix_free(struct matrix *matrix); /* one that is all zero is fine */

/* Adds a kernel with its verdicts by request (resolver.verdicts), which are copied. 0 or -ENOMEM.
 */
int matrix_add_kernel(struct matrix *matrix, const char *name, const struct verdict *verdicts);

/* The verdict on a site; NULL: a local type id, which no kernel changes. */
const struct verdict *matrix_cell(const struct matrix *matrix, size_t site, size_t kernel);

/* The verdict on a request in a column. */
const struct verdict *matrix_column_verdict(const struct matrix *matrix, size_t request,
					    size_t column);

/* The sites that make a request. */
const uint32_t *matrix_sites(const struct matrix *matrix, size_t request, size_t *ret_count);

#endif
