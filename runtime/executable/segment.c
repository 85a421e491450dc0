/* SPDX-License-Identifier: MIT */
/*
 * A module in, a range of its memory out.
 *
 * A reserved segment is recognised by its contents: read-only, starting with a bundle. That needs
 * no symbol, and works for the executable when this is the shared library, too. An empty segment
 * holds zero bytes and is skipped.
 *
 * Bundles that were linked in lie anywhere among the program's constants. The first is found by its
 * symbol; the others follow it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/bundle/bundle.h"
#include "runtime/bundle/format.h"
#include "runtime/executable/segment.h"

/* A smaller one comes in with a read or two of the default read-ahead, 128 KiB. */
#define LARGE_SEGMENT ((size_t)256 << 10)

/* In every object file that `corebtf convert` makes. Weak: most programs have none. */
extern const uint8_t corebtf_linked[] __attribute__((weak, visibility("hidden")));

/* There may be other constants of the program. AddressSanitizer puts poisoned bytes between them
 * and would report memcmp() here. */
__attribute__((no_sanitize("address"))) static bool starts_with_magic(const uint8_t *data)
{
	for (size_t i = 0; i < COREBTF_MAGIC_SIZE; i++)
		if (data[i] != (uint8_t)COREBTF_MAGIC[i])
			return false;
	return true;
}

static void advise(const uint8_t *data, size_t size, int advice)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)data & ~(page - 1);

	madvise((void *)start, (uintptr_t)data - start + size, advice); /* it may be refused */
}

/*
 * A lookup touches a few scattered pages, the first of them here. The kernel maps programs with the
 * disk's read-ahead, which reads much more around each page. So that is switched off before the
 * first access, and on again when this is no bundle.
 */
static bool is_bundle(const uint8_t *data, size_t size)
{
	static const uint8_t
		*advised; /* the last one that had bundles: the advice is still there */
	bool is_new = size > LARGE_SEGMENT && data != __atomic_load_n(&advised, __ATOMIC_RELAXED);
	bool is_ours;

	if (is_new)
		advise(data, size, MADV_RANDOM);
	is_ours = starts_with_magic(data);
	if (is_new && !is_ours)
		advise(data, size, MADV_NORMAL);
	if (is_new && is_ours)
		__atomic_store_n(&advised, data, __ATOMIC_RELAXED);
	return is_ours;
}

/* Starts at the end, where the linker script puts the segment. */
static int find_reserved(const struct module *module, const uint8_t **ret_data, size_t *ret_size)
{
	for (size_t i = module->segment_count; i-- > 0;) {
		const ElfW(Phdr) *segment = &module->segments[i];

		if (segment->p_type != PT_LOAD || segment->p_flags != PF_R ||
		    segment->p_filesz != segment->p_memsz ||
		    segment->p_filesz < COREBTF_MAGIC_SIZE ||
		    (uintptr_t)module_segment(module, i) % COREBTF_ALIGNMENT ||
		    !is_bundle(module_segment(module, i), segment->p_filesz))
			continue;
		*ret_data = module_segment(module, i);
		*ret_size = segment->p_filesz;
		return 0;
	}
	return -ENODATA;
}

/* The size of the bundles that follow one another from @data on, at most @available. */
static size_t row_size(const uint8_t *data, size_t available)
{
	size_t end = 0;

	for (;;) {
		size_t start = end + bundle_padding(data + end, available - end);
		uint32_t byte_order, size;

		if (available - start < sizeof(struct corebtf_format_header) ||
		    memcmp(data + start, COREBTF_MAGIC, COREBTF_MAGIC_SIZE) != 0)
			return end;
		byte_order = (uint32_t)BYTES_MEMBER(data + start, struct corebtf_format_header,
						    byte_order, false);
		size = (uint32_t)BYTES_MEMBER(data + start, struct corebtf_format_header, size,
					      byte_order != COREBTF_BYTE_ORDER);
		/* Damaged: bundle_open() will say so. */
		if (size < sizeof(struct corebtf_format_header) || size > available - start)
			return available;
		end = start + size;
	}
}

static int find_linked(const struct module *module, const uint8_t **ret_data, size_t *ret_size)
{
	const uint8_t *linked = corebtf_linked;

	for (size_t i = 0; linked && i < module->segment_count; i++) {
		const ElfW(Phdr) *segment = &module->segments[i];
		uintptr_t offset = (uintptr_t)linked - (uintptr_t)module_segment(module, i);
		size_t size;

		if (segment->p_type != PT_LOAD || offset >= segment->p_filesz ||
		    (uintptr_t)linked % COREBTF_ALIGNMENT)
			continue;
		size = row_size(linked, segment->p_filesz - offset);
		if (!size)
			break;
		*ret_data = linked;
		*ret_size = size;
		return 0;
	}
	return -ENODATA;
}

int segment_find(const struct module *module, const uint8_t **ret_data, size_t *ret_size)
{
	return find_reserved(module, ret_data, ret_size) && find_linked(module, ret_data, ret_size)
		       ? -ENODATA
		       : 0;
}
