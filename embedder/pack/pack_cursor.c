/* SPDX-License-Identifier: MIT */
#include "embedder/pack/pack_cursor.h"

#include <stdlib.h>

#include "embedder/pack/pack_reader.h"

int pack_cursor_open(struct pack_cursor *cursor, const struct pack_reader *reader)
{
	*cursor = (struct pack_cursor){
		.reader = reader,
		.has = calloc((size_t)reader->pattern_count / 64 + 1, sizeof(uint64_t)),
	};
	return cursor->has ? 0 : -ENOMEM;
}

void pack_cursor_close(struct pack_cursor *cursor)
{
	free(cursor->has);
	*cursor = (struct pack_cursor){.reader = NULL};
}

/* Across the border between kernel @number - 1 and kernel @number, whichever way: what one of the
 * two has and the other one has not. */
static void cross(struct pack_cursor *cursor, size_t number)
{
	const struct pack_reader *reader = cursor->reader;

	for (size_t i = reader->change_first[number]; i < reader->change_first[number + 1]; i++) {
		uint32_t pattern = reader->changes[i];
		const struct pack_pattern *sums = &reader->pattern_sums[pattern];

		cursor->has[pattern / 64] ^= UINT64_C(1) << (pattern & 63);
		if (pack_cursor_has(cursor, pattern)) {
			cursor->types += sums->types;
			cursor->digests += sums->digests;
			cursor->checksums += sums->checksums;
		} else {
			cursor->types -= sums->types;
			cursor->digests -= sums->digests;
			cursor->checksums -= sums->checksums;
		}
	}
}

static uint64_t checksum_of(const struct pack_kernel *kernel, uint64_t sum)
{
	uint64_t checksum = digest_add(DIGEST_START, sum);

	for (uint32_t i = 0; i < kernel->first_count; i++)
		checksum = digest_add(checksum, kernel->first[i]);
	return digest_add(checksum, kernel->is_big_endian);
}

static bool has_type(const struct pack_cursor *cursor, uint32_t type)
{
	uint32_t pattern = cursor->reader->patterns[type];

	return pattern < cursor->reader->pattern_count && pack_cursor_has(cursor, pattern);
}

int pack_cursor_move(struct pack_cursor *cursor, size_t number, struct reason *why)
{
	const struct pack_reader *reader = cursor->reader;
	const struct pack_kernel *kernel = &reader->kernels[number];
	bool is_good;

	while (cursor->next <= number)
		cross(cursor, cursor->next++);
	while (cursor->next > number + 1)
		cross(cursor, --cursor->next);
	is_good = checksum_of(kernel, cursor->checksums) == kernel->checksum;
	if (is_good && !reader->is_warm)
		is_good = cursor->types == kernel->type_count &&
			  pack_kernel_digest(kernel, cursor->digests, reader->digests) ==
				  kernel->digest;
	for (uint32_t i = 0; is_good && i < kernel->first_count; i++)
		is_good = has_type(cursor, kernel->first[i]);
	return is_good ? 0
		       : reason_set(why, -EBADMSG, "kernel %s: its checksum does not fit its types",
				    kernel->id.release);
}
