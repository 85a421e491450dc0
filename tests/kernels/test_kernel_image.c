// SPDX-License-Identifier: MIT
/*
 * Boot images: bzImage, Image and zboot, packed in every way; and damaged, lying and too large ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "embedder/kernels/kernel_elf.h"
#include "embedder/kernels/kernel_image.h"
#include "tests/kernels/made_kernel.h"

/* Bytes in heap memory of just their size, so that ASan sees a byte read behind them. */
static uint8_t *exact(const struct byte_buffer *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes->data, size);
	return copy;
}

static void assert_facts(const struct kernel_facts *facts, const struct made_kernel *kernel,
			 const char *machine)
{
	assert_string_equal(facts->release, kernel->release);
	assert_string_equal(facts->uname_version, kernel->uname_version);
	assert_string_equal(facts->machine, machine);
}

static void assert_build_id(const struct kernel_facts *facts, uint8_t first)
{
	assert_int_equal(facts->build_id_size, MADE_BUILD_ID_SIZE);
	for (size_t i = 0; i < MADE_BUILD_ID_SIZE; i++)
		assert_int_equal(facts->build_id[i], first + i);
}

static void assert_btf(const struct kernel_btf *btf, bool big_endian)
{
	struct byte_buffer expected = {0};

	made_btf(&expected, big_endian);
	assert_int_equal(btf->size, expected.size);
	assert_memory_equal(btf->data, expected.data, expected.size);
	assert_int_equal((uintptr_t)btf->data % 4, 0);
	byte_buffer_free(&expected);
}

/* Identified: all but the build-id. Read: all. */
static void assert_image(const struct byte_buffer *image, const struct made_kernel *kernel,
			 const char *machine)
{
	uint8_t *bytes = exact(image, image->size);
	struct kernel_facts facts;
	struct kernel_btf btf = {0};
	struct reason why = {""};

	assert_true(kernel_image_is(bytes, image->size));
	assert_true(kernel_image_is(bytes, KERNEL_IMAGE_START_SIZE));
	memset(&facts, 0xff, sizeof(facts));
	if (kernel_image_identify(bytes, image->size, &facts, &why))
		fail_msg("identify: %s", why.text);
	assert_facts(&facts, kernel, machine);
	assert_int_equal(facts.build_id_size, 0);
	memset(&facts, 0xff, sizeof(facts));
	if (kernel_image_read(bytes, image->size, &facts, &btf, &why))
		fail_msg("read: %s", why.text);
	free(bytes); /* what was read is not in it */
	assert_facts(&facts, kernel, machine);
	assert_build_id(&facts, kernel->build_id);
	assert_btf(&btf, kernel->elf_order == ELFDATA2MSB);
	kernel_btf_close(&btf);
}

static void assert_refuses_bytes(const void *bytes, size_t size, int error, const char *words)
{
	struct kernel_facts facts = {.release = "before"};
	struct kernel_btf btf = {0};
	struct reason why = {""};
	int err = kernel_image_read(bytes, size, &facts, &btf, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("got %d '%s', not %d '%s'", err, why.text, error, words);
	assert_null(btf.data);
	assert_string_equal(facts.release, "before");
}

static void assert_refuses(const struct byte_buffer *image, int error, const char *words)
{
	uint8_t *bytes = exact(image, image->size);

	assert_refuses_bytes(bytes, image->size, error, words);
	free(bytes);
}

/* A kernel, packed, as x86 has it. */
static void make_bzimage(struct byte_buffer *image, const struct made_kernel *kernel,
			 enum made_packing packing)
{
	struct byte_buffer elf = {0}, packed = {0};

	made_elf(&elf, kernel);
	made_pack(&packed, packing, elf.data, elf.size);
	byte_buffer_clear(image);
	made_bzimage(image, kernel, packed.data, packed.size);
	byte_buffer_free(&elf);
	byte_buffer_free(&packed);
}

static void make_zboot(struct byte_buffer *image, const struct made_kernel *kernel,
		       enum made_packing packing)
{
	struct byte_buffer flat = {0}, packed = {0};

	made_flat(&flat, kernel);
	made_pack(&packed, packing, flat.data, flat.size);
	byte_buffer_clear(image);
	made_zboot(image, packing, packed.data, packed.size);
	byte_buffer_free(&flat);
	byte_buffer_free(&packed);
}

static void test_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		make_bzimage(&image, &kernel, packing);
		assert_image(&image, &kernel, "x86_64");
	}
	kernel.e_machine = EM_386;
	kernel.elf_class = ELFCLASS32;
	kernel.uname_machine = "i386";
	make_bzimage(&image, &kernel, MADE_XZ);
	assert_image(&image, &kernel, "x86");
	byte_buffer_free(&image);
}

