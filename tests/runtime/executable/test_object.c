/* SPDX-License-Identifier: MIT */
/*
 * Staleness: is a BPF object in memory the one that a bundle was made for? The objects are built
 * byte by byte; tests/flow/lookup.sh does the same with objects of clang.
 */
#include <elf.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/executable/object.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

static const char names[] = "\0.BTF\0.BTF.ext\0.shstrtab\0.text";
enum { NAME_BTF = 1, NAME_EXT = 6, NAME_NAMES = 15, NAME_TEXT = 25 };

enum { SECTION_NULL, SECTION_TEXT, SECTION_BTF, SECTION_EXT, SECTION_NAMES, SECTION_COUNT };

struct image {
	Elf64_Ehdr header;
	char btf[11]; /* odd, so that nothing after it is aligned */
	char ext[5];
	char names[sizeof(names)];
	Elf64_Shdr sections[SECTION_COUNT];
} __attribute__((packed));

static struct image make_image(void)
{
	struct image image = {
		.header =
			{
				.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB
										   : ELFDATA2LSB,
					    EV_CURRENT},
				.e_type = ET_REL,
				.e_machine = EM_BPF,
				.e_version = EV_CURRENT,
				.e_shoff = offsetof(struct image, sections),
				.e_ehsize = sizeof(Elf64_Ehdr),
				.e_shentsize = sizeof(Elf64_Shdr),
				.e_shnum = SECTION_COUNT,
				.e_shstrndx = SECTION_NAMES,
			},
		.btf = "0123456789",
		.ext = "abcd",
		.sections =
			{
				[SECTION_TEXT] = {.sh_name = NAME_TEXT, .sh_type = SHT_PROGBITS},
				[SECTION_BTF] = {.sh_name = NAME_BTF,
						 .sh_type = SHT_PROGBITS,
						 .sh_offset = offsetof(struct image, btf),
						 .sh_size = 11},
				[SECTION_EXT] = {.sh_name = NAME_EXT,
						 .sh_type = SHT_PROGBITS,
						 .sh_offset = offsetof(struct image, ext),
						 .sh_size = 5},
				[SECTION_NAMES] = {.sh_name = NAME_NAMES,
						   .sh_type = SHT_STRTAB,
						   .sh_offset = offsetof(struct image, names),
						   .sh_size = sizeof(names)},
			},
	};

	memcpy(image.names, names, sizeof(names));
	return image;
}

static uint64_t digest_of(const struct image *image)
{
	return lzma_crc64((const uint8_t *)image->ext, 5,
			  lzma_crc64((const uint8_t *)image->btf, 11, 0));
}

static struct corebtf *open_objects(const struct made_object *objects, uint32_t count,
				    uint8_t **bundle, struct logged *logged)
{
	static const struct made_blob blob = {"A", 1, 0};
	static const struct made_entry entry = {.release = "r", .machine = "x86_64"};
	const struct made_bundle what = {.entries = &entry,
					 .entry_count = 1,
					 .blobs = &blob,
					 .blob_count = 1,
					 .block_count = 1,
					 .objects = objects,
					 .object_count = count};
	struct corebtf_open_opts opts = logged_opts(logged);
	struct corebtf *handle;
	size_t size;

	*bundle = make_bundle(&what, &size);
	assert_int_equal(corebtf_open_memory(*bundle, size, &handle, &opts), 0);
	return handle;
}

static int check(struct corebtf *handle, const void *data, size_t size)
{
	uint8_t *copy = guarded_copy(data, size);
	int err = corebtf_check_object(handle, copy, size);

	guarded_free(copy, size);
	return err;
}

