/* SPDX-License-Identifier: MIT */
/*
 * The sections of a kernel's DWARF are found in ELF files of both classes and byte orders, packed
 * or not. Files whose DWARF cannot be read are refused with their cause, and no more memory is
 * taken than a budget has.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include "embedder/image/kernel_dwarf.h"
#include "embedder/image/kernel_types.h"
#include "tests/embedder/image/debug_elf.h"

static const char *const names[] = {".debug_info",     ".debug_abbrev",	     ".debug_str",
				    ".debug_line_str", ".debug_str_offsets", ".debug_types",
				    ".debug_addr"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const struct dwarf_section *section_of(const struct dwarf_file *file, size_t i)
{
	const struct dwarf_section *const sections[NAMES] = {
		&file->info,	    &file->abbrev, &file->str, &file->line_str,
		&file->str_offsets, &file->types,  &file->addr};

	return sections[i];
}

static void assert_section(const struct dwarf_section *section, const void *data, size_t size)
{
	assert_int_equal(section->size, size);
	assert_memory_equal(section->data, data, size);
}

static struct kernel_dwarf *open_dwarf(const struct debug_elf *elf)
{
	struct kernel_btf bytes = debug_elf_bytes(elf);
	struct kernel_dwarf *dwarf = NULL;
	struct reason why = {""};

	if (kernel_dwarf_open(&bytes, NULL, NULL, &dwarf, &why))
		fail_msg("%s", why.text);
	assert_null(bytes.data);
	return dwarf;
}

static void test_sections(void **state)
{
	static const uint8_t relocations[4096];

	(void)state;
	for (int form = 0; form < 4; form++) {
		struct kernel_facts facts = {.machine = ""};
		struct kernel_dwarf *dwarf = NULL;
		struct kernel_btf bytes;
		struct debug_elf elf;

		debug_elf_init(&elf, form & 1, form & 2, 0x11);
		for (size_t i = 0; i < NAMES; i++)
			debug_elf_add_text(&elf, names[i], names[i]);
		/* Of these nothing is taken. */
		debug_elf_add(&elf, ".rela.debug_info", SHT_RELA, SHF_INFO_LINK, relocations,
			      sizeof(relocations));
		debug_elf_add_text(&elf, ".debug_line", "lines");
		bytes = debug_elf_bytes(&elf);
		assert_int_equal(kernel_dwarf_open(&bytes, NULL, &facts, &dwarf, NULL), 0);
		assert_int_equal(dwarf->sections.is_64bit, form & 1);
		assert_int_equal(dwarf->sections.big_endian, !!(form & 2));
		for (size_t i = 0; i < NAMES; i++)
			assert_section(section_of(&dwarf->sections.file, i), names[i],
				       strlen(names[i]));
		assert_null(dwarf->sections.alternate.info.data);
		assert_int_equal(facts.build_id_size, 20);
		assert_int_equal(facts.types, KERNEL_TYPES_DWARF);
		kernel_dwarf_close(&dwarf);
		assert_null(dwarf);
	}
}

