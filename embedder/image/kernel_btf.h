/* SPDX-License-Identifier: MIT */
/*
 * One kernel's full BTF in memory. Code past this interface sees these bytes and does not know
 * where they came from.
 *
 * The first bytes of a file decide what it is, not its name: raw BTF; an ELF file with a section
 * .BTF; a kernel image (kernel_image.h); any of these packed, or raw BTF alone in a packed tar
 * (BTFHub's .btf.tar.xz).
 */
#ifndef COREBTF_IMAGE_KERNEL_BTF_H
#define COREBTF_IMAGE_KERNEL_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/image/kernel_facts.h"
#include "embedder/util/memory_budget.h"
#include "runtime/util/reason.h"

/* One kernel's full BTF. */
struct kernel_btf {
	const void *data; /* raw BTF, starting with its header, aligned to at least 4 bytes */
	size_t size;
	/* How it is held: one of these is set. */
	void *mapping;
	size_t mapping_size;
	void *memory;
	/* What of a budget is held for it; NULL: there is none. */
	struct memory_budget *budget;
	uint64_t held;
	/* Of an ELF file that kernel_btf_load() mapped: where it is, to find others beside it.
	 * NULL: it was in an archive, or packed. */
	char *path;
};

/* Ends the mapping or frees the memory, and gives back what is held; does nothing on an empty one.
 */
void kernel_btf_close(struct kernel_btf *btf);

/* The byte order that the BTF is written in. */
bool kernel_btf_is_big_endian(const struct kernel_btf *btf);

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

/* Waits for as much of the budget of @bytes as unpacking them takes, as far as they say it.
 * kernel_btf_unpack() does so itself. Error: -EFBIG. */
int kernel_btf_reserve(struct kernel_btf *bytes, struct reason *why);

/* The steps of kernel_btf_open() and _unpack(), for kernel_types.h: kernel_btf_load() with what
 * unpacking takes held of @budget; unpacks @bytes in place if they are packed; takes the BTF out
 * of what is not packed any more. */
int kernel_btf_load_within(const char *path, struct memory_budget *budget,
			   struct kernel_btf *ret_bytes, struct reason *why);
int kernel_btf_unpack_file(struct kernel_btf *bytes, bool *ret_was_packed, struct reason *why);
int kernel_btf_take(struct kernel_btf *bytes, bool was_packed, struct kernel_facts *ret_facts,
		    struct kernel_btf *ret_btf, struct reason *why);

/*
 * What a kernel's own file, an ELF file or an image, says of it, without its BTF; packed ones are
 * unpacked for it. Of other files nothing is known (@ret_facts->machine is "").
 */
int kernel_btf_identify(const void *bytes, size_t size, struct kernel_facts *ret_facts,
			struct reason *why);

/* The bytes of a file, not unpacked. @ret_bytes is mapped where that is safe, otherwise it holds
 * memory, which does not count in any budget. */
int kernel_btf_load(const char *path, struct kernel_btf *ret_bytes, struct reason *why);

#endif
