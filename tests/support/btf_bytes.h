/* SPDX-License-Identifier: MIT */
/*
 * BTF and .BTF.ext written word by word, in either byte order and with any header: inputs that no
 * library would write.
 */
#ifndef TESTS_SUPPORT_BTF_BYTES_H
#define TESTS_SUPPORT_BTF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/object/bpf_object_file.h"

#define BTF_BYTES_KIND(kind, parts)	 ((uint32_t)(kind) << 24 | (parts))
#define BTF_BYTES_KIND_FLAG(kind, parts) (UINT32_C(1) << 31 | BTF_BYTES_KIND(kind, parts))

struct btf_bytes {
	uint32_t *types; /* words */
	size_t word_count, word_capacity;
	char strings[4096];
	uint32_t strings_size;
	uint32_t type_count;
	/* Of the header; 0: 24. Words past the known ones are zero. */
	uint32_t header_size;
	unsigned char layout[512];
	uint32_t layout_size;
	bool swapped; /* the other byte order than this machine's */
};

/* Starts zeroed. */
void btf_bytes_free(struct btf_bytes *bytes);

/* Offset of a string; equal strings are stored once. "" is 0. */
uint32_t btf_bytes_string(struct btf_bytes *bytes, const char *text);

/* The three words that start every type; returns its id. */
uint32_t btf_bytes_type(struct btf_bytes *bytes, const char *name, uint32_t info,
			uint32_t size_or_type);
void btf_bytes_word(struct btf_bytes *bytes, uint32_t word);

/* The common ones. */
uint32_t btf_bytes_int(struct btf_bytes *bytes, const char *name, uint32_t size, uint32_t encoding);
void btf_bytes_member(struct btf_bytes *bytes, const char *name, uint32_t type, uint32_t offset);
uint32_t btf_bytes_array(struct btf_bytes *bytes, uint32_t element, uint32_t index,
			 uint32_t elements);

/* malloc'd, exactly as long as the BTF is, so that a sanitizer sees reads past its end. */
void *btf_bytes_build(const struct btf_bytes *bytes, size_t *ret_size);

struct btf_bytes_relo {
	uint32_t type;
	const char *access;
	uint32_t kind;
};

/* A BPF object with this BTF and these relocations; the caller closes it. */
struct bpf_object_file btf_bytes_object(struct btf_bytes *bytes, const struct btf_bytes_relo *relos,
					size_t count);

#endif
