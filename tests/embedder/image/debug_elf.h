/* SPDX-License-Identifier: MIT */
/*
 * ELF files with debug information for the tests, of a few bytes each. Include after cmocka.h.
 */
#ifndef TESTS_EMBEDDER_IMAGE_DEBUG_ELF_H
#define TESTS_EMBEDDER_IMAGE_DEBUG_ELF_H

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_btf.h"
#include "embedder/util/byte_buffer.h"
#include "tests/support/elf_builder.h"

#define DEBUG_NOTE_SIZE	 (12 + 4 + 20)
#define DEBUG_SECTIONS	 12
#define DEBUG_INFO_BYTES "the bytes of .debug_info"

struct debug_elf {
	bool is_64bit, big_endian;
	uint16_t type, machine;
	struct built_section sections[DEBUG_SECTIONS];
	size_t count;
	uint8_t note[DEBUG_NOTE_SIZE];
};

static inline void debug_elf_add(struct debug_elf *elf, const char *name, uint32_t type,
				 uint64_t flags, const void *data, size_t size)
{
	assert_true(elf->count < DEBUG_SECTIONS);
	elf->sections[elf->count++] = (struct built_section){
		.name = name, .type = type, .flags = flags, .data = data, .size = size};
}

static inline void debug_elf_add_text(struct debug_elf *elf, const char *name, const char *text)
{
	debug_elf_add(elf, name, SHT_PROGBITS, 0, text, strlen(text));
}

static inline void debug_elf_put(const struct debug_elf *elf, uint8_t *bytes, size_t size,
				 uint64_t value)
{
	const struct elf_codec codec = {.is_64bit = elf->is_64bit, .big_endian = elf->big_endian};

	elf_codec_put_number(&codec, bytes, size, value);
}

/* A kernel with a build-id of @build_id in all its bytes; 0: without. */
static inline void debug_elf_init(struct debug_elf *elf, bool is_64bit, bool big_endian,
				  uint8_t build_id)
{
	*elf = (struct debug_elf){.is_64bit = is_64bit,
				  .big_endian = big_endian,
				  .type = ET_EXEC,
				  .machine = EM_X86_64};
	if (!build_id)
		return;
	debug_elf_put(elf, elf->note, 4, 4);
	debug_elf_put(elf, elf->note + 4, 4, 20);
	debug_elf_put(elf, elf->note + 8, 4, NT_GNU_BUILD_ID);
	memcpy(elf->note + 12, "GNU", 4);
	memset(elf->note + 16, build_id, 20);
	debug_elf_add(elf, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, elf->note, sizeof(elf->note));
}

static inline uint8_t *debug_elf_build(const struct debug_elf *elf, size_t *ret_size)
{
	const struct elf_build build = {
		.is_64bit = elf->is_64bit,
		.big_endian = elf->big_endian,
		.type = elf->type,
		.machine = elf->machine,
		.sections = elf->sections,
		.count = elf->count,
	};

	return elf_build(&build, ret_size);
}

/* In memory, as out of an archive. */
static inline struct kernel_btf debug_elf_bytes(const struct debug_elf *elf)
{
	struct kernel_btf bytes = {0};
	uint8_t *image = debug_elf_build(elf, &bytes.size);

	bytes.memory = malloc(bytes.size); /* exactly, so that ASan sees a read behind it */
	assert_non_null(bytes.memory);
	memcpy(bytes.memory, image, bytes.size);
	free(image);
	bytes.data = bytes.memory;
	return bytes;
}

#endif
