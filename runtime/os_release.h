/* SPDX-License-Identifier: MIT */
/*
 * ID and VERSION_ID of the host, out of its os-release file.
 */
#ifndef COREBTF_OS_RELEASE_H
#define COREBTF_OS_RELEASE_H

#include <stddef.h>

#include "runtime/host.h"

#define OS_RELEASE_VALUE_SIZE 128

struct os_release {
	char id[OS_RELEASE_VALUE_SIZE];		/* "": not known */
	char version_id[OS_RELEASE_VALUE_SIZE]; /* "": not known; rolling releases have none */
	const char *source; /* the file it is from, static; "": none was there */
};

/* Reads the text of an os-release file by the rules of os-release(5). What it does not say is "";
 * so is a value too long for its place, since half a name is a wrong name. @source is untouched. */
void os_release_parse(const char *text, size_t size, struct os_release *ret_release);

/*
 * The host's, also out of a container that shares the host's processes: first the file that
 * process 1 sees, then our own. When none can be read, everything is "".
 */
void os_release_read(const struct host *host, struct os_release *ret_release);

#endif
