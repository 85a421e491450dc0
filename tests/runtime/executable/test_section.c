/* SPDX-License-Identifier: MIT */
/*
 * Finding .corebtf in ELF files that the test builds byte by byte.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "runtime/bundle/format.h"
#include "runtime/executable/section.h"
#include "tests/support/runtime_support.h"

/* Where things are in the image. */
#define NAMES	  256
#define PAYLOAD	  352
#define HEADERS	  512
#define FILE_SIZE 1024

struct image {
	uint8_t bytes[FILE_SIZE];
	bool is_64bit, big_endian;
};

static void put(struct image *image, size_t offset, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		image->bytes[offset + i] =
			(uint8_t)(value >> (8 * (image->big_endian ? width - 1 - i : i)));
}

#define PUT_EHDR(image, member, value)                                                             \
	((image)->is_64bit ? put(image, offsetof(Elf64_Ehdr, member),                              \
				 sizeof(((Elf64_Ehdr *)0)->member), value)                         \
			   : put(image, offsetof(Elf32_Ehdr, member),                              \
				 sizeof(((Elf32_Ehdr *)0)->member), value))

#define PUT_SHDR(image, number, member, value)                                                     \
	((image)->is_64bit                                                                         \
		 ? put(image,                                                                      \
		       HEADERS + (number) * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, member),     \
		       sizeof(((Elf64_Shdr *)0)->member), value)                                   \
		 : put(image,                                                                      \
		       HEADERS + (number) * sizeof(Elf32_Shdr) + offsetof(Elf32_Shdr, member),     \
		       sizeof(((Elf32_Shdr *)0)->member), value))

/* Sections: 0 null, 1 .text, 2 .corebtf, 3 .shstrtab */
static void make_image(struct image *image, bool is_64bit, bool big_endian)
{
	static const char names[] = "\0.text\0.corebtf\0.shstrtab";

	memset(image, 0, sizeof(*image));
	image->is_64bit = is_64bit;
	image->big_endian = big_endian;
	memcpy(image->bytes, ELFMAG, SELFMAG);
	image->bytes[EI_CLASS] = is_64bit ? ELFCLASS64 : ELFCLASS32;
	image->bytes[EI_DATA] = big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	PUT_EHDR(image, e_shoff, HEADERS);
	PUT_EHDR(image, e_shentsize, is_64bit ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	PUT_EHDR(image, e_shnum, 4);
	PUT_EHDR(image, e_shstrndx, 3);
	memcpy(image->bytes + NAMES, names, sizeof(names));
	PUT_SHDR(image, 1, sh_name, 1);
	PUT_SHDR(image, 1, sh_type, SHT_PROGBITS);
	PUT_SHDR(image, 2, sh_name, 7);
	PUT_SHDR(image, 2, sh_type, SHT_PROGBITS);
	PUT_SHDR(image, 2, sh_offset, PAYLOAD);
	PUT_SHDR(image, 2, sh_size, 48);
	PUT_SHDR(image, 3, sh_name, 16);
	PUT_SHDR(image, 3, sh_type, SHT_STRTAB);
	PUT_SHDR(image, 3, sh_offset, NAMES);
	PUT_SHDR(image, 3, sh_size, sizeof(names));
}

static int find_bytes(const void *bytes, size_t size, struct section *section)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct log log = {.write = opts.log, .context = opts.log_context, .subject = "image"};
	int fd = file_with(bytes, size);
	int err = section_find(fd, size, &log, section);

	if (err) /* every failure is logged, with the file's name */
		assert_non_null(strstr(logged.text, "image: "));
	close(fd);
	return err;
}

static int find(const struct image *image)
{
	struct section section;

	return find_bytes(image->bytes, FILE_SIZE, &section);
}

#define FOR_EACH_KIND(image)                                                                       \
	for (int kind_ = 0; kind_ < 4 && (make_image(image, kind_ & 1, kind_ & 2), 1); kind_++)

static void found_in_every_class_and_order(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		struct section section;

		assert_int_equal(find_bytes(image.bytes, FILE_SIZE, &section), 0);
		assert_int_equal(section.offset, PAYLOAD);
		assert_int_equal(section.size, 48);
	}
}

static void more_sections_than_the_header_can_count(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shnum, 0);
		PUT_EHDR(&image, e_shstrndx, SHN_XINDEX);
		PUT_SHDR(&image, 0, sh_size, 4);
		PUT_SHDR(&image, 0, sh_link, 3);
		assert_int_equal(find(&image), 0);
		PUT_SHDR(&image, 0, sh_size, UINT32_MAX);
		assert_int_equal(find(&image), -EBADMSG);
		PUT_SHDR(&image, 0, sh_size, 4);
		PUT_SHDR(&image, 0, sh_link, 4);
		assert_int_equal(find(&image), -EBADMSG);
	}
}

