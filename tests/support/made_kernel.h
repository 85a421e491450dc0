/* SPDX-License-Identifier: MIT */
/*
 * Kernels for tests: as an ELF file, as a memory image, and as boot images around the two, laid out
 * as the kernel's build does it. Small, and with the difficulties of real ones: the banner and the
 * answer to uname(2) twice, format strings like a banner, a vDSO with a build-id of its own, the
 * BTF of a built-in BPF program.
 *
 * A failure in here ends the program.
 */
#ifndef TESTS_SUPPORT_MADE_KERNEL_H
#define TESTS_SUPPORT_MADE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/byte_buffer.h"

#define MADE_BUILD_ID_SIZE 20

struct made_kernel {
	const char *release;
	const char *uname_version; /* starts with # and a number */
	const char *uname_machine; /* as uname -m */
	const char *banner_end;	   /* behind uname_version in the banner; NULL: nothing */
	uint8_t build_id;	   /* its first byte, the others count up; 0: no notes at all */
	bool without_btf;
	bool without_banner, without_uts; /* also the drafts of them */
	unsigned int e_machine;
	int elf_class, elf_order;     /* ELFCLASS64, ELFDATA2LSB, ... */
	unsigned int btf_compression; /* of the ELF section: ELFCOMPRESS_ZLIB, ...; 0: none */
	size_t padding;		      /* bytes behind everything else */
};

enum made_packing {
	MADE_GZIP,
	MADE_XZ,
	MADE_XZ_X86, /* with liblzma's filter for x86 code, as the kernel's build does it */
	MADE_LZMA,
	MADE_ZSTD,
	MADE_LZ4, /* the legacy format */
	MADE_BZIP2,
	MADE_PACKINGS
};
const char *made_packing_name(enum made_packing packing);

/* A kernel of Debian: x86_64, or arm64 in the same way. */
struct made_kernel made_kernel_x86_64(void);
struct made_kernel made_kernel_arm64(void);

/* All append to @out unless a comment says otherwise. */

/* A valid BTF with task_struct, and a larger one, of a BPF program, without. */
void made_btf(struct byte_buffer *out, bool big_endian);
void made_program_btf(struct byte_buffer *out, bool big_endian);

void made_elf(struct byte_buffer *out, const struct made_kernel *kernel);
void made_flat(struct byte_buffer *out, const struct made_kernel *kernel); /* arm64's Image */

/* Packed, with the size behind it if it is not gzip. */
void made_pack(struct byte_buffer *out, enum made_packing packing, const void *data, size_t size);

/* Packed as ELF sections are: ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD; as it is for another number. */
void made_pack_section(struct byte_buffer *out, unsigned int type, const void *data, size_t size);

/* @payload: what made_pack() gives, or anything else. */
void made_bzimage(struct byte_buffer *out, const struct made_kernel *kernel, const void *payload,
		  size_t payload_size);
void made_zboot(struct byte_buffer *out, enum made_packing packing, const void *payload,
		size_t payload_size);

/* The complete kernel. Replaces the contents of @out. */
void made_packed_bzimage(struct byte_buffer *out, const struct made_kernel *kernel,
			 enum made_packing packing);
void made_packed_zboot(struct byte_buffer *out, const struct made_kernel *kernel,
		       enum made_packing packing);

#endif
