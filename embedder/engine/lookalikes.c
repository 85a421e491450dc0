/* SPDX-License-Identifier: MIT */
/*
 * In: a bundle. Out: how many of its releases have kernels that cannot be told apart.
 *
 *	entries --> sorted by release and machine --> pairs of one release with different BTFs
 *	        --> those without a key that tells the two apart on every host
 */
#include "embedder/engine/lookalikes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/kernel/distro.h"

/* A made-up bundle may have a million kernels of one release. */
#define COMPARED_MAX 64

static int compare_entries(const void *left, const void *right)
{
	const struct corebtf_entry *l = left, *r = right;
	int order = strcmp(l->release, r->release);

	if (!order)
		order = strcmp(l->machine, r->machine);
	if (!order)
		order = strcmp(l->os_id, r->os_id);
	if (!order)
		order = strcmp(l->version_id, r->version_id);
	return order ? order : (l->btf_id > r->btf_id) - (l->btf_id < r->btf_id);
}

/* Whether the kernels of both name their distribution in `uname -v`, and not the same one. */
static bool uname_tells(const struct corebtf_entry *a, const struct corebtf_entry *b)
{
	struct distro left, right;
	bool is_left_ubuntu, is_right_ubuntu;

	distro_normalise(a->os_id, a->version_id, &left);
	distro_normalise(b->os_id, b->version_id, &right);
	is_left_ubuntu = strcmp(left.id, "ubuntu") == 0;
	is_right_ubuntu = strcmp(right.id, "ubuntu") == 0;
	if (is_left_ubuntu && is_right_ubuntu) /* which names its version as well */
		return *left.version && *right.version && strcmp(left.version, right.version) != 0;
	return (is_left_ubuntu && strcmp(right.id, "debian") == 0) ||
	       (is_right_ubuntu && strcmp(left.id, "debian") == 0);
}

static bool are_told_apart(const struct corebtf_entry *a, const struct corebtf_entry *b,
			   bool in_tar)
{
	if (!in_tar && (a->build_id_size || b->build_id_size))
		return a->build_id_size != b->build_id_size ||
		       memcmp(a->build_id, b->build_id, a->build_id_size) != 0;
	if (!in_tar && strcmp(a->uname_version, b->uname_version) != 0)
		return true;
	return uname_tells(a, b);
}

/* 1, 0 or -errno. Each bundle has equal BTFs once, but there may be several bundles. */
static int have_one_btf(struct corebtf *corebtf, const struct corebtf_entry *a,
			const struct corebtf_entry *b)
{
	const void *left, *right;
	size_t left_size, right_size;
	int err;

	if (a->btf_id == b->btf_id || a->btf_size != b->btf_size)
		return a->btf_id == b->btf_id;
	err = corebtf_entry_btf(corebtf, a, &left, &left_size);
	if (!err)
		err = corebtf_entry_btf(corebtf, b, &right, &right_size);
	return err ? err : left_size == right_size && memcmp(left, right, left_size) == 0;
}

/* The entries of one release and machine. */
static int search_release(struct corebtf *corebtf, const struct corebtf_entry *entries,
			  size_t count, bool in_tar, struct lookalikes *result)
{
	if (count > COMPARED_MAX)
		count = COMPARED_MAX;
	for (size_t i = 1; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			int same;

			if (are_told_apart(&entries[k], &entries[i], in_tar))
				continue;
			same = have_one_btf(corebtf, &entries[k], &entries[i]);
			if (same < 0)
				return same;
			if (same)
				continue;
			if (!result->count++) {
				result->first = entries[k];
				result->second = entries[i];
			}
			return 0;
		}
	}
	return 0;
}

int lookalikes_find(struct corebtf *corebtf, bool in_tar, struct lookalikes *ret_lookalikes)
{
	size_t count = corebtf_entry_count(corebtf), first = 0;
	_cleanup_free_ struct corebtf_entry *entries = calloc(count + 1, sizeof(*entries));
	struct lookalikes result = {0};
	int err = entries ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !err; i++) {
		entries[i].sz = sizeof(*entries);
		err = corebtf_entry_at(corebtf, i, &entries[i]);
	}
	if (!err && count)
		qsort(entries, count, sizeof(*entries), compare_entries);
	while (first < count && !err) {
		size_t end = first + 1;

		while (end < count && strcmp(entries[end].release, entries[first].release) == 0 &&
		       strcmp(entries[end].machine, entries[first].machine) == 0)
			end++;
		err = search_release(corebtf, entries + first, end - first, in_tar, &result);
		first = end;
	}
	if (!err)
		*ret_lookalikes = result;
	return err;
}
