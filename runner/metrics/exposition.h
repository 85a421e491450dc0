/* SPDX-License-Identifier: MIT */
/*
 * Prometheus' text format, piece by piece: a family (HELP and TYPE), then its samples.
 */
#ifndef COREBTF_RUNNER_EXPOSITION_H
#define COREBTF_RUNNER_EXPOSITION_H

#include <stdint.h>

#include "embedder/util/byte_buffer.h"

#define EXPOSITION_NAME_MAX 256 /* of a metric or a label; longer ones are cut */

/* A name as the format allows it: letters, digits, underscores; lower case. */
struct exposition_name {
	char text[EXPOSITION_NAME_MAX];
};

/* @parts, until a NULL, joined by underscores; empty ones are left out. */
struct exposition_name exposition_name(const char *const *parts);

/* @type: "counter", "gauge", "histogram". */
void exposition_family(struct byte_buffer *page, const char *name, const char *type,
		       const char *help);

/* A sample: start, labels, then the value. @suffix: "_bucket" or "". */
void exposition_start(struct byte_buffer *page, const char *name, const char *suffix);
void exposition_label(struct byte_buffer *page, const char *name, const char *value, size_t size);
void exposition_unsigned(struct byte_buffer *page, uint64_t value);
void exposition_signed(struct byte_buffer *page, int64_t value);

#endif