/* More than one block of each packing. */
static void test_large_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	kernel.padding = 9 << 20;
	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		make_bzimage(&image, &kernel, packing);
		assert_image(&image, &kernel, "x86_64");
	}
	byte_buffer_free(&image);
}

static void test_image(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0};

	made_flat(&image, &kernel);
	assert_image(&image, &kernel, "arm64");
	byte_buffer_clear(&image);
	kernel.elf_order = ELFDATA2MSB;
	kernel.uname_machine = "aarch64_be";
	made_flat(&image, &kernel);
	assert_image(&image, &kernel, "aarch64_be");
	byte_buffer_free(&image);
}

static void test_riscv_image(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0};

	kernel.uname_machine = "riscv64";
	made_flat(&image, &kernel);
	memcpy(image.data + 0x38, "RSC\x05", 4);
	assert_image(&image, &kernel, "riscv64");
	byte_buffer_free(&image);
}

static void test_zboot(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0};

	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		make_zboot(&image, &kernel, packing);
		assert_image(&image, &kernel, "arm64");
	}
	byte_buffer_free(&image);
}

/* Where uname's answer is not in it, the banner has to do, and the header for the machine. */
static void test_banner_alone(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0};

	kernel.without_uts = true;
	kernel.uname_version = "#46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020";
	kernel.banner_end = " (Ubuntu 5.4.0-42.46-generic 5.4.44)";
	made_flat(&image, &kernel);
	assert_image(&image, &kernel, "arm64");
	kernel = made_kernel_x86_64();
	kernel.without_banner = true;
	make_bzimage(&image, &kernel, MADE_GZIP);
	assert_image(&image, &kernel, "x86_64");
	kernel.without_uts = true; /* all that is left is the header */
	make_bzimage(&image, &kernel, MADE_GZIP);
	assert_image(&image, &kernel, "x86_64");
	byte_buffer_free(&image);
}

static void test_no_banner(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0};
	struct kernel_facts facts;
	struct kernel_btf btf = {0};
	struct reason why = {""};

	kernel.without_uts = kernel.without_banner = true;
	kernel.build_id = 0;
	made_flat(&image, &kernel);
	assert_int_equal(kernel_image_read(image.data, image.size, &facts, &btf, &why), 0);
	assert_string_equal(facts.release, "");
	assert_string_equal(facts.uname_version, "");
	assert_string_equal(facts.machine, "arm64");
	assert_int_equal(facts.build_id_size, 0); /* the vDSO's is not the kernel's */
	kernel_btf_close(&btf);
	assert_int_equal(kernel_image_read(image.data, image.size, NULL, &btf, NULL), 0);
	kernel_btf_close(&btf);
	byte_buffer_free(&image);
}

static void test_no_btf(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	kernel.without_btf = true;
	make_bzimage(&image, &kernel, MADE_XZ);
	assert_refuses(&image, -ENODATA, "built without BTF");
	kernel = made_kernel_arm64();
	kernel.without_btf = true; /* there is still that of a BPF program */
	byte_buffer_clear(&image);
	made_flat(&image, &kernel);
	assert_refuses(&image, -ENODATA, "built without BTF");
	make_zboot(&image, &kernel, MADE_ZSTD);
	assert_refuses(&image, -ENODATA, "built without BTF");
	byte_buffer_free(&image);
}

