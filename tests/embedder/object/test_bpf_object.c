/* SPDX-License-Identifier: MIT */
/*
 * BPF objects: reading one, and finding them inside other files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/elf_builder.h"
#include "embedder/object/bpf_object_file.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/util/cleanup.h"

#define EM_BPF_NUMBER 247

/* The check value of CRC-64/XZ is that of these nine digits. */
static const char btf[] = {'1', '2', '3', '4'};
static const char ext[] = {'5', '6', '7', '8', '9'};
#define CHECK_VALUE UINT64_C(0x995dc9bbdf1939fa)

static const struct built_section object_sections[] = {
	{.name = ".text",
	 .type = SHT_PROGBITS,
	 .flags = SHF_ALLOC,
	 .data = "code",
	 .size = 4,
	 .alignment = 8},
	{.name = ".bss", .type = SHT_NOBITS, .flags = SHF_ALLOC, .size = 1 << 20, .alignment = 8},
	{.name = ".BTF", .type = SHT_PROGBITS, .data = btf, .size = sizeof(btf), .alignment = 1},
	{.name = ".BTF.ext",
	 .type = SHT_PROGBITS,
	 .data = ext,
	 .size = sizeof(ext),
	 .alignment = 1},
};

#define OBJECT                                                                                     \
	.is_64bit = true, .type = ET_REL, .machine = EM_BPF_NUMBER, .sections = object_sections,   \
	.count = 4

static int copy(const struct elf_build *build, struct bpf_object_file *ret_object,
		struct reason *why)
{
	_cleanup_free_ uint8_t *image = NULL;
	size_t size;

	image = elf_build(build, &size);
	return bpf_object_file_copy("some.o", image, size, ret_object, why);
}

static void sections_and_digest(void **state)
{
	for (int order = 0; order < 2; order++) {
		const struct elf_build build = {OBJECT, .big_endian = order};
		_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};

		assert_int_equal(copy(&build, &object, NULL), 0);
		assert_string_equal(object.name, "some.o");
		assert_int_equal(object.btf_size, sizeof(btf));
		assert_memory_equal(object.btf, btf, sizeof(btf));
		assert_int_equal(object.ext_size, sizeof(ext));
		assert_memory_equal(object.ext, ext, sizeof(ext));
		assert_int_equal(object.digest, CHECK_VALUE);
	}
}

static void sections_are_aligned(void **state)
{
	struct built_section sections[3] = {object_sections[0], object_sections[2],
					    object_sections[3]};
	const struct elf_build build = {.is_64bit = true,
					.type = ET_REL,
					.machine = EM_BPF_NUMBER,
					.sections = sections,
					.count = 3};

	for (size_t length = 1; length <= 4; length++) {
		_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};

		sections[0].size = length;
		assert_int_equal(copy(&build, &object, NULL), 0);
		assert_int_equal((uintptr_t)object.btf % 4, 0);
		assert_int_equal((uintptr_t)object.ext % 4, 0);
		assert_int_equal(object.digest, CHECK_VALUE);
	}
}

static void sections_may_be_missing(void **state)
{
	struct elf_build build = {OBJECT};
	_cleanup_(bpf_object_file_close) struct bpf_object_file without_ext = {0}, without = {0};

	build.count = 3;
	assert_int_equal(copy(&build, &without_ext, NULL), 0);
	assert_non_null(without_ext.btf);
	assert_null(without_ext.ext);
	build.count = 1;
	assert_int_equal(copy(&build, &without, NULL), 0);
	assert_null(without.btf);
	assert_int_equal(without.btf_size, 0);
	assert_int_equal(without.digest, 0);
}

