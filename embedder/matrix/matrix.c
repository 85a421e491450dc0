/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "embedder/matrix/matrix.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

/* Groups the sites by request: counts to first places, then each site to the next free place of its
 * request. Filling moves the first places up by one request, as first[] needs them. */
static void group_sites(struct matrix *matrix)
{
	const struct request_set *set = matrix->set;
	uint32_t *first = matrix->first;

	for (size_t i = 0; i < set->site_count; i++) {
		const struct request *request = request_set_of_site(set, i);

		if (request)
			first[request->number + 2]++;
	}
	for (size_t i = 2; i < set->count + 2; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < set->site_count; i++) {
		const struct request *request = request_set_of_site(set, i);

		if (request)
			matrix->sites[first[request->number + 1]++] = i;
	}
}

int matrix_init(struct matrix *matrix, const struct request_set *set)
{
	*matrix = (struct matrix){
		.set = set,
		.first = calloc(set->count + 2, sizeof(uint32_t)),
		.sites = calloc(set->site_count + 1, sizeof(uint32_t)),
	};
	if (!matrix->first || !matrix->sites)
		return -ENOMEM;
	group_sites(matrix);
	return 0;
}

void matrix_free(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->kernel_count; i++)
		free(matrix->kernels[i].name);
	for (size_t i = 0; i < matrix->column_count; i++)
		free(matrix->columns[i].verdicts);
	free(matrix->kernels);
	free(matrix->columns);
	free(matrix->first);
	free(matrix->sites);
	*matrix = (struct matrix){0};
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
	return a->value == b->value && a->outcome == b->outcome && a->refusal == b->refusal &&
	       a->candidates == b->candidates && a->matches == b->matches &&
	       a->reached == b->reached;
}

static bool same_column(const struct verdict *a, const struct verdict *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!same_verdict(&a[i], &b[i]))
			return false;
	return true;
}

static uint64_t hash_column(const struct verdict *verdicts, size_t count)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ verdicts[i].value) * UINT64_C(0x9e3779b97f4a7c15);
		hash = (hash ^ hash >> 32 ^ verdicts[i].outcome) * UINT64_C(0xff51afd7ed558ccd);
	}
	return hash;
}

/* The number of the column with these verdicts, added if there is none yet; or -ENOMEM. */
static int64_t find_column(struct matrix *matrix, const struct verdict *verdicts)
{
	size_t count = matrix->set->count;
	uint64_t hash = hash_column(verdicts, count);
	struct verdict *copy;

	for (size_t i = 0; i < matrix->column_count; i++)
		if (matrix->columns[i].hash == hash &&
		    same_column(matrix->columns[i].verdicts, verdicts, count))
			return (int64_t)i;
	if (array_reserve(matrix->columns, matrix->column_capacity, matrix->column_count + 1))
		return -ENOMEM;
	copy = malloc(count * sizeof(*copy) + !count);
	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, verdicts, count * sizeof(*copy));
	matrix->columns[matrix->column_count] = (struct matrix_column){hash, copy};
	return (int64_t)matrix->column_count++;
}

int matrix_add_kernel(struct matrix *matrix, const char *name, const struct verdict *verdicts)
{
	_cleanup_free_ char *copy = strdup(name);
	int64_t column;

	if (!copy ||
	    array_reserve(matrix->kernels, matrix->kernel_capacity, matrix->kernel_count + 1))
		return -ENOMEM;
	column = find_column(matrix, verdicts);
	if (column < 0)
		return (int)column;
	matrix->kernels[matrix->kernel_count++] =
		(struct matrix_kernel){.name = TAKE_PTR(copy), .column = (uint32_t)column};
	return 0;
}

const struct verdict *matrix_cell(const struct matrix *matrix, size_t site, size_t kernel)
{
	const struct request *request = request_set_of_site(matrix->set, site);

	return request ? matrix_column_verdict(matrix, request->number,
					       matrix->kernels[kernel].column)
		       : NULL;
}

const struct verdict *matrix_column_verdict(const struct matrix *matrix, size_t request,
					    size_t column)
{
	return &matrix->columns[column].verdicts[request];
}

const uint32_t *matrix_sites(const struct matrix *matrix, size_t request, size_t *ret_count)
{
	*ret_count = matrix->first[request + 1] - matrix->first[request];
	return matrix->sites + matrix->first[request];
}
