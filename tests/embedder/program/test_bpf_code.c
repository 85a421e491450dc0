/* SPDX-License-Identifier: MIT */
/*
 * The code of BPF objects: functions, calls and references, in both byte orders; and damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/program/bpf_code.h"
#include "embedder/util/cleanup.h"
#include "tests/support/elf_builder.h"

#define EM_BPF_NUMBER 247

/* .text: helper at 0, its twin at 16; kprobe/f: main. */
static const unsigned char text[] = {
	0xb7, 0,    0, 0, 1,	0,    0,    0,	  0x95, 0, 0, 0, 0, 0, 0, 0, /* r0 = 1; exit */
	0x85, 0x10, 0, 0, 0xfd, 0xff, 0xff, 0xff,			     /* call -3: helper */
	0x95, 0,    0, 0, 0,	0,    0,    0,
};
static const unsigned char program[] = {
	0x18, 0x01, 0, 0, 0,	0,    0,    0,	  0, 0, 0, 0, 0, 0, 0, 0, /* r1 = map */
	0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff,			  /* call by relocation */
	0x85, 0x20, 0, 0, 0xff, 0xff, 0xff, 0xff, /* call of a kernel function */
	0x95, 0,    0, 0, 0,	0,    0,    0,
};
static const char names[] = "\0helper\0twin\0main\0table\0kfunc";

/* Section numbers: 1 .text, 2 kprobe/f, 3 .maps, 4 .symtab, 5 .strtab, 6 .relkprobe/f. */
static const Elf64_Sym symbols[] = {
	{0},
	{.st_name = 1, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC), .st_shndx = 1, .st_size = 16},
	{.st_name = 8,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
	 .st_shndx = 1,
	 .st_value = 16,
	 .st_size = 16},
	{.st_name = 13,
	 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
	 .st_shndx = 2,
	 .st_size = 40},
	{.st_name = 18, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), .st_shndx = 3},
	{.st_name = 24, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), .st_shndx = 0},
};
static const Elf64_Rel relocations[] = {
	{0, ELF64_R_INFO(4, 1)},
	{16, ELF64_R_INFO(2, 10)},
	{24, ELF64_R_INFO(5, 10)},
};

struct object {
	Elf64_Sym symbols[6];
	Elf64_Rel relocations[3];
	bool big_endian;
};

static struct object good_object(void)
{
	struct object object = {.big_endian = false};

	memcpy(object.symbols, symbols, sizeof(symbols));
	memcpy(object.relocations, relocations, sizeof(relocations));
	return object;
}

/* elf_build() gives sections no info, so the number of the section that is relocated is put in. */
static void set_info(uint8_t *image, size_t section, uint32_t info)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)image;

	((Elf64_Shdr *)(image + header->e_shoff))[section].sh_info = info;
}

static int read_code(const struct object *object, struct bpf_code *ret_code, struct reason *why)
{
	const uint64_t code_flags = SHF_ALLOC | SHF_EXECINSTR;
	const struct built_section sections[] = {
		{".text", SHT_PROGBITS, code_flags, text, sizeof(text), 8, 0},
		{"kprobe/f", SHT_PROGBITS, code_flags, program, sizeof(program), 8, 0},
		{".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, "12345678", 8, 8, 0},
		{".symtab", SHT_SYMTAB, 0, object->symbols, sizeof(object->symbols), 8, 5},
		{".strtab", SHT_STRTAB, 0, names, sizeof(names), 1, 0},
		{".relkprobe/f", SHT_REL, 0, object->relocations, sizeof(object->relocations), 8,
		 4},
	};
	const struct elf_build build = {
		.is_64bit = true,
		.type = ET_REL,
		.machine = EM_BPF_NUMBER,
		.sections = sections,
		.count = 6,
	};
	_cleanup_(bpf_object_file_close) struct bpf_object_file file = {0};
	_cleanup_free_ uint8_t *image = NULL;
	size_t size;

	image = elf_build(&build, &size);
	set_info(image, 6, 2);
	assert_int_equal(bpf_object_file_copy("some.o", image, size, &file, why), 0);
	return bpf_code_read(&file, ret_code, why);
}

static void functions_and_references(void **state)
{
	_cleanup_(bpf_code_free) struct bpf_code code = {0};
	struct object object = good_object();
	struct reason why;

	(void)state;
	assert_int_equal(read_code(&object, &code, &why), 0);
	assert_int_equal(code.insn_count, 9);
	assert_int_equal(code.function_count, 3);
	assert_string_equal(code.functions[0].name, "helper");
	assert_false(code.functions[0].is_program);
	assert_false(code.functions[0].is_global);
	assert_true(code.functions[1].is_global);
	assert_string_equal(code.functions[2].name, "main");
	assert_true(code.functions[2].is_program);
	assert_int_equal(code.functions[2].first, 4);

	assert_int_equal(code.insns[2].reference, BPF_REFERENCE_FUNCTION);
	assert_int_equal(code.insns[2].target, 0);
	assert_int_equal(code.insns[4].reference, BPF_REFERENCE_MAP);
	assert_string_equal(code.symbols[code.insns[4].target], "table");
	assert_int_equal(code.insns[6].reference, BPF_REFERENCE_FUNCTION);
	assert_int_equal(code.insns[6].target, 2);
	assert_int_equal(code.insns[7].reference, BPF_REFERENCE_EXTERN);
	assert_string_equal(code.symbols[code.insns[7].target], "kfunc");

	assert_int_equal(bpf_code_find(&code, "kprobe/f", 16), 6);
	assert_int_equal(bpf_code_find(&code, "kprobe/f", 40), BPF_CODE_NONE);
	assert_int_equal(bpf_code_find(&code, "kprobe/f", 4), BPF_CODE_NONE);
	assert_int_equal(bpf_code_find(&code, "kprobe/g", 0), BPF_CODE_NONE);
	assert_ptr_equal(bpf_code_function_at(&code, 3), &code.functions[1]);
	assert_null(bpf_code_function_at(&code, 9));
}

static void expect_damage(const struct object *object, const char *words)
{
	struct bpf_code code = {0};
	struct reason why = {""};

	assert_int_equal(read_code(object, &code, &why), -EBADMSG);
	assert_non_null(strstr(why.text, words));
	assert_null(code.insns);
}

static void damaged_objects(void **state)
{
	struct object object = good_object();

	(void)state;
	object.symbols[2].st_size = 24;
	expect_damage(&object, "its function twin reaches past the end of section .text");
	object = good_object();
	object.symbols[2].st_value = UINT64_MAX - 7;
	expect_damage(&object, "reaches past the end");
	object = good_object();
	object.symbols[2].st_size = 4;
	expect_damage(&object, "reaches past the end");
	object = good_object();
	object.relocations[1].r_offset = 40;
	expect_damage(&object, "relocation 1 of section kprobe/f is out of range");
	object = good_object();
	object.relocations[1].r_info = ELF64_R_INFO(6, 10);
	expect_damage(&object, "relocation 1 of section kprobe/f is out of range");
}

/* A name that is out of range is only for messages; a call out of range leads nowhere. */
static void odd_objects(void **state)
{
	_cleanup_(bpf_code_free) struct bpf_code code = {0};
	struct object object = good_object();
	struct reason why;

	(void)state;
	object.symbols[1].st_name = 1000;
	object.symbols[2].st_value = 24;
	object.symbols[2].st_size = 8;
	assert_int_equal(read_code(&object, &code, &why), 0);
	assert_string_equal(code.functions[0].name, "");
	assert_int_equal(code.insns[6].target, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_and_references),
		cmocka_unit_test(damaged_objects),
		cmocka_unit_test(odd_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