static void test_no_image(void **state)
{
	static const uint8_t zeros[KERNEL_IMAGE_START_SIZE];
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};
	struct kernel_facts facts;

	assert_false(kernel_image_is(zeros, sizeof(zeros)));
	assert_false(kernel_image_is(zeros, 0));
	assert_refuses_bytes(zeros, sizeof(zeros), -EBADMSG, "not a kernel's boot image");
	assert_int_equal(kernel_image_identify(zeros, sizeof(zeros), &facts, NULL), -EBADMSG);
	make_bzimage(&image, &kernel, MADE_GZIP);
	image.data[0x1fe] = 0;
	assert_false(kernel_image_is(image.data, image.size));
	byte_buffer_free(&image);
}

static void put(struct byte_buffer *image, size_t at, uint32_t value, size_t width)
{
	value = htole32(value);
	memcpy(image->data + at, &value, width);
}

/* Headers that lie. */
static void test_lying_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};
	struct kernel_facts facts;
	uint32_t length, offset;

	make_bzimage(&image, &kernel, MADE_ZSTD);
	memcpy(&offset, image.data + 0x248, 4);
	memcpy(&length, image.data + 0x24c, 4);
	put(&image, 0x24c, UINT32_MAX, 4);
	assert_refuses(&image, -EBADMSG, "cut off");
	put(&image, 0x24c, length, 4);
	put(&image, 0x248, UINT32_MAX, 4);
	assert_refuses(&image, -EBADMSG, "cut off");
	put(&image, 0x248, le32toh(offset), 4);
	for (uint32_t less = 0; less < 4; less++) {
		put(&image, 0x24c, less, 4);
		assert_refuses(&image, -EOPNOTSUPP, "not packed with");
	}
	put(&image, 0x24c, le32toh(length) - 1, 4);
	assert_refuses(&image, -EBADMSG, "cut off");
	put(&image, 0x24c, le32toh(length), 4);
	put(&image, 0x206, 0x0207, 2);
	assert_refuses(&image, -EOPNOTSUPP, "boot protocol 2.07");
	put(&image, 0x206, 0x020f, 2);
	image.data[0x1f1] = 255;
	assert_refuses(&image, -EBADMSG, "cut off");
	image.data[0x1f1] = 3;

	/* No text where it is said to be: the machine is known all the same. */
	put(&image, 0x20e, UINT16_MAX, 2);
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.release, "");
	assert_string_equal(facts.machine, "x86_64");
	put(&image, 0x20e, 4 * 512 - 512 - 1, 2); /* one byte in front of the end of the setup code */
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.release, "");

	/* Another kernel's text. */
	put(&image, 0x20e, 0x100, 2);
	image.data[0x300] = '7';
	assert_refuses(&image, -EBADMSG, "its header says that it is 7.1.0-13-amd64");
	image.data[0x300] = '6';
	assert_image(&image, &kernel, "x86_64"); /* and all is as it was */
	byte_buffer_free(&image);
}

/* The size behind the payload is not what comes out. */
static void test_size_word(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0}, packed = {0}, image = {0};

	made_elf(&elf, &kernel);
	for (int packing = MADE_XZ; packing < MADE_PACKINGS; packing++) {
		for (int more = -1; more <= 1; more += 2) {
			byte_buffer_clear(&packed);
			byte_buffer_clear(&image);
			made_pack(&packed, packing, elf.data, elf.size);
			put(&packed, packed.size - 4, (uint32_t)((int)elf.size + more), 4);
			made_bzimage(&image, &kernel, packed.data, packed.size);
			assert_refuses(&image, -EBADMSG, "are said to come");
		}
		put(&packed, packed.size - 4, (256 << 20) + 1, 4);
		byte_buffer_clear(&image);
		made_bzimage(&image, &kernel, packed.data, packed.size);
		assert_refuses(&image, -EFBIG, "268435457");
	}
	byte_buffer_free(&elf);
	byte_buffer_free(&packed);
	byte_buffer_free(&image);
}

