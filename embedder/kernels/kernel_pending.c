/* SPDX-License-Identifier: MIT */
/*
 * A list in the order of the archive.
 */
#include "embedder/kernels/kernel_pending.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_dwarf.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

int kernel_pending_add(struct kernel_pending *pending, size_t number,
		       const struct kernel_btf *bytes, enum kernel_types_kind wanted,
		       struct kernel_file *file, struct reason *why)
{
	struct kernel_pending_file *added;

	if (array_reserve(pending->files, pending->capacity, pending->count + 1))
		return reason_errno(why, -ENOMEM, "cannot keep its kernels");
	added = &pending->files[pending->count];
	*added = (struct kernel_pending_file){.number = number, .size = bytes->size};
	added->range_count = kernel_dwarf_ranges(bytes->data, bytes->size, wanted, added->ranges);
	if (!added->range_count)
		return 0;
	added->cost = kernel_dwarf_cost(bytes, wanted, &added->needed);
	added->file = *file;
	memset(file, 0, sizeof(*file));
	pending->count++;
	return 1;
}

struct kernel_pending_file *kernel_pending_find(struct kernel_pending *pending, size_t number)
{
	if (pending->next == pending->count || pending->files[pending->next].number != number)
		return NULL;
	return &pending->files[pending->next++];
}

int kernel_pending_read(const struct kernel_pending_file *file, struct archive_reader *reader,
			struct memory_budget *budget, struct kernel_btf *ret_bytes,
			struct reason *why)
{
	_cleanup_(kernel_excerpt_close) struct kernel_excerpt excerpt = {0};
	uint64_t cost = memory_budget_at_most(budget, file->cost);
	int err;

	if (cost < file->needed)
		return reason_set(why, -EFBIG,
				  "its DWARF takes %llu MiB of memory, more than the limit of %llu "
				  "MiB (--memory); unpack the archive and give this file itself",
				  (unsigned long long)(file->needed + (1 << 20) - 1) >> 20,
				  (unsigned long long)budget->limit >> 20);
	err = memory_budget_acquire(budget, cost, why);
	if (err)
		return err;
	err = kernel_excerpt_open_ranges((size_t)file->size, file->ranges, file->range_count,
					 &excerpt, why);
	if (!err)
		err = archive_reader_read_pieces(reader, kernel_excerpt_take, &excerpt, why);
	if (!err)
		err = kernel_excerpt_finish(&excerpt, ret_bytes, why);
	if (err) {
		memory_budget_release(budget, cost);
		return err;
	}
	ret_bytes->budget = budget;
	ret_bytes->held = budget ? cost : 0;
	return 0;
}

void kernel_pending_clear(struct kernel_pending *pending)
{
	for (size_t i = 0; i < pending->count; i++)
		kernel_file_clear(&pending->files[i].file);
	free(pending->files);
	*pending = (struct kernel_pending){0};
}
