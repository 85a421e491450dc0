/* SPDX-License-Identifier: MIT */
/*
 * A bundle or a BTF comes in, a relocatable object file goes out: the ELF header, the bytes of the
 * sections one after the other, the section headers. The same input gives the same bytes.
 */
#include "embedder/elf/elf_object.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_file.h"
#include "embedder/elf/elf_image.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"

#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define RESERVE_NAME ".rodata.corebtf"
#define LINKED_NAME  "corebtf_linked"
#define MAX_SECTIONS 6

#define BTF_ALIGNMENT 4

/* e_flags as compilers of distributions set them; from the processor supplements of the ELF ABI. */
#define ARM_EABI5	    0x05000000
#define RISCV_FLOAT_DOUBLE  0x4 /* linkers set RVC themselves */
#define PPC64_ELFV2	    2
#define LOONGARCH_DOUBLE_V1 0x43 /* lp64d, version 1 of relocations */

static const struct {
	const char *name;
	struct elf_object_target target;
} targets[] = {
	{"x86_64", {{true, false}, EM_X86_64, 0}},
	{"x86", {{false, false}, EM_386, 0}},
	{"arm64", {{true, false}, EM_AARCH64, 0}},
	{"aarch64_be", {{true, true}, EM_AARCH64, 0}},
	{"arm", {{false, false}, EM_ARM, ARM_EABI5}},
	{"armeb", {{false, true}, EM_ARM, ARM_EABI5}},
	{"ppc", {{false, true}, EM_PPC, 0}},
	{"ppc64", {{true, true}, EM_PPC64, 0}}, /* 0: either ABI version */
	{"ppc64le", {{true, false}, EM_PPC64, PPC64_ELFV2}},
	{"riscv64", {{true, false}, EM_RISCV, RISCV_FLOAT_DOUBLE}},
	{"s390x", {{true, true}, EM_S390, 0}},
	{"loongarch64", {{true, false}, EM_LOONGARCH, LOONGARCH_DOUBLE_V1}},
};

int elf_object_find_target(const char *machine, struct elf_object_target *ret_target)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(machine, targets[i].name) == 0) {
			*ret_target = targets[i].target;
			return 0;
		}
	}
	return -ENOENT;
}

const char *elf_object_target_names(void)
{
	/* test_elf_object.c compares it with the table. */
	return "x86_64, x86, arm64, aarch64_be, arm, armeb, ppc, ppc64, ppc64le, riscv64, s390x, "
	       "loongarch64";
}

int elf_object_read_target(const void *data, size_t size, struct elf_object_target *ret_target,
			   struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	int err = elf_file_read(data, size, &file, why);

	if (err)
		return err;
	*ret_target = (struct elf_object_target){
		.codec = file.codec,
		.machine = file.header.e_machine,
		.flags = file.header.e_flags,
	};
	return 0;
}

/* The file while it is put together. */
struct object_draft {
	const struct elf_codec *codec;
	struct byte_buffer bytes;   /* the file up to its section headers */
	struct byte_buffer strings; /* of symbols and sections */
	Elf64_Shdr sections[MAX_SECTIONS + 1];
	size_t section_count;
};

static void object_draft_release(struct object_draft *draft)
{
	byte_buffer_free(&draft->bytes);
	byte_buffer_free(&draft->strings);
}

static uint32_t add_string(struct object_draft *draft, const char *string)
{
	uint32_t offset = (uint32_t)draft->strings.size;

	byte_buffer_append(&draft->strings, string, strlen(string) + 1);
	return offset;
}

static void pad(struct object_draft *draft, size_t alignment)
{
	while (!byte_buffer_failed(&draft->bytes) && draft->bytes.size % alignment)
		byte_buffer_append_u8(&draft->bytes, 0);
}

/* Appends a section and its bytes; returns its header, to say more in it. */
static Elf64_Shdr *add_section(struct object_draft *draft, const char *name, uint32_t type,
			       uint64_t flags, size_t alignment, const void *data, size_t size)
{
	Elf64_Shdr *section = &draft->sections[draft->section_count++];

	pad(draft, alignment);
	*section = (Elf64_Shdr){
		.sh_name = name ? add_string(draft, name) : 0,
		.sh_type = type,
		.sh_flags = flags,
		.sh_offset = draft->bytes.size,
		.sh_size = size,
		.sh_addralign = alignment,
	};
	byte_buffer_append(&draft->bytes, data, size);
	return section;
}

