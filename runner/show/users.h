/* SPDX-License-Identifier: MIT */
/*
 * The names of /etc/passwd. A static program cannot ask NSS; who has users elsewhere sees numbers.
 */
#ifndef COREBTF_RUNNER_USERS_H
#define COREBTF_RUNNER_USERS_H

#include <stddef.h>
#include <stdint.h>

#define USERS_MAX 4096 /* lines that are read */

/* Starts zeroed. */
struct users {
	struct user {
		uint32_t uid;
		char name[33];
	} * list; /* sorted */
	size_t count, capacity;
};

/* What cannot be read or is no line of passwd(5) is left out: a number is printed for it. */
void users_read(struct users *users, const char *path);
void users_free(struct users *users);

/* NULL: the number has no name. */
const char *users_name(const struct users *users, uint32_t uid);

#endif
