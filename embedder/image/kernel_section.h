/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one section of an ELF file, unpacked where it is packed: by zlib or zstd with a
 * header that says so (SHF_COMPRESSED), or as old linkers did it (.zdebug_*).
 */
#ifndef COREBTF_IMAGE_KERNEL_SECTION_H
#define COREBTF_IMAGE_KERNEL_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/elf/elf_file.h"
#include "runtime/util/reason.h"

/* What a packed section may unpack to: so many bytes, and past them so many times its own size.
 * Debug information packs to a third or a tenth. */
#define KERNEL_SECTION_FREE  (UINT64_C(16) << 20)
#define KERNEL_SECTION_RATIO 256

struct kernel_section {
	const uint8_t *data; /* in the file, or @memory; not aligned to anything */
	size_t size;
	void *memory; /* malloc'd; NULL: the section is not packed */
};

/*
 * The size of the section's bytes, and whether they are packed, by its header alone.
 * Errors: -ENODATA it has no bytes in this file, -EBADMSG damaged, -EOPNOTSUPP packed in a way that
 * is not known, -EFBIG it says that it unpacks to far more than its size (a bomb?).
 */
int kernel_section_look(const struct elf_file *file, size_t index, uint64_t *ret_size,
			bool *ret_packed, struct reason *why);

/* The bytes. Never takes more memory than kernel_section_look() says. Errors: those, also -EBADMSG
 * it does not unpack to the size that it says, -ENOMEM. */
int kernel_section_read(const struct elf_file *file, size_t index, struct kernel_section *ret,
			struct reason *why);

void kernel_section_release(struct kernel_section *section);

#endif
