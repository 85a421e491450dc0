/* SPDX-License-Identifier: MIT */
/*
 * Comparisons by bytes and by numbers, never by locale: the same input must give the same bundle
 * everywhere. strverscmp() is not used, because C libraries differ in it.
 */
#include <stdbool.h>
#include <string.h>

#include "embedder/bundle/kernel_order.h"
#include "runtime/util/digits.h"

int kernel_order_identity(const struct kernel_id *left, const struct kernel_id *right)
{
	int order = strcmp(left->release, right->release);

	if (!order)
		order = strcmp(left->machine, right->machine);
	if (!order)
		order = strcmp(left->os_id, right->os_id);
	if (!order)
		order = strcmp(left->version_id, right->version_id);
	if (!order)
		order = strcmp(left->uname_version, right->uname_version);
	if (!order && left->build_id_size != right->build_id_size)
		order = left->build_id_size < right->build_id_size ? -1 : 1;
	if (!order && left->build_id_size)
		order = memcmp(left->build_id, right->build_id, left->build_id_size);
	return order;
}

/* How many digits *@text starts with, leading zeros aside; moves *@text to the first of them. */
static size_t number_length(const char **text)
{
	while (**text == '0')
		(*text)++;
	return count_digits(*text);
}

/* A release is a sequence of numbers and other bytes; a number sorts before any other byte. */
static int release_compare(const char *left, const char *right)
{
	while (*left && *right) {
		if (is_digit(*left) && is_digit(*right)) {
			size_t left_length = number_length(&left);
			size_t right_length = number_length(&right);
			int order;

			if (left_length != right_length)
				return left_length < right_length ? -1 : 1;
			order = memcmp(left, right, left_length);
			if (order)
				return order;
			left += left_length;
			right += right_length;
			continue;
		}
		if (is_digit(*left) != is_digit(*right))
			return is_digit(*left) ? -1 : 1;
		if (*left != *right)
			return (unsigned char)*left < (unsigned char)*right ? -1 : 1;
		left++;
		right++;
	}
	return (*left != '\0') - (*right != '\0');
}

int kernel_order_likeness(const struct kernel_id *left, const struct kernel_id *right)
{
	int order = strcmp(left->os_id, right->os_id);

	if (!order)
		order = strcmp(left->machine, right->machine);
	if (!order)
		order = release_compare(left->release, right->release);
	return order ? order : kernel_order_identity(left, right);
}