static void refusals(void **state)
{
	/* What is wrong with it, and the message. */
	static const struct {
		const char *says;
		int error;
		uint16_t machine, type;
		bool is_32bit;
		uint32_t btf_type;
		uint64_t btf_flags;
		const char *last_name;
	} cases[] = {
		{"compressed", -EOPNOTSUPP, .btf_flags = SHF_COMPRESSED},
		{"no bytes", -EBADMSG, .btf_type = SHT_NOBITS},
		{"more than one section .BTF", -EBADMSG, .last_name = ".BTF"},
		{"no BPF object", -ENOEXEC, .machine = EM_X86_64},
		{"no object file", -ENOEXEC, .type = ET_EXEC},
		{"32-bit", -ENOEXEC, .is_32bit = true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct built_section sections[4];
		struct elf_build build = {OBJECT};
		struct bpf_object_file object = {0};
		struct reason why;

		memcpy(sections, object_sections, sizeof(sections));
		if (cases[i].btf_type)
			sections[2].type = cases[i].btf_type;
		sections[2].flags = cases[i].btf_flags;
		if (cases[i].last_name)
			sections[3].name = cases[i].last_name;
		build.sections = sections;
		build.is_64bit = !cases[i].is_32bit;
		if (cases[i].machine)
			build.machine = cases[i].machine;
		if (cases[i].type)
			build.type = cases[i].type;
		assert_int_equal(copy(&build, &object, &why), cases[i].error);
		assert_non_null(strstr(why.text, cases[i].says));
		assert_null(object.image);
	}
}

static void files(void **state)
{
	const struct elf_build build = {OBJECT};
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	_cleanup_free_ uint8_t *image = NULL;
	char path[] = "/tmp/test_bpf_object-XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);
	struct reason why;
	size_t size;

	image = elf_build(&build, &size);
	assert_int_equal(write(fd, image, size), size);
	assert_int_equal(bpf_object_file_open(path, &object, &why), 0);
	unlink(path);
	assert_string_equal(object.name, path + 5);
	assert_int_equal(object.digest, CHECK_VALUE);
	assert_int_equal(bpf_object_file_open(path, &object, &why), -ENOENT);
	assert_int_equal(bpf_object_file_open("/", &object, &why), -EISDIR);
	assert_int_equal(bpf_object_file_open("/dev/null", &object, &why), -EINVAL);
}

/* A file of noise with the images at the offsets given; the noise has many false starts. */
static uint8_t *noise_with(const uint8_t *image, size_t size, const size_t *offsets, size_t count,
			   size_t total)
{
	uint8_t *file = malloc(total);

	assert_non_null(file);
	for (size_t i = 0; i < total; i++)
		file[i] = (uint8_t) "\x7f"
				    "ELF\x7f"
				    "ELF\2\1\1\x7f"[i % 12];
	for (size_t i = 0; i < count; i++)
		memcpy(file + offsets[i], image, size);
	return file;
}

static void found_wherever_they_are(void **state)
{
	for (int order = 0; order < 2; order++) {
		const struct elf_build build = {OBJECT, .big_endian = order};
		_cleanup_free_ struct embedded_object *objects = NULL;
		_cleanup_free_ uint8_t *image = NULL, *file = NULL;
		size_t size, total;
		size_t offsets[3];

		image = elf_build(&build, &size);
		total = 10000 + size;
		offsets[0] = 0;
		offsets[1] = 5001;
		offsets[2] = 10000;
		file = noise_with(image, size, offsets, 3, total);
		assert_int_equal(embedded_objects_find(file, total, &objects), 3);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(objects[i].offset, offsets[i]);
			assert_int_equal(objects[i].size, size);
		}
	}
}

static void not_found_where_none_is(void **state)
{
	const struct elf_build build = {OBJECT};
	_cleanup_free_ struct embedded_object *objects = NULL;
	_cleanup_free_ uint8_t *image = NULL;
	size_t size;

	image = elf_build(&build, &size);
	/* One byte less, and one that is changed, are no object any more. */
	for (size_t length = 0; length < size; length++) {
		_cleanup_free_ uint8_t *cut = malloc(length + !length);

		memcpy(cut, image, length);
		assert_int_equal(embedded_objects_find(cut, length, &objects), 0);
		assert_null(objects);
	}
	for (size_t at = 0; at < 20; at++) {
		_cleanup_free_ uint8_t *other = malloc(size);

		if (at >= 7 && at < 16) /* unused bytes of e_ident */
			continue;
		memcpy(other, image, size);
		other[at] ^= 0x10;
		assert_int_equal(embedded_objects_find(other, size, &objects), 0);
	}
}

/* An object in the data of another, as in a light skeleton's loader, is not listed. */
static void not_found_within_another(void **state)
{
	struct built_section sections[4];
	struct elf_build build = {OBJECT};
	_cleanup_free_ struct embedded_object *objects = NULL;
	_cleanup_free_ uint8_t *inner = NULL, *outer = NULL;
	size_t inner_size, outer_size;

	inner = elf_build(&build, &inner_size);
	memcpy(sections, object_sections, sizeof(sections));
	sections[0].data = inner;
	sections[0].size = inner_size;
	build.sections = sections;
	outer = elf_build(&build, &outer_size);
	assert_int_equal(embedded_objects_find(outer, outer_size, &objects), 1);
	assert_int_equal(objects[0].offset, 0);
	assert_int_equal(objects[0].size, outer_size);
}

/* Every field of every header set to extreme values: each object that is found lies in the file,
 * and is read or refused. */
static void hostile_headers(void **state)
{
	const struct elf_build build = {OBJECT};
	_cleanup_free_ uint8_t *image = NULL;
	size_t size;

	image = elf_build(&build, &size);
	for (size_t at = 0; at + 8 <= size; at += 2) {
		const uint64_t values[] = {0,	       1,	   0xffff,
					   size,       size - 1,   0x7fffffff,
					   0xffffffff, UINT64_MAX, UINT64_MAX - size,
					   INT64_MAX};

		for (size_t i = 0; i < 30; i++) {
			_cleanup_free_ struct embedded_object *objects = NULL;
			_cleanup_free_ uint8_t *bad = malloc(size);
			struct bpf_object_file object = {0};
			int count;

			memcpy(bad, image, size);
			memcpy(bad + at, &values[i % 10], (size_t)2 << i / 10);
			count = embedded_objects_find(bad, size, &objects);
			assert_true(count == 0 || count == 1);
			if (count)
				assert_true(objects[0].offset + objects[0].size <= size);
			if (bpf_object_file_copy("bad", bad, size, &object, NULL) == 0)
				bpf_object_file_close(&object);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_digest),
		cmocka_unit_test(sections_are_aligned),
		cmocka_unit_test(sections_may_be_missing),
		cmocka_unit_test(refusals),
		cmocka_unit_test(files),
		cmocka_unit_test(found_wherever_they_are),
		cmocka_unit_test(not_found_where_none_is),
		cmocka_unit_test(not_found_within_another),
		cmocka_unit_test(hostile_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
