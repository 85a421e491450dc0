/* SPDX-License-Identifier: MIT */
/*
 * Boot images: bzImage, Image and zboot, packed in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/embedder/image/kernel_checks.h"

static void test_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0}, elf = {0};

	made_elf(&elf, &kernel);
	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		made_packed_bzimage(&image, &kernel, packing);
		assert_image(&image, &kernel, "x86_64");
		assert_int_equal(kernel_image_unpacked_size(image.data, image.size), elf.size);
	}
	kernel.e_machine = EM_386;
	kernel.elf_class = ELFCLASS32;
	kernel.uname_machine = "i386";
	made_packed_bzimage(&image, &kernel, MADE_XZ);
	assert_image(&image, &kernel, "x86");
	byte_buffer_free(&image);
	byte_buffer_free(&elf);
}

/* Very old boot sectors have no size of the setup code, which is four sectors then. */
static void test_default_setup_size(void **state)
{
	static const uint8_t sector[512];
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0}, longer = {0};

	made_packed_bzimage(&image, &kernel, MADE_GZIP);
	assert_int_equal(image.data[0x1f1], 3);
	image.data[0x1f1] = 0;
	byte_buffer_append(&longer, image.data, 4 * sizeof(sector));
	byte_buffer_append(&longer, sector, sizeof(sector));
	byte_buffer_append(&longer, image.data + 4 * sizeof(sector),
			   image.size - 4 * sizeof(sector));
	assert_image(&longer, &kernel, "x86_64");
	byte_buffer_free(&image);
	byte_buffer_free(&longer);
}

/* More than one block of each packing. */
static void test_large_bzimage(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer image = {0};

	kernel.padding = 9 << 20;
	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		made_packed_bzimage(&image, &kernel, packing);
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
	assert_int_equal(kernel_image_unpacked_size(image.data, image.size), 0);
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
	struct byte_buffer image = {0}, flat = {0};

	made_flat(&flat, &kernel);
	for (int packing = 0; packing < MADE_PACKINGS; packing++) {
		made_packed_zboot(&image, &kernel, packing);
		assert_image(&image, &kernel, "arm64");
		assert_int_equal(kernel_image_unpacked_size(image.data, image.size), flat.size);
	}
	byte_buffer_free(&flat);
	byte_buffer_free(&image);
}

/* Without the answer to uname(2), the banner is used, and the header for the machine. */
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
	made_packed_bzimage(&image, &kernel, MADE_GZIP);
	assert_image(&image, &kernel, "x86_64");
	kernel.without_uts = true; /* all that is left is the header */
	made_packed_bzimage(&image, &kernel, MADE_GZIP);
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
	made_packed_bzimage(&image, &kernel, MADE_XZ);
	assert_refuses(&image, -ENODATA, "built without BTF");
	kernel = made_kernel_arm64();
	kernel.without_btf = true; /* there is still that of a BPF program */
	byte_buffer_clear(&image);
	made_flat(&image, &kernel);
	assert_refuses(&image, -ENODATA, "built without BTF");
	made_packed_zboot(&image, &kernel, MADE_ZSTD);
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
	made_packed_bzimage(&image, &kernel, MADE_GZIP);
	image.data[0x1fe] = 0;
	assert_false(kernel_image_is(image.data, image.size));
	byte_buffer_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bzimage),	      cmocka_unit_test(test_default_setup_size),
		cmocka_unit_test(test_large_bzimage), cmocka_unit_test(test_image),
		cmocka_unit_test(test_riscv_image),   cmocka_unit_test(test_zboot),
		cmocka_unit_test(test_banner_alone),  cmocka_unit_test(test_no_banner),
		cmocka_unit_test(test_no_btf),	      cmocka_unit_test(test_no_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
