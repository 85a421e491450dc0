/* SPDX-License-Identifier: MIT */
/*
 * The BTF in raw files, archives and ELF files; and files without one, damaged or too large.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include <archive.h>
#include <archive_entry.h>
#include <gelf.h>
#include <libelf.h>
#include <lzma.h>
#include <sys/mman.h>

#include "embedder/image/kernel_btf.h"
#include "tests/support/scratch.h"

#define BTF_SIZE 3000

/* Starts like BTF; the other bytes do not matter here, but must differ. */
static uint8_t btf[BTF_SIZE];

static void make_btf(int big_endian)
{
	uint32_t value = 1;

	for (size_t i = 0; i < sizeof(btf); i++) {
		value = value * 1103515245 + 12345;
		btf[i] = (uint8_t)(value >> 16 & 0x3f);
	}
	btf[0] = big_endian ? 0xeb : 0x9f;
	btf[1] = big_endian ? 0x9f : 0xeb;
	btf[2] = 1;
}

static void assert_opens(const char *path)
{
	struct kernel_btf opened = {0};
	struct reason why = {""};

	if (kernel_btf_open(path, NULL, NULL, &opened, &why))
		fail_msg("%s: %s", path, why.text);
	assert_int_equal(opened.size, sizeof(btf));
	assert_memory_equal(opened.data, btf, sizeof(btf));
	assert_int_equal((uintptr_t)opened.data % 4, 0);
	kernel_btf_close(&opened);
}

static void assert_refuses(const char *path, int error, const char *words)
{
	struct kernel_btf opened = {0};
	struct reason why = {""};
	int err = kernel_btf_open(path, NULL, NULL, &opened, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("%s: got %d '%s', not %d '%s'", path, err, why.text, error, words);
	assert_null(opened.data);
}

static void test_raw(void **state)
{
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		make_btf(big_endian);
		scratch_write("raw", btf, sizeof(btf));
		assert_opens("raw");
	}
}

static void test_no_btf(void **state)
{
	assert_refuses("nowhere", -ENOENT, "No such file");
	scratch_write("empty", "", 0);
	assert_refuses("empty", -EBADMSG, "empty");
	scratch_write("text", "hello, world\n", 13);
	assert_refuses("text", -EBADMSG, "neither");
	scratch_write("short", "\x9f", 1);
	assert_refuses("short", -EBADMSG, "neither");
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_refuses("folder", -EISDIR, "a folder, not a file");
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_refuses("fifo", -EINVAL, "not a regular file");
}

/* Boot images that are not read are named, packed and not. */
static void test_foreign_image(void **state)
{
	uint8_t image[4096] = {0};
	struct kernel_facts facts;
	struct reason why = {""};
	gzFile packed;

	memcpy(image + 0x24, "\x18\x28\x6f\x01", 4);
	scratch_write("image", image, sizeof(image));
	assert_refuses("image", -EOPNOTSUPP, "it is an ARM zImage, which is not read here");
	packed = gzopen("packed", "wb");
	assert_int_equal(gzwrite(packed, image, sizeof(image)), sizeof(image));
	assert_int_equal(gzclose(packed), Z_OK);
	assert_refuses("packed", -EOPNOTSUPP, "it is an ARM zImage, which is not read here");
	assert_int_equal(kernel_btf_identify(image, sizeof(image), &facts, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "ARM zImage"));
}

static void test_too_large(void **state)
{
	make_btf(0);
	scratch_write("large", btf, sizeof(btf));
	assert_int_equal(truncate("large", (256 << 20) + 1), 0); /* a hole */
	assert_refuses("large", -EFBIG, "268435457");
	scratch_write("vmlinux", ELFMAG, SELFMAG);
	assert_int_equal(truncate("vmlinux", INT64_C(1) << 32), 0);
	assert_refuses("vmlinux", -EFBIG, "4294967296");
}

struct member {
	const char *name;
	const void *data;
	size_t size;
	int type; /* 0: a regular file */
};

