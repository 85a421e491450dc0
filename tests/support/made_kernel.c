/* SPDX-License-Identifier: MIT */
#include "tests/support/made_kernel.h"

#include <endian.h>
#include <gelf.h>
#include <libelf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "made_kernel: %s\n", what);
	abort();
}

struct made_kernel made_kernel_x86_64(void)
{
	return (struct made_kernel){
		.release = "6.1.0-13-amd64",
		.uname_version = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)",
		.uname_machine = "x86_64",
		.build_id = 0x10,
		.e_machine = EM_X86_64,
		.elf_class = ELFCLASS64,
		.elf_order = ELFDATA2LSB,
	};
}

struct made_kernel made_kernel_arm64(void)
{
	struct made_kernel kernel = made_kernel_x86_64();

	kernel.release = "6.1.0-13-arm64";
	kernel.uname_version = "#1 SMP Debian 6.1.55-1 (2023-09-29)";
	kernel.uname_machine = "aarch64";
	kernel.e_machine = EM_AARCH64;
	return kernel;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void append_word(struct byte_buffer *out, uint32_t value, bool big_endian)
{
	value = big_endian ? htobe32(value) : htole32(value);
	byte_buffer_append(out, &value, sizeof(value));
}

static void append_text(struct byte_buffer *out, const char *text)
{
	byte_buffer_append(out, text, strlen(text) + 1);
}

static void append_zeros(struct byte_buffer *out, size_t count)
{
	void *room = byte_buffer_grow(out, count);

	require(room || !count, "no memory");
	if (count)
		memset(room, 0, count);
}

static void align(struct byte_buffer *out, size_t alignment)
{
	append_zeros(out, (alignment - out->size % alignment) % alignment);
}

static void append_btf(struct byte_buffer *out, bool big_endian, const char *name, uint32_t types)
{
	size_t strings = strlen(name) + 2;
	uint16_t magic = big_endian ? htobe16(BTF_MAGIC) : htole16(BTF_MAGIC);

	byte_buffer_append(out, &magic, sizeof(magic));
	byte_buffer_append_u8(out, BTF_VERSION);
	byte_buffer_append_u8(out, 0);
	append_word(out, 24, big_endian);
	append_word(out, 0, big_endian);
	append_word(out, types * 12, big_endian);
	append_word(out, types * 12, big_endian);
	append_word(out, (uint32_t)strings, big_endian);
	for (uint32_t i = 0; i < types; i++) { /* struct NAME { }; of one byte */
		append_word(out, 1, big_endian);
		append_word(out, BTF_KIND_STRUCT << 24, big_endian);
		append_word(out, 1, big_endian);
	}
	byte_buffer_append_u8(out, 0);
	append_text(out, name);
}

void made_btf(struct byte_buffer *out, bool big_endian)
{
	append_btf(out, big_endian, "task_struct", 3);
}

void made_program_btf(struct byte_buffer *out, bool big_endian)
{
	append_btf(out, big_endian, "hid_bpf_ctx", 50);
}

static void append_note(struct byte_buffer *out, bool big_endian, uint32_t type, const char *name,
			const void *text, size_t size)
{
	append_word(out, (uint32_t)strlen(name) + 1, big_endian);
	append_word(out, (uint32_t)size, big_endian);
	append_word(out, type, big_endian);
	append_text(out, name);
	align(out, 4);
	byte_buffer_append(out, text, size);
	align(out, 4);
}

static void append_build_id(struct byte_buffer *out, bool big_endian, uint8_t first)
{
	uint8_t build_id[MADE_BUILD_ID_SIZE];

	for (size_t i = 0; i < sizeof(build_id); i++)
		build_id[i] = (uint8_t)(first + i);
	append_note(out, big_endian, NT_GNU_BUILD_ID, "GNU", build_id, sizeof(build_id));
}

/* As in /sys/kernel/notes: what the code was compiled for, the build-id, the salt of the build,
 * whether LTO was used. */
static void append_notes(struct byte_buffer *out, const struct made_kernel *kernel)
{
	bool big_endian = kernel->elf_order == ELFDATA2MSB;
	static const uint8_t property[16] = {2, 0, 0, 0xc0, 4, 0, 0, 0, 1};
	uint32_t lto = 0;

	if (!kernel->build_id)
		return;
	append_note(out, big_endian, 5, "GNU", property, sizeof(property));
	append_build_id(out, big_endian, kernel->build_id);
	append_note(out, big_endian, 0x100, "Linux", kernel->release, strlen(kernel->release) + 1);
	append_note(out, big_endian, 0x101, "Linux", &lto, sizeof(lto));
}

/* @version: without the number of the build it is the draft that Linux 6.1 and newer keep. */
static void append_banner(struct byte_buffer *out, const struct made_kernel *kernel,
			  const char *version)
{
	char text[600];

	snprintf(text, sizeof(text),
		 "Linux version %s (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) "
		 "12.2.0, GNU ld (GNU Binutils for Debian) 2.40) %s%s\n",
		 kernel->release, version, kernel->banner_end ? kernel->banner_end : "");
	append_text(out, text);
}

static void append_uts(struct byte_buffer *out, const struct made_kernel *kernel,
		       const char *version)
{
	const char *fields[] = {"Linux", "(none)", kernel->release, version, kernel->uname_machine,
				"(none)"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char field[65] = "";

		snprintf(field, sizeof(field), "%s", fields[i]);
		byte_buffer_append(out, field, sizeof(field));
	}
}

/* "#1 SMP ..." without its number */
static void make_draft(const char *version, char draft[static 65])
{
	const char *rest = strchr(version, ' ');

	snprintf(draft, 65, "#%s", rest ? rest : "");
}

static void append_rodata(struct byte_buffer *out, const struct made_kernel *kernel)
{
	char draft[65];

	make_draft(kernel->uname_version, draft);
	append_text(out, "%s version %s (debian-kernel@lists.debian.org) (gcc-12) %s\n");
	append_text(out, "Linux version %s (%s) (gcc-12) #1 SMP\n");
	append_text(out, "Linux version 2.x is not supported\n");
	if (kernel->without_banner)
		return;
	append_banner(out, kernel, draft);
	append_banner(out, kernel, kernel->uname_version);
}

static void append_data(struct byte_buffer *out, const struct made_kernel *kernel)
{
	char draft[65];

	make_draft(kernel->uname_version, draft);
	append_text(out, "Linux");
	if (!kernel->without_uts) {
		append_uts(out, kernel, draft);
		append_zeros(out, 10);
		append_uts(out, kernel, kernel->uname_version);
	}
	append_zeros(out, kernel->padding);
}

/* --- ELF -------------------------------------------------------------------------------------- */

static void add_section(Elf *elf, const char *names, const char *name, GElf_Word type,
			GElf_Xword flags, const struct byte_buffer *bytes)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);
	GElf_Shdr header;
	size_t name_at = 1;

	require(data && gelf_getshdr(section, &header), "libelf: no section");
	while (strcmp(names + name_at, name) != 0)
		name_at += strlen(names + name_at) + 1;
	*data = (Elf_Data){
		.d_buf = bytes->data,
		.d_size = bytes->size,
		.d_type = ELF_T_BYTE,
		.d_align = 4,
		.d_version = EV_CURRENT,
	};
	header.sh_name = (GElf_Word)name_at;
	header.sh_type = type;
	header.sh_flags = flags;
	require(gelf_update_shdr(section, &header), "libelf: no section header");
}