static void put_number(const struct object_draft *draft, uint8_t *bytes, uint32_t value)
{
	elf_codec_put_number(draft->codec, bytes, 4, value);
}

/*
 * Linkers mark a program as fit for IBT and shadow stacks (x86), or BTI and PAC (ARM), only if
 * every object is marked. This one has no code, so it is fit for all of them; without the mark,
 * the whole program would lose its own.
 */
static void add_property(struct object_draft *draft, const struct elf_object_target *target)
{
	size_t word = elf_codec_word_size(draft->codec);
	uint8_t note[32] = {0};
	uint32_t type;

	if ((target->machine == EM_X86_64 && target->codec.is_64bit) || target->machine == EM_386)
		type = GNU_PROPERTY_X86_FEATURE_1_AND;
	else if (target->machine == EM_AARCH64 && target->codec.is_64bit)
		type = GNU_PROPERTY_AARCH64_FEATURE_1_AND;
	else
		return;
	put_number(draft, note, 4);			  /* size of the name */
	put_number(draft, note + 4, word == 8 ? 16 : 12); /* size of what follows it */
	put_number(draft, note + 8, NT_GNU_PROPERTY_TYPE_0);
	memcpy(note + 12, "GNU", 4);
	put_number(draft, note + 16, type);
	put_number(draft, note + 20, 4); /* size of the value */
	put_number(draft, note + 24, 3); /* both marks, on either machine */
	add_section(draft, ".note.gnu.property", SHT_NOTE, SHF_ALLOC, word, note,
		    word == 8 ? 32 : 28);
}

static void add_symbol(struct object_draft *draft, struct byte_buffer *table, const char *name,
		       unsigned char binding, unsigned char visibility, uint64_t value,
		       uint64_t size)
{
	const Elf64_Sym symbol = {
		.st_name = add_string(draft, name),
		.st_info = ELF64_ST_INFO(binding, STT_OBJECT),
		.st_other = visibility,
		.st_shndx = 1, /* the bundle's section */
		.st_value = value,
		.st_size = size,
	};
	void *bytes = byte_buffer_grow(table, elf_codec_symbol_size(draft->codec));

	if (bytes)
		elf_codec_put_symbol(draft->codec, bytes, &symbol);
}

static void add_symbols(struct object_draft *draft, size_t size, const char *symbol)
{
	struct byte_buffer table = {0};
	const Elf64_Sym none = {0};
	char end[256];
	Elf64_Shdr *section;
	void *bytes = byte_buffer_grow(&table, elf_codec_symbol_size(draft->codec));

	if (bytes)
		elf_codec_put_symbol(draft->codec, bytes, &none);
	/* Weak: of several such objects the linker takes the first one's symbol, which is where
	 * their bundles begin, one after the other. Hidden: each executable and shared object sees
	 * its own. */
	if (size)
		add_symbol(draft, &table, LINKED_NAME, STB_WEAK, STV_HIDDEN, 0, size);
	if (size && symbol) {
		snprintf(end, sizeof(end), "%s_end", symbol);
		add_symbol(draft, &table, symbol, STB_GLOBAL, STV_DEFAULT, 0, size);
		add_symbol(draft, &table, end, STB_GLOBAL, STV_DEFAULT, size, 0);
	}
	section = add_section(draft, ".symtab", SHT_SYMTAB, 0, elf_codec_word_size(draft->codec),
			      table.data, table.size);
	section->sh_link = (uint32_t)draft->section_count; /* the strings come next */
	section->sh_info = 1;				   /* the first one that is not local */
	section->sh_entsize = elf_codec_symbol_size(draft->codec);
	if (byte_buffer_failed(&table))
		draft->bytes.failed = true;
	byte_buffer_free(&table);
}

static void add_strings(struct object_draft *draft)
{
	uint32_t name = add_string(draft, ".strtab");
	Elf64_Shdr *section;

	section = add_section(draft, NULL, SHT_STRTAB, 0, 1, draft->strings.data,
			      draft->strings.size);
	section->sh_name = name;
}

