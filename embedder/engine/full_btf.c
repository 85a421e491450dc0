/* SPDX-License-Identifier: MIT */
/*
 * In: a kernel with DWARF. Out: BTF.
 */
#include "embedder/engine/full_btf.h"

#include <stdio.h>

#include "runtime/btf/btf_source.h"
#include "embedder/dwarf/dwarf_source.h"
#include "embedder/image/kernel_types.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/kernel_stream.h"
#include "embedder/util/cleanup.h"

static void cleanup_source(struct dwarf_source **source)
{
	dwarf_source_close(*source);
}

static void cleanup_stream(struct kernel_stream **stream)
{
	kernel_stream_close(*stream);
}

void full_btf_free(struct full_btf *full)
{
	byte_buffer_free(&full->btf);
}

/* What was made is checked as any other BTF before it is given away. */
static int check(struct full_btf *full, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source types = {0};
	int err;

	if (byte_buffer_failed(&full->btf))
		return reason_errno(why, -ENOMEM, "cannot make its BTF");
	err = btf_source_open_all(&types, full->btf.data, full->btf.size, why);
	full->type_count = types.types.view.type_count - 1;
	return err;
}

static int convert(struct kernel_types *types, struct full_btf *full, struct reason *why)
{
	_cleanup_(cleanup_source) struct dwarf_source *source = NULL;
	int err = dwarf_source_open(&types->dwarf->sections, &source, why);

	if (!err)
		err = dwarf_source_write(source, &full->btf, why);
	return err ? err : check(full, why);
}

/* --- archives --------------------------------------------------------------------------------- */

struct reading {
	const struct engine_events *events;
	size_t skipped;
};

static void report_skipped(void *context, const char *path, const char *why)
{
	struct reading *reading = context;

	engine_say(reading->events, ENGINE_FAILURE, path, "%s", why);
	reading->skipped++;
}

/* Converts the first kernel, and looks whether there is a second. */
static int convert_all(struct kernel_stream *stream, const struct reading *reading,
		       struct full_btf *full, struct reason *why)
{
	size_t count = 0;

	for (;;) {
		_cleanup_(kernel_types_close) struct kernel_types types = {0};
		_cleanup_(kernel_file_clear) struct kernel_file file = {.path = NULL};
		struct kernel_btf bytes = {0};
		int err = kernel_stream_next(stream, &file, &bytes, why);

		if (err < 0)
			return err;
		if (!err)
			break;
		if (count++) {
			kernel_btf_close(&bytes);
			return reason_set(
				why, -EINVAL,
				"several kernels are in it: unpack it and give one of them");
		}
		/* In the second pass, the archive says no more who the kernel is. */
		snprintf(full->release, sizeof(full->release), "%s", file.id.release);
		err = kernel_types_unpack(&bytes, KERNEL_TYPES_DWARF, NULL, &types, why);
		if (!err)
			err = convert(&types, full, why);
		if (err)
			return err;
	}
	if (!count)
		return reason_set(why, -ENODATA,
				  reading->skipped ? "no kernel in it could be used"
						   : "no kernel in it");
	return reading->skipped ? reason_set(why, -EINVAL, "a part of it could not be read") : 0;
}

static int convert_archive(const char *path, struct memory_budget *budget,
			   const struct engine_events *events, struct full_btf *full,
			   struct reason *why)
{
	_cleanup_(cleanup_stream) struct kernel_stream *stream = NULL;
	const struct kernel_source source = {.path = (char *)path, .was_named = true};
	struct reading reading = {.events = events};
	struct kernel_stream_opts opts = {
		.skip = report_skipped,
		.context = &reading,
		.budget = budget,
		.types = KERNEL_TYPES_DWARF,
	};
	int err = kernel_stream_open(&source, &opts, &stream, why);

	return err ? err : convert_all(stream, &reading, full, why);
}

/* --- all -------------------------------------------------------------------------------------- */

static int convert_file(const char *path, struct memory_budget *budget, struct full_btf *full,
			struct reason *why)
{
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	struct kernel_facts facts;
	int err = kernel_types_open(path, KERNEL_TYPES_DWARF, budget, &facts, &types, why);

	if (err)
		return err;
	snprintf(full->release, sizeof(full->release), "%s", facts.release);
	return convert(&types, full, why);
}

int full_btf_make(const char *path, uint64_t memory, const struct engine_events *events,
		  struct full_btf *ret_full, struct reason *why)
{
	enum kernel_source_content content = KERNEL_SOURCE_NONE;
	struct memory_budget budget;
	int err = kernel_source_look(path, &content, why);

	*ret_full = (struct full_btf){.type_count = 0};
	if (err)
		return err;
	memory_budget_init(&budget, memory);
	err = content == KERNEL_SOURCE_ARCHIVE || content == KERNEL_SOURCE_PACKAGE
		      ? convert_archive(path, &budget, events, ret_full, why)
		      : convert_file(path, &budget, ret_full, why);
	memory_budget_destroy(&budget);
	if (err)
		full_btf_free(ret_full);
	return err;
}
