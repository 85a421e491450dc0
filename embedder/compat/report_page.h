/* SPDX-License-Identifier: MIT */
/*
 * The bytes of report.html, which CMakeLists.txt makes into a source file.
 */
#ifndef COREBTF_COMPAT_REPORT_PAGE_H
#define COREBTF_COMPAT_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char report_page[];
extern const size_t report_page_size;

#endif
