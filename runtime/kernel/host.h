/* SPDX-License-Identifier: MIT */
/*
 * What the runtime reads of the machine it runs on: files below / and uname(2). Tests put a folder
 * and a made-up uname in its place.
 */
#ifndef COREBTF_HOST_H
#define COREBTF_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/utsname.h>

struct host {
	const char *root;	     /* put before every path; NULL: nothing */
	const struct utsname *uname; /* NULL: ask the kernel */
	const char *host_root;	     /* where a container sees the host's /; NULL: $HOST_ROOT */
};

/* An environment variable; NULL when it is not there or empty, and always in a program that runs
 * with more rights than its caller. */
const char *host_variable(const char *name);

/*
 * Reads up to @size bytes of a small file into @buffer; what a longer file has after them is left.
 * Returns how many, or -errno; -ENODATA for what is no regular file.
 */
long host_read(const struct host *host, const char *path, void *buffer, size_t size);

/* The same for a file below another root, say /proc/1/root: symbolic links and ".." are followed
 * inside that root and do not lead out of it. -ELOOP: more than LINK_PATH_FOLLOWED_MAX links. */
long host_read_inside(const struct host *host, const char *inside, const char *path, void *buffer,
		      size_t size);

/* Whether the kernel has BTF of its own that this process may read. */
bool host_has_btf(const struct host *host);

int host_uname(const struct host *host, struct utsname *ret_uname);

#endif
