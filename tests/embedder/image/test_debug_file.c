/* SPDX-License-Identifier: MIT */
/*
 * Debug files are found in all places where gdb looks for them, and a file with another build-id,
 * checksum or machine is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include "embedder/image/debug_file.h"
#include "embedder/image/kernel_dwarf.h"
#include "tests/embedder/image/debug_elf.h"
#include "tests/support/scratch.h"

#define ROOT	 "debug-root"
#define BY_ID	 ROOT "/.build-id/11/11111111111111111111111111111111111111.debug"
#define BY_ID_22 ROOT "/.build-id/22/22222222222222222222222222222222222222.debug"

static void save(const char *path, const struct debug_elf *elf)
{
	size_t size;
	uint8_t *image = debug_elf_build(elf, &size);

	scratch_write(path, image, size);
	free(image);
}

/* The debug file; @ret_crc of it. */
static void save_debug(const char *path, uint8_t build_id, uint16_t machine, uint32_t *ret_crc)
{
	struct debug_elf elf;
	uint8_t *image;
	size_t size;

	debug_elf_init(&elf, true, false, build_id);
	elf.machine = machine;
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	image = debug_elf_build(&elf, &size);
	if (ret_crc)
		*ret_crc = (uint32_t)crc32(0, image, (uInt)size);
	scratch_write(path, image, size);
	free(image);
}

/* The kernel, stripped. @link: 8 bytes of a name, and the checksum. */
static void save_kernel(uint8_t build_id, const char *name, uint32_t crc)
{
	struct debug_elf elf;
	uint8_t link[64] = {0};
	size_t size = (strlen(name) + 4) / 4 * 4;

	debug_elf_init(&elf, true, false, build_id);
	memcpy(link, name, strlen(name));
	debug_elf_put(&elf, link + size, 4, crc);
	if (*name)
		debug_elf_add(&elf, ".gnu_debuglink", SHT_PROGBITS, 0, link, size + 4);
	save("boot/vmlinux", &elf);
}

static int open_kernel(struct kernel_dwarf **ret_dwarf, struct reason *why)
{
	struct kernel_btf bytes = {0};

	assert_int_equal(kernel_btf_load("boot/vmlinux", &bytes, NULL), 0);
	return kernel_dwarf_open(&bytes, ROOT, NULL, ret_dwarf, why);
}

static void assert_found(void)
{
	struct kernel_dwarf *dwarf = NULL;
	struct reason why = {""};

	if (open_kernel(&dwarf, &why))
		fail_msg("%s", why.text);
	assert_int_equal(dwarf->sections.file.info.size, strlen(DEBUG_INFO_BYTES));
	assert_memory_equal(dwarf->sections.file.info.data, DEBUG_INFO_BYTES,
			    strlen(DEBUG_INFO_BYTES));
	kernel_dwarf_close(&dwarf);
}

