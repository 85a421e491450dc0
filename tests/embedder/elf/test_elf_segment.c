/* SPDX-License-Identifier: MIT */
/*
 * The reserved segment in images that no linker here makes: of both classes and byte orders, and
 * with each condition broken that filling it needs. test_segment.sh and test_matrix.sh test the
 * images of real linkers. And the object files of `corebtf convert`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_embedding.h"
#include "embedder/elf/elf_object.h"
#include "embedder/elf/elf_segment.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/machine.h"

#define TEXT_SIZE  0x400
#define OFFSET	   0x1000 /* of .corebtf */
#define ADDRESS	   0x12000
#define NAMES	   "\0.text\0.corebtf\0.shstrtab\0.other"
#define NAME_TEXT  1
#define NAME_OURS  7
#define NAME_NAMES 16
#define NAME_OTHER 26
#define FILE_SIZE  0x1200
#define TABLE	   0x1080

/* A program as parts, which a test changes before they are put together. */
struct draft {
	struct elf_codec codec;
	Elf64_Ehdr header;
	Elf64_Phdr segments[4];
	size_t segment_count;
	Elf64_Shdr sections[6];
	size_t section_count;
	uint8_t content[8];
};

enum { OTHER_SEGMENT = 0, OWN_SEGMENT = 1 };
enum { TEXT = 1, OWN = 2, STRINGS = 3 };

static struct draft draft_of(bool is_64bit, bool big_endian)
{
	struct draft draft = {
		.codec = {is_64bit, big_endian},
		.segments = {{.p_type = PT_LOAD,
			      .p_flags = PF_R | PF_X,
			      .p_vaddr = 0x10000,
			      .p_filesz = TEXT_SIZE,
			      .p_memsz = TEXT_SIZE,
			      .p_align = 0x1000},
			     {.p_type = PT_LOAD,
			      .p_flags = PF_R,
			      .p_offset = OFFSET,
			      .p_vaddr = ADDRESS,
			      .p_filesz = 8,
			      .p_memsz = 8,
			      .p_align = 0x1000},
			     {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}},
		.segment_count = 3,
		.sections = {{0},
			     {.sh_name = NAME_TEXT,
			      .sh_type = SHT_PROGBITS,
			      .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			      .sh_addr = 0x10200,
			      .sh_offset = 0x200,
			      .sh_size = 0x200,
			      .sh_addralign = 16},
			     {.sh_name = NAME_OURS,
			      .sh_type = SHT_PROGBITS,
			      .sh_flags = SHF_ALLOC,
			      .sh_addr = ADDRESS,
			      .sh_offset = OFFSET,
			      .sh_size = 8,
			      .sh_addralign = 0x1000},
			     {.sh_name = NAME_NAMES,
			      .sh_type = SHT_STRTAB,
			      .sh_offset = OFFSET + 8,
			      .sh_size = sizeof(NAMES),
			      .sh_addralign = 1}},
		.section_count = 4,
	};

	memcpy(draft.header.e_ident, ELFMAG, SELFMAG);
	draft.header.e_ident[EI_CLASS] = is_64bit ? ELFCLASS64 : ELFCLASS32;
	draft.header.e_ident[EI_DATA] = big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	draft.header.e_ident[EI_VERSION] = EV_CURRENT;
	draft.header.e_type = ET_DYN;
	draft.header.e_machine = is_64bit ? EM_S390 : EM_PPC;
	draft.header.e_version = EV_CURRENT;
	draft.header.e_ehsize = (uint16_t)elf_codec_header_size(&draft.codec);
	draft.header.e_phoff = elf_codec_header_size(&draft.codec);
	draft.header.e_phentsize = (uint16_t)elf_codec_segment_size(&draft.codec);
	return draft;
}

static struct elf_image built(struct draft *draft)
{
	struct elf_image image = {0};
	size_t entry = elf_codec_segment_size(&draft->codec);

