/* SPDX-License-Identifier: MIT */
/*
 * The results as a page of its own: report.html with the JSON in it.
 */
#ifndef COREBTF_COMPAT_COMPAT_HTML_H
#define COREBTF_COMPAT_COMPAT_HTML_H

#include <stdio.h>

#include "embedder/compat/compat.h"

/* As compat_json_write(). */
int compat_html_write(const struct compat *compat, FILE *file);

#endif
