/* SPDX-License-Identifier: MIT */
/*
 * elf_codec against libelf: structures of random bytes, in both classes and both byte orders.
 * libelf swaps the bytes of a 32-bit structure but leaves it one, so that its fields are compared
 * one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libelf.h>

#include "embedder/elf/elf_codec.h"

#define ROUNDS 100

static const struct elf_codec codecs[] = {
	{false, false},
	{false, true},
	{true, false},
	{true, true},
};

static void fill(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)random();
}

/* What libelf makes of @size bytes of a file that has one structure of @type. */
static void translate(const struct elf_codec *codec, Elf_Type type, const void *bytes, size_t size,
		      void *ret)
{
	unsigned int order = codec->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	Elf_Data from = {
		.d_buf = (void *)bytes, .d_type = type, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data to = {.d_buf = ret, .d_version = EV_CURRENT, .d_size = size};

	elf_version(EV_CURRENT);
	assert_non_null(codec->is_64bit ? elf64_xlatetom(&to, &from, order)
					: elf32_xlatetom(&to, &from, order));
}

/* Reads a structure of random bytes as libelf does, and writes it back to the same bytes. */
#define CHECK_STRUCTURE(codec, name, type, wide_type, narrow_type, COMPARE)                        \
	do {                                                                                       \
		uint8_t bytes[sizeof(wide_type)], again[sizeof(wide_type)];                        \
		size_t size = elf_codec_##name##_size(codec);                                      \
		narrow_type narrow;                                                                \
		wide_type wide, value;                                                             \
                                                                                                   \
		fill(bytes, sizeof(bytes));                                                        \
		elf_codec_get_##name(codec, bytes, &value);                                        \
		if ((codec)->is_64bit) {                                                           \
			assert_int_equal(size, sizeof(wide));                                      \
			translate(codec, type, bytes, size, &wide);                                \
			assert_memory_equal(&value, &wide, sizeof(wide));                          \
		} else {                                                                           \
			assert_int_equal(size, sizeof(narrow));                                    \
			translate(codec, type, bytes, size, &narrow);                              \
			COMPARE(value, narrow);                                                    \
		}                                                                                  \
		memset(again, 0, sizeof(again));                                                   \
		elf_codec_put_##name(codec, again, &value);                                        \
		assert_memory_equal(again, bytes, size);                                           \
	} while (0)

#define SAME(field) assert_int_equal(a.field, b.field)

static void compare_headers(Elf64_Ehdr a, Elf32_Ehdr b)
{
	assert_memory_equal(a.e_ident, b.e_ident, EI_NIDENT);
	SAME(e_type);
	SAME(e_machine);
	SAME(e_version);
	SAME(e_entry);
	SAME(e_phoff);
	SAME(e_shoff);
	SAME(e_flags);
	SAME(e_ehsize);
	SAME(e_phentsize);
	SAME(e_phnum);
	SAME(e_shentsize);
	SAME(e_shnum);
	SAME(e_shstrndx);
}

static void compare_segments(Elf64_Phdr a, Elf32_Phdr b)
{
	SAME(p_type);
	SAME(p_flags);
	SAME(p_offset);
	SAME(p_vaddr);
	SAME(p_paddr);
	SAME(p_filesz);
	SAME(p_memsz);
	SAME(p_align);
}

static void compare_sections(Elf64_Shdr a, Elf32_Shdr b)
{
	SAME(sh_name);
	SAME(sh_type);
	SAME(sh_flags);
	SAME(sh_addr);
	SAME(sh_offset);
	SAME(sh_size);
	SAME(sh_link);
	SAME(sh_info);
	SAME(sh_addralign);
	SAME(sh_entsize);
}

static void compare_symbols(Elf64_Sym a, Elf32_Sym b)
{
	SAME(st_name);
	SAME(st_info);
	SAME(st_other);
	SAME(st_shndx);
	SAME(st_value);
	SAME(st_size);
}

static void test_as_libelf(void **state)
{
	(void)state;
	srandom(1);
	for (int i = 0; i < ROUNDS * 4; i++) {
		const struct elf_codec *codec = &codecs[i % 4];

		CHECK_STRUCTURE(codec, header, ELF_T_EHDR, Elf64_Ehdr, Elf32_Ehdr, compare_headers);
		CHECK_STRUCTURE(codec, segment, ELF_T_PHDR, Elf64_Phdr, Elf32_Phdr,
				compare_segments);
		CHECK_STRUCTURE(codec, section, ELF_T_SHDR, Elf64_Shdr, Elf32_Shdr,
				compare_sections);
		CHECK_STRUCTURE(codec, symbol, ELF_T_SYM, Elf64_Sym, Elf32_Sym, compare_symbols);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_libelf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
