/* SPDX-License-Identifier: MIT */
/*
 * In: a kernel's boot image. Out: its BTF, and what it says of itself.
 *
 *	bzImage (x86)    boot sector, setup header, setup code; behind it, among the code that
 *	                 unpacks it, a packed ELF file, which has its sections still
 *	                 (Documentation/arch/x86/boot.rst)
 *	Image (arm64,    a header of 64 bytes, then the kernel as it lies in memory
 *	riscv)           (Documentation/arch/arm64/booting.rst, arch/riscv/boot-image-header.rst)
 *	zboot            an EFI program with a packed Image in it
 *	                 (drivers/firmware/efi/libstub/zboot-header.S)
 *
 * All numbers in the headers are little-endian.
 */
#include "embedder/image/kernel_image.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_banner.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/image/kernel_flat.h"
#include "embedder/image/kernel_payload.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/bytes.h"

#define SECTOR_SIZE 512

/* Of a bzImage's setup header. */
#define SETUP_SECTORS	      0x1f1 /* u8, 0 means 4 */
#define SETUP_BOOT_FLAG	      0x1fe
#define SETUP_MAGIC	      0x202
#define SETUP_PROTOCOL	      0x206 /* u16 */
#define SETUP_KERNEL_VERSION  0x20e /* u16, counted from SECTOR_SIZE; 0: none */
#define SETUP_XLOADFLAGS      0x236 /* u16, since protocol 2.12 */
#define SETUP_PAYLOAD_OFFSET  0x248 /* u32, since protocol 2.08, from the end of the setup code */
#define SETUP_PAYLOAD_LENGTH  0x24c /* u32, since protocol 2.08 */
#define SETUP_HEADER_END      0x250
#define SETUP_SECTORS_DEFAULT 4

#define PROTOCOL_WITH_PAYLOAD	 0x208
#define PROTOCOL_WITH_XLOADFLAGS 0x20c
#define XLOADFLAG_64BIT		 1

/* Of an Image. */
#define IMAGE_MAGIC	  0x38
#define IMAGE_HEADER_SIZE 64

/* Of a zboot image. */
#define ZBOOT_MAGIC	     4
#define ZBOOT_PAYLOAD_OFFSET 8	/* u32, from the start */
#define ZBOOT_PAYLOAD_LENGTH 12 /* u32, without the size behind it */
#define ZBOOT_PACKING	     24 /* text: gzip, xzkern, zstd22, ... */
#define ZBOOT_HEADER_SIZE    64
#define ZBOOT_SIZE_WORD	     4

static const struct {
	char magic[4];
	const char *machine;
} image_machines[] = {
	{{'A', 'R', 'M', 0x64}, "arm64"},
	{{'R', 'S', 'C', 0x05}, "riscv64"},
};

enum image_kind { NO_IMAGE, BZIMAGE, IMAGE, ZBOOT };

struct image {
	const uint8_t *bytes;
	size_t size;
	enum image_kind kind;
};

static uint32_t load_number(const struct image *image, size_t offset, size_t width)
{
	return (uint32_t)bytes_load(image->bytes + offset, width, BYTES_HOST_IS_BIG_ENDIAN);
}

/* The machine of an Image; NULL when this is none. */
static const char *image_machine(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < sizeof(image_machines) / sizeof(image_machines[0]); i++)
		if (size >= IMAGE_HEADER_SIZE &&
		    memcmp(bytes + IMAGE_MAGIC, image_machines[i].magic, 4) == 0)
			return image_machines[i].machine;
	return NULL;
}

static enum image_kind find_kind(const uint8_t *bytes, size_t size)
{
	/* First, because the boot sector of a bzImage may be anything, an EFI program as well. */
	if (size >= SETUP_HEADER_END && memcmp(bytes + SETUP_BOOT_FLAG, "\x55\xaa", 2) == 0 &&
	    memcmp(bytes + SETUP_MAGIC, "HdrS", 4) == 0)
		return BZIMAGE;
	if (size >= ZBOOT_HEADER_SIZE && memcmp(bytes, "MZ", 2) == 0 &&
	    memcmp(bytes + ZBOOT_MAGIC, "zimg", 4) == 0)
		return ZBOOT;
	return image_machine(bytes, size) ? IMAGE : NO_IMAGE;
}

bool kernel_image_is(const void *start, size_t size)
{
	return find_kind(start, size) != NO_IMAGE;
}

