/* SPDX-License-Identifier: MIT */
/*
 * `meta` of a package -> lines for the runner (runner/options/defaults.h): what options are called,
 * their help and defaults; how maps and events are shown.
 */
#ifndef COREBTF_PACKAGE_DEFAULTS_H
#define COREBTF_PACKAGE_DEFAULTS_H

#include <jansson.h>

#include "embedder/package/package_objects.h"
#include "embedder/util/byte_buffer.h"

/* What cannot be written is marked in @text. Errors: -EBADMSG @meta is not of the format, or says
 * what the runner cannot do (@why). */
int package_defaults_write(const json_t *meta, const struct package_object *object,
			   struct byte_buffer *text, struct reason *why);

/* A member, if it is of that type; NULL: it is not there. Sets *@ret_bad if it has another type;
 * null counts as not there. */
const json_t *package_member(const json_t *parent, const char *key, json_type type, bool *ret_bad);

#endif
