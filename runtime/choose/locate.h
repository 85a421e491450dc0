/* SPDX-License-Identifier: MIT */
/*
 * Where the running kernel's BTF comes from: a table of sources, asked in order until one has it.
 * A new source is a line in the table of locate.c and a function with the type below.
 */
#ifndef COREBTF_LOCATE_H
#define COREBTF_LOCATE_H

#include <stdbool.h>

#include <corebtf.h>

#include "runtime/kernel/host.h"
#include "runtime/util/log.h"

/* The question, the same for every source. */
struct locate {
	struct host host;
	struct corebtf_path_opts opts; /* all of ours; environment variables are filled in */
	struct log log;
	const char *executable; /* NULL: the running one; a test may put a file in its place */
	bool from_tar;	 /* the section is not asked */
	const void *tar; /* the tar to ask instead of the linked one; NULL: that one */
	size_t tar_size;
	bool nearest; /* the second time around: a neighbour may do (corebtf.h) */
	int missed;   /* what those said that passed the question on: locate_pass() keeps it */
	struct corebtf_origin origin; /* a source fills in what it knows when it succeeds */
};

#define LOCATE_PASS  0 /* the next source is asked */
#define LOCATE_FOUND 1

/*
 * Asks one source. LOCATE_FOUND: it has the BTF; *@ret_path is for libbpf and freed with
 * corebtf_path_free(), or NULL when libbpf finds that BTF by itself; @locate's origin says what it
 * is. LOCATE_PASS: it has none, by way of locate_pass(). An error is the answer: what the kernel
 * needs may be there, but cannot be had.
 */
typedef int (*locate_fn)(struct locate *locate, char **ret_path);

/* Turns what is no more than absence into LOCATE_PASS: -ENODATA no BTFs at all, -ENOENT none for
 * this kernel; -ENOSYS, -EACCES, -EPERM it cannot be looked at here. Every other error stays what
 * it is. */
int locate_pass(struct locate *locate, int error);

/* For a source whose bundles are open: the entry, or its neighbour's, and a path to its bytes. The
 * handle stays the source's. */
int locate_in_bundles(struct locate *locate, struct corebtf *corebtf, char **ret_path);

/* corebtf_path_for_running_kernel() on a given host, with the section of a given file; NULL: of
 * the running executable. */
int locate_path(const struct host *host, const char *executable, char **ret_path,
		const struct corebtf_path_opts *opts);

/* The same with a tar, which may be NULL for the linked one, in the place of the section. */
int locate_path_in_tar(const struct host *host, const void *tar, size_t tar_size, char **ret_path,
		       const struct corebtf_path_opts *opts);

#endif
