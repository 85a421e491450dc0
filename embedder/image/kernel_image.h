/* SPDX-License-Identifier: MIT */
/*
 * Kernels as they are booted: a small header, and behind it the kernel, often packed. x86's
 * bzImage, arm64's Image, and the EFI images that carry a packed Image ("zboot").
 */
#ifndef COREBTF_IMAGE_KERNEL_IMAGE_H
#define COREBTF_IMAGE_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_facts.h"
#include "runtime/util/reason.h"

/* How many bytes kernel_image_is() needs to see. */
#define KERNEL_IMAGE_START_SIZE 0x250

/*
 * Whether one of these starts with the @size bytes at @start: of a shorter file all, else at least
 * KERNEL_IMAGE_START_SIZE. An Image.gz is no image before it is unpacked.
 */
bool kernel_image_is(const void *start, size_t size);

/* How many bytes kernel_image_foreign() needs to see. */
#define KERNEL_IMAGE_FOREIGN_SIZE 0x1000e

/* Recognises boot images that are not read here. Returns what to call one ("an s390x boot image"),
 * or NULL when the @size bytes at @start are none. */
const char *kernel_image_foreign(const void *start, size_t size);

/* Says that an image called @name is not read, and what to take instead. Returns -EOPNOTSUPP. */
int kernel_image_refuse_foreign(const char *name, struct reason *why);

/* The size of the kernel in the image once it is unpacked, as the image says; 0: it is not packed,
 * or cannot be read. Unpacking never takes more than that. */
size_t kernel_image_unpacked_size(const void *image, size_t size);

/*
 * Reads what the image @image says of the kernel. A bzImage's header says it all but the
 * build-id, an Image is searched, and only a zboot image has to be unpacked.
 * Errors: -EBADMSG damaged, -EOPNOTSUPP packed in a way that is not read, -EFBIG it unpacks to more
 * than a kernel has, -ENOMEM.
 */
int kernel_image_identify(const void *image, size_t size, struct kernel_facts *ret_facts,
			  struct reason *why);

/*
 * Unpacks the image and takes the BTF out of it, with all that it says of the kernel, the
 * build-id too. @ret_facts may be NULL. @ret_btf holds memory of its own; kernel_btf_close().
 * Errors: those above, and -ENODATA the kernel was built without BTF.
 */
int kernel_image_read(const void *image, size_t size, struct kernel_facts *ret_facts,
		      struct kernel_btf *ret_btf, struct reason *why);

#endif