	image.data = calloc(1, FILE_SIZE);
	assert_non_null(image.data);
	image.size = TABLE + draft->section_count * elf_codec_section_size(&draft->codec);
	assert_true(image.size <= FILE_SIZE + 0x200);
	image.data = realloc(image.data, FILE_SIZE + 0x200);
	assert_non_null(image.data);
	memset(image.data, 0, FILE_SIZE + 0x200);
	for (size_t i = 0x200; i < 0x400; i++)
		image.data[i] = (uint8_t)i;
	draft->header.e_phnum = (uint16_t)draft->segment_count;
	for (size_t i = 0; i < draft->segment_count; i++)
		elf_codec_put_segment(&draft->codec, image.data + draft->header.e_phoff + i * entry,
				      &draft->segments[i]);
	memcpy(image.data + OFFSET, draft->content, sizeof(draft->content));
	memcpy(image.data + draft->sections[STRINGS].sh_offset, NAMES, sizeof(NAMES));
	elf_codec_put_table(&draft->codec, image.data + TABLE, draft->sections,
			    draft->section_count, STRINGS, TABLE, &draft->header);
	elf_codec_put_header(&draft->codec, image.data, &draft->header);
	return image;
}

static uint8_t bundle[70001];

static int make_bundle(void **state)
{
	for (size_t i = 0; i < sizeof(bundle); i++)
		bundle[i] = (uint8_t)(i % 251 + 1);
	return 0;
}

/* All that followed the segment is there as it was, and its headers say where. */
static void assert_rest_moved(const struct elf_image *image, const struct elf_image *original,
			      const struct elf_file *file)
{
	_cleanup_(elf_file_release) struct elf_file before = {0};
	uint64_t moved = image->size - original->size;
	Elf64_Ehdr header = file->header;

	assert_int_equal(elf_image_read(original, &before, NULL), 0);
	assert_int_equal(moved % 8, 0);
	assert_memory_equal(image->data + OFFSET + 8 + moved, original->data + OFFSET + 8,
			    TABLE - OFFSET - 8);
	assert_int_equal(file->sections[STRINGS].sh_offset,
			 before.sections[STRINGS].sh_offset + moved);
	assert_int_equal(header.e_shoff, before.header.e_shoff + moved);
	header.e_shoff = before.header.e_shoff;
	assert_memory_equal(&header, &before.header, sizeof(header));
}

static void test_life(void **state)
{
	static const size_t sizes[] = {500, sizeof(bundle), 1, 5000};

	for (int kind = 0; kind < 4; kind++) {
		struct draft draft = draft_of(kind & 1, kind & 2);
		_cleanup_(elf_image_release) struct elf_image original = built(&draft);
		_cleanup_(elf_image_release) struct elf_image image = built(&draft);
		struct reason why = {""};

		assert_int_equal(elf_embedding_remove(&image, &why), -ENODATA);
		for (size_t i = 0; i < 4; i++) {
			_cleanup_(elf_image_release) struct elf_image direct = built(&draft);
			_cleanup_(elf_file_release) struct elf_file file = {0};
			const Elf64_Phdr *own;

			assert_int_equal(elf_embedding_attach(&image, bundle, sizes[i], &why), 0);
			assert_int_equal(elf_embedding_attach(&direct, bundle, sizes[i], &why), 0);
			assert_int_equal(image.size, direct.size);
			assert_memory_equal(image.data, direct.data, image.size);
			assert_int_equal(elf_image_read(&image, &file, &why), 0);
			own = &file.segments[OWN_SEGMENT];
			assert_int_equal(own->p_offset, OFFSET);
			assert_int_equal(own->p_vaddr, ADDRESS);
			assert_int_equal(own->p_filesz, sizes[i]);
			assert_int_equal(own->p_memsz, sizes[i]);
			assert_int_equal(file.sections[OWN].sh_offset, OFFSET);
			assert_int_equal(file.sections[OWN].sh_size, sizes[i]);
			assert_memory_equal(image.data + OFFSET, bundle, sizes[i]);
			assert_memory_equal(image.data + 0x200, original.data + 0x200, 0x200);
			assert_rest_moved(&image, &original, &file);
		}
		assert_int_equal(elf_embedding_remove(&image, &why), 0);
		assert_int_equal(image.size, original.size);
		assert_memory_equal(image.data, original.data, image.size);
	}
}

/* Attach and remove change nothing and say why. */
static void assert_refused(struct draft *draft, const char *words)
{
	_cleanup_(elf_image_release) struct elf_image image = built(draft);
	_cleanup_(elf_image_release) struct elf_image same = built(draft);
	struct reason why = {""};

	assert_int_equal(elf_embedding_attach(&image, bundle, 500, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why.text, words));
	assert_int_equal(image.size, same.size);
	assert_memory_equal(image.data, same.data, image.size);
	assert_int_equal(elf_embedding_remove(&image, &why), -EOPNOTSUPP);
	assert_memory_equal(image.data, same.data, image.size);
}

