/* SPDX-License-Identifier: MIT */
/*
 * One value out of those that a per-CPU map has for each CPU: integers are added, times keep the
 * latest, and what is no number is taken from the first CPU that has written anything.
 */
#ifndef COREBTF_RUNNER_VALUE_SUM_H
#define COREBTF_RUNNER_VALUE_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/show/plan.h"

#define VALUE_SUM_MAX 65536 /* numbers of one value that are added */

/* Starts zeroed. */
struct value_sum {
	struct summand {
		uint32_t offset;
		uint8_t size; /* 1, 2, 4, 8 */
		bool is_signed;
		bool is_time; /* the largest instead of the sum */
	} * list;
	size_t count, capacity;
};

/* 0 or -ENOMEM. Of the members of a union the first counts. */
int value_sum_compile(struct value_sum *sum, const struct plan *plan, uint32_t value_size);
void value_sum_free(struct value_sum *sum);

/* @values: one of @value_size bytes for each of @cpus, @stride apart. A sum that does not fit its
 * integer stays at the largest that does. */
void value_sum(const struct value_sum *sum, const uint8_t *values, size_t stride, uint32_t cpus,
	       uint32_t value_size, uint8_t *result);

/* Orders values or keys of one type by their numbers, in the order of their fields, and then by
 * their bytes: less than, equal to or greater than 0, as memcmp(). */
int value_compare(const struct value_sum *numbers, const uint8_t *left, const uint8_t *right,
		  uint32_t size);

#endif