static void assert_refused(int error, const char *words)
{
	struct kernel_dwarf *dwarf = NULL;
	struct reason why = {""};
	int err = open_kernel(&dwarf, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("got %d '%s', not %d '%s'", err, why.text, error, words);
	assert_null(dwarf);
}

static void test_build_id(void **state)
{
	(void)state;
	save_kernel(0x11, "", 0);
	assert_refused(-ENODATA, "its debug file is not there: " BY_ID);
	save_debug(BY_ID, 0x11, EM_X86_64, NULL);
	assert_found();
	save_debug(BY_ID, 0x12, EM_X86_64, NULL);
	assert_refused(-ENODATA, BY_ID " has another build-id");
	save_debug(BY_ID, 0x11, EM_S390, NULL);
	assert_refused(-ENODATA, BY_ID " is for another machine");
	scratch_write(BY_ID, "text", 4);
	assert_refused(-ENODATA, "it is no ELF file");
	scratch_write(BY_ID, "\177ELF", 4);
	assert_refused(-ENODATA, BY_ID);
	assert_int_equal(unlink(BY_ID), 0);
	assert_int_equal(mkfifo(BY_ID, 0600), 0);
	assert_refused(-ENODATA, "not a regular file");
	save_kernel(0, "", 0);
	assert_refused(-ENODATA, "neither a build-id nor a .gnu_debuglink");
}

static void test_debuglink(void **state)
{
	char here[4096], below[5000];
	const char *places[3] = {"boot/kernel.debug", "boot/.debug/kernel.debug", below};
	uint32_t crc;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(below, sizeof(below), ROOT "%s/boot/kernel.debug", here);
	for (uint8_t build_id = 0; build_id <= 0x11; build_id += 0x11) {
		for (size_t i = 0; i < 3; i++) {
			save_debug(places[i], build_id, EM_X86_64, &crc);
			save_kernel(build_id, "kernel.debug", crc);
			assert_found();
			save_kernel(build_id, "kernel.debug", crc + 1);
			assert_refused(-ENODATA, "has another checksum than .gnu_debuglink says");
			save_kernel(build_id ^ 0x22, "kernel.debug", crc);
			assert_refused(-ENODATA, "has another build-id");
			assert_int_equal(unlink(places[i]), 0);
			assert_refused(-ENODATA,
				       "kernel.debug beside it, in .debug/ or below " ROOT);
		}
	}
	/* The right one may come after a wrong one. */
	save_debug(places[0], 0x22, EM_X86_64, NULL);
	save_debug(places[1], 0x11, EM_X86_64, &crc);
	save_kernel(0x11, "kernel.debug", crc);
	assert_found();
	/* A name that leads elsewhere is none. */
	save_debug("kernel.debug", 0, EM_X86_64, &crc);
	save_kernel(0, "../kernel.debug", crc);
	assert_refused(-ENODATA, "neither a build-id nor a .gnu_debuglink");
	save_kernel(0, "..", crc);
	assert_refused(-ENODATA, "neither a build-id nor a .gnu_debuglink");
}

/* A file that was split off may lead to dwz's alternate file itself. */
static void save_linked(const char *path, const char *name, uint8_t build_id)
{
	struct debug_elf elf;
	uint8_t link[4200];
	size_t length = strlen(name) + 1;

	memcpy(link, name, length);
	memset(link + length, build_id, 20);
	debug_elf_init(&elf, true, false, 0x11);
	debug_elf_add_text(&elf, ".debug_info", DEBUG_INFO_BYTES);
	debug_elf_add(&elf, ".gnu_debugaltlink", SHT_PROGBITS, 0, link, length + 20);
	save(path, &elf);
}

static void assert_alternate(void)
{
	struct kernel_dwarf *dwarf = NULL;
	struct reason why = {""};

	if (open_kernel(&dwarf, &why))
		fail_msg("%s", why.text);
	assert_int_equal(dwarf->sections.alternate.info.size, strlen(DEBUG_INFO_BYTES));
	kernel_dwarf_close(&dwarf);
}

static void test_alternate(void **state)
{
	char absolute[4096];

	(void)state;
	assert_non_null(getcwd(absolute, sizeof(absolute) - 10));
	strcat(absolute, "/common");
	save_linked("boot/vmlinux", "../dwz/common", 0x22);
	assert_refused(-ENOENT,
		       "part of its DWARF is in ../dwz/common (by dwz), which is not there");
	save_debug("dwz/common", 0x22, EM_X86_64, NULL);
	assert_alternate();
	save_debug("dwz/common", 0x23, EM_X86_64, NULL);
	assert_refused(-ENOENT, "common has another build-id");
	save_debug(BY_ID_22, 0x22, EM_X86_64, NULL);
	assert_alternate();
	assert_int_equal(unlink(BY_ID_22), 0);
	save_linked("boot/vmlinux", absolute, 0x22);
	assert_refused(-ENOENT, absolute);
	save_debug("common", 0x22, EM_X86_64, NULL);
	assert_alternate();
	/* From the debug file's folder on, not from that of the kernel. */
	save_kernel(0x11, "", 0);
	save_linked(BY_ID, "../../common", 0x22);
	assert_refused(-ENOENT, BY_ID ": part of its DWARF");
	save_debug(ROOT "/common", 0x22, EM_X86_64, NULL);
	assert_alternate();
	save_linked("boot/vmlinux", "", 0x22);
	assert_refused(-EBADMSG, "its section .gnu_debugaltlink is damaged");
}

#define SCRATCH_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_build_id),
		SCRATCH_TEST(test_debuglink),
		SCRATCH_TEST(test_alternate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
