/* SPDX-License-Identifier: MIT */
/*
 *	contents --> blobs in order of likeness --> blocks   (block_pack)
 *	         --> kernels, objects, blobs, blocks         (runtime/bundle/bundle_writer.h)
 *	         --> tables --> the blocks' bytes behind them
 */
#include <errno.h>
#include <stdlib.h>

#include "embedder/bundle/block_pack.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/bundle/kernel_order.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/bundle_writer.h"

struct layout {
	const struct bundle_contents *contents;

	const struct bundle_blob **blobs; /* in stored order */
	uint32_t *blob_numbers;		  /* bundle_blob.number -> place in blobs */
	size_t blob_count;
	struct block_pack pack;

	/* For the writer. */
	struct index_entry *entries;
	struct index_object *objects;
	struct writer_blob *writer_blobs;
	struct writer_block *writer_blocks;
};

static void layout_free(struct layout *layout)
{
	free(layout->blobs);
	free(layout->blob_numbers);
	block_pack_free(&layout->pack);
	free(layout->entries);
	free(layout->objects);
	free(layout->writer_blobs);
	free(layout->writer_blocks);
}

static int by_likeness(const void *left, const void *right)
{
	return kernel_order_likeness(&(*(const struct bundle_kernel *const *)left)->id,
				     &(*(const struct bundle_kernel *const *)right)->id);
}

/* Blobs are stored in the order in which kernels, sorted by likeness, first need them: the blobs
 * of neighbours become neighbours, and the order comes from the contents alone. */
static int order_blobs(struct layout *layout)
{
	const struct bundle_contents *contents = layout->contents;
	_cleanup_free_ const struct bundle_kernel **kernels =
		calloc(contents->kernel_count + 1, sizeof(*kernels));

	layout->blobs = calloc(contents->blob_count + 1, sizeof(*layout->blobs));
	layout->blob_numbers = calloc(contents->blob_count + 1, sizeof(*layout->blob_numbers));
	if (!kernels || !layout->blobs || !layout->blob_numbers)
		return -ENOMEM;
	for (size_t i = 0; i < contents->blob_count; i++)
		layout->blob_numbers[i] = UINT32_MAX;
	for (size_t i = 0; i < contents->kernel_count; i++)
		kernels[i] = contents->kernels[i];
	qsort(kernels, contents->kernel_count, sizeof(*kernels), by_likeness);
	for (size_t i = 0; i < contents->kernel_count; i++) {
		uint32_t *number = &layout->blob_numbers[kernels[i]->blob->number];

		if (*number != UINT32_MAX)
			continue;
		*number = (uint32_t)layout->blob_count;
		layout->blobs[layout->blob_count++] = kernels[i]->blob;
	}
	return 0;
}

/* What was collected, as the writer takes it. */
static int make_parts(struct layout *layout, struct bundle_parts *ret_parts)
{
	const struct bundle_contents *contents = layout->contents;
	const struct block_pack *pack = &layout->pack;

	layout->entries = calloc(contents->kernel_count + 1, sizeof(*layout->entries));
	layout->objects = calloc(contents->object_count + 1, sizeof(*layout->objects));
	layout->writer_blobs = calloc(layout->blob_count + 1, sizeof(*layout->writer_blobs));
	layout->writer_blocks = calloc(pack->block_count + 1, sizeof(*layout->writer_blocks));
	if (!layout->entries || !layout->objects || !layout->writer_blobs || !layout->writer_blocks)
		return -ENOMEM;
	for (size_t i = 0; i < contents->kernel_count; i++) {
		const struct bundle_kernel *kernel = contents->kernels[i];

		layout->entries[i] = (struct index_entry){
			.blob = layout->blob_numbers[kernel->blob->number],
			.id = kernel->id,
		};
	}
	for (size_t i = 0; i < contents->object_count; i++)
		layout->objects[i] = (struct index_object){
			.name = contents->objects[i]->name,
			.digest = contents->objects[i]->digest,
			.relocation_count = contents->objects[i]->relocation_count,
		};
	for (size_t i = 0; i < layout->blob_count; i++)
		layout->writer_blobs[i] = (struct writer_blob){
			.block = pack->places[i].block,
			.offset = pack->places[i].offset,
			.size = layout->blobs[i]->size,
			.crc = layout->blobs[i]->crc,
		};
	for (size_t i = 0; i < pack->block_count; i++)
		layout->writer_blocks[i] = (struct writer_block){
			.unpacked_size = pack->blocks[i].unpacked_size,
			.stored_size = pack->blocks[i].stored_size,
			.codec = pack->blocks[i].codec,
		};
	*ret_parts = (struct bundle_parts){
		.entries = layout->entries,
		.entry_count = contents->kernel_count,
		.blobs = layout->writer_blobs,
		.blob_count = layout->blob_count,
		.blocks = layout->writer_blocks,
		.block_count = pack->block_count,
		.objects = layout->objects,
		.object_count = contents->object_count,
	};
	return 0;
}

int bundle_layout(const struct bundle_contents *contents, const struct bundle_layout_opts *opts,
		  void **ret_bundle, size_t *ret_size, struct reason *why)
{
	_cleanup_(layout_free) struct layout layout = {.contents = contents};
	struct bundle_excess excess = {.what = ""};
	struct bundle_parts parts;
	uint8_t *bytes = NULL;
	int err = order_blobs(&layout);

	if (!err)
		err = block_pack_init(&layout.pack, layout.blobs, layout.blob_count,
				      opts->compression, why);
	if (!err)
		err = make_parts(&layout, &parts);
	if (!err) {
		parts.big_endian = opts->big_endian;
		if (opts->compression == BUNDLE_COMPRESSION_XZ)
			parts.pack_tables = block_pack_xz;
		err = bundle_write(&parts, &bytes, ret_size, &excess);
		if (err == -EIO)
			return reason_set(why, err, "liblzma cannot compress the index");
	}
	if (err == -EFBIG)
		return reason_set(why, err, "the bundle would have %llu %s, and the limit is %llu",
				  (unsigned long long)excess.count, excess.what,
				  (unsigned long long)excess.limit);
	if (err == -ENOMEM)
		return reason_set(why, err, "out of memory");
	if (err)
		return err;
	for (size_t i = 0; i < parts.block_count; i++)
		block_pack_write(&layout.pack, i, bytes + parts.blocks[i].offset);
	*ret_bundle = bytes;
	return 0;
}