const char *kernel_image_foreign(const void *start, size_t size)
{
	/* s390: arch/s390/boot/head.S; zImage: arch/arm/boot/compressed/head.S, of either byte
	 * order; uImage: U-Boot's include/image.h */
	static const struct {
		size_t offset;
		const char *magic;
		size_t size;
		const char *name;
	} images[] = {
		{0x10008, "S390EP", 6, "an s390x boot image"},
		{0x24, "\x18\x28\x6f\x01", 4, "an ARM zImage"},
		{0x24, "\x01\x6f\x28\x18", 4, "an ARM zImage"},
		{0, "\x27\x05\x19\x56", 4, "a U-Boot image"},
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		if (size >= images[i].offset + images[i].size &&
		    memcmp((const uint8_t *)start + images[i].offset, images[i].magic,
			   images[i].size) == 0)
			return images[i].name;
	return NULL;
}

int kernel_image_refuse_foreign(const char *name, struct reason *why)
{
	return reason_set(
		why, -EOPNOTSUPP,
		"it is %s, which is not read here; take the vmlinux of this kernel, which "
		"the distribution's package with debug symbols has",
		name);
}

static int open_image(const void *bytes, size_t size, struct image *ret_image, struct reason *why)
{
	*ret_image = (struct image){bytes, size, find_kind(bytes, size)};
	if (ret_image->kind == NO_IMAGE)
		return reason_set(why, -EBADMSG,
				  "not a kernel's boot image that is known here "
				  "(bzImage, arm64's or riscv's Image, zboot)");
	return 0;
}

/* --- the packed kernel ------------------------------------------------------------------------ */

static size_t setup_size(const struct image *image)
{
	size_t sectors = image->bytes[SETUP_SECTORS];

	return ((sectors ? sectors : SETUP_SECTORS_DEFAULT) + 1) * SECTOR_SIZE;
}

/* Where the payload is, with the size behind it (kernel_payload.h). An Image has none. */
static int find_payload(const struct image *image, const uint8_t **ret_payload, size_t *ret_size,
			struct reason *why)
{
	uint64_t offset, length;

	if (image->kind == BZIMAGE) {
		uint32_t protocol = load_number(image, SETUP_PROTOCOL, 2);

		if (protocol < PROTOCOL_WITH_PAYLOAD)
			return reason_set(why, -EOPNOTSUPP,
					  "a bzImage of boot protocol %u.%02u, which "
					  "does not say where in it the kernel is (2.08 does)",
					  protocol >> 8, protocol & 0xff);
		offset = (uint64_t)setup_size(image) + load_number(image, SETUP_PAYLOAD_OFFSET, 4);
		length = load_number(image, SETUP_PAYLOAD_LENGTH, 4);
	} else {
		offset = load_number(image, ZBOOT_PAYLOAD_OFFSET, 4);
		length = load_number(image, ZBOOT_PAYLOAD_LENGTH, 4);
		if (memcmp(image->bytes + ZBOOT_PACKING, "gzip", sizeof("gzip")) != 0)
			length += ZBOOT_SIZE_WORD;
	}
	if (offset > image->size || length > image->size - offset)
		return reason_set(why, -EBADMSG,
				  "its packed kernel (%llu bytes at %llu) does not end "
				  "before the image does (%zu bytes): cut off",
				  (unsigned long long)length, (unsigned long long)offset,
				  image->size);
	*ret_payload = image->bytes + offset;
	*ret_size = (size_t)length;
	return 0;
}

static int unpack_payload(const struct image *image, void **ret_data, size_t *ret_size,
			  struct reason *why)
{
	const uint8_t *payload;
	size_t size;
	int err = find_payload(image, &payload, &size, why);

	return err ? err : kernel_payload_unpack(payload, size, ret_data, ret_size, why);
}

size_t kernel_image_unpacked_size(const void *bytes, size_t size)
{
	const uint8_t *payload;
	struct image image;
	size_t payload_size;

	if (open_image(bytes, size, &image, NULL) || image.kind == IMAGE ||
	    find_payload(&image, &payload, &payload_size, NULL))
		return 0;
	return kernel_payload_unpacked_size(payload, payload_size);
}

static int explain_no_btf(struct reason *why)
{
	return reason_set(why, -ENODATA,
			  "its kernel was built without BTF (CONFIG_DEBUG_INFO_BTF); give its "
			  "vmlinux with DWARF, or the package that has it (-dbg, -dbgsym, "
			  "-debuginfo), or a BTF that was made for it");
}

/* --- bzImage ---------------------------------------------------------------------------------- */

/* What the header does not say stays unknown. */
static void read_setup_header(const struct image *image, struct kernel_facts *ret_facts)
{
	size_t text = load_number(image, SETUP_KERNEL_VERSION, 2);
	size_t end = setup_size(image) < image->size ? setup_size(image) : image->size;

	memset(ret_facts, 0, sizeof(*ret_facts));
	ret_facts->machine = "";
	if (text && text + SECTOR_SIZE < end)
		kernel_banner_read_header((const char *)image->bytes + SECTOR_SIZE + text,
					  end - SECTOR_SIZE - text, ret_facts);
	if (load_number(image, SETUP_PROTOCOL, 2) >= PROTOCOL_WITH_XLOADFLAGS)
		ret_facts->machine = load_number(image, SETUP_XLOADFLAGS, 2) & XLOADFLAG_64BIT
					     ? "x86_64"
					     : "x86";
}

static int read_bzimage(const struct image *image, struct kernel_facts *facts,
			struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_free_ void *kernel = NULL;
	struct kernel_facts header;
	size_t kernel_size = 0;
	int err = unpack_payload(image, &kernel, &kernel_size, why);

	if (err)
		return err;
	err = kernel_elf_read_memory(kernel, kernel_size, facts, ret_btf, why);
	if (err == -ENODATA)
		return explain_no_btf(why);
	if (err == -ENOEXEC)
		return reason_set(why, -EBADMSG,
				  "what is packed in it is no kernel as an ELF file: damaged");
	if (err)
		return err;

	/* Both come from the same build. */
	read_setup_header(image, &header);
	if (*header.release && *facts->release && strcmp(header.release, facts->release) != 0) {
		kernel_btf_close(ret_btf);
		return reason_set(why, -EBADMSG,
				  "its header says that it is %s, and the kernel in it "
				  "that it is %s",
				  header.release, facts->release);
	}
	if (!*facts->release) {
		memcpy(facts->release, header.release, sizeof(facts->release));
		memcpy(facts->uname_version, header.uname_version, sizeof(facts->uname_version));
	}
	return 0;
}

/* --- Image ------------------------------------------------------------------------------------ */

static void identify_flat(const uint8_t *bytes, size_t size, struct kernel_facts *ret_facts)
{
	struct kernel_banner banner = {0};
	const char *machine = image_machine(bytes, size);

	memset(ret_facts, 0, sizeof(*ret_facts));
	kernel_banner_search(&banner, bytes, size);
	kernel_banner_take(&banner, ret_facts);
	if (!*ret_facts->machine && machine)
		ret_facts->machine = machine;
}

static int read_flat(const uint8_t *bytes, size_t size, struct kernel_facts *facts,
		     struct kernel_btf *ret_btf, struct reason *why)
{
	size_t offset, btf_size;
	void *memory;
	int err = kernel_flat_find_btf(bytes, size, &offset, &btf_size, why);

	if (err == -ENODATA)
		return explain_no_btf(why);
	if (err)
		return err;
	memory = malloc(btf_size);
	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot keep its BTF");
	memcpy(memory, bytes + offset, btf_size);
	identify_flat(bytes, size, facts);
	kernel_flat_read_build_id(bytes, offset, facts);
	*ret_btf = (struct kernel_btf){.data = memory, .size = btf_size, .memory = memory};
	return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

int kernel_image_identify(const void *bytes, size_t size, struct kernel_facts *ret_facts,
			  struct reason *why)
{
	_cleanup_free_ void *kernel = NULL;
	struct image image;
	size_t kernel_size = 0;
	int err = open_image(bytes, size, &image, why);

	if (err)
		return err;
	switch (image.kind) {
	case BZIMAGE:
		read_setup_header(&image, ret_facts);
		return 0;
	case ZBOOT:
		err = unpack_payload(&image, &kernel, &kernel_size, why);
		if (!err)
			identify_flat(kernel, kernel_size, ret_facts);
		return err;
	default:
		identify_flat(bytes, size, ret_facts);
		return 0;
	}
}

int kernel_image_read(const void *bytes, size_t size, struct kernel_facts *ret_facts,
		      struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_free_ void *kernel = NULL;
	struct kernel_facts facts = {.machine = ""};
	struct image image;
	size_t kernel_size = 0;
	int err = open_image(bytes, size, &image, why);

	if (err)
		return err;
	switch (image.kind) {
	case BZIMAGE:
		err = read_bzimage(&image, &facts, ret_btf, why);
		break;
	case ZBOOT:
		err = unpack_payload(&image, &kernel, &kernel_size, why);
		if (!err)
			err = read_flat(kernel, kernel_size, &facts, ret_btf, why);
		break;
	default:
		err = read_flat(bytes, size, &facts, ret_btf, why);
	}
	facts.has_own_btf = !err;
	if (!err && ret_facts)
		*ret_facts = facts;
	return err;
}