static void write_archive(const char *path, const struct member *members, size_t count)
{
	struct archive *archive = archive_write_new();

	assert_int_equal(archive_write_add_filter_xz(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_ustar(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_filetype(entry, members[i].type ? (unsigned int)members[i].type
								  : AE_IFREG);
		archive_entry_set_size(entry, (la_int64_t)members[i].size);
		archive_entry_set_perm(entry, 0644);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (members[i].size)
			assert_int_equal(
				archive_write_data(archive, members[i].data, members[i].size),
				members[i].size);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
}

static uint8_t *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	uint8_t *data = malloc(1 << 20);

	assert_non_null(file);
	assert_non_null(data);
	*ret_size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

static void test_archive(void **state)
{
	struct member members[] = {
		{"folder/", NULL, 0, AE_IFDIR},
		{"README", "not the BTF\n", 12, 0},
		{"5.4.0.btf", btf, sizeof(btf), 0},
		{"empty.btf", NULL, 0, 0},
	};

	make_btf(0);
	write_archive("only.tar.xz", members + 2, 1);
	assert_opens("only.tar.xz");
	write_archive("more.btf", members, 4); /* the name does not matter */
	assert_opens("more.btf");
}

/* A mapped file that is rewritten as a tar after its first bytes were read. */
static void test_mapped_archive(void **state)
{
	enum { MAPPING_SIZE = 1 << 16 };
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	struct kernel_btf file = {.mapping_size = MAPPING_SIZE}, opened = {0};

	make_btf(0);
	file.mapping = mmap(NULL, MAPPING_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	assert_true(file.mapping != MAP_FAILED);
	file.data = file.mapping;
	assert_int_equal(archive_write_set_format_ustar(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(archive, file.mapping, MAPPING_SIZE, &file.size),
			 ARCHIVE_OK);
	archive_entry_set_pathname(entry, "5.4.0.btf");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, sizeof(btf));
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, btf, sizeof(btf)), sizeof(btf));
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(archive);
	assert_int_equal(kernel_btf_unpack(&file, NULL, &opened, NULL), 0);
	assert_int_equal(opened.size, sizeof(btf));
	assert_memory_equal(opened.data, btf, sizeof(btf));
	kernel_btf_close(&opened);
}

static void test_archive_without_one_btf(void **state)
{
	struct member members[] = {
		{"a.btf", "no BTF at all", 13, 0},
		{"b.btf", btf, sizeof(btf), 0},
		{"c.btf", btf, sizeof(btf), 0},
	};

	make_btf(1);
	write_archive("none", members, 1);
	assert_refuses("none", -ENODATA, "no file in the archive is a BTF");
	write_archive("two", members, 3);
	assert_refuses("two", -EBADMSG, "more than one BTF");
	write_archive("zero", members, 0);
	assert_refuses("zero", -EBADMSG, "empty");
}

/* Every cut and every flipped bit is found: .xz has checksums, and they are verified. */
static void test_damaged_archive(void **state)
{
	struct member member = {"5.4.0.btf", btf, sizeof(btf), 0};
	size_t size;
	uint8_t *data;

	make_btf(0);
	write_archive("good", &member, 1);
	data = read_file("good", &size);
	for (size_t cut = 6; cut < size; cut += cut < 100 || size - cut < 100 ? 1 : 37) {
		scratch_write("bad", data, cut);
		assert_refuses("bad", -EBADMSG, "cut off");
	}
	for (size_t at = 6; at < size; at += at < 100 || size - at < 100 ? 1 : 37) {
		struct kernel_btf opened = {0};
		struct reason why = {""};
		int err;

		data[at] ^= 0x10;
		scratch_write("bad", data, size);
		err = kernel_btf_open("bad", NULL, NULL, &opened, &why);
		if (err == 0)
			fail_msg("byte %zu of %zu flipped: accepted", at, size);
		assert_true(*why.text);
		data[at] ^= 0x10;
	}
	free(data);
}

/* Valid xz data that is not a tar. */
static void test_xz_without_tar(void **state)
{
	uint8_t packed[8192];
	size_t size = 0;

	make_btf(0);
	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, btf, sizeof(btf),
						 packed, &size, sizeof(packed)),
			 LZMA_OK);
	scratch_write("xz", packed, size);
	assert_opens("xz");
}

struct elf_shape {
	int class, order;
	const char *name;  /* of the section */
	unsigned int type; /* SHT_PROGBITS, ... */
	int odd_offset;	   /* it starts at one that nothing is aligned to */
	int compressed, empty;
};

static void add_section(Elf *elf, GElf_Word name, GElf_Word type, void *bytes, size_t size,
			size_t align, Elf_Scn **ret_section)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);
	GElf_Shdr header;

	assert_non_null(data);
	data->d_buf = bytes;
	data->d_size = size;
	data->d_type = ELF_T_BYTE;
	data->d_align = align;
	data->d_version = EV_CURRENT;
	assert_non_null(gelf_getshdr(section, &header));
	header.sh_name = name;
	header.sh_type = type;
	gelf_update_shdr(section, &header);
	*ret_section = section;
}