/* The contents of a SHF_COMPRESSED section: a header and the packed bytes. */
static void append_compressed(struct byte_buffer *out, const struct made_kernel *kernel,
			      const struct byte_buffer *bytes)
{
	bool big_endian = kernel->elf_order == ELFDATA2MSB;
	bool is_64bit = kernel->elf_class == ELFCLASS64;
	uint32_t size = (uint32_t)bytes->size;

	append_word(out, kernel->btf_compression, big_endian);
	if (is_64bit)
		append_zeros(out, 4);
	if (is_64bit && big_endian)
		append_zeros(out, 4);
	append_word(out, size, big_endian);
	if (is_64bit && !big_endian)
		append_zeros(out, 4);
	if (is_64bit && big_endian)
		append_zeros(out, 4);
	append_word(out, 4, big_endian); /* alignment */
	if (is_64bit && !big_endian)
		append_zeros(out, 4);
	made_pack_section(out, kernel->btf_compression, bytes->data, bytes->size);
}

static void append_file(struct byte_buffer *out, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	void *room;

	require(size > 0, "an empty file");
	room = byte_buffer_grow(out, (size_t)size);
	require(room && pread(fd, room, (size_t)size, 0) == size, "cannot read the file back");
}

void made_elf(struct byte_buffer *out, const struct made_kernel *kernel)
{
	static const char names[] = "\0.rodata\0.notes\0.BTF\0.data\0.debug_str\0.shstrtab";
	struct byte_buffer rodata = {0}, notes = {0}, btf = {0}, packed = {0}, data = {0};
	struct byte_buffer debug_str = {0};
	struct byte_buffer name_bytes = {.data = (unsigned char *)names, .size = sizeof(names)};
	_cleanup_close_ int fd = memfd_create("vmlinux", MFD_CLOEXEC);
	GElf_Ehdr header;
	size_t count;
	Elf *elf;

	append_rodata(&rodata, kernel);
	append_build_id(&rodata, false, 0xe0); /* a vDSO's */
	append_notes(&notes, kernel);
	append_data(&data, kernel);
	append_text(&debug_str, "Linux version 9.9.9 (of another) (kernel) #9 SMP\n");
	made_btf(&btf, kernel->elf_order == ELFDATA2MSB);
	if (kernel->btf_compression)
		append_compressed(&packed, kernel, &btf);

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	require(elf && gelf_newehdr(elf, kernel->elf_class), "libelf: no ELF file");
	add_section(elf, names, ".rodata", SHT_PROGBITS, SHF_ALLOC, &rodata);
	if (notes.size)
		add_section(elf, names, ".notes", SHT_NOTE, SHF_ALLOC, &notes);
	if (!kernel->without_btf && kernel->btf_compression)
		add_section(elf, names, ".BTF", SHT_PROGBITS, SHF_COMPRESSED, &packed);
	else if (!kernel->without_btf)
		add_section(elf, names, ".BTF", SHT_PROGBITS, SHF_ALLOC, &btf);
	add_section(elf, names, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, &data);
	add_section(elf, names, ".debug_str", SHT_PROGBITS, SHF_STRINGS, &debug_str);
	add_section(elf, names, ".shstrtab", SHT_STRTAB, 0, &name_bytes);
	require(elf_getshdrnum(elf, &count) == 0 && gelf_getehdr(elf, &header),
		"libelf: no header");
	header.e_ident[EI_DATA] = (unsigned char)kernel->elf_order;
	header.e_type = ET_EXEC;
	header.e_machine = (GElf_Half)kernel->e_machine;
	header.e_shstrndx = (GElf_Half)(count - 1);
	require(gelf_update_ehdr(elf, &header) && elf_update(elf, ELF_C_WRITE) > 0,
		"libelf: cannot write");
	elf_end(elf);
	append_file(out, fd);
	byte_buffer_free(&rodata);
	byte_buffer_free(&notes);
	byte_buffer_free(&btf);
	byte_buffer_free(&packed);
	byte_buffer_free(&data);
	byte_buffer_free(&debug_str);
}

