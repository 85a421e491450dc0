/* SPDX-License-Identifier: MIT */
/*
 * The results as JSON; docs/report.md describes it.
 */
#ifndef COREBTF_COMPAT_COMPAT_JSON_H
#define COREBTF_COMPAT_COMPAT_JSON_H

#include <stdio.h>

#include "embedder/compat/compat.h"

/* Raised when a reader of the last one would misread it. */
#define COMPAT_JSON_VERSION 1

/* 0 or -ENOMEM; what could not be written, the error indicator of @file says. */
int compat_json_write(const struct compat *compat, FILE *file);

#endif