static void test_conditions(void **state)
{
	struct draft draft;

#define BROKEN(change, words)                                                                      \
	do {                                                                                       \
		draft = draft_of(true, false);                                                     \
		change;                                                                            \
		assert_refused(&draft, words);                                                     \
	} while (0)

	BROKEN(draft.segments[OWN_SEGMENT].p_flags = PF_R | PF_W, "not just readable");
	BROKEN(draft.segments[OWN_SEGMENT].p_align = 16, "not aligned to pages");
	BROKEN(draft.segments[OWN_SEGMENT].p_align = UINT64_C(1) << 40, "not aligned to pages");
	BROKEN(draft.segments[OWN_SEGMENT].p_align = 0x3000, "not aligned to pages");
	BROKEN(draft.segments[OWN_SEGMENT].p_align = 0x2000, "not aligned to pages");
	BROKEN((draft.segments[OWN_SEGMENT].p_align = 0x400000,
		draft.segments[OWN_SEGMENT].p_vaddr = draft.sections[OWN].sh_addr = 0x400000,
		draft.segments[OWN_SEGMENT].p_offset = draft.sections[OWN].sh_offset = 0x400000,
		draft.segments[OWN_SEGMENT].p_filesz = 0, draft.sections[OWN].sh_size = 0,
		draft.segments[OWN_SEGMENT].p_memsz = 0),
	       "not aligned to pages");
	BROKEN(draft.segments[OWN_SEGMENT].p_memsz = 16, "shares with others");
	BROKEN(draft.segments[OWN_SEGMENT].p_vaddr = 0x13000, "shares with others");
	BROKEN(draft.segments[OWN_SEGMENT].p_offset = 0, "shares with others");
	BROKEN(draft.segments[OWN_SEGMENT].p_type = PT_NOTE, "shares with others");
	BROKEN(draft.segments[OTHER_SEGMENT].p_vaddr = 0x20000, "is behind it");
	BROKEN(draft.segments[OTHER_SEGMENT].p_memsz = 0x2001, "is behind it");
	BROKEN(draft.segments[OTHER_SEGMENT].p_memsz = UINT64_MAX, "is behind it");
	BROKEN(draft.segments[OTHER_SEGMENT].p_filesz = OFFSET + 1, "names bytes");
	BROKEN((draft.segments[3] = (Elf64_Phdr){.p_type = PT_LOAD,
						 .p_flags = PF_R,
						 .p_vaddr = 0x11000,
						 .p_memsz = 8},
		draft.segment_count = 4),
	       "is behind it");
	BROKEN((draft.segments[3] = (Elf64_Phdr){.p_type = PT_NOTE,
						 .p_offset = OFFSET + 4,
						 .p_filesz = 2}, /* and no address */
		draft.segment_count = 4),
	       "names bytes");
	BROKEN((draft.segments[3] = (Elf64_Phdr){.p_type = PT_NOTE,
						 .p_offset = OFFSET + 8,
						 .p_filesz = 2}, /* and no address */
		draft.segment_count = 4),
	       "is behind it in the file");
	BROKEN((draft.sections[TEXT].sh_offset = OFFSET + 0x40, draft.sections[TEXT].sh_size = 8),
	       "put .text behind it");
	BROKEN(draft.sections[OWN].sh_flags = SHF_ALLOC | SHF_WRITE, "not just loaded and read");
	BROKEN(draft.sections[OWN].sh_type = SHT_NOTE, "not just loaded and read");
	BROKEN(draft.sections[OWN].sh_type = SHT_NOBITS, "debug information");
	BROKEN((draft.sections[TEXT].sh_offset = OFFSET - 4, draft.sections[TEXT].sh_size = 8),
	       "share bytes");
	BROKEN((draft.segments[OWN_SEGMENT].p_offset = 0x70,
		draft.segments[OWN_SEGMENT].p_align = 0x10000,
		draft.segments[OWN_SEGMENT].p_vaddr = draft.sections[OWN].sh_addr = 0x20000,
		draft.sections[OWN].sh_offset = 0x70, draft.segments[OTHER_SEGMENT].p_filesz = 0),
	       "overlaps the headers");
	BROKEN(draft.sections[OWN].sh_size = 4, "shares with others");
	BROKEN(draft.sections[TEXT].sh_addr = 0x20000, "put .text behind it");
	BROKEN((draft.sections[4] = draft.sections[OWN], draft.section_count = 5),
	       "several sections");
	BROKEN((draft.sections[4] = (Elf64_Shdr){.sh_name = NAME_OURS, .sh_type = SHT_PROGBITS},
		draft.section_count = 5),
	       "several sections");
	BROKEN((draft.sections[OWN].sh_name = NAME_OTHER,
		memcpy(draft.content, "\xc0reBTF\x1a\n", 8)),
	       "section header is gone");
#undef BROKEN

	/* Thread-local data without bytes takes no addresses. */
	draft = draft_of(true, false);
	draft.sections[4] = (Elf64_Shdr){.sh_name = NAME_OTHER,
					 .sh_type = SHT_NOBITS,
					 .sh_flags = SHF_ALLOC | SHF_WRITE | SHF_TLS,
					 .sh_addr = ADDRESS,
					 .sh_size = 64};
	draft.section_count = 5;
	draft.segments[3] =
		(Elf64_Phdr){.p_type = PT_TLS, .p_vaddr = ADDRESS, .p_memsz = 64, .p_align = 8};
	draft.segment_count = 4;
	{
		_cleanup_(elf_image_release) struct elf_image image = built(&draft);

		assert_int_equal(elf_embedding_attach(&image, bundle, 500, NULL), 0);
	}
}