/* Neither relocations nor line tables are in the ranges, and the DWARF can be read from them. */
static void test_ranges(void **state)
{
	static const uint8_t relocations[4096];
	struct kernel_excerpt_range ranges[KERNEL_EXCERPT_RANGES];
	struct kernel_excerpt excerpt = {0};
	struct kernel_dwarf *dwarf = NULL;
	struct kernel_btf kept = {0};
	struct debug_elf elf;
	size_t size, count, bytes = 0;
	uint8_t *image;

	(void)state;
	debug_elf_init(&elf, true, false, 0x11);
	for (size_t i = 0; i < NAMES; i++)
		debug_elf_add_text(&elf, names[i], names[i]);
	debug_elf_add(&elf, ".rela.debug_info", SHT_RELA, SHF_INFO_LINK, relocations,
		      sizeof(relocations));
	image = debug_elf_build(&elf, &size);
	count = kernel_dwarf_ranges(image, size, KERNEL_TYPES_UNKNOWN, ranges);
	assert_true(count > NAMES);
	for (size_t i = 0; i < count; i++) {
		assert_true(ranges[i].start < ranges[i].end && ranges[i].end <= size);
		bytes += ranges[i].end - ranges[i].start;
	}
	assert_true(bytes < size - sizeof(relocations) + 1);
	assert_int_equal(kernel_excerpt_open_ranges(size, ranges, count, &excerpt, NULL), 0);
	for (size_t at = 0; at < size; at += 100)
		kernel_excerpt_take(&excerpt, at, image + at, size - at < 100 ? size - at : 100);
	assert_int_equal(kernel_excerpt_finish(&excerpt, &kept, NULL), 0);
	kernel_excerpt_close(&excerpt);
	assert_int_equal(kernel_dwarf_open(&kept, NULL, NULL, &dwarf, NULL), 0);
	for (size_t i = 0; i < NAMES; i++)
		assert_section(section_of(&dwarf->sections.file, i), names[i], strlen(names[i]));
	kernel_dwarf_close(&dwarf);

	/* A kernel with BTF is read once, unless its DWARF is wanted. */
	debug_elf_add_text(&elf, ".BTF", "\x9f\xeb and so on");
	free(image);
	image = debug_elf_build(&elf, &size);
	assert_int_equal(kernel_dwarf_ranges(image, size, KERNEL_TYPES_UNKNOWN, ranges), 0);
	assert_int_equal(kernel_dwarf_ranges(image, size, KERNEL_TYPES_DWARF, ranges), count);
	for (size_t cut = 0; cut < size; cut += 7)
		kernel_dwarf_ranges(image, cut, KERNEL_TYPES_DWARF, ranges);
	free(image);
}

/* --- packed ----------------------------------------------------------------------------------- */

#define PACKED_INFO ((size_t)1 << 20)

/* What SHF_COMPRESSED sections (@old false) or .zdebug_* ones have. @claimed: the size in the
 * header. */
static void pack(const struct debug_elf *elf, struct byte_buffer *out, const uint8_t *info,
		 size_t size, bool old, uint64_t claimed)
{
	uint8_t header[24] = {0};
	size_t word = elf->is_64bit ? 8 : 4;
	uLongf packed_size = compressBound(size);
	uint8_t *packed = malloc(packed_size);

	assert_int_equal(compress(packed, &packed_size, info, size), Z_OK);
	if (old) {
		memcpy(header, "ZLIB", 4);
		for (int i = 0; i < 8; i++)
			header[4 + i] = (uint8_t)(claimed >> (56 - 8 * i));
	} else {
		debug_elf_put(elf, header, 4, ELFCOMPRESS_ZLIB);
		debug_elf_put(elf, header + word, word, claimed);
	}
	byte_buffer_append(out, header, old ? 12 : 3 * word);
	byte_buffer_append(out, packed, packed_size);
	free(packed);
}

static void add_packed(struct debug_elf *elf, const struct byte_buffer *packed, bool old)
{
	debug_elf_add(elf, old ? ".zdebug_info" : ".debug_info", SHT_PROGBITS,
		      old ? 0 : SHF_COMPRESSED, packed->data, packed->size);
}

static uint8_t *make_info(void)
{
	uint8_t *info = malloc(PACKED_INFO);

	assert_non_null(info);
	for (size_t i = 0; i < PACKED_INFO; i++)
		info[i] = (uint8_t)(i * i >> 7);
	return info;
}

static void test_packed(void **state)
{
	uint8_t *info = make_info();

	(void)state;
	for (int form = 0; form < 8; form++) {
		struct byte_buffer packed = {0};
		struct kernel_dwarf *dwarf;
		struct debug_elf elf;

		debug_elf_init(&elf, form & 1, form & 2, 0);
		pack(&elf, &packed, info, PACKED_INFO, form & 4, PACKED_INFO);
		add_packed(&elf, &packed, form & 4);
		dwarf = open_dwarf(&elf);
		assert_section(&dwarf->sections.file.info, info, PACKED_INFO);
		kernel_dwarf_close(&dwarf);
		byte_buffer_free(&packed);
	}
	free(info);
}

