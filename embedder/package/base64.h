/* SPDX-License-Identifier: MIT */
/*
 * Base64 (RFC 4648, section 4), as package.json has it: with padding, without line breaks.
 */
#ifndef COREBTF_PACKAGE_BASE64_H
#define COREBTF_PACKAGE_BASE64_H

#include <stddef.h>

/* Bytes that @length characters decode to at most. */
#define BASE64_DECODED_SIZE(length) ((length) / 4 * 3)
/* Characters that @size bytes take, without a NUL. */
#define BASE64_ENCODED_SIZE(size) (((size) + 2) / 3 * 4)

/* @data: BASE64_DECODED_SIZE(@length) bytes. 0 or -EBADMSG. */
int base64_decode(const char *text, size_t length, unsigned char *data, size_t *ret_size);

/* @text: BASE64_ENCODED_SIZE(@size) characters and a NUL. */
void base64_encode(const void *data, size_t size, char *text);

#endif
