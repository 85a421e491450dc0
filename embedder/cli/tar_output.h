/* SPDX-License-Identifier: MIT */
/*
 * A bundle written as a tar, with a package.json beside the BTFs. Results and failures are reported
 * here.
 */
#ifndef COREBTF_CLI_TAR_OUTPUT_H
#define COREBTF_CLI_TAR_OUTPUT_H

#include "embedder/tar/tar_export.h"

struct tar_output {
	const char *path;	     /* the tar */
	const char *origin;	     /* what lines about kernels that are left out begin with */
	const char *json;	     /* the file that becomes package.json; NULL: none */
	struct tar_export_opts opts; /* its package_json and skip are filled in here */
	struct tar_export_counts counts;
};

/*
 * Reads the package.json, before the long work starts. @ret_json: malloc'd, to be kept until
 * tar_output_write() is done.
 */
int tar_output_read_json(struct tar_output *output, void **ret_json);

/* The tar in memory. @ret_tar: malloc'd. Returns as tar_output_write(). */
int tar_output_make(struct tar_output *output, const void *bundle, size_t size, void **ret_tar,
		    size_t *ret_size);

/* @bundle: as for tar_export(). 0: all of it is in the tar; 1: some kernels were left out. */
int tar_output_write(struct tar_output *output, const void *bundle, size_t size);

#endif
