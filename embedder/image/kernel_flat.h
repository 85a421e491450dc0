/* SPDX-License-Identifier: MIT */
/*
 * A kernel as it lies in memory, without the sections that it was linked from: what arm64 and
 * others boot. Nothing says where its BTF is.
 */
#ifndef COREBTF_IMAGE_KERNEL_FLAT_H
#define COREBTF_IMAGE_KERNEL_FLAT_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/image/kernel_facts.h"
#include "runtime/util/reason.h"

/*
 * Finds the BTF in @image: @ret_offset, not aligned to anything, and @ret_size, whose end is that
 * of the BTF's last part.
 * Errors: -ENODATA none, -EBADMSG it is cut off.
 */
int kernel_flat_find_btf(const void *image, size_t size, size_t *ret_offset, size_t *ret_size,
			 struct reason *why);

/*
 * Reads the GNU build-id from the notes that the kernel's linker script puts right before the BTF,
 * which starts at @btf_offset, into @facts. Where there are none, it stays unknown.
 */
void kernel_flat_read_build_id(const void *image, size_t btf_offset, struct kernel_facts *facts);

#endif
