/* SPDX-License-Identifier: MIT */
/*
 * Many small pieces of memory that are freed together. Pieces are zeroed and aligned for any type;
 * they never move.
 */
#ifndef COREBTF_UTIL_ARENA_H
#define COREBTF_UTIL_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Starts zeroed. */
struct arena {
	struct arena_chunk *newest;
};

/* NULL when there is no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of @length bytes and a NUL. */
char *arena_string(struct arena *arena, const char *text, size_t length);

/* Frees all pieces; the arena may be used again. */
void arena_free(struct arena *arena);

#endif