static void this_build_or_another(void **state)
{
	static struct logged logged;
	struct image image = make_image();
	const struct made_object objects[] = {{"other.bpf.o", 1, 3},
					      {"this.bpf.o", digest_of(&image), 14}};
	char longer[sizeof(image) + 100] = "";
	uint8_t *bundle;
	struct corebtf *handle = open_objects(objects, 2, &bundle, &logged);

	assert_int_equal(check(handle, &image, sizeof(image)), 0);
	assert_non_null(strstr(logged.text, "the object is this.bpf.o"));
	memcpy(longer, &image, sizeof(image)); /* inside of something */
	assert_int_equal(check(handle, longer, sizeof(longer)), 0);

	image.btf[3] ^= 1;
	assert_int_equal(check(handle, &image, sizeof(image)), -ESTALE);
	assert_non_null(strstr(logged.text, "is none of the 2"));
	assert_non_null(strstr(logged.text, "corebtf embed"));
	image = make_image();
	image.ext[4] ^= 1;
	assert_int_equal(check(handle, &image, sizeof(image)), -ESTALE);
	/* other changes of an object do not matter */
	image = make_image();
	image.sections[SECTION_TEXT].sh_addr = 1;
	image.header.e_flags = 1;
	assert_int_equal(check(handle, &image, sizeof(image)), 0);

	/* without .BTF.ext nothing can be stale */
	image.sections[SECTION_EXT].sh_name = NAME_TEXT;
	assert_int_equal(check(handle, &image, sizeof(image)), 0);
	assert_int_equal(corebtf_check_object(NULL, &image, sizeof(image)), -EINVAL);
	assert_int_equal(corebtf_check_object(handle, NULL, 1), -EINVAL);
	corebtf_close(handle);
	free(bundle);

	handle = open_objects(NULL, 0, &bundle, &logged);
	image = make_image();
	assert_int_equal(check(handle, &image, sizeof(image)), -ENODATA);
	corebtf_close(handle);
	free(bundle);
}

static void no_object(void **state)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	const struct log log = {.write = opts.log, .context = opts.log_context, .subject = "x"};
	struct image image = make_image();
	struct object_digest digest;

#define REFUSED(error, change)                                                                     \
	do {                                                                                       \
		image = make_image();                                                              \
		change;                                                                            \
		assert_int_equal(object_digest(&image, sizeof(image), &log, &digest), error);      \
	} while (0)

	assert_int_equal(object_digest(&image, sizeof(image), &log, &digest), 0);
	assert_true(digest.has_relocations);
	REFUSED(-ENOEXEC, image.header.e_ident[0] = 0);
	REFUSED(-ENOEXEC, image.header.e_machine = EM_X86_64);
	REFUSED(-ENOEXEC, image.header.e_type = ET_EXEC);
	REFUSED(-ENOEXEC, image.header.e_ident[EI_CLASS] = ELFCLASS32);
	REFUSED(-ENOEXEC, image.header.e_ident[EI_DATA] = 3);
	REFUSED(-EBADMSG, image.header.e_shentsize = 1);
	REFUSED(-EBADMSG, image.header.e_shoff = sizeof(image));
	REFUSED(-EBADMSG, image.header.e_shoff = UINT64_MAX);
	REFUSED(-EBADMSG, image.header.e_shnum = SECTION_COUNT + 1);
	REFUSED(-EBADMSG, image.header.e_shstrndx = SECTION_COUNT);
	REFUSED(-EBADMSG, image.sections[SECTION_NAMES].sh_size = sizeof(image));
	REFUSED(-EBADMSG, image.sections[SECTION_BTF].sh_offset = UINT64_MAX);
	REFUSED(-EBADMSG, image.sections[SECTION_EXT].sh_size = UINT64_MAX);
	REFUSED(-EBADMSG, image.sections[SECTION_EXT].sh_type = SHT_NOBITS);
	REFUSED(-EBADMSG, image.sections[SECTION_TEXT].sh_name = NAME_BTF);
	REFUSED(-EOPNOTSUPP, image.sections[SECTION_BTF].sh_flags = SHF_COMPRESSED);
	/* counts that do not fit into the header are in section 0 */
	REFUSED(0,
		(image.header.e_shnum = 0, image.sections[0].sh_size = SECTION_COUNT,
		 image.header.e_shstrndx = SHN_XINDEX, image.sections[0].sh_link = SECTION_NAMES));
	REFUSED(-EBADMSG, (image.header.e_shnum = 0, image.sections[0].sh_size = UINT64_MAX));
	/* a name that starts, or ends, outside */
	REFUSED(0, image.sections[SECTION_TEXT].sh_name = UINT32_MAX);
	REFUSED(0, image.sections[SECTION_NAMES].sh_size = NAME_EXT + 8);
	assert_false(digest.has_relocations);
#undef REFUSED

	/* cut off anywhere it is refused, without a read behind its end */
	image = make_image();
	for (size_t size = 0; size < sizeof(image); size++) {
		uint8_t *copy = guarded_copy(&image, size);

		assert_true(object_digest(copy, size, &log, &digest) < 0);
		guarded_free(copy, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_build_or_another),
		cmocka_unit_test(no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
