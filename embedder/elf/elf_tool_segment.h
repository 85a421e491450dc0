/* SPDX-License-Identifier: MIT */
/*
 * The segment of a runner for a tool's BPF objects: the section .corebtf.tool, before the segment
 * for the bundle (runner/runner.ld, runner/object/tool_format.h).
 *
 * It grows as that one does (elf_segment.h), into addresses that the linker left free. The bytes
 * that follow it in the file move by whole pages; the segment for the bundle is the only one among
 * them that is mapped, and it keeps its address.
 */
#ifndef COREBTF_ELF_ELF_TOOL_SEGMENT_H
#define COREBTF_ELF_ELF_TOOL_SEGMENT_H

#include <stddef.h>

#include "embedder/elf/elf_image.h"
#include "runtime/util/reason.h"

/*
 * Puts @payload into the empty segment. Both segments of @image must be empty: fill this one first.
 * Errors: -EINVAL no runner, or one that carries a tool already; -EBADMSG its headers contradict
 * each other; -EFBIG more than TOOL_MAX_SIZE; -ENOMEM; those of elf_image_read().
 */
int elf_tool_segment_fill(struct elf_image *image, const void *payload, size_t size,
			  struct reason *why);

#endif
