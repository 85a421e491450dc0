/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF image. Out: its functions and instructions. Which section holds programs, and what a
 * call or an address means, is as libbpf has it (bpf_object__add_programs,
 * bpf_program__record_reloc, bpf_object__reloc_code).
 */
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/elf/elf_file.h"
#include "embedder/program/bpf_code.h"
#include "embedder/program/map_types.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

struct reading {
	const struct bpf_object_file *object;
	struct bpf_code *code;
	struct elf_file file;
	uint32_t *sections; /* by ELF section: its number in the code, or BPF_CODE_NONE */
	const Elf64_Shdr *symbols;
	struct reason *why;
};

static void reading_free(struct reading *reading)
{
	elf_file_release(&reading->file);
	free(reading->sections);
}

static int out_of_memory(struct reading *reading)
{
	return reason_set(reading->why, -ENOMEM, "out of memory");
}

static const char *section_name(const struct reading *reading, const Elf64_Shdr *section)
{
	const struct elf_file *file = &reading->file;

	if (!file->names)
		return "";
	return (const char *)file->data + file->sections[file->names].sh_offset + section->sh_name;
}

/* --- instructions ----------------------------------------------------------------------------- */

static void read_insn(const struct reading *reading, const uint8_t *bytes,
		      struct bpf_code_insn *insn)
{
	const struct elf_codec *codec = &reading->file.codec;
	uint8_t low = bytes[1] & 0xf, high = bytes[1] >> 4;

	*insn = (struct bpf_code_insn){
		.code = bytes[0],
		.dst = codec->big_endian ? high : low,
		.src = codec->big_endian ? low : high,
		.offset = (int16_t)elf_codec_get_number(codec, bytes + 2, 2),
		.imm = (int32_t)elf_codec_get_number(codec, bytes + 4, 4),
		.target = BPF_CODE_NONE,
	};
}

/* A call inside of one section has no relocation: the compiler knew the distance. */
static void find_near_calls(struct bpf_code *code, const struct bpf_code_section *section)
{
	for (uint32_t i = section->first; i < section->first + section->count; i++) {
		struct bpf_code_insn *insn = &code->insns[i];
		int64_t to = (int64_t)i + 1 + insn->imm;

		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src != BPF_PSEUDO_CALL)
			continue;
		insn->reference = BPF_REFERENCE_FUNCTION;
		if (to >= section->first && to < (int64_t)section->first + section->count)
			insn->target = (uint32_t)to;
	}
}

static int read_section(struct reading *reading, size_t number)
{
	const Elf64_Shdr *header = &reading->file.sections[number];
	struct bpf_code *code = reading->code;
	const uint8_t *bytes = reading->file.data + header->sh_offset;
	uint32_t count = (uint32_t)(header->sh_size / 8);
	const char *name = section_name(reading, header);
	struct bpf_code_section *section;

	if (header->sh_type != SHT_PROGBITS || !(header->sh_flags & SHF_EXECINSTR) || !count)
		return 0;
	if (array_reserve(code->insns, code->insn_capacity, (size_t)code->insn_count + count) ||
	    array_reserve(code->sections, code->section_capacity, code->section_count + 1))
		return out_of_memory(reading);
	section = &code->sections[code->section_count];
	*section = (struct bpf_code_section){
		.name = arena_string(&code->arena, name, strlen(name)),
		.first = code->insn_count,
		.count = count,
	};
	if (!section->name)
		return out_of_memory(reading);
	for (uint32_t i = 0; i < count; i++)
		read_insn(reading, bytes + (size_t)i * 8, &code->insns[section->first + i]);
	code->insn_count += count;
	reading->sections[number] = code->section_count++;
	find_near_calls(code, section);
	return 0;
}

/* --- symbols ---------------------------------------------------------------------------------- */

static size_t symbol_count(const struct reading *reading)
{
	return reading->symbols
		       ? reading->symbols->sh_size / elf_codec_symbol_size(&reading->file.codec)
		       : 0;
}

static bool read_symbol(const struct reading *reading, size_t number, Elf64_Sym *ret_symbol)
{
	const struct elf_codec *codec = &reading->file.codec;

	if (number >= symbol_count(reading))
		return false;
	elf_codec_get_symbol(codec,
			     reading->file.data + reading->symbols->sh_offset +
				     number * elf_codec_symbol_size(codec),
			     ret_symbol);
	return true;
}