static void test_end_of_addresses(void **state)
{
	struct draft draft = draft_of(false, false);
	struct reason why = {""};

	draft.segments[OWN_SEGMENT].p_vaddr = 0xffff0000;
	draft.sections[OWN].sh_addr = 0xffff0000;
	{
		_cleanup_(elf_image_release) struct elf_image image = built(&draft);

		assert_int_equal(elf_embedding_attach(&image, bundle, 500, &why), 0);
		assert_int_equal(elf_embedding_attach(&image, bundle, sizeof(bundle), &why),
				 -EFBIG);
		assert_non_null(strstr(why.text, "does not fit behind address"));
	}
	draft = draft_of(true, false);
	draft.segments[OWN_SEGMENT].p_vaddr = INT64_MAX - 0xfff;
	draft.sections[OWN].sh_addr = INT64_MAX - 0xfff;
	{
		_cleanup_(elf_image_release) struct elf_image image = built(&draft);

		assert_int_equal(elf_embedding_attach(&image, bundle, sizeof(bundle), &why),
				 -EFBIG);
	}
}

/* What was appended moves along, before embedding or after it; alignments stay; loaded sections
 * without bytes and nonsense offsets of empty sections stay. */
static void test_rest(void **state)
{
	struct draft draft = draft_of(true, false);
	_cleanup_(elf_image_release) struct elf_image image = {0}, original = {0};
	_cleanup_(elf_file_release) struct elf_file file = {0};
	static const char payload[] = "payload";

	draft.sections[4] = (Elf64_Shdr){.sh_name = NAME_OTHER,
					 .sh_type = SHT_PROGBITS,
					 .sh_offset = 0x1040,
					 .sh_size = 16,
					 .sh_addralign = 64};
	draft.sections[5] = (Elf64_Shdr){.sh_name = NAME_OTHER,
					 .sh_type = SHT_NOBITS,
					 .sh_offset = UINT64_MAX - 4,
					 .sh_addralign = UINT64_C(1) << 40};
	draft.section_count = 6;
	image = built(&draft);
	original = built(&draft);
	assert_int_equal(elf_embedding_attach(&image, bundle, 5000, NULL), 0);
	assert_int_equal(elf_image_read(&image, &file, NULL), 0);
	assert_int_equal(file.sections[4].sh_offset % 64, 0);
	assert_rest_moved(&image, &original, &file);
	assert_int_equal(file.sections[5].sh_offset, UINT64_MAX - 4);

	for (int i = 0; i < 2; i++) {
		struct elf_image *grown = i ? &original : &image;

		assert_int_equal(elf_image_resize(grown, grown->size + sizeof(payload), NULL), 0);
		memcpy(grown->data + grown->size - sizeof(payload), payload, sizeof(payload));
	}
	assert_int_equal(elf_embedding_attach(&image, bundle, 300, NULL), 0);
	assert_memory_equal(image.data + image.size - sizeof(payload), payload, sizeof(payload));
	assert_int_equal(elf_embedding_remove(&image, NULL), 0);
	assert_int_equal(image.size, original.size);
	assert_memory_equal(image.data, original.data, image.size);
}

