/* SPDX-License-Identifier: MIT */
/*
 * ID, VERSION_ID and ID_LIKE of the host, out of its os-release file.
 */
#ifndef COREBTF_OS_RELEASE_H
#define COREBTF_OS_RELEASE_H

#include <stddef.h>

#include "runtime/kernel/host.h"
#include "runtime/util/log.h"

#define OS_RELEASE_VALUE_SIZE  128
#define OS_RELEASE_SOURCE_SIZE 256

struct os_release {
	char id[OS_RELEASE_VALUE_SIZE];		/* "": not known */
	char version_id[OS_RELEASE_VALUE_SIZE]; /* "": not known; rolling releases have none */
	char id_like[OS_RELEASE_VALUE_SIZE];	/* ids with spaces between them, closest first */
	char source[OS_RELEASE_SOURCE_SIZE];	/* the file it is from, cut; "": none was there */
};

/* Reads the text of an os-release file by the rules of os-release(5). What it does not say is "";
 * so is a value too long for its place, since half a name is a wrong name. Where VERSION_ID is
 * missing (Debian testing), VERSION_CODENAME takes its place. @source stays as it is. */
void os_release_parse(const char *text, size_t size, struct os_release *ret_release);

/*
 * The host's, also out of a container: the first of these that has one, with /etc/os-release
 * before /usr/lib/os-release below each root:
 *	host_root of @host, or else the folder in $HOST_ROOT
 *	the folder in $HOST_ETC, the host's /etc
 *	/run/host, where container managers put the host's (os-release(5))
 *	/proc/1/root, when the host's processes are shared and we may look
 *	/, our own
 * When none can be read, everything is "". A root that was named and has none is logged.
 */
void os_release_read(const struct host *host, const struct log *log,
		     struct os_release *ret_release);

#endif