/* "" when it is damaged. */
static const char *symbol_name(const struct reading *reading, const Elf64_Sym *symbol)
{
	const struct elf_file *file = &reading->file;
	const Elf64_Shdr *strings;
	const char *name;

	if (reading->symbols->sh_link >= file->section_count)
		return "";
	strings = &file->sections[reading->symbols->sh_link];
	if (!elf_section_has_bytes(strings) || symbol->st_name >= strings->sh_size)
		return "";
	name = (const char *)file->data + strings->sh_offset + symbol->st_name;
	return memchr(name, 0, strings->sh_size - symbol->st_name) ? name : "";
}

static int add_function(struct reading *reading, const Elf64_Sym *symbol)
{
	struct bpf_code *code = reading->code;
	const struct bpf_code_section *section;
	const char *name = symbol_name(reading, symbol);
	struct bpf_code_function *function;
	uint32_t number, first = (uint32_t)(symbol->st_value / 8);

	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC ||
	    symbol->st_shndx >= reading->file.section_count)
		return 0;
	number = reading->sections[symbol->st_shndx];
	if (number == BPF_CODE_NONE)
		return 0;
	section = &code->sections[number];
	if (symbol->st_value % 8 || symbol->st_size % 8 || !symbol->st_size ||
	    symbol->st_value / 8 >= section->count ||
	    symbol->st_size / 8 > section->count - symbol->st_value / 8)
		return reason_set(reading->why, -EBADMSG,
				  "its function %s reaches past the end of section %s", name,
				  section->name);
	if (array_reserve(code->functions, code->function_capacity, code->function_count + 1))
		return out_of_memory(reading);
	function = &code->functions[code->function_count];
	*function = (struct bpf_code_function){
		.name = arena_string(&code->arena, name, strlen(name)),
		.section = number,
		.first = section->first + first,
		.count = (uint32_t)(symbol->st_size / 8),
		.is_program = strcmp(section->name, ".text") != 0,
		.is_global = ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
			     ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT,
	};
	if (!function->name)
		return out_of_memory(reading);
	code->function_count++;
	return 0;
}

static int compare_functions(const void *a, const void *b)
{
	const struct bpf_code_function *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Sorted, and two names for one function count once. */
static void sort_functions(struct bpf_code *code)
{
	uint32_t kept = 0;

	if (code->function_count)
		qsort(code->functions, code->function_count, sizeof(*code->functions),
		      compare_functions);
	for (uint32_t i = 0; i < code->function_count; i++) {
		const struct bpf_code_function *last = kept ? &code->functions[kept - 1] : NULL;

		if (!last || code->functions[i].first >= last->first + last->count)
			code->functions[kept++] = code->functions[i];
	}
	code->function_count = kept;
}

/* --- what instructions refer to --------------------------------------------------------------- */

/* The number of a name among the code's symbols, or -ENOMEM. */
static int64_t find_name(struct reading *reading, const char *name)
{
	struct bpf_code *code = reading->code;

	for (uint32_t i = 0; i < code->symbol_count; i++)
		if (strcmp(code->symbols[i], name) == 0)
			return i;
	if (array_reserve(code->symbols, code->symbol_capacity, code->symbol_count + 1) ||
	    array_reserve(code->symbol_types, code->type_capacity, code->symbol_count + 1))
		return out_of_memory(reading);
	code->symbols[code->symbol_count] = arena_string(&code->arena, name, strlen(name));
	if (!code->symbols[code->symbol_count])
		return out_of_memory(reading);
	code->symbol_types[code->symbol_count] = 0;
	return code->symbol_count++;
}

static int refer_to_name(struct reading *reading, struct bpf_code_insn *insn,
			 enum bpf_reference reference, const char *name)
{
	int64_t number = find_name(reading, name);

	if (number < 0)
		return (int)number;
	insn->reference = reference;
	insn->target = (uint32_t)number;
	return 0;
}

/* libbpf: a call's distance is in imm, an address's offset is too, and both start at the symbol. */
static void refer_to_function(const struct bpf_code *code, struct bpf_code_insn *insn,
			      uint32_t number, const Elf64_Sym *symbol)
{
	const struct bpf_code_section *section = &code->sections[number];
	int64_t to = (int64_t)(symbol->st_value / 8);

	to += bpf_code_is_wide(insn) ? insn->imm / 8 : (int64_t)insn->imm + 1;
	insn->reference = BPF_REFERENCE_FUNCTION;
	insn->target =
		to >= 0 && to < section->count ? section->first + (uint32_t)to : BPF_CODE_NONE;
}

static int refer(struct reading *reading, struct bpf_code_insn *insn, const Elf64_Sym *symbol)
{
	const struct elf_file *file = &reading->file;
	const char *section;

	if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= file->section_count)
		return refer_to_name(reading, insn, BPF_REFERENCE_EXTERN,
				     symbol_name(reading, symbol));
	if (reading->sections[symbol->st_shndx] != BPF_CODE_NONE) {
		refer_to_function(reading->code, insn, reading->sections[symbol->st_shndx], symbol);
		return 0;
	}
	section = section_name(reading, &file->sections[symbol->st_shndx]);
	if (strcmp(section, ".maps") == 0 || strcmp(section, "maps") == 0)
		return refer_to_name(reading, insn, BPF_REFERENCE_MAP,
				     symbol_name(reading, symbol));
	insn->reference =
		strncmp(section, ".rodata", 7) == 0 ? BPF_REFERENCE_CONSTANT : BPF_REFERENCE_DATA;
	return 0;
}

