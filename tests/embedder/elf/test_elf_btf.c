/* SPDX-License-Identifier: MIT */
/*
 * An ELF file with a section .BTF, as libelf reads it, for all classes and byte orders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_object.h"
#include "embedder/util/cleanup.h"

static const char btf[] = "what is in it does not matter here";

static Elf_Scn *find(Elf *elf, const char *name, GElf_Shdr *ret_header)
{
	size_t strings;

	assert_int_equal(elf_getshdrstrndx(elf, &strings), 0);
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		assert_non_null(gelf_getshdr(section, ret_header));
		if (strcmp(elf_strptr(elf, strings, ret_header->sh_name), name) == 0)
			return section;
	}
	return NULL;
}

static void check(const struct elf_object_target *target)
{
	_cleanup_free_ void *file = NULL;
	size_t size = 0;
	GElf_Ehdr header;
	GElf_Shdr section;
	Elf_Data *data;
	Elf *elf;

	assert_int_equal(elf_object_make_btf(target, btf, sizeof(btf), &file, &size, NULL), 0);
	elf = elf_memory(file, size);
	assert_non_null(elf);
	assert_non_null(gelf_getehdr(elf, &header));
	assert_int_equal(header.e_ident[EI_CLASS],
			 target->codec.is_64bit ? ELFCLASS64 : ELFCLASS32);
	assert_int_equal(header.e_ident[EI_DATA],
			 target->codec.big_endian ? ELFDATA2MSB : ELFDATA2LSB);
	assert_int_equal(header.e_machine, target->machine);

	data = elf_rawdata(find(elf, ".BTF", &section), NULL);
	assert_non_null(data);
	assert_int_equal(data->d_size, sizeof(btf));
	assert_memory_equal(data->d_buf, btf, sizeof(btf));
	assert_int_equal(section.sh_offset % 4, 0);

	/* A symbol table, with the one symbol that every table has. */
	assert_non_null(find(elf, ".symtab", &section));
	assert_int_equal(section.sh_type, SHT_SYMTAB);
	assert_int_equal(section.sh_size, section.sh_entsize);
	/* Nothing of an object for linkers. */
	assert_null(find(elf, ".note.GNU-stack", &section));
	elf_end(elf);
}

static void test_all_targets(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct elf_object_target target = {{i & 1, i & 2}, EM_NONE, 0};

		check(&target);
	}
}

static void test_named_target(void **state)
{
	struct elf_object_target target;

	(void)state;
	assert_int_equal(elf_object_find_target("s390x", &target), 0);
	check(&target);
}

static void test_too_large(void **state)
{
	const struct elf_object_target target = {{true, false}, EM_X86_64, 0};
	struct reason why = {""};
	void *file = NULL;
	size_t size = 0;

	(void)state;
	assert_int_equal(
		elf_object_make_btf(&target, btf, (size_t)UINT32_MAX / 2 + 1, &file, &size, &why),
		-EFBIG);
	assert_null(file);
	assert_non_null(strstr(why.text, "too many for an ELF file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_targets),
		cmocka_unit_test(test_named_target),
		cmocka_unit_test(test_too_large),
	};

	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