/* --- in memory -------------------------------------------------------------------------------- */

/* Two instructions, where and how large it is in memory, flags; magic; where the PE header is. */
static void append_image_header(struct byte_buffer *out)
{
	static const uint8_t header[64] = {[0x00] = 0x4d, 0x5a, [0x38] = 'A', 'R', 'M', 0x64, 0x40};

	byte_buffer_append(out, header, sizeof(header));
}

void made_flat(struct byte_buffer *out, const struct made_kernel *kernel)
{
	bool big_endian = kernel->elf_order == ELFDATA2MSB;

	append_image_header(out);
	append_rodata(out, kernel);
	align(out, 4);
	append_build_id(out, big_endian, 0xe0); /* a vDSO's */
	append_zeros(out, 100);
	made_program_btf(out, big_endian);
	align(out, 4);
	append_notes(out, kernel);
	if (!kernel->without_btf)
		made_btf(out, big_endian);
	align(out, 16);
	append_data(out, kernel);
}

/* --- boot images ------------------------------------------------------------------------------ */

void made_bzimage(struct byte_buffer *out, const struct made_kernel *kernel, const void *payload,
		  size_t payload_size)
{
	enum { SECTORS = 3, STUB = 333, VERSION_AT = 0x300 };
	uint8_t setup[(SECTORS + 1) * 512] = {
		[0x1f1] = SECTORS,
		[0x1fe] = 0x55,
		0xaa,
		[0x202] = 'H',
		'd',
		'r',
		'S',
		0x0f,
		0x02,
		[0x20e] = (VERSION_AT - 0x200) & 0xff,
		(VERSION_AT - 0x200) >> 8,
		[0x211] = 1, /* loaded above 1 MiB: a bzImage, no zImage */
		[0x236] = kernel->elf_class == ELFCLASS64 ? 0x7f : 0x04,
	};
	uint32_t offset = htole32(STUB), length = htole32((uint32_t)payload_size);

	memcpy(setup + 0x248, &offset, sizeof(offset));
	memcpy(setup + 0x24c, &length, sizeof(length));
	snprintf((char *)setup + VERSION_AT, sizeof(setup) - VERSION_AT,
		 "%s (debian-kernel@lists.debian.org) %s", kernel->release, kernel->uname_version);
	byte_buffer_append(out, setup, sizeof(setup));
	append_zeros(out, STUB);
	byte_buffer_append(out, payload, payload_size);
	append_zeros(out, 100); /* the code that unpacks it */
}