static void test_unknown_packing(void **state)
{
	static const uint8_t lzo[] = {0x89, 'L', 'Z', 'O', 0, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0};
	static const uint8_t text[] = "no packing starts like this";
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	made_bzimage(&image, &kernel, lzo, sizeof(lzo));
	assert_refuses(&image, -EOPNOTSUPP, "lzo");
	byte_buffer_clear(&image);
	made_bzimage(&image, &kernel, text, sizeof(text));
	assert_refuses(&image, -EOPNOTSUPP, "not packed with");
	byte_buffer_clear(&image);
	made_zboot(&image, MADE_LZ4, lzo, sizeof(lzo));
	assert_refuses(&image, -EOPNOTSUPP, "lzo");
	byte_buffer_free(&image);
}

/* Something else than a kernel is packed in it. */
static void test_no_kernel_inside(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer packed = {0}, image = {0};

	made_pack(&packed, MADE_GZIP, "hello, world", 12);
	made_bzimage(&image, &kernel, packed.data, packed.size);
	assert_refuses(&image, -EBADMSG, "ELF");
	byte_buffer_clear(&image);
	made_zboot(&image, MADE_GZIP, packed.data, packed.size);
	assert_refuses(&image, -ENODATA, "without BTF");
	byte_buffer_free(&packed);
	byte_buffer_free(&image);
}

/* 257 MiB of zeros, which gzip does not say beforehand. */
static void test_bomb(void **state)
{
	static uint8_t zeros[1 << 20], room[1 << 20];
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};
	z_stream stream = {.next_out = room, .avail_out = sizeof(room)};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	for (int i = 0; i < 257; i++) {
		stream.next_in = zeros;
		stream.avail_in = sizeof(zeros);
		assert_int_not_equal(deflate(&stream, i < 256 ? Z_NO_FLUSH : Z_FINISH), Z_BUF_ERROR);
	}
	deflateEnd(&stream);
	made_bzimage(&image, &kernel, room, sizeof(room) - stream.avail_out);
	assert_refuses(&image, -EFBIG, "more than 268435456 bytes");
	byte_buffer_free(&image);
}

/* Every length that is too short is an error, and nothing behind it is read (ASan watches). */
static void assert_cuts(const struct byte_buffer *image, size_t least)
{
	for (size_t cut = 0; cut < least; cut += cut < 0x300 || least - cut < 100 ? 1 : 97) {
		uint8_t *bytes = exact(image, cut);
		struct kernel_facts facts;
		struct kernel_btf btf = {0};
		struct reason why = {""};
		int err = kernel_image_read(bytes, cut, &facts, &btf, &why);

		if (err >= 0 || !*why.text)
			fail_msg("cut to %zu of %zu: %d '%s'", cut, image->size, err, why.text);
		kernel_image_identify(bytes, cut, &facts, NULL);
		free(bytes);
	}
}

static void assert_flips(const struct byte_buffer *image)
{
	uint8_t *bytes = exact(image, image->size);

	for (size_t at = 0; at < image->size; at += at < 0x260 ? 1 : 13) {
		struct kernel_facts facts;
		struct kernel_btf btf = {0};

		bytes[at] ^= 0x81;
		if (kernel_image_read(bytes, image->size, &facts, &btf, NULL) == 0) {
			assert_true(strlen(facts.release) < sizeof(facts.release));
			assert_non_null(facts.machine);
			kernel_btf_close(&btf);
		}
		bytes[at] ^= 0x81;
	}
	free(bytes);
}

static void test_damaged(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		make_bzimage(&image, &kernel, packing);
		assert_cuts(&image, image.size - 100); /* what is behind the kernel is not needed */
		assert_flips(&image);
	}
	kernel = made_kernel_arm64();
	make_zboot(&image, &kernel, MADE_XZ);
	assert_cuts(&image, image.size - 100);
	assert_flips(&image);
	byte_buffer_free(&image);
}