/* `ld -r` joins packed sections: several streams, and one header. */
static void test_joined(void **state)
{
	uint8_t *info = make_info();
	struct byte_buffer first = {0}, second = {0};
	struct kernel_dwarf *dwarf;
	struct debug_elf elf;

	(void)state;
	debug_elf_init(&elf, true, false, 0);
	pack(&elf, &first, info, PACKED_INFO / 2, false, PACKED_INFO);
	pack(&elf, &second, info + PACKED_INFO / 2, PACKED_INFO / 2, false, 0);
	byte_buffer_append(&first, second.data + 24, second.size - 24);
	add_packed(&elf, &first, false);
	dwarf = open_dwarf(&elf);
	assert_section(&dwarf->sections.file.info, info, PACKED_INFO);
	kernel_dwarf_close(&dwarf);
	byte_buffer_free(&first);
	byte_buffer_free(&second);
	free(info);
}

/* The memory that is held is that of the file, of what is unpacked, and some for types. */
static void test_budget(void **state)
{
	uint8_t *info = make_info();
	struct memory_budget budget;

	(void)state;
	for (int fits = 0; fits < 2; fits++) {
		struct byte_buffer packed = {0};
		struct kernel_dwarf *dwarf = NULL;
		struct kernel_btf bytes;
		struct debug_elf elf;
		struct reason why = {""};
		int err;

		memory_budget_init(&budget, fits ? PACKED_INFO * 3 : PACKED_INFO);
		debug_elf_init(&elf, true, false, 0);
		pack(&elf, &packed, info, PACKED_INFO, false, PACKED_INFO);
		add_packed(&elf, &packed, false);
		bytes = debug_elf_bytes(&elf);
		assert_int_equal(memory_budget_acquire(&budget, 0, NULL), 0);
		bytes.budget = &budget;
		err = kernel_dwarf_open(&bytes, NULL, NULL, &dwarf, &why);
		if (fits) {
			assert_int_equal(err, 0);
			assert_true(budget.used >= PACKED_INFO + packed.size);
		} else {
			assert_int_equal(err, -EFBIG);
			assert_non_null(strstr(why.text, "(--memory)"));
			assert_null(dwarf);
		}
		kernel_dwarf_close(&dwarf);
		assert_int_equal(budget.used, 0);
		assert_int_equal(budget.holders, 0);
		memory_budget_destroy(&budget);
		byte_buffer_free(&packed);
	}
	free(info);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void assert_refused(const struct debug_elf *elf, int error, const char *words)
{
	struct kernel_btf bytes = debug_elf_bytes(elf);
	struct kernel_dwarf *dwarf = NULL;
	struct reason why = {""};
	int err = kernel_dwarf_open(&bytes, NULL, NULL, &dwarf, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("got %d '%s', not %d '%s'", err, why.text, error, words);
	assert_null(dwarf);
	assert_null(bytes.data);
}

static void test_lying_packed(void **state)
{
	static const uint8_t nothing[100];
	uint8_t *info = make_info();

	(void)state;
	for (int old = 0; old < 2; old++) {
		const struct {
			uint64_t claimed;
			int error;
			const char *words;
		} lies[] = {
			{PACKED_INFO - 1, -EBADMSG, "its header says"},
			{PACKED_INFO + 1, -EBADMSG, "its header says"},
			{0, -ENODATA, "is empty"},
			{UINT64_C(1) << 40, -EFBIG, "(an archive bomb?)"},
			{UINT64_MAX, -EFBIG, "(an archive bomb?)"},
		};

		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			struct byte_buffer packed = {0};
			struct debug_elf elf;

			debug_elf_init(&elf, true, false, 0);
			pack(&elf, &packed, info, PACKED_INFO, old, lies[i].claimed);
			add_packed(&elf, &packed, old);
			assert_refused(&elf, lies[i].error, lies[i].words);
			byte_buffer_free(&packed);
		}
	}
	for (size_t size = 1; size <= sizeof(nothing); size += 33) {
		struct debug_elf elf;

		debug_elf_init(&elf, true, false, 0);
		debug_elf_add(&elf, ".zdebug_info", SHT_PROGBITS, 0, nothing, size);
		assert_refused(&elf, -EBADMSG, "its packed section .zdebug_info is damaged");
	}
	free(info);
}

static void test_refused(void **state)
{
	struct debug_elf elf;

	(void)state;
	debug_elf_init(&elf, true, false, 0x11);
	assert_refused(&elf, -ENODATA, "neither BTF nor DWARF");
	debug_elf_add(&elf, ".debug_info", SHT_NOBITS, 0, NULL, 100);
	assert_refused(&elf, -ENODATA, "has no bytes in this file");
	debug_elf_init(&elf, true, false, 0x11);
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	elf.type = ET_REL;
	assert_refused(&elf, -EOPNOTSUPP, "an object file or a kernel module");
	elf.type = ET_DYN;
	debug_elf_add(&elf, ".gnu_debugaltlink", SHT_PROGBITS, 0, "common\0id", 9);
	assert_refused(&elf, -ENOENT, "in common (by dwz), which is not looked for outside");
	debug_elf_init(&elf, true, false, 0x11);
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	elf.machine = EM_BPF;
	assert_refused(&elf, -EBADMSG, "it is a BPF object");
}

/* Every cut of a file is refused or read. */
static void test_cut(void **state)
{
	struct debug_elf elf;
	uint8_t *image;
	size_t size;

	(void)state;
	debug_elf_init(&elf, true, false, 0x11);
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	image = debug_elf_build(&elf, &size);
	for (size_t cut = 1; cut < size; cut++) {
		struct kernel_btf bytes = {.memory = malloc(cut), .size = cut};
		struct kernel_types types = {0};

		memcpy(bytes.memory, image, cut);
		bytes.data = bytes.memory;
		assert_true(kernel_types_unpack(&bytes, KERNEL_TYPES_DWARF, NULL, &types, NULL) <
			    0);
		assert_null(types.dwarf);
	}
	free(image);
}

/* BTF before DWARF, unless DWARF is wanted; other files have none. */
static void test_choice(void **state)
{
	static const uint8_t btf[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0};
	struct kernel_types types = {0};
	struct kernel_btf bytes;
	struct debug_elf elf;
	struct reason why = {""};

	(void)state;
	debug_elf_init(&elf, true, false, 0x11);
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	debug_elf_add(&elf, ".BTF", SHT_PROGBITS, SHF_ALLOC, btf, sizeof(btf));
	bytes = debug_elf_bytes(&elf);
	assert_int_equal(kernel_types_unpack(&bytes, KERNEL_TYPES_UNKNOWN, NULL, &types, NULL), 0);
	assert_null(types.dwarf);
	assert_int_equal(types.btf.size, sizeof(btf));
	kernel_types_close(&types);
	bytes = debug_elf_bytes(&elf);
	assert_int_equal(kernel_types_unpack(&bytes, KERNEL_TYPES_DWARF, NULL, &types, NULL), 0);
	assert_null(types.btf.data);
	assert_section(&types.dwarf->sections.file.info, DEBUG_INFO_BYTES,
		       strlen(DEBUG_INFO_BYTES));
	assert_false(kernel_types_are_big_endian(&types));
	kernel_types_close(&types);

	elf.sections[elf.count - 1].type = SHT_NOBITS;
	bytes = debug_elf_bytes(&elf);
	assert_int_equal(kernel_types_unpack(&bytes, KERNEL_TYPES_UNKNOWN, NULL, &types, NULL), 0);
	assert_non_null(types.dwarf);
	kernel_types_close(&types);
	bytes = debug_elf_bytes(&elf);
	assert_int_equal(kernel_types_unpack(&bytes, KERNEL_TYPES_BTF, NULL, &types, &why),
			 -ENODATA);

	bytes = (struct kernel_btf){.memory = malloc(sizeof(btf)), .size = sizeof(btf)};
	memcpy(bytes.memory, btf, sizeof(btf));
	bytes.data = bytes.memory;
	assert_int_equal(kernel_types_unpack(&bytes, KERNEL_TYPES_DWARF, NULL, &types, &why),
			 -ENODATA);
	assert_non_null(strstr(why.text, "it is no ELF file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections), cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_packed),	 cmocka_unit_test(test_joined),
		cmocka_unit_test(test_budget),	 cmocka_unit_test(test_lying_packed),
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_cut),
		cmocka_unit_test(test_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
