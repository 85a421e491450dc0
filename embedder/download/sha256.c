/* SPDX-License-Identifier: MIT */
#include "embedder/download/sha256.h"

#include <sha2.h>
#include <string.h>

struct sha256_text sha256_of(const void *data, size_t size)
{
	struct sha256_text digest;

	SHA256Data(data, size, digest.text);
	return digest;
}

bool sha256_is(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64;
}
