/* SPDX-License-Identifier: MIT */
/*
 * In: kernels of any kind, packs too. Out: a pack of all of them.
 *
 * Packs are merged as a whole: their types are compared once, and not for each of their kernels.
 * The others are unpacked on several threads; one at a time adds its types.
 */
#include "embedder/engine/packing.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/engine/kernel_pool.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/pack/pack_btf.h"
#include "embedder/pack/pack_writer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

int packing_init(struct packing *packing, const struct engine_events *events)
{
	*packing = (struct packing){.events = events, .lock = PTHREAD_MUTEX_INITIALIZER};
	kernel_input_init(&packing->kernels, events);
	return pack_init(&packing->pack);
}

void packing_free(struct packing *packing)
{
	kernel_input_free(&packing->kernels);
	pack_free(&packing->pack);
}

/* --- slices ----------------------------------------------------------------------------------- */

/* FNV-1a, of several texts one after the other. */
static uint32_t hash_text(uint32_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
	while (*text++);
	return hash;
}

static uint32_t hash_file(const struct kernel_file *file)
{
	uint32_t hash = hash_text(UINT32_C(2166136261), file->id.release);

	hash = hash_text(hash, file->id.machine);
	hash = hash_text(hash, file->id.os_id);
	return hash_text(hash, file->id.version_id);
}

static uint32_t hash_source(const struct kernel_source *source)
{
	const char *slash = strrchr(source->path, '/');

	return hash_text(UINT32_C(2166136261), slash ? slash + 1 : source->path);
}

/* FNV's low bits alone would spread badly. */
static bool is_in_slice(uint32_t hash, uint32_t number, uint32_t count)
{
	return (hash ^ hash >> 16) % count == number - 1;
}

void packing_slice(struct packing *packing, uint32_t number, uint32_t count)
{
	struct kernel_list *list = &packing->kernels.list;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (is_in_slice(hash_file(&list->files[i]), number, count))
			list->files[kept++] = list->files[i];
		else
			kernel_file_clear(&list->files[i]);
	}
	list->count = kept;
	kept = 0;
	for (size_t i = 0; i < list->source_count; i++) {
		if (is_in_slice(hash_source(&list->sources[i]), number, count))
			list->sources[kept++] = list->sources[i];
		else
			free(list->sources[i].path);
	}
	list->source_count = kept;
}

/* An empty pack has room for one kernel or pack, whatever the limit. */
static int check_room(const struct packing *packing, struct reason *why)
{
	uint64_t size = packing->pack.count ? pack_memory(&packing->pack) : 0;

	if (size <= packing->memory)
		return 0;
	return reason_set(
		why, -EFBIG,
		"there is no room for it: what was packed before it takes %llu MiB of "
		"memory, and the limit is %llu MiB; give a higher one (--memory), or make "
		"packs of fewer kernels",
		(unsigned long long)(size >> 20), (unsigned long long)(packing->memory >> 20));
}

/* --- packs ------------------------------------------------------------------------------------ */

struct merging {
	struct packing *packing;
	const struct kernel_id *as;
};

static bool is_wanted(void *context, const struct pack_kernel *kernel)
{
	const struct merging *merging = context;
	_cleanup_(kernel_id_clear) struct kernel_id id = {0};

	/* Without memory it is merged, which fails then. */
	if (kernel_id_copy(&kernel->id, &id) || kernel_as_apply(merging->as, &id, NULL))
		return true;
	return kernel_input_wants(&merging->packing->kernels, &id);
}

/* A kernel of a pack with all types, without functions and the like. */
static int add_types_of(struct packing *packing, struct pack_reader *reader, size_t number,
			struct reason *why)
{
	struct pack_kernel_info info = {
		.id = &reader->kernels[number].id,
		.origin = reader->kernels[number].origin,
		.types_only = true,
	};
	_cleanup_(btf_source_free) struct btf_source source = {.offsets = NULL};
	_cleanup_free_ void *btf = NULL;
	size_t size = 0;
	int err = pack_btf_make(reader, number, &btf, &size, why);

	if (!err)
		err = btf_source_open(&source, btf, size, why);
	return err ? err : pack_add(&packing->pack, &info, &source.types, why);
}

static int merge_types(struct packing *packing, struct pack_reader *reader, struct merging *merging,
		       struct reason *why)
{
	int err = 0;

	for (size_t i = 0; !err && i < reader->count; i++)
		if (is_wanted(merging, &reader->kernels[i]))
			err = add_types_of(packing, reader, i, why);
	return err;
}

static int merge(struct packing *packing, const struct kernel_source *source, struct reason *why)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	struct merging merging = {packing, source->as};
	struct pack *pack = &packing->pack;
	size_t before = pack->count;
	int err = check_room(packing, why);

	if (!err)
		err = pack_reader_open(source->path, &reader, why);
	if (!err)
		err = packing->types_only
			      ? merge_types(packing, &reader, &merging, why)
			      : pack_reader_merge(&reader, pack, is_wanted, &merging, why);
	for (size_t i = before; !err && i < pack->count; i++)
		err = kernel_as_apply(source->as, &pack->kernels[i].id, why);
	while (err && pack->count > before)
		pack_kernel_clear(&pack->kernels[--pack->count]);
	return err;
}

/* Merges the packs among the sources and leaves the others. */
static void merge_packs(struct packing *packing)
{
	struct kernel_list *list = &packing->kernels.list;
	size_t kept = 0;

	for (size_t i = 0; i < list->source_count; i++) {
		struct kernel_source *source = &list->sources[i];
		enum kernel_source_content content = KERNEL_SOURCE_NONE;
		struct reason why = {""};
		/* What it is otherwise, and what is wrong with it, its own reader says. */
		int err = kernel_source_look(source->path, &content, NULL);

		if (err || content != KERNEL_SOURCE_PACK) {
			list->sources[kept++] = *source;
			continue;
		}
		if (merge(packing, source, &why))
			kernel_input_fail(&packing->kernels, source->path, why.text);
		free(source->path);
	}
	list->source_count = kept;
}

/* --- other kernels ---------------------------------------------------------------------------- */

static void *no_scratch(void *context)
{
	return context;
}

static void free_nothing(void *scratch)
{
}

static int add_kernel(void *context, void *scratch, const struct kernel_file *kernel,
		      struct type_source *types, void **ret_outcome, struct reason *why)
{
	struct packing *packing = context;
	const struct pack_kernel_info info = {
		.id = &kernel->id,
		.origin = kernel->origin,
		.types_only = packing->types_only,
	};
	int err;

	pthread_mutex_lock(&packing->lock);
	err = check_room(packing, why);
	if (!err)
		err = pack_add(&packing->pack, &info, types, why);
	pthread_mutex_unlock(&packing->lock);
	return err;
}

static int take_result(void *context, const struct kernel_pool_result *result)
{
	struct packing *packing = context;

	if (result->error)
		kernel_input_fail(&packing->kernels, result->kernel->path, result->why.text);
	return 0;
}

int packing_run(struct packing *packing, unsigned int jobs, uint64_t memory)
{
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.needs_all_types = true,
		.context = packing,
		.thread_new = no_scratch,
		.thread_free = free_nothing,
		.run = add_kernel,
		.take = take_result,
	};
	int err;

	packing->memory = memory;
	merge_packs(packing);
	err = kernel_input_is_empty(&packing->kernels) ? 0
						       : kernel_pool_run(&packing->kernels, &work);
	return err || packing->pack.count ? err : -ENOENT;
}

int packing_write(struct packing *packing, struct byte_buffer *bytes, struct reason *why)
{
	return pack_write(&packing->pack, bytes, why);
}
