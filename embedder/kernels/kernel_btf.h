/* SPDX-License-Identifier: MIT */
/*
 * One kernel's full BTF in memory: the narrow door between where kernel BTFs come from and
 * trimming, which only sees these bytes.
 *
 * What bytes are, they say themselves, not their name: raw BTF; an ELF file with a section .BTF; a
 * kernel image (kernel_image.h); any of these packed, or raw BTF alone in a tar that is packed
 * (BTFHub's .btf.tar.xz).
 */
#ifndef COREBTF_KERNELS_KERNEL_BTF_H
#define COREBTF_KERNELS_KERNEL_BTF_H

#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_facts.h"
#include "embedder/util/memory_budget.h"
#include "embedder/util/reason.h"

/*
 * Reads the BTF that the file holds.
 * @budget: what it takes to unpack it is held of it until kernel_btf_close(); NULL: no limit.
 * @ret_facts: what the file says of the kernel; may be NULL.
 * On failure @why says what is wrong, without the path.
 */
int kernel_btf_open(const char *path, struct memory_budget *budget, struct kernel_facts *ret_facts,
		    struct kernel_btf *ret_btf, struct reason *why);

/* The same for a file that is in memory already. @bytes is taken over, on failure too, with what it
 * holds of a budget. */
int kernel_btf_unpack(struct kernel_btf *bytes, struct kernel_facts *ret_facts,
		      struct kernel_btf *ret_btf, struct reason *why);

/* Waits until all is held of the budget of @bytes that it takes to unpack them, as far as they say
 * it. kernel_btf_unpack() does it itself. Error: -EFBIG. */
int kernel_btf_reserve(struct kernel_btf *bytes, struct reason *why);

/*
 * What a kernel's own file, an ELF file or an image, says of it, without its BTF; packed ones are
 * unpacked for it. Of other files nothing is known (@ret_facts->machine is "").
 */
int kernel_btf_identify(const void *bytes, size_t size, struct kernel_facts *ret_facts,
			struct reason *why);

/* A file as it stands, whatever it is. @ret_bytes is mapped where that is safe, and holds memory
 * else, which is not held of any budget. */
int kernel_btf_load(const char *path, struct kernel_btf *ret_bytes, struct reason *why);

#endif