/* An ELF file with a few bytes of text, a section of that shape, and the section names. */
static void write_elf(const char *path, const struct elf_shape *shape)
{
	static char names[] = "\0.shstrtab\0.text\0.BTF";
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	Elf_Scn *section;
	GElf_Ehdr header;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(elf);
	assert_non_null(gelf_newehdr(elf, shape->class));
	gelf_getehdr(elf, &header);
	header.e_ident[EI_DATA] = (unsigned char)shape->order;
	header.e_type = ET_EXEC;
	header.e_machine = EM_S390;
	header.e_shstrndx = 3;
	gelf_update_ehdr(elf, &header);
	add_section(elf, 11, SHT_PROGBITS, names, shape->odd_offset ? 3 : 8, 1, &section);
	add_section(elf, strcmp(shape->name, ".BTF") == 0 ? 17 : 11, shape->type,
		    shape->empty ? NULL : btf, shape->empty ? 0 : sizeof(btf),
		    shape->odd_offset ? 1 : 4, &section);
	if (shape->compressed)
		assert_true(elf_compress(section, ELFCOMPRESS_ZLIB, 1) >= 0);
	add_section(elf, 1, SHT_STRTAB, names, sizeof(names), 1, &section);
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
	close(fd);
}

static void test_elf(void **state)
{
	for (int form = 0; form < 16; form++) {
		struct elf_shape shape = {
			.class = form & 1 ? ELFCLASS64 : ELFCLASS32,
			.order = form & 2 ? ELFDATA2MSB : ELFDATA2LSB,
			.name = ".BTF",
			.type = SHT_PROGBITS,
			.odd_offset = form & 4,
			.compressed = form & 8,
		};

		make_btf(form & 2);
		write_elf("vmlinux", &shape);
		assert_opens("vmlinux");
	}
}

static void test_elf_without_btf(void **state)
{
	struct elf_shape shape = {ELFCLASS64, ELFDATA2LSB, ".text", SHT_PROGBITS, 0, 0, 0};

	make_btf(0);
	write_elf("vmlinux", &shape);
	assert_refuses("vmlinux", -ENODATA, "without a section .BTF");
	shape.name = ".BTF";
	shape.empty = 1;
	write_elf("vmlinux", &shape);
	assert_refuses("vmlinux", -ENODATA, "empty");
	shape.empty = 0;
	shape.type = SHT_NOBITS;
	write_elf("vmlinux", &shape);
	assert_refuses("vmlinux", -ENODATA, "no bytes");
	shape.type = SHT_PROGBITS;
	btf[0] = 0;
	write_elf("vmlinux", &shape);
	assert_refuses("vmlinux", -EBADMSG, "does not start like BTF");
}

static void test_damaged_elf(void **state)
{
	struct elf_shape shape = {ELFCLASS64, ELFDATA2LSB, ".BTF", SHT_PROGBITS, 0, 0, 0};
	size_t size;
	uint8_t *data;

	make_btf(0);
	write_elf("good", &shape);
	data = read_file("good", &size);
	/* Cut anywhere, or a bit flipped: no read outside the file (ASan checks). */
	for (size_t cut = 4; cut < size; cut += 61) {
		struct kernel_btf opened = {0};

		scratch_write("bad", data, cut);
		assert_int_not_equal(kernel_btf_open("bad", NULL, NULL, &opened, NULL), 0);
	}
	for (size_t at = 4; at < size; at += at < 64 || size - at < 300 ? 1 : 61) {
		struct kernel_btf opened = {0};

		data[at] ^= 0x80;
		scratch_write("bad", data, size);
		if (kernel_btf_open("bad", NULL, NULL, &opened, NULL) == 0)
			kernel_btf_close(&opened);
		data[at] ^= 0x80;
	}
	free(data);
}

static size_t opened_count;

static int open_real(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	size_t length = strlen(path);
	struct kernel_btf opened = {0};
	struct reason why = {""};

	(void)status;
	(void)walk;
	if (type != FTW_F || length < 7 || strcmp(path + length - 7, ".tar.xz") != 0)
		return 0;
	if (kernel_btf_open(path, NULL, NULL, &opened, &why))
		fail_msg("%s: %s", path, why.text);
	assert_true(opened.size > 1 << 20);
	kernel_btf_close(&opened);
	opened_count++;
	return 0;
}

/* Real archives; tests/golden reads more of them where there are more. */
static void test_real_archives(void **state)
{
	nftw(SAMPLE_KERNELS, open_real, 8, FTW_PHYS);
	assert_true(opened_count > 0);
}

#define SCRATCH_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_raw),
		SCRATCH_TEST(test_no_btf),
		SCRATCH_TEST(test_foreign_image),
		SCRATCH_TEST(test_too_large),
		SCRATCH_TEST(test_archive),
		cmocka_unit_test(test_mapped_archive),
		SCRATCH_TEST(test_archive_without_one_btf),
		SCRATCH_TEST(test_damaged_archive),
		SCRATCH_TEST(test_xz_without_tar),
		SCRATCH_TEST(test_elf),
		SCRATCH_TEST(test_elf_without_btf),
		SCRATCH_TEST(test_damaged_elf),
		cmocka_unit_test(test_real_archives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
