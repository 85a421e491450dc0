/* SPDX-License-Identifier: MIT */
/*
 * Kernels as ELF files: BTF, packed or not, and their release and build-id; and damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>

#include "embedder/image/kernel_elf.h"
#include "tests/embedder/image/kernel_checks.h"

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

/* A build-id longer than there is room for in a bundle. */
static void test_long_build_id(void **state)
{
	static const uint8_t note[] = {
		4, 0, 0, 0, MADE_BUILD_ID_SIZE, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0x10};
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};
	struct kernel_facts facts;
	uint8_t *found;

	made_elf(&elf, &kernel);
	found = memmem(elf.data, elf.size, note, sizeof(note));
	assert_non_null(found);
	found[4] = MADE_BUILD_ID_SIZE + 4;
	assert_int_equal(kernel_elf_identify_memory(elf.data, elf.size, &facts, NULL), 0);
	assert_int_equal(facts.build_id_size, 0);
	assert_string_equal(facts.release, kernel.release);
	byte_buffer_free(&elf);
}

/* A file with BTF alone, as some tools put it beside a kernel without one. */
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

/* Packed sections, in read-only memory. */
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
		bytes = mmap(NULL, elf.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
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
			assert_elf_refused(&elf, -EBADMSG, "its header says");
			put(&elf, at + 8, (uint32_t)btf.size - 1, 4);
			assert_elf_refused(&elf, -EBADMSG, "its header says");
			put(&elf, at + 8, (256 << 20) + 1, 4);
			assert_elf_refused(&elf, -EFBIG, "268435457");
			put(&elf, at + 8, (uint32_t)btf.size, 4);
			/* zlib: its data; zstd, which has no checksum here: its head */
			elf.data[at + 24 + (type == 1 ? 12 : 4)] ^= 0xff;
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

/* Very many sections, each of all the file but the section headers: reading them all would take far
 * too long. */
static void test_overlapping_sections(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};
	struct kernel_facts facts;
	struct reason why = {""};
	Elf64_Ehdr header;

	made_elf(&elf, &kernel);
	memcpy(&header, elf.data, sizeof(header));
	for (size_t i = 0; i < header.e_shnum; i++) {
		uint8_t *place = elf.data + header.e_shoff + i * sizeof(Elf64_Shdr);
		Elf64_Shdr section;

		memcpy(&section, place, sizeof(section));
		if (section.sh_type != SHT_PROGBITS || !(section.sh_flags & SHF_ALLOC))
			continue;
		section.sh_offset = 0;
		section.sh_size = header.e_shoff;
		memcpy(place, &section, sizeof(section));
	}
	assert_int_equal(kernel_elf_identify_memory(elf.data, elf.size, &facts, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "its sections overlap"));
	byte_buffer_free(&elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elf_facts),
		cmocka_unit_test(test_long_build_id),
		cmocka_unit_test(test_elf_without_facts),
		cmocka_unit_test(test_compressed_elf),
		cmocka_unit_test(test_lying_compressed_elf),
		cmocka_unit_test(test_damaged_elf),
		cmocka_unit_test(test_overlapping_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
