/* SPDX-License-Identifier: MIT */
#include "tests/support/denied_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NONE (-1L)

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *string);
char *__real_strndup(const char *string, size_t length);
void *__real_tsearch(const void *key, void **root, int (*compare)(const void *, const void *));
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *string);
char *__wrap_strndup(const char *string, size_t length);
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *__wrap_tsearch(const void *key, void **root, int (*compare)(const void *, const void *));

static long allocations_left = NONE; /* until the one that fails */

static bool is_denied(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return is_denied() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_denied() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return is_denied() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return is_denied() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *string)
{
	return is_denied() ? NULL : __real_strdup(string);
}

char *__wrap_strndup(const char *string, size_t length)
{
	return is_denied() ? NULL : __real_strndup(string, length);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (is_denied())
		return -1;
	va_start(arguments, format);
	length = vasprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

void *__wrap_tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
	return is_denied() ? NULL : __real_tsearch(key, root, compare);
}

struct denied_memory_counts deny_each_allocation(int (*run)(const void *context),
						 const void *context)
{
	struct denied_memory_counts counts = {0};

	for (;; counts.denied++) {
		bool was_denied;
		int err;

		allocations_left = (long)counts.denied;
		err = run(context);
		was_denied = allocations_left < 0;
		allocations_left = NONE;
		if (err && (err != -ENOMEM || !was_denied))
			fail_msg("allocation %zu%s: %d", counts.denied,
				 was_denied ? "" : ", not denied", err);
		if (!was_denied)
			return counts;
		counts.failed += err != 0;
	}
}
