/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of the runtime: memory that ends before an inaccessible page, a log to
 * compare, a folder in place of /.
 */
#ifndef TESTS_SUPPORT_RUNTIME_SUPPORT_H
#define TESTS_SUPPORT_RUNTIME_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <corebtf.h>

/* A copy of @data that ends right before an inaccessible page. */
uint8_t *guarded_copy(const void *data, size_t size);
void guarded_free(uint8_t *copy, size_t size);

/* The lines that a log function was given, each with a newline. */
struct logged {
	char text[64 * 1024];
	size_t length;
};
void logged_line(void *logged, const char *line);

/* open_opts that write into @logged. */
struct corebtf_open_opts logged_opts(struct logged *logged);

/* A new empty folder; free() the path after folder_remove(). */
char *folder_make(void);
void folder_write(const char *folder, const char *path, const void *data, size_t size);
void folder_link(const char *folder, const char *path, const char *target);
void folder_remove(const char *folder);

/* An unnamed file with these bytes. */
int file_with(const void *data, size_t size);

#endif