/* An lz4 payload cut off between two blocks: nothing but its size shows it. */
static void test_lz4_cut_between_blocks(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0}, packed = {0}, image = {0};
	uint32_t block;

	kernel.padding = 9 << 20;
	made_elf(&elf, &kernel);
	made_pack(&packed, MADE_LZ4, elf.data, elf.size);
	memcpy(&block, packed.data + 4, 4);
	block = le32toh(block);
	memmove(packed.data + 8 + block, packed.data + packed.size - 4, 4);
	made_bzimage(&image, &kernel, packed.data, 8 + block + 4);
	assert_refuses(&image, -EBADMSG, "are said to come");
	byte_buffer_free(&elf);
	byte_buffer_free(&packed);
	byte_buffer_free(&image);
}

static void test_damaged_image(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0}, btf = {0};
	const uint8_t *found;
	size_t end;

	made_flat(&image, &kernel);
	made_btf(&btf, false);
	found = memmem(image.data, image.size, btf.data, btf.size);
	assert_non_null(found);
	end = (size_t)(found - image.data) + btf.size;
	assert_cuts(&image, end);
	assert_flips(&image);
	image.size = end - 1;
	assert_refuses(&image, -EBADMSG, "cut off");
	byte_buffer_free(&image);
	byte_buffer_free(&btf);
}

/* Of several with task_struct the largest; the magic alone, and a header that leads out, are none. */
static void test_several_btfs(void **state)
{
	static const uint8_t magic[] = {0x9f, 0xeb, 1, 0};
	static const uint8_t lying[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0,
					36,   0,    0, 0, 99, 9, 9, 0};
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0}, smaller = {0};
	uint32_t length = htole32(12);

	made_btf(&smaller, false);
	memcpy(smaller.data + 12, &length, 4); /* one type less, but two more that nobody sees */
	memcpy(smaller.data + 16, &length, 4);
	memmove(smaller.data + 24 + 12, smaller.data + 24 + 36, smaller.size - 24 - 36);
	smaller.size -= 24;
	made_flat(&image, &kernel);
	byte_buffer_append(&image, smaller.data, smaller.size);
	byte_buffer_append(&image, magic, sizeof(magic));
	byte_buffer_append(&image, lying, sizeof(lying));
	assert_image(&image, &kernel, "arm64");
	byte_buffer_clear(&image);
	byte_buffer_append(&image, (uint8_t[64]){[0x38] = 'A', 'R', 'M', 0x64}, 64);
	byte_buffer_append(&image, smaller.data, smaller.size);
	byte_buffer_append(&image, magic, sizeof(magic));
	made_flat(&image, &kernel);
	assert_image(&image, &kernel, "arm64");
	byte_buffer_free(&image);
	byte_buffer_free(&smaller);
}

/* Larger than the kernel's, but with a header of 20 bytes, which no version of BTF has. */
static void test_short_btf_header(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer image = {0}, btf = {0};

	made_btf(&btf, false);
	put(&btf, 4, 20, 4);
	put(&btf, 16, 36 + 4, 4);
	put(&btf, 20, sizeof("\0task_struct") + 4, 4);
	byte_buffer_append_u32(&btf, 0);
	made_flat(&image, &kernel);
	byte_buffer_append(&image, btf.data, btf.size);
	assert_image(&image, &kernel, "arm64");
	byte_buffer_free(&image);
	byte_buffer_free(&btf);
}

/* Magics and nothing else, with headers that hold: it ends, and soon. */
static void test_many_magics(void **state)
{
	struct byte_buffer image = {0}, btf = {0};

	made_program_btf(&btf, false);
	byte_buffer_append(&image, (uint8_t[64]){[0x38] = 'A', 'R', 'M', 0x64}, 64);
	while (image.size < 8 << 20) {
		byte_buffer_append(&image, btf.data, 24);
		byte_buffer_append(&image, btf.data, btf.size);
	}
	assert_refuses(&image, -ENODATA, "built without BTF");
	byte_buffer_free(&image);
	byte_buffer_free(&btf);
}

