/* SPDX-License-Identifier: MIT */
/*
 * In: /etc/passwd. Out: uid -> name.
 */
#include "runner/show/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

static int compare(const void *left_pointer, const void *right_pointer)
{
	const struct user *left = left_pointer, *right = right_pointer;

	if (left->uid != right->uid)
		return left->uid < right->uid ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* name:password:uid:... */
static int parse_line(const char *text, struct user *user)
{
	const char *password = strchr(text, ':'), *number;
	size_t length = password ? (size_t)(password - text) : 0;
	char *end;
	unsigned long uid;

	if (!length || length >= sizeof(user->name))
		return -EINVAL;
	number = strchr(password + 1, ':');
	if (!number || number[1] < '0' || number[1] > '9')
		return -EINVAL;
	uid = strtoul(number + 1, &end, 10);
	if (*end != ':' || uid > UINT32_MAX)
		return -EINVAL;
	memcpy(user->name, text, length);
	user->name[length] = '\0';
	user->uid = (uint32_t)uid;
	return 0;
}

void users_read(struct users *users, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char text[512];

	while (file && users->count < USERS_MAX && fgets(text, sizeof(text), file)) {
		if (array_reserve(users->list, users->capacity, users->count + 1))
			break;
		users->count += parse_line(text, &users->list[users->count]) == 0;
	}
	if (users->count)
		qsort(users->list, users->count, sizeof(*users->list), compare);
}

void users_free(struct users *users)
{
	free(users->list);
	*users = (struct users){0};
}

const char *users_name(const struct users *users, uint32_t uid)
{
	size_t low = 0, high = users->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (users->list[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < users->count && users->list[low].uid == uid ? users->list[low].name : NULL;
}