static int read_relocations(struct reading *reading, const Elf64_Shdr *header)
{
	const struct elf_codec *codec = &reading->file.codec;
	const uint8_t *bytes = reading->file.data + header->sh_offset;
	struct bpf_code *code = reading->code;
	uint32_t number;

	if (header->sh_type != SHT_REL || header->sh_info >= reading->file.section_count)
		return 0;
	number = reading->sections[header->sh_info];
	for (size_t i = 0; number != BPF_CODE_NONE && i < header->sh_size / 16; i++) {
		uint64_t offset = elf_codec_get_number(codec, bytes + i * 16, 8);
		uint64_t info = elf_codec_get_number(codec, bytes + i * 16 + 8, 8);
		const struct bpf_code_section *section = &code->sections[number];
		Elf64_Sym symbol;
		int err;

		if (offset % 8 || offset / 8 >= section->count ||
		    !read_symbol(reading, ELF64_R_SYM(info), &symbol))
			return reason_set(reading->why, -EBADMSG,
					  "relocation %zu of section %s is out of range", i,
					  section->name);
		err = refer(reading, &code->insns[section->first + offset / 8], &symbol);
		if (err)
			return err;
	}
	return 0;
}

/* The types of the maps that instructions refer to; what the .BTF does not say is not known. */
static int find_map_types(struct reading *reading)
{
	const struct bpf_object_file *object = reading->object;
	_cleanup_(btf_source_free) struct btf_source types = {0};
	struct bpf_code *code = reading->code;
	int err = object->btf
			  ? btf_source_open_all(&types, object->btf, object->btf_size, reading->why)
			  : -ENODATA;

	if (err == -ENOMEM)
		return err;
	for (uint32_t i = 0; !err && i < code->symbol_count; i++)
		code->symbol_types[i] = map_type_find(&types.types.view, code->symbols[i]);
	return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int read_all(struct reading *reading)
{
	const struct elf_file *file = &reading->file;
	Elf64_Sym symbol;
	int err = 0;

	for (size_t i = 0; !err && i < file->section_count; i++) {
		reading->sections[i] = BPF_CODE_NONE;
		if (file->sections[i].sh_type == SHT_SYMTAB &&
		    elf_section_has_bytes(&file->sections[i]))
			reading->symbols = &file->sections[i];
		err = read_section(reading, i);
	}
	for (size_t i = 0; !err && read_symbol(reading, i, &symbol); i++)
		err = add_function(reading, &symbol);
	sort_functions(reading->code);
	for (size_t i = 0; !err && i < file->section_count; i++)
		err = read_relocations(reading, &file->sections[i]);
	return err ? err : find_map_types(reading);
}

int bpf_code_read(const struct bpf_object_file *object, struct bpf_code *ret_code,
		  struct reason *why)
{
	struct bpf_code code = {.big_endian = object->big_endian};
	_cleanup_(reading_free) struct reading reading = {
		.object = object,
		.code = &code,
		.why = why,
	};
	int err = elf_file_read(object->image, object->image_size, &reading.file, why);

	if (err)
		return err;
	reading.sections = calloc(reading.file.section_count + 1, sizeof(*reading.sections));
	code.name = arena_string(&code.arena, object->name, strlen(object->name));
	err = reading.sections && code.name ? read_all(&reading) : out_of_memory(&reading);
	if (err)
		bpf_code_free(&code);
	else
		*ret_code = code;
	return err;
}
