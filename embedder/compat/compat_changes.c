/* SPDX-License-Identifier: MIT */
#include "embedder/compat/compat_changes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "embedder/util/cleanup.h"

/* --- rows of kernels -------------------------------------------------------------------------- */

/* The words of a release without digits, "cloud" or "rt": "6.1.0-50-cloud-amd64". */
static void flavour_of(const char *release, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	while (*release) {
		size_t length = strcspn(release, "-+.~_");
		bool has_digit = false;

		for (size_t i = 0; i < length; i++)
			has_digit |= isdigit((unsigned char)release[i]) != 0;
		if (!has_digit && length && used + length + 2 < size)
			used += (size_t)snprintf(buffer + used, size - used, "%.*s-", (int)length,
						 release);
		release += length;
		release += *release != '\0';
	}
}

static bool same_row(const struct compat_kernel *a, const struct compat_kernel *b)
{
	char one[64], other[64];

	flavour_of(a->id.release, one, sizeof(one));
	flavour_of(b->id.release, other, sizeof(other));
	return strcmp(a->id.machine, b->id.machine) == 0 && strcmp(one, other) == 0;
}

/* qsort() hands on no context. */
struct by_release {
	const char *release;
	uint32_t kernel;
};

static int compare_releases(const void *a, const void *b)
{
	const struct by_release *x = a, *y = b;
	int order = strverscmp(x->release, y->release);

	return order ? order : x->kernel < y->kernel ? -1 : x->kernel > y->kernel;
}

int compat_find_rows(struct compat *compat)
{
	_cleanup_free_ struct by_release *list = calloc(compat->kernel_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < compat->kernel_count; i++) {
		list[i] = (struct by_release){compat->kernels[i].id.release, (uint32_t)i};
		compat->kernels[i].older = compat->kernels[i].newer = UINT32_MAX;
	}
	if (compat->kernel_count)
		qsort(list, compat->kernel_count, sizeof(*list), compare_releases);
	for (size_t i = 0; i < compat->kernel_count; i++) {
		struct compat_kernel *kernel = &compat->kernels[list[i].kernel];

		for (size_t k = i; !kernel->error && k > 0; k--) {
			struct compat_kernel *before = &compat->kernels[list[k - 1].kernel];

			if (before->error || !same_row(before, kernel))
				continue;
			kernel->older = list[k - 1].kernel;
			before->newer = list[i].kernel;
			break;
		}
	}
	return 0;
}

/* --- names ------------------------------------------------------------------------------------ */

static const char *text_of(const struct compat_kernel *kernel, uint32_t text)
{
	return kernel->texts + text;
}

/* One of the list "NAME\tTYPE\n"; false: the end. */
static bool next_member(const char **list, char *name, size_t name_size, const char **ret_type,
			size_t *ret_type_length)
{
	size_t length = strcspn(*list, "\t");

	if (!(*list)[0])
		return false;
	snprintf(name, name_size, "%.*s", (int)length, *list);
	*list += length + ((*list)[length] == '\t');
	*ret_type = *list;
	*ret_type_length = strcspn(*list, "\n");
	*list += *ret_type_length + ((*list)[*ret_type_length] == '\n');
	return true;
}

static const char *without_underscores(const char *name)
{
	return name + strspn(name, "_");
}

/*
 * A member of a kernel that lacks @name, which @fact of the other kernel describes: one whose name
 * has the other name in it, and with the same type if there are several; or else the one that
 * stands between the same neighbours.
 */
static void guess_name(const struct compat_kernel *lacks, const struct field_fact *missing,
		       const struct compat_kernel *has, const struct field_fact *found,
		       const char *name, char *buffer, size_t size)
{
	const char *list = text_of(lacks, missing->members), *type;
	const char *old_type = text_of(has, found->type), *bare = without_underscores(name);
	char own[128], last[128] = "", before_last[128] = "";
	unsigned int best = 0;
	size_t length;

	buffer[0] = '\0';
	while (next_member(&list, own, sizeof(own), &type, &length)) {
		bool same_type = length == strlen(old_type) && strncmp(type, old_type, length) == 0;
		bool has_name = strlen(bare) > 2 && strstr(own, bare);
		bool is_name = strcmp(without_underscores(own), bare) == 0;
		unsigned int score = is_name ? 4 : has_name && same_type ? 3 : 0;

		/* @last stood between the two neighbours? */
		if (best < 2 && *last && found->before && found->after &&
		    strcmp(before_last, text_of(has, found->before)) == 0 &&
		    strcmp(own, text_of(has, found->after)) == 0) {
			best = 2;
			snprintf(buffer, size, "%s", last);
		}
		if (score > best) {
			best = score;
			snprintf(buffer, size, "%s", own);
		}
		memcpy(before_last, last, sizeof(last));
		memcpy(last, own, sizeof(last));
	}
}