/* --- ELF -------------------------------------------------------------------------------------- */

static void test_elf_facts(void **state)
{
	static const struct {
		unsigned int e_machine;
		int elf_class, elf_order;
		const char *machine;
	} forms[] = {
		{EM_X86_64, ELFCLASS64, ELFDATA2LSB, "x86_64"},
		{EM_ARM, ELFCLASS32, ELFDATA2LSB, "arm"},
		{EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x"},
		{EM_PPC, ELFCLASS32, ELFDATA2MSB, "ppc"},
		{EM_PDP11, ELFCLASS64, ELFDATA2LSB, ""},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct made_kernel kernel = made_kernel_x86_64();
		struct byte_buffer elf = {0};
		struct kernel_facts facts;
		struct kernel_btf btf = {0};
		struct reason why = {""};
		uint8_t *bytes;

		kernel.e_machine = forms[i].e_machine;
		kernel.elf_class = forms[i].elf_class;
		kernel.elf_order = forms[i].elf_order;
		made_elf(&elf, &kernel);
		bytes = exact(&elf, elf.size);
		assert_true(kernel_elf_is(bytes, elf.size));
		if (kernel_elf_read_memory(bytes, elf.size, &facts, &btf, &why))
			fail_msg("%s", why.text);
		assert_facts(&facts, &kernel, forms[i].machine);
		assert_build_id(&facts, kernel.build_id);
		assert_btf(&btf, kernel.elf_order == ELFDATA2MSB);
		kernel_btf_close(&btf);
		memset(&facts, 0, sizeof(facts));
		assert_int_equal(kernel_elf_identify_memory(bytes, elf.size, &facts, &why), 0);
		assert_facts(&facts, &kernel, forms[i].machine);
		assert_build_id(&facts, kernel.build_id);
		free(bytes);
		byte_buffer_free(&elf);
	}
}

/* A file with BTF and nothing else, as some tools put it beside a kernel that has none. */
static void test_elf_without_facts(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};
	struct kernel_facts facts;
	struct kernel_btf btf = {0};

	kernel.without_banner = kernel.without_uts = true;
	kernel.build_id = 0;
	made_elf(&elf, &kernel);
	assert_int_equal(kernel_elf_read_memory(elf.data, elf.size, &facts, &btf, NULL), 0);
	assert_string_equal(facts.release, "");
	assert_string_equal(facts.uname_version, "");
	assert_string_equal(facts.machine, "x86_64");
	assert_int_equal(facts.build_id_size, 0);
	kernel_btf_close(&btf);
	byte_buffer_free(&elf);
}

