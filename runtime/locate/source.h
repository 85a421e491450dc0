/* SPDX-License-Identifier: MIT */
/*
 * A source of BTFs for the running kernel, what it is asked, and what it answers. Each has a file
 * of its own; locate.c asks them in order.
 */
#ifndef COREBTF_SOURCE_H
#define COREBTF_SOURCE_H

#include <errno.h>
#include <stdbool.h>

#include <corebtf.h>

#include "runtime/kernel/kernel.h"
#include "runtime/util/log.h"

/* The question, the same for every source. */
struct locate {
	struct host host;
	struct corebtf_path_opts opts; /* all of ours; environment variables are filled in */
	struct log log;
	const char *executable; /* NULL: the running one; a test may put a file in its place */
	bool from_tar;		/* the section is not asked */
	const void *tar;	/* the tar to ask instead of the linked one; NULL: that one */
	size_t tar_size;
	bool nearest;		      /* the second round: a neighbour will do (corebtf.h) */
	int missed;		      /* the error when no source has a BTF; set by source_pass() */
	struct corebtf_origin origin; /* a source fills in what it knows when it succeeds */
};

#define SOURCE_PASS  0 /* the next source is asked */
#define SOURCE_FOUND 1

/*
 * Asks one source. SOURCE_FOUND: it has the BTF; *@ret_path is for libbpf and freed with
 * corebtf_path_free(), or NULL when libbpf finds that BTF by itself; @locate's origin is filled in.
 * SOURCE_PASS: it has none, see source_pass(). An error ends the search: the source may have the
 * BTF, but cannot be read.
 */
typedef int (*source_fn)(struct locate *locate, char **ret_path);

/* Turns the errors that mean "nothing here" into SOURCE_PASS: -ENODATA no BTFs at all, -ENOENT none
 * for this kernel, -ENOSYS, -EACCES, -EPERM it cannot be read. All others are returned. */
int source_pass(struct locate *locate, int error);

/* The running kernel, with what the program's options say of the choice. Errors: those of
 * kernel_identify(). */
int source_running_kernel(const struct locate *locate, const struct log *log,
			  struct kernel *ret_kernel);
/* The error for a file that the user named: that it is not there or holds no BTFs is -EINVAL, not
 * "no BTF for this kernel" (-ENOENT) or "nothing is embedded" (-ENODATA). */
static inline int source_named_error(int error)
{
	return error == -ENOENT || error == -ENODATA ? -EINVAL : error;
}

/* For a source whose bundles are open: the entry, or its neighbour's, and a path to its bytes. The
 * handle stays the source's. */
int source_in_bundles(struct locate *locate, struct corebtf *corebtf, char **ret_path);

/* For a source that has a tar in memory: the BTF for this kernel, and no other one of it in memory.
 * All of @locate's origin but the source is filled in, with @log's subject as the file.
 * Errors: those of tar_find.h and btf_path.h. */
int source_in_tar(struct locate *locate, const struct log *log, const void *data, size_t size,
		  char **ret_path);

/* The sources. */
int source_forced_btf(struct locate *locate, char **ret_path);	/* a BTF that the user forces */
int source_kernel_btf(struct locate *locate, char **ret_path);	/* the kernel itself */
int source_bundle_file(struct locate *locate, char **ret_path); /* what the user names: a bundle, a
								 * program, a tar, a folder */
int source_own_section(struct locate *locate, char **ret_path); /* this program */
int source_linked_tar(struct locate *locate, char **ret_path);	/* a tar: linked in, or given */
int source_vmlinux(struct locate *locate, char **ret_path);	/* a vmlinux where libbpf looks */

#endif
