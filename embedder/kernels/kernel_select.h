/* SPDX-License-Identifier: MIT */
/*
 * Which kernels of those that were found are wanted: the expressions of --select, asked before
 * anything is unpacked.
 *
 *	expression = ["!"] condition *("," condition)
 *	condition  = "arch" "=" PATTERN
 *	           | "os" "=" PATTERN [":" PATTERN]		; id, version
 *	           | "release" "=" PATTERN
 *	           | "release" ("<" | "<=" | ">" | ">=") VERSION
 *	           | what follows the key alone			; the key of the condition before
 *	VERSION    = digits *(("." | "-" | "+" | "~") digits)
 *
 * PATTERN is one of fnmatch(3). Nothing contains a space or a comma. All conditions of an
 * expression must hold. A kernel is wanted if one expression without "!" takes it, or if there is
 * none without "!", and no expression with "!" takes it, wherever that one stands.
 *
 * arch: every name of a machine is the same as its canonical one (runtime/kernel/machine.h), which
 * is the one that a pattern with wildcards is compared with. A name that is none is refused.
 *
 * os: names of one distribution are the same, and so are a codename and its number. A version
 * that says more than tells kernels apart (runtime/kernel/distro.h) is the same as the one that
 * does not, on either side: 8.4 takes 8, and 8 takes 8.4, but 8.4 does not take 8.6.
 *
 * release, against a VERSION: number by number, as many as VERSION has, those that the release
 * does not have being 0. So "<=5.15" takes 5.15.0-91-generic, and "<5.15" does not. A release
 * that does not start with two numbers has no order: no such condition takes it.
 */
#ifndef COREBTF_KERNELS_KERNEL_SELECT_H
#define COREBTF_KERNELS_KERNEL_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/kernel/kernel_id.h"
#include "runtime/util/reason.h"

struct select_condition; /* kernel_select.c */

struct select_expression {
	char *text; /* as it was given */
	bool excludes;
	size_t taken; /* kernels for which it held, of all that were asked about */
	struct select_condition *conditions;
	size_t condition_count;
	char *words; /* what the conditions point into */
};

/* {0} has no expressions: every kernel is wanted. */
struct kernel_select {
	struct select_expression *expressions;
	size_t count, capacity;
};

/*
 * Adds one expression; @text is copied.
 * Errors: -EINVAL malformed (@why says what is wrong, without @text), -ENOMEM. @select is then as
 * it was.
 */
int kernel_select_add(struct kernel_select *select, const char *text, struct reason *why);

/* Whether the kernel is wanted. Counts in each expression whether that one held. */
bool kernel_select_matches(struct kernel_select *select, const struct kernel_id *id);

/* Frees the expressions; @select is {0} again. */
void kernel_select_clear(struct kernel_select *select);

#endif