void made_zboot(struct byte_buffer *out, enum made_packing packing, const void *payload,
		size_t payload_size)
{
	enum { PAYLOAD_AT = 0x400 };
	uint8_t header[PAYLOAD_AT] = {'M', 'Z',		  0,	0,    'z',  'i', 'm',
				      'g', [0x38] = 0xcd, 0x23, 0x82, 0x81, 0x40};
	uint32_t offset = htole32(PAYLOAD_AT), length;
	const char *name = packing == MADE_ZSTD ? "zstd22"
			   : packing == MADE_XZ || packing == MADE_XZ_X86
				   ? "xzkern"
				   : made_packing_name(packing);

	length = htole32((uint32_t)(payload_size - (packing == MADE_GZIP ? 0 : 4)));
	memcpy(header + 8, &offset, sizeof(offset));
	memcpy(header + 12, &length, sizeof(length));
	strcpy((char *)header + 24, name);
	byte_buffer_append(out, header, sizeof(header));
	byte_buffer_append(out, payload, payload_size);
	append_zeros(out, 100);
}

void made_packed_bzimage(struct byte_buffer *out, const struct made_kernel *kernel,
			 enum made_packing packing)
{
	struct byte_buffer elf = {0}, packed = {0};

	made_elf(&elf, kernel);
	made_pack(&packed, packing, elf.data, elf.size);
	byte_buffer_clear(out);
	made_bzimage(out, kernel, packed.data, packed.size);
	byte_buffer_free(&elf);
	byte_buffer_free(&packed);
}

void made_packed_zboot(struct byte_buffer *out, const struct made_kernel *kernel,
		       enum made_packing packing)
{
	struct byte_buffer flat = {0}, packed = {0};

	made_flat(&flat, kernel);
	made_pack(&packed, packing, flat.data, flat.size);
	byte_buffer_clear(out);
	made_zboot(out, packing, packed.data, packed.size);
	byte_buffer_free(&flat);
	byte_buffer_free(&packed);
}
