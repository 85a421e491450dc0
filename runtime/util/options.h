/* SPDX-License-Identifier: MIT */
/*
 * Structs that cross the API and may grow: each side has the `sz` it was compiled with.
 */
#ifndef COREBTF_OPTIONS_H
#define COREBTF_OPTIONS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Copies what both sides know of the caller's struct into ours; what the caller does not know
 * stays as it is in @known. A caller that sets a member which this library does not have yet
 * wants something that it cannot get: -EINVAL.
 */
static inline int options_read(const void *given, size_t given_size, void *known, size_t known_size)
{
	const uint8_t *bytes = given;

	if (given_size < sizeof(size_t))
		return -EINVAL;
	for (size_t i = known_size; i < given_size; i++)
		if (bytes[i])
			return -EINVAL;
	memcpy(known, given, given_size < known_size ? given_size : known_size);
	return 0;
}

/* Copies ours into the caller's struct of @size bytes, which keeps its `sz`; what we do not know
 * becomes zero. */
static inline int options_write(void *given, size_t given_size, const void *known,
				size_t known_size)
{
	size_t common = given_size < known_size ? given_size : known_size;

	if (given_size < sizeof(size_t))
		return -EINVAL;
	memset((uint8_t *)given + sizeof(size_t), 0, given_size - sizeof(size_t));
	memcpy((uint8_t *)given + sizeof(size_t), (const uint8_t *)known + sizeof(size_t),
	       common - sizeof(size_t));
	return 0;
}

#endif