/* The last name of the access; "" if it ends with an index. */
static const char *last_name(const struct request *request)
{
	const struct accessor *accessor = &request->accessors[request->accessor_count - 1];

	return request->accessor_count && accessor->name.length ? accessor->name.text : "";
}

/* --- changes ---------------------------------------------------------------------------------- */

const char *compat_change_name(enum compat_change_kind kind)
{
	static const char *const names[] = {"offset", "size", "type", "appeared", "vanished"};

	return names[kind];
}

static bool compare_facts(const struct compat *compat, struct compat_change *change,
			  const char *name)
{
	const struct field_fact *a = change->before, *b = change->after;
	const struct compat_kernel *from = &compat->kernels[change->from];
	const struct compat_kernel *to = &compat->kernels[change->to];

	change->other_name[0] = '\0';
	if (!a->is_known || !b->is_known)
		return false;
	if (a->is_found && !b->is_found) {
		change->kind = COMPAT_CHANGE_VANISHED;
		guess_name(to, b, from, a, name, change->other_name, sizeof(change->other_name));
	} else if (!a->is_found && b->is_found) {
		change->kind = COMPAT_CHANGE_APPEARED;
		guess_name(from, a, to, b, name, change->other_name, sizeof(change->other_name));
	} else if (!a->is_found) {
		return false;
	} else if (strcmp(text_of(from, a->type), text_of(to, b->type)) != 0) {
		change->kind = COMPAT_CHANGE_TYPE;
	} else if (a->size != b->size || a->bit_size != b->bit_size) {
		change->kind = COMPAT_CHANGE_SIZE;
	} else if (a->bit_offset != b->bit_offset) {
		change->kind = COMPAT_CHANGE_OFFSET;
	} else {
		return false;
	}
	return true;
}

int compat_changes(const struct compat *compat, size_t request, compat_change_fn visit,
		   void *context)
{
	const char *name = last_name(compat->set->requests[request]);

	for (uint32_t i = 0; i < compat->kernel_count; i++) {
		const struct compat_kernel *kernel = &compat->kernels[i];
		struct compat_change change = {.from = kernel->older, .to = i};
		int err;

		if (kernel->error || kernel->older == UINT32_MAX)
			continue;
		change.before = &compat->kernels[kernel->older].fields[request];
		change.after = &kernel->fields[request];
		if (!compare_facts(compat, &change, name))
			continue;
		err = visit(context, &change);
		if (err)
			return err;
	}
	return 0;
}

/* --- hints ------------------------------------------------------------------------------------ */

/* The nearest kernel in one direction that has the field; UINT32_MAX: none. */
static uint32_t find_nearest(const struct compat *compat, size_t request, size_t kernel,
			     bool is_older)
{
	uint32_t at = (uint32_t)kernel;

	do
		at = is_older ? compat->kernels[at].older : compat->kernels[at].newer;
	while (at != UINT32_MAX && !compat->kernels[at].fields[request].is_found);
	return at;
}

int compat_hint_text(const struct compat *compat, size_t number, size_t kernel, char *buffer,
		     size_t size)
{
	const struct compat_kernel *lacks = &compat->kernels[kernel];
	const struct request *request = compat->set->requests[number];
	uint32_t older = find_nearest(compat, number, kernel, true);
	uint32_t newer = find_nearest(compat, number, kernel, false);
	uint32_t nearest = older != UINT32_MAX ? older : newer;
	char name[128] = "";
	int length = 0;

	buffer[0] = '\0';
	if (nearest == UINT32_MAX || !lacks->fields[number].is_known)
		return 0;
	guess_name(lacks, &lacks->fields[number], &compat->kernels[nearest],
		   &compat->kernels[nearest].fields[number], last_name(request), name,
		   sizeof(name));
	if (older != UINT32_MAX)
		length = snprintf(buffer, size, "it was there up to %s",
				  compat->kernels[older].id.release);
	if (newer != UINT32_MAX && (size_t)length < size)
		length +=
			snprintf(buffer + length, size - (size_t)length, "%sit is there from %s on",
				 length ? ", and " : "", compat->kernels[newer].id.release);
	if (*name && (size_t)length < size)
		length += snprintf(buffer + length, size - (size_t)length,
				   "; here it seems to be called %s: check by "
				   "bpf_core_field_exists(), and read "
				   "the one or the other",
				   name);
	return length;
}