/* Packed sections, in memory that nobody may write to. */
static void test_compressed_elf(void **state)
{
	for (int form = 0; form < 8; form++) {
		struct made_kernel kernel = made_kernel_x86_64();
		struct byte_buffer elf = {0};
		struct kernel_btf btf = {0};
		struct reason why = {""};
		uint8_t *bytes;

		kernel.elf_class = form & 1 ? ELFCLASS64 : ELFCLASS32;
		kernel.elf_order = form & 2 ? ELFDATA2MSB : ELFDATA2LSB;
		kernel.btf_compression = form & 4 ? 2 : 1;
		made_elf(&elf, &kernel);
		bytes = mmap(NULL, elf.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_true(bytes != MAP_FAILED);
		memcpy(bytes, elf.data, elf.size);
		assert_int_equal(mprotect(bytes, elf.size, PROT_READ), 0);
		if (kernel_elf_read_memory(bytes, elf.size, NULL, &btf, &why))
			fail_msg("form %d: %s", form, why.text);
		assert_btf(&btf, kernel.elf_order == ELFDATA2MSB);
		kernel_btf_close(&btf);
		munmap(bytes, elf.size);
		byte_buffer_free(&elf);
	}
}

static void assert_elf_refused(const struct byte_buffer *elf, int error, const char *words)
{
	struct kernel_btf btf = {0};
	struct reason why = {""};
	int err = kernel_elf_read_memory(elf->data, elf->size, NULL, &btf, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("got %d '%s', not %d '%s'", err, why.text, error, words);
	assert_null(btf.data);
}

static void test_lying_compressed_elf(void **state)
{
	struct byte_buffer btf = {0};

	made_btf(&btf, false);
	for (unsigned int type = 1; type <= 3; type++) {
		struct made_kernel kernel = made_kernel_x86_64();
		struct byte_buffer elf = {0};
		uint8_t header[16] = {(uint8_t)type, [8] = (uint8_t)btf.size};
		uint8_t *found;
		size_t at;

		kernel.btf_compression = type;
		made_elf(&elf, &kernel);
		found = memmem(elf.data, elf.size, header, sizeof(header));
		assert_non_null(found);
		at = (size_t)(found - elf.data);
		if (type == 3) {
			assert_elf_refused(&elf, -EOPNOTSUPP, "is not known (3;");
		} else {
			put(&elf, at + 8, (uint32_t)btf.size + 1, 4);
			assert_elf_refused(&elf, -EBADMSG, "are said to come");
			put(&elf, at + 8, (uint32_t)btf.size - 1, 4);
			assert_elf_refused(&elf, type == 1 ? -EBADMSG : -EFBIG, "");
			put(&elf, at + 8, (256 << 20) + 1, 4);
			assert_elf_refused(&elf, -EFBIG, "268435457");
			put(&elf, at + 8, (uint32_t)btf.size, 4);
			elf.data[at + 24 + (type == 1 ? 12 : 4)] ^= 0xff; /* zlib: its data; zstd: its head */
			assert_elf_refused(&elf, -EBADMSG, "");
		}
		byte_buffer_free(&elf);
	}
	byte_buffer_free(&btf);
}

static void test_damaged_elf(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};

	made_elf(&elf, &kernel);
	for (size_t cut = 0; cut < elf.size; cut += cut < 64 ? 1 : 7) {
		uint8_t *bytes = exact(&elf, cut);
		struct kernel_facts facts;
		struct kernel_btf btf = {0};

		/* Section headers are at the end. */
		assert_int_not_equal(kernel_elf_read_memory(bytes, cut, &facts, &btf, NULL), 0);
		kernel_elf_identify_memory(bytes, cut, &facts, NULL);
		free(bytes);
	}
	for (size_t at = 0; at < elf.size; at++) {
		struct kernel_facts facts;
		struct kernel_btf btf = {0};
		uint8_t *bytes = exact(&elf, elf.size);

		bytes[at] ^= 0x81;
		if (kernel_elf_read_memory(bytes, elf.size, &facts, &btf, NULL) == 0)
			kernel_btf_close(&btf);
		kernel_elf_identify_memory(bytes, elf.size, &facts, NULL);
		free(bytes);
	}
	byte_buffer_free(&elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bzimage),
		cmocka_unit_test(test_large_bzimage),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_riscv_image),
		cmocka_unit_test(test_zboot),
		cmocka_unit_test(test_banner_alone),
		cmocka_unit_test(test_no_banner),
		cmocka_unit_test(test_no_btf),
		cmocka_unit_test(test_no_image),
		cmocka_unit_test(test_lying_bzimage),
		cmocka_unit_test(test_size_word),
		cmocka_unit_test(test_unknown_packing),
		cmocka_unit_test(test_no_kernel_inside),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_lz4_cut_between_blocks),
		cmocka_unit_test(test_damaged_image),
		cmocka_unit_test(test_several_btfs),
		cmocka_unit_test(test_short_btf_header),
		cmocka_unit_test(test_many_magics),
		cmocka_unit_test(test_elf_facts),
		cmocka_unit_test(test_elf_without_facts),
		cmocka_unit_test(test_compressed_elf),
		cmocka_unit_test(test_lying_compressed_elf),
		cmocka_unit_test(test_damaged_elf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
