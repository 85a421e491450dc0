/* SPDX-License-Identifier: MIT */
#include "embedder/engine/pack_verification.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/pack/pack_reader.h"
#include "embedder/util/cleanup.h"

/* All checksums, those of the kernels too. */
static int read_pack(const char *path, struct pack_reader *reader, struct reason *why)
{
	_cleanup_(pack_cursor_close) struct pack_cursor cursor = {.reader = NULL};
	int err = pack_reader_open(path, reader, why);

	if (!err)
		err = pack_reader_load(reader, why);
	if (err)
		return err;
	if (pack_cursor_open(&cursor, reader))
		return reason_errno(why, -ENOMEM, "cannot read its kernels");
	for (size_t i = 0; !err && i < reader->count; i++)
		err = pack_cursor_move(&cursor, i, why);
	return err;
}

static bool is_same_key(const struct kernel_id *a, const struct kernel_id *b)
{
	return strcmp(a->release, b->release) == 0 && strcmp(a->machine, b->machine) == 0 &&
	       strcmp(a->os_id, b->os_id) == 0 && strcmp(a->version_id, b->version_id) == 0;
}

static void compare(const struct engine_events *events, const struct pack_reader *reader,
		    const struct pack_kernel *original, struct pack_verification *result)
{
	const struct pack_kernel *other = NULL;

	for (size_t i = 0; i < reader->count; i++) {
		const struct pack_kernel *kernel = &reader->kernels[i];

		if (!is_same_key(&kernel->id, &original->id))
			continue;
		if (kernel->digest == original->digest) {
			result->same++;
			return;
		}
		other = kernel;
	}
	if (!other) {
		result->absent++;
		return;
	}
	result->differing++;
	engine_say(events, ENGINE_FAILURE, original->id.release,
		   "its types in the pack are not those of the original (%u types, and %u in the "
		   "original)",
		   other->type_count, original->type_count);
}

int pack_verification_run(const char *path, struct packing *originals, unsigned int jobs,
			  uint64_t memory, struct pack_verification *ret_result, struct reason *why)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	struct pack_verification result = {0};
	int err = read_pack(path, &reader, why);

	if (err)
		return err;
	/* All kernels of a pack are made with --types-only, or none. */
	originals->types_only = reader.kernels[0].types_only;
	err = packing_run(originals, jobs, memory);
	if (err)
		return reason_errno(why, err, "cannot read the originals");
	result.kernels = reader.count;
	result.types = reader.set.type_count;
	for (size_t i = 0; i < originals->pack.count; i++)
		compare(originals->events, &reader, &originals->pack.kernels[i], &result);
	*ret_result = result;
	return 0;
}
