/* SPDX-License-Identifier: MIT */
/*
 * A compiled BPF object: an ELF image of machine EM_BPF. In comes the image, out go the two
 * sections that CO-RE needs: .BTF (the local types) and .BTF.ext (the relocations).
 */
#ifndef COREBTF_OBJECT_BPF_OBJECT_FILE_H
#define COREBTF_OBJECT_BPF_OBJECT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

struct bpf_object_file {
	char *name;  /* file name without folders, owned */
	void *image; /* the whole ELF image, owned, aligned for ELF64; behind it may come
		      * copies of the two sections that are not aligned in the image */
	size_t image_size;
	bool big_endian; /* its byte order; libbpf loads only objects of the machine's own */
	const void *btf; /* into image, aligned to 4 bytes; NULL: no .BTF */
	size_t btf_size;
	const void *ext; /* into image, aligned to 4 bytes; NULL: no .BTF.ext */
	size_t ext_size;
	uint64_t digest; /* CRC-64/XZ of .BTF's bytes, then .BTF.ext's */
};

/*
 * Reads a file; on failure @why says what is wrong, without the path. Errors: -ENOEXEC no BPF
 * object, -EBADMSG a damaged one, -EOPNOTSUPP its sections are compressed, -ENOMEM.
 */
int bpf_object_file_open(const char *path, struct bpf_object_file *ret_object, struct reason *why);

/* Copies an image out of memory; @name is copied as well. */
int bpf_object_file_copy(const char *name, const void *image, size_t size,
			 struct bpf_object_file *ret_object, struct reason *why);

void bpf_object_file_close(struct bpf_object_file *object);

#endif
