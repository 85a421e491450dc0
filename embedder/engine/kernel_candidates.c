/* SPDX-License-Identifier: MIT */
/*
 * One file after the other on one thread: mostly a single kernel is wanted, and its key is known
 * before its bytes are read.
 */
#include "embedder/engine/kernel_candidates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/engine/kernel_reader.h"
#include "embedder/image/kernel_types.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/kernel_stream.h"
#include "embedder/pack/pack_btf.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/own_kernel_id.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/array.h"

static void candidate_clear(struct kernel_candidate *candidate)
{
	kernel_id_clear(&candidate->id);
	free(candidate->path);
	free(candidate->btf);
}

static bool is_wanted(void *context, const struct kernel_id *id)
{
	const struct kernel_candidates *candidates = context;
	const char *sibling = machine_64bit_sibling(candidates->machine);

	return strcmp(id->release, candidates->release) == 0 &&
	       (strcmp(id->machine, candidates->machine) == 0 ||
		(sibling && strcmp(id->machine, sibling) == 0));
}

/* Takes over @btf, on failure too. */
static int add(struct kernel_candidates *candidates, const struct kernel_id *id, const char *path,
	       void *btf, size_t size, struct reason *why)
{
	struct kernel_candidate candidate = {.path = strdup(path), .btf = btf, .size = size};

	if (candidate.path && !kernel_id_copy(id, &candidate.id) &&
	    !array_reserve(candidates->list, candidates->capacity, candidates->count + 1)) {
		candidates->list[candidates->count++] = candidate;
		return 0;
	}
	candidate_clear(&candidate);
	return reason_errno(why, -ENOMEM, "cannot keep its BTF");
}

/* The types of a kernel as BTF, malloc'd. */
static int make_btf(const struct kernel_types *types, void **ret_btf, size_t *ret_size,
		    struct reason *why)
{
	_cleanup_(kernel_reader_free) struct kernel_reader reader = {.dwarf = NULL};
	struct type_source *source = NULL;
	int err = kernel_reader_open_all(&reader, types, &source, why);

	if (err)
		return err;
	if (types->dwarf) {
		*ret_btf = TAKE_PTR(reader.full.data);
		*ret_size = reader.full.size;
		return 0;
	}
	*ret_btf = malloc(types->btf.size);
	if (!*ret_btf)
		return reason_errno(why, -ENOMEM, "cannot keep its BTF");
	memcpy(*ret_btf, types->btf.data, types->btf.size);
	*ret_size = types->btf.size;
	return 0;
}

/* A kernel in a file of its own, or out of an archive: with what its types say of it. */
static int add_types(struct kernel_candidates *candidates, struct kernel_file *file,
		     const struct kernel_types *types, const struct kernel_facts *facts,
		     struct reason *why)
{
	void *btf = NULL;
	size_t size = 0;
	int err = facts ? kernel_file_complete(file, facts, why) : 0;

	if (err || !is_wanted(candidates, &file->id))
		return err;
	err = make_btf(types, &btf, &size, why);
	return err ? err : add(candidates, &file->id, file->path, btf, size, why);
}

static int read_file(struct kernel_candidates *candidates, struct kernel_file *file,
		     struct reason *why)
{
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	struct kernel_facts facts = {.machine = ""};
	int err = kernel_types_open(file->path, KERNEL_TYPES_UNKNOWN, &candidates->budget, &facts,
				    &types, why);

	return err ? err : add_types(candidates, file, &types, &facts, why);
}

static int read_packed(struct kernel_candidates *candidates, const char *path, struct reason *why)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	int err = pack_reader_open(path, &reader, why);

	for (size_t i = 0; !err && i < reader.count; i++) {
		const struct kernel_id *id = &reader.kernels[i].id;
		void *btf = NULL;
		size_t size = 0;

		if (!is_wanted(candidates, id))
			continue;
		err = pack_btf_make(&reader, i, &btf, &size, why);
		if (!err)
			err = add(candidates, id, path, btf, size, why);
	}
	return err;
}

static void note_skipped(void *context, const char *path, const char *why)
{
	struct kernel_candidates *candidates = context;

	kernel_input_fail(candidates->kernels, path, why);
}

static int read_next(struct kernel_candidates *candidates, struct kernel_stream *stream,
		     struct reason *why)
{
	_cleanup_(kernel_file_clear) struct kernel_file file = {.path = NULL};
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	struct kernel_facts facts = {.machine = ""};
	struct kernel_btf bytes = {0};
	int more = kernel_stream_next(stream, &file, &bytes, why), err;
	bool is_known = file.types != KERNEL_TYPES_UNKNOWN;

	if (more <= 0)
		return more;
	err = kernel_types_unpack(&bytes, KERNEL_TYPES_UNKNOWN, is_known ? NULL : &facts, &types,
				  why);
	if (!err)
		err = add_types(candidates, &file, &types, is_known ? NULL : &facts, why);
	return err ? err : 1;
}

static void cleanup_stream(struct kernel_stream **stream)
{
	kernel_stream_close(*stream);
}

static int read_source(struct kernel_candidates *candidates, const struct kernel_source *source,
		       struct reason *why)
{
	_cleanup_(cleanup_stream) struct kernel_stream *stream = NULL;
	enum kernel_source_content content = KERNEL_SOURCE_NONE;
	const struct kernel_stream_opts opts = {
		.want = is_wanted,
		.skip = note_skipped,
		.context = candidates,
		.budget = &candidates->budget,
	};
	int more;

	/* The stream has a pack's kernels as types; here the whole BTF is wanted. */
	if (!kernel_source_look(source->path, &content, NULL) && content == KERNEL_SOURCE_PACK)
		return read_packed(candidates, source->path, why);
	more = kernel_stream_open(source, &opts, &stream, why);
	if (more < 0)
		return more;
	do {
		more = read_next(candidates, stream, why);
	} while (more > 0);
	return more;
}

void kernel_candidates_read(struct kernel_input *kernels, const char *release, const char *machine,
			    uint64_t memory, struct kernel_candidates *candidates)
{
	struct kernel_list *list = &kernels->list;

	*candidates = (struct kernel_candidates){
		.kernels = kernels, .release = release, .machine = machine};
	memory_budget_init(&candidates->budget, memory);
	for (size_t i = 0; i < list->count; i++) {
		struct reason why = {""};

		if (is_wanted(candidates, &list->files[i].id) &&
		    read_file(candidates, &list->files[i], &why))
			kernel_input_fail(kernels, list->files[i].path, why.text);
	}
	for (size_t i = 0; i < list->source_count; i++) {
		struct reason why = {""};

		if (read_source(candidates, &list->sources[i], &why))
			kernel_input_fail(kernels, list->sources[i].path, why.text);
	}
}

void kernel_candidates_free(struct kernel_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		candidate_clear(&candidates->list[i]);
	free(candidates->list);
	if (candidates->kernels)
		memory_budget_destroy(&candidates->budget);
}
