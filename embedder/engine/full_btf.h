/* SPDX-License-Identifier: MIT */
/*
 * A file with one kernel in it -> the full BTF that its DWARF makes.
 */
#ifndef COREBTF_ENGINE_FULL_BTF_H
#define COREBTF_ENGINE_FULL_BTF_H

#include "embedder/engine/events.h"
#include "embedder/image/kernel_facts.h"
#include "embedder/util/byte_buffer.h"
#include "runtime/util/reason.h"

struct full_btf {
	struct byte_buffer btf;
	uint32_t type_count;		      /* without void */
	char release[KERNEL_FACTS_TEXT_SIZE]; /* of the kernel; "": not known */
};

/*
 * @path: an ELF file, or an archive or package with one kernel. Its DWARF is read even if it has
 * BTF. @memory: a limit in bytes, as in struct kernel_pool_work. What cannot be used in an archive
 * is reported to @events.
 * On failure @why says what is wrong, without @path, and @ret_full is empty.
 * Errors: those of kernel_types_open(), kernel_stream_next(), dwarf_source_open(); -EINVAL several
 * kernels.
 */
int full_btf_make(const char *path, uint64_t memory, const struct engine_events *events,
		  struct full_btf *ret_full, struct reason *why);

void full_btf_free(struct full_btf *full);

#endif
