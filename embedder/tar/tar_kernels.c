/* SPDX-License-Identifier: MIT */
/*
 *	entries --> each kernel once --> equal BTFs with one rank --> sorted by path
 *	        --> those of one path: the first BTF stays there, the others are moved aside
 *
 * All of it sorts, and compares neighbours: a bundle from outside may have a million kernels of one
 * name.
 */
#include "embedder/tar/tar_kernels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/kernel_order.h"
#include "embedder/tar/tar_export.h"
#include "embedder/util/cleanup.h"

struct reading {
	struct corebtf *corebtf;
	const struct tar_export_opts *opts;
	struct tar_kernels *result;
};

static void leave_out(struct reading *reading, const struct kernel_id *id, const char *why)
{
	_cleanup_free_ char *name = NULL;

	reading->result->left_out++;
	if (!reading->opts->skip)
		return;
	if (asprintf(&name, "kernel %s %s %s %s", *id->os_id ? id->os_id : "-",
		     *id->version_id ? id->version_id : "-", id->machine, id->release) < 0)
		name = NULL;
	reading->opts->skip(reading->opts->context, name ? name : id->release, why);
}

static int read_kernel(struct reading *reading, size_t number)
{
	struct tar_kernel *kernel = &reading->result->kernels[reading->result->count];
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct reason why = {""};
	int err = corebtf_entry_at(reading->corebtf, number, &entry);

	if (!err)
		err = corebtf_entry_btf(reading->corebtf, &entry, &kernel->btf, &kernel->size);
	if (err)
		return err;
	kernel->rank = entry.btf_id;
	kernel->id = (struct kernel_id){
		.release = entry.release,
		.machine = entry.machine,
		.os_id = entry.os_id,
		.version_id = entry.version_id,
		.uname_version = entry.uname_version,
		.build_id = entry.build_id,
		.build_id_size = entry.build_id_size,
	};
	err = tar_path_make(&kernel->id, reading->opts->layout, reading->opts->uname_machines, 0,
			    &kernel->path, &why);
	if (!err)
		reading->result->count++;
	if (err != -EINVAL)
		return err;
	leave_out(reading, &kernel->id, why.text);
	return 0;
}

static int compare_ranks(const struct tar_kernel *left, const struct tar_kernel *right)
{
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static int compare_bytes(const struct tar_kernel *left, const struct tar_kernel *right)
{
	if (left->btf == right->btf)
		return 0;
	if (left->size != right->size)
		return left->size < right->size ? -1 : 1;
	return memcmp(left->btf, right->btf, left->size);
}

static int by_identity(const void *left, const void *right)
{
	const struct tar_kernel *l = left, *r = right;
	int order = kernel_order_identity(&l->id, &r->id);

	return order ? order : compare_ranks(l, r);
}

static int by_bytes(const void *left, const void *right)
{
	const struct tar_kernel *l = *(struct tar_kernel *const *)left;
	const struct tar_kernel *r = *(struct tar_kernel *const *)right;
	int order = compare_bytes(l, r);

	return order ? order : compare_ranks(l, r);
}

static int by_path(const void *left, const void *right)
{
	const struct tar_kernel *l = left, *r = right;
	int order = strcmp(l->path, r->path);

	if (!order)
		order = compare_ranks(l, r);
	return order ? order : kernel_order_identity(&l->id, &r->id);
}

/* The kernels are sorted by identity: of one that several bundles have, the first bundle's comes
 * first. */
static void drop_repeated(struct reading *reading)
{
	struct tar_kernels *result = reading->result;
	size_t kept = 0;

	for (size_t i = 0; i < result->count; i++) {
		struct tar_kernel *kernel = &result->kernels[i];
		const struct tar_kernel *before = kept ? &result->kernels[kept - 1] : NULL;

		if (!before || kernel_order_identity(&before->id, &kernel->id) != 0) {
			result->kernels[kept++] = *kernel;
			continue;
		}
		if (compare_bytes(before, kernel) != 0)
			leave_out(
				reading, &kernel->id,
				"an earlier bundle of this file has it with another BTF, and that "
				"is the one that lookups find");
		free(kernel->path);
	}
	result->count = kept;
}

/* Gives equal BTFs one rank, wherever they are stored. */
static int rank_btfs(const struct tar_kernels *kernels)
{
	_cleanup_free_ struct tar_kernel **sorted = calloc(kernels->count + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < kernels->count; i++)
		sorted[i] = &kernels->kernels[i];
	qsort(sorted, kernels->count, sizeof(*sorted), by_bytes);
	for (size_t i = 1; i < kernels->count; i++) {
		if (compare_bytes(sorted[i - 1], sorted[i]) == 0)
			sorted[i]->rank = sorted[i - 1]->rank;
	}
	return 0;
}

static int read_kernels(struct reading *reading)
{
	struct tar_kernels *result = reading->result;
	size_t count = corebtf_entry_count(reading->corebtf);
	int err = 0;

	result->kernels = calloc(count + 1, sizeof(*result->kernels));
	if (!result->kernels)
		return -ENOMEM;
	for (size_t i = 0; i < count && !err; i++)
		err = read_kernel(reading, i);
	if (err)
		return err;
	qsort(result->kernels, result->count, sizeof(*result->kernels), by_identity);
	drop_repeated(reading);
	return rank_btfs(result);
}

/* The kernels [first, end) are those of one path. The BTF that comes first stays there. */
static int move_aside(struct tar_kernels *kernels, const struct tar_export_opts *opts, size_t first,
		      size_t end)
{
	size_t aside = 0;

	for (size_t i = first + 1; i < end; i++) {
		struct tar_kernel *kernel = &kernels->kernels[i];
		char *path = NULL;
		int err;

		if (kernel->rank != kernel[-1].rank)
			aside++;
		if (!aside)
			continue;
		err = tar_path_make(&kernel->id, opts->layout, opts->uname_machines, aside, &path,
				    NULL);
		if (err)
			return err;
		free(kernel->path);
		kernel->path = path;
	}
	kernels->aside += aside;
	return 0;
}

static int place_btfs(struct tar_kernels *kernels, const struct tar_export_opts *opts)
{
	struct tar_kernel *all = kernels->kernels;
	size_t first = 0;

	qsort(all, kernels->count, sizeof(*all), by_path);
	while (first < kernels->count) {
		size_t end = first + 1;
		int err;

		while (end < kernels->count && tar_kernel_has_path_of(&all[end], &all[first]))
			end++;
		err = move_aside(kernels, opts, first, end);
		if (err)
			return err;
		first = end;
	}
	return 0;
}

static int by_rank(const void *left, const void *right)
{
	const struct tar_kernel *l = left, *r = right;
	int order = compare_ranks(l, r);

	return order ? order : strcmp(l->path, r->path);
}

void tar_kernels_sort(struct tar_kernels *kernels)
{
	qsort(kernels->kernels, kernels->count, sizeof(*kernels->kernels), by_rank);
}

int tar_kernels_read(struct corebtf *corebtf, const struct tar_export_opts *opts,
		     struct tar_kernels *ret_kernels)
{
	struct reading reading = {corebtf, opts, ret_kernels};
	int err;

	*ret_kernels = (struct tar_kernels){0};
	err = read_kernels(&reading);
	return err ? err : place_btfs(ret_kernels, opts);
}

void tar_kernels_free(struct tar_kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++)
		free(kernels->kernels[i].path);
	free(kernels->kernels);
	*kernels = (struct tar_kernels){0};
}
