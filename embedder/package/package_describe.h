/* SPDX-License-Identifier: MIT */
/*
 * An object -> `meta` of its package: variables, maps, programs and the types of events, out of its
 * BTF and its sections.
 */
#ifndef COREBTF_PACKAGE_DESCRIBE_H
#define COREBTF_PACKAGE_DESCRIBE_H

#include <jansson.h>

#include "embedder/object/bpf_object_file.h"

/* The caller owns *@ret_meta. Errors: -EBADMSG a damaged object, -ENOMEM. */
int package_describe(const struct bpf_object_file *file, json_t **ret_meta, struct reason *why);

#endif
