/* SPDX-License-Identifier: MIT */
/*
 * Boot images that are damaged, have wrong headers, or hold too much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <zlib.h>

#include "tests/embedder/image/kernel_checks.h"

/* Wrong headers. */
static void test_lying_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};
	struct kernel_facts facts;
	uint32_t length, offset;

	made_packed_bzimage(&image, &kernel, MADE_ZSTD);
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

	/* No text at the given place: the machine is still known. */
	put(&image, 0x20e, UINT16_MAX, 2);
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.release, "");
	assert_string_equal(facts.machine, "x86_64");
	/* One byte in front of the end of the setup code. */
	put(&image, 0x20e, 4 * 512 - 512 - 1, 2);
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.release, "");

	/* The machine is one bit. */
	put(&image, 0x236, 0x7e, 2);
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.machine, "x86");
	put(&image, 0x236, 0x01, 2);
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.machine, "x86_64");
	put(&image, 0x206, 0x020b, 2); /* which older protocols do not have */
	assert_int_equal(kernel_image_identify(image.data, image.size, &facts, NULL), 0);
	assert_string_equal(facts.machine, "");
	put(&image, 0x206, 0x020f, 2);

	/* Another kernel's text. */
	put(&image, 0x20e, 0x100, 2);
	image.data[0x300] = '7';
	assert_refuses(&image, -EBADMSG, "its header says that it is 7.1.0-13-amd64");
	image.data[0x300] = '6';
	assert_image(&image, &kernel, "x86_64"); /* and all is as it was */
	byte_buffer_free(&image);
}

/* The size behind the payload is wrong. */
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
			assert_refuses(&image, -EBADMSG, "image says: it is damaged");
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
	/* Too short for the size behind it. */
	byte_buffer_clear(&image);
	made_bzimage(&image, &kernel, "BZh", 3);
	assert_refuses(&image, -EOPNOTSUPP, "not packed with");
	byte_buffer_clear(&image);
	made_bzimage(&image, &kernel, "\x5d\0", 3);
	assert_refuses(&image, -EOPNOTSUPP, "not packed with");
	byte_buffer_clear(&image);
	made_zboot(&image, MADE_LZ4, lzo, sizeof(lzo));
	assert_refuses(&image, -EOPNOTSUPP, "lzo");
	byte_buffer_free(&image);
}

/* The payload is not a kernel. */
static void test_no_kernel_inside(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer packed = {0}, image = {0};

	made_pack(&packed, MADE_GZIP, "hello, world", 12);
	made_bzimage(&image, &kernel, packed.data, packed.size);
	assert_refuses(&image, -EBADMSG, "what is packed in it is no kernel as an ELF file");
	byte_buffer_clear(&image);
	made_zboot(&image, MADE_GZIP, packed.data, packed.size);
	assert_refuses(&image, -ENODATA, "without BTF");
	byte_buffer_free(&packed);
	byte_buffer_free(&image);
}

/* 257 MiB of zeros: more than the limit, and more than the size behind the payload. */
static void test_bomb(void **state)
{
	static uint8_t zeros[1 << 20], room[1 << 20];
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};
	z_stream stream = {.next_out = room, .avail_out = sizeof(room)};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	for (int i = 0; i < 257; i++) {
		stream.next_in = zeros;
		stream.avail_in = sizeof(zeros);
		assert_int_not_equal(deflate(&stream, i < 256 ? Z_NO_FLUSH : Z_FINISH),
				     Z_BUF_ERROR);
	}
	deflateEnd(&stream);
	made_bzimage(&image, &kernel, room, sizeof(room) - stream.avail_out);
	assert_refuses(&image, -EFBIG, "said to unpack to 269484032 bytes");
	put(&image, image.size - 100 - 4, 4096, 4);
	assert_refuses(&image, -EBADMSG, "more than the 4096 bytes");
	byte_buffer_free(&image);
}

/* Every length that is too short is an error, without a read behind the end (ASan checks). */
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
		made_packed_bzimage(&image, &kernel, packing);
		assert_cuts(&image, image.size - 100); /* bytes behind the kernel are not needed */
		assert_flips(&image);
	}
	kernel = made_kernel_arm64();
	made_packed_zboot(&image, &kernel, MADE_XZ);
	assert_cuts(&image, image.size - 100);
	assert_flips(&image);
	byte_buffer_free(&image);
}

/* An lz4 payload cut off between two blocks: only its size shows it. */
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
	assert_refuses(&image, -EBADMSG, "image says: it is damaged");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lying_bzimage),
		cmocka_unit_test(test_size_word),
		cmocka_unit_test(test_unknown_packing),
		cmocka_unit_test(test_no_kernel_inside),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_lz4_cut_between_blocks),
		cmocka_unit_test(test_damaged_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
