/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_DOWNLOAD_SHA256_H
#define COREBTF_DOWNLOAD_SHA256_H

#include <stdbool.h>
#include <stddef.h>

/* 64 hexadecimal digits and a NUL. */
struct sha256_text {
	char text[65];
};

struct sha256_text sha256_of(const void *data, size_t size);

/* Whether @text is a digest, in lower or upper case. */
bool sha256_is(const char *text);

#endif