static void nothing_there(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_name, 1);
		assert_int_equal(find(&image), -ENODATA);
		PUT_SHDR(&image, 2, sh_name, 8); /* corebtf without the dot */
		assert_int_equal(find(&image), -ENODATA);
		image.bytes[NAMES + 15] = '2'; /* .corebtf2... */
		PUT_SHDR(&image, 2, sh_name, 7);
		assert_int_equal(find(&image), -ENODATA);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_type, SHT_NOBITS);
		assert_int_equal(find(&image), -ENODATA);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_size, 0);
		assert_int_equal(find(&image), -ENODATA);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shoff, 0);
		assert_int_equal(find(&image), -ENODATA);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shstrndx, 0);
		assert_int_equal(find(&image), -ENODATA);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_name, UINT32_MAX); /* an offset outside the names */
		assert_int_equal(find(&image), -ENODATA);
	}
}

/* An empty placeholder does not hide the section after it. */
static void empty_one_before_the_full_one(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 1, sh_name, 7);
		assert_int_equal(find(&image), 0);
	}
}

static void damaged(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_offset, FILE_SIZE - 47);
		assert_int_equal(find(&image), -EBADMSG);
		PUT_SHDR(&image, 2, sh_offset, FILE_SIZE - 48);
		assert_int_equal(find(&image), 0);
		PUT_SHDR(&image, 2, sh_offset, UINT64_MAX - 8);
		assert_int_equal(find(&image), -EBADMSG);
		PUT_SHDR(&image, 2, sh_offset, PAYLOAD);
		PUT_SHDR(&image, 2, sh_size, UINT64_MAX);
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shoff, FILE_SIZE - 8);
		assert_int_equal(find(&image), -EBADMSG);
		PUT_EHDR(&image, e_shoff, UINT64_MAX - 8);
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shentsize, 8);
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_EHDR(&image, e_shstrndx, 4);
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 3, sh_offset, UINT64_MAX - 1);
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		image.bytes[EI_CLASS] = 3;
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		image.bytes[EI_DATA] = 0;
		assert_int_equal(find(&image), -EBADMSG);
	}
	FOR_EACH_KIND(&image)
	{
		PUT_SHDR(&image, 2, sh_flags, SHF_COMPRESSED);
		assert_int_equal(find(&image), -EOPNOTSUPP);
	}
}

static void every_truncation_is_refused(void **state)
{
	struct image image;

	FOR_EACH_KIND(&image)
	{
		size_t end =
			HEADERS + 4 * (image.is_64bit ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));

		for (size_t size = 0; size <= end; size++) {
			struct section section;
			int err = find_bytes(image.bytes, size, &section);

			if (size < SELFMAG)
				assert_int_equal(err, -ENODATA);
			else if (size < end)
				assert_int_equal(err, -EBADMSG);
			else
				assert_int_equal(err, 0);
		}
	}
}

/* Every byte of the headers with several other values: an error, or a range inside the file. */
static void every_flip_stays_inside(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	struct image image;

	FOR_EACH_KIND(&image)
	{
		for (size_t i = 0; i < FILE_SIZE; i++) {
			for (size_t j = 0; j < sizeof(masks); j++) {
				struct section section = {0};

				image.bytes[i] ^= masks[j];
				if (!find_bytes(image.bytes, FILE_SIZE, &section)) {
					assert_true(section.size > 0);
					assert_true(section.offset <= FILE_SIZE);
					assert_true(section.size <= FILE_SIZE - section.offset);
				}
				image.bytes[i] ^= masks[j];
			}
		}
	}
}

static void other_files(void **state)
{
	struct section section;
	static const char script[] = "#!/bin/sh\necho no ELF file\n";

	assert_int_equal(find_bytes("", 0, &section), -ENODATA);
	assert_int_equal(find_bytes(script, sizeof(script), &section), -ENODATA);
	assert_int_equal(find_bytes(COREBTF_MAGIC "rest", 12, &section), 0);
	assert_int_equal(section.offset, 0);
	assert_int_equal(section.size, 12);
	assert_int_equal(find_bytes(COREBTF_MAGIC, 7, &section), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_in_every_class_and_order),
		cmocka_unit_test(more_sections_than_the_header_can_count),
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(empty_one_before_the_full_one),
		cmocka_unit_test(damaged),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flip_stays_inside),
		cmocka_unit_test(other_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