/* Writes the ELF header at the start and the section headers at the end. */
static void finish(struct object_draft *draft, const struct elf_object_target *target,
		   bool is_retained)
{
	Elf64_Ehdr header = {
		.e_type = ET_REL,
		.e_machine = target->machine,
		.e_version = EV_CURRENT,
		.e_flags = target->flags,
		.e_ehsize = (uint16_t)elf_codec_header_size(draft->codec),
	};
	uint64_t offset;
	void *table;

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = draft->codec->is_64bit ? ELFCLASS64 : ELFCLASS32;
	header.e_ident[EI_DATA] = draft->codec->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	header.e_ident[EI_VERSION] = EV_CURRENT;
	/* SHF_GNU_RETAIN is defined by this ABI only. */
	header.e_ident[EI_OSABI] = is_retained ? ELFOSABI_GNU : ELFOSABI_NONE;
	pad(draft, elf_codec_word_size(draft->codec));
	offset = draft->bytes.size;
	table = byte_buffer_grow(&draft->bytes,
				 draft->section_count * elf_codec_section_size(draft->codec));
	if (!table)
		return;
	elf_codec_put_table(draft->codec, table, draft->sections, draft->section_count,
			    draft->section_count - 1, offset, &header);
	elf_codec_put_header(draft->codec, draft->bytes.data, &header);
}

static void begin(struct object_draft *draft)
{
	draft->section_count = 1; /* the first one is always empty */
	byte_buffer_append_u8(&draft->strings, 0);
	if (byte_buffer_grow(&draft->bytes, elf_codec_header_size(draft->codec)))
		memset(draft->bytes.data, 0, draft->bytes.size);
}

static int take_file(struct object_draft *draft, void **ret_data, size_t *ret_size,
		     struct reason *why)
{
	if (byte_buffer_failed(&draft->bytes) || byte_buffer_failed(&draft->strings))
		return reason_errno(why, -ENOMEM, "the object file");
	*ret_data = TAKE_PTR(draft->bytes.data);
	*ret_size = draft->bytes.size;
	return 0;
}

/* Names that C can refer to, and not our own symbol, which would be defined twice. */
static bool is_symbol_fine(const char *symbol)
{
	if (strlen(symbol) > 200 || strcmp(symbol, LINKED_NAME) == 0 ||
	    isdigit((unsigned char)*symbol) || !*symbol)
		return false;
	for (; *symbol; symbol++) {
		if (!isalnum((unsigned char)*symbol) && *symbol != '_')
			return false;
	}
	return true;
}

int elf_object_make(const struct elf_object_target *target, const void *bundle, size_t size,
		    const char *symbol, void **ret_data, size_t *ret_size, struct reason *why)
{
	_cleanup_(object_draft_release) struct object_draft draft = {.codec = &target->codec};
	static const uint8_t reserve[COREBTF_ALIGNMENT] = {0};
	int err;

	if (symbol && !is_symbol_fine(symbol))
		return reason_set(
			why, -EINVAL,
			"'%.64s' cannot be the name of a symbol: letters, digits and _, at "
			"most 200, and not " LINKED_NAME,
			symbol);
	if (bundle) {
		err = elf_image_check_bundle(&target->codec, bundle, size, why);
		if (err)
			return err;
		if (!target->codec.is_64bit && size > UINT32_MAX / 2)
			return reason_set(why, -EFBIG,
					  "the bundle has %zu bytes, too many for a 32-bit program",
					  size);
	}
	begin(&draft);
	if (bundle)
		add_section(&draft, COREBTF_SECTION_NAME, SHT_PROGBITS, SHF_ALLOC | SHF_GNU_RETAIN,
			    COREBTF_ALIGNMENT, bundle, size);
	else
		add_section(&draft, RESERVE_NAME, SHT_PROGBITS, SHF_ALLOC, COREBTF_ALIGNMENT,
			    reserve, sizeof(reserve));
	add_property(&draft, target);
	add_section(&draft, ".note.GNU-stack", SHT_PROGBITS, 0, 1, "", 0);
	add_symbols(&draft, bundle ? size : 0, symbol);
	add_strings(&draft);
	finish(&draft, target, bundle != NULL);
	return take_file(&draft, ret_data, ret_size, why);
}

int elf_object_make_btf(const struct elf_object_target *target, const void *btf, size_t size,
			void **ret_data, size_t *ret_size, struct reason *why)
{
	_cleanup_(object_draft_release) struct object_draft draft = {.codec = &target->codec};

	if (size > UINT32_MAX / 2)
		return reason_set(why, -EFBIG, "the BTF has %zu bytes, too many for an ELF file",
				  size);
	begin(&draft);
	add_section(&draft, ".BTF", SHT_PROGBITS, 0, BTF_ALIGNMENT, btf, size);
	add_symbols(&draft, 0, NULL);
	add_strings(&draft);
	finish(&draft, target, false);
	return take_file(&draft, ret_data, ret_size, why);
}
