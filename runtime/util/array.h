/* SPDX-License-Identifier: MIT */
/*
 * Arrays that grow: the one way in which this project gives an array more room.
 */
#ifndef COREBTF_UTIL_ARRAY_H
#define COREBTF_UTIL_ARRAY_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARRAY_CAPACITY_MIN 16

/* Capacity for @needed elements of @size bytes: @capacity doubled until they fit; 0: too many. */
static inline size_t array_next_capacity(size_t capacity, size_t needed, size_t size)
{
	if (capacity < ARRAY_CAPACITY_MIN)
		capacity = ARRAY_CAPACITY_MIN;
	while (capacity < needed) {
		if (capacity > SIZE_MAX / 2)
			return 0;
		capacity *= 2;
	}
	return capacity > SIZE_MAX / size ? 0 : capacity;
}

/*
 * Makes room for @needed elements in @array (malloc'd, may be NULL). @capacity is an integer
 * variable of any width with the number of elements that @array has room for; both are updated.
 * New elements are not initialised. 0, or -ENOMEM, which leaves both as they were.
 */
#define array_reserve(array, capacity, needed)                                                     \
	({                                                                                         \
		size_t array_needed_ = (needed);                                                   \
		int array_err_ = 0;                                                                \
		if (array_needed_ > (capacity)) {                                                  \
			size_t array_capacity_ =                                                   \
				array_next_capacity((capacity), array_needed_, sizeof(*(array)));  \
			void *array_grown_ = NULL;                                                 \
			if (array_capacity_ &&                                                     \
			    (__typeof__(capacity))array_capacity_ == array_capacity_)              \
				array_grown_ =                                                     \
					realloc((array), array_capacity_ * sizeof(*(array)));      \
			if (array_grown_) {                                                        \
				(array) = array_grown_;                                            \
				(capacity) = array_capacity_;                                      \
			} else {                                                                   \
				array_err_ = -ENOMEM;                                              \
			}                                                                          \
		}                                                                                  \
		array_err_;                                                                        \
	})

#endif