/* A wrong record is ignored: the segment is shortened in place. So is one with something
 * else in the padding after it. */
static void test_false_records(void **state)
{
	for (size_t at = 0; at < 32; at++) {
		struct draft draft = draft_of(true, true);
		_cleanup_(elf_image_release) struct elf_image image = {0};
		_cleanup_(elf_file_release) struct elf_file file = {0};
		struct elf_segment segment;

		draft.sections[STRINGS].sh_addralign = 16;
		draft.sections[STRINGS].sh_offset = OFFSET + 16;
		image = built(&draft);
		assert_int_equal(elf_embedding_attach(&image, bundle, 4992, NULL), 0);
		image.data[OFFSET + 4992 + at] ^= 0xff;
		assert_int_equal(elf_embedding_remove(&image, NULL), 0);
		assert_int_equal(elf_image_read(&image, &file, NULL), 0);
		assert_int_equal(elf_segment_find(&file, &segment, NULL), 1);
		assert_true(elf_segment_is_empty(&file, &segment));
		assert_int_equal(file.sections[OWN].sh_offset, OFFSET);
		assert_int_equal(file.sections[OWN].sh_size, 8);
	}
}

static void test_object_targets(void **state)
{
	char names[512] = "";
	static const char *const machines[] = {"x86_64",  "x86",     "arm64", "aarch64_be",
					       "arm",	  "armeb",   "ppc",   "ppc64",
					       "ppc64le", "riscv64", "s390x", "loongarch64"};

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct elf_object_target target, read;
		_cleanup_(elf_file_release) struct elf_file file = {0};
		_cleanup_free_ void *data = NULL;
		size_t size, found;

		strcat(names, i ? ", " : "");
		strcat(names, machines[i]);
		assert_int_equal(elf_object_find_target(machines[i], &target), 0);
		/* The table of the runtime knows it by the same name. */
		assert_string_equal(machine_from_elf(target.machine, target.codec.is_64bit,
						     target.codec.big_endian),
				    machines[i]);
		assert_int_equal(elf_object_make(&target, bundle, 800, "btfs", &data, &size, NULL),
				 0);
		assert_int_equal(elf_file_read(data, size, &file, NULL), 0);
		assert_int_equal(file.header.e_type, ET_REL);
		assert_int_equal(file.header.e_ident[EI_OSABI], ELFOSABI_GNU);
		found = elf_file_find_section(&file, ".corebtf", 0);
		assert_int_equal(found, 1);
		assert_int_equal(file.sections[1].sh_flags, SHF_ALLOC | (1 << 21));
		assert_int_equal(file.sections[1].sh_size, 800);
		assert_memory_equal((uint8_t *)data + file.sections[1].sh_offset, bundle, 800);
		assert_int_equal(elf_object_read_target(data, size, &read, NULL), 0);
		assert_memory_equal(&read.codec, &target.codec, sizeof(read.codec));
		assert_int_equal(read.machine, target.machine);
		assert_int_equal(read.flags, target.flags);
	}
	assert_string_equal(names, elf_object_target_names());
}

static void test_object_refusals(void **state)
{
	/* The start of a little-endian bundle's header. */
	static const uint8_t little[96] = "\xc0reBTF\x1a\n\4\3\2\1";
	struct elf_object_target target;
	struct reason why = {""};
	void *data;
	size_t size;

	assert_int_equal(elf_object_find_target("mips", &target), -ENOENT);
	assert_int_equal(elf_object_find_target("s390x", &target), 0);
	assert_int_equal(elf_object_make(&target, little, sizeof(little), NULL, &data, &size, &why),
			 -EINVAL);
	assert_non_null(strstr(why.text, "the bundle is little-endian"));
	assert_int_equal(elf_object_make(&target, bundle, 8, "a-b", &data, &size, &why), -EINVAL);
	assert_int_equal(elf_object_make(&target, bundle, 8, "", &data, &size, &why), -EINVAL);
	assert_int_equal(elf_object_make(&target, bundle, 8, "1a", &data, &size, &why), -EINVAL);
	assert_int_equal(elf_object_make(&target, bundle, 8, "corebtf_linked", &data, &size, &why),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_end_of_addresses),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_false_records),
		cmocka_unit_test(test_object_targets),
		cmocka_unit_test(test_object_refusals),
	};

	return cmocka_run_group_tests(tests, make_bundle, NULL);
}
