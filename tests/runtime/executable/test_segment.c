/* SPDX-License-Identifier: MIT */
/*
 * Bundles in memory, found with arbitrary program headers; and bundles that were linked in, with
 * other data behind them. Real programs: tests/embedder/elf/test_segment.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/bundle/format.h"
#include "runtime/executable/segment.h"

/* Headers of bundles; finding them reads no more. */
struct memory {
	struct corebtf_format_header first;
	uint8_t zeros[16];
	struct corebtf_format_header second;
	uint8_t behind[40];
};

/* What an object file of `corebtf convert` defines; the tests fill it. */
extern struct memory corebtf_linked __attribute__((visibility("hidden"), aligned(8)));
struct memory corebtf_linked;

static void put_header(struct corebtf_format_header *header)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header->byte_order = COREBTF_BYTE_ORDER;
	header->size = sizeof(*header);
}

static struct memory reserved __attribute__((aligned(4096)));

static ElfW(Phdr) segment_of(const void *start, size_t size)
{
	return (ElfW(Phdr)){
		.p_type = PT_LOAD,
		.p_flags = PF_R,
		.p_vaddr = (uintptr_t)start,
		.p_filesz = size,
		.p_memsz = size,
	};
}

static int find(const ElfW(Phdr) * segments, size_t count, const uint8_t **ret_data,
		size_t *ret_size)
{
	const struct module module = {.segments = segments, .segment_count = count};

	return segment_find(&module, ret_data, ret_size);
}

static void reserved_segments(void **state)
{
	static const char text[64] = "something else";
	ElfW(Phdr) segments[] = {segment_of(text, sizeof(text)),
				 segment_of(&reserved, sizeof(reserved.first))};
	const uint8_t *data = NULL;
	size_t size = 0;

	memset(&corebtf_linked, 0, sizeof(corebtf_linked));
	memset(&reserved, 0, sizeof(reserved));
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA); /* empty as linked */
	put_header(&reserved.first);
	assert_int_equal(find(segments, 2, &data, &size), 0);
	assert_ptr_equal(data, &reserved);
	assert_int_equal(size, sizeof(reserved.first));

	assert_int_equal(find(segments, 1, &data, &size), -ENODATA);
	segments[1].p_flags = PF_R | PF_W;
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
	segments[1].p_flags = 0; /* reading it would be a crash */
	segments[1].p_vaddr = 8;
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
	segments[1] = segment_of(&reserved, 7);
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
	segments[1] = segment_of(&reserved, sizeof(reserved.first));
	segments[1].p_memsz++;
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
	segments[1] = segment_of(&reserved, sizeof(reserved.first));
	segments[1].p_type = PT_NOTE;
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
	memmove((uint8_t *)&reserved + 4, &reserved, sizeof(reserved.first));
	segments[1] = segment_of((uint8_t *)&reserved + 4, sizeof(reserved.first));
	assert_int_equal(find(segments, 2, &data, &size), -ENODATA);
}

/* Is read-ahead off for that memory? -1 when /proc does not say. */
static int is_at_random(const void *start)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long first, end;
	bool is_it = false;
	int result = -1;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx ", &first, &end) == 2)
			is_it = first == (uintptr_t)start;
		else if (is_it && !strncmp(line, "VmFlags:", 8))
			result = strstr(line, " rr") != NULL;
	}
	if (maps)
		fclose(maps);
	return result;
}

static void *map_pages(size_t size)
{
	/* with a gap to the next one */
	uint8_t *pages = mmap(NULL, size + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages, size, PROT_READ | PROT_WRITE), 0);
	return pages;
}

/* Read-ahead stays on for the program's own constants and for small bundles. */
static void large_segments_are_not_read_ahead(void **state)
{
	const size_t large = 1 << 20, small = 1 << 17;
	uint8_t *other = map_pages(large), *bundle = map_pages(large), *little = map_pages(small);
	ElfW(Phdr) segments[] = {segment_of(little, small), segment_of(bundle, large),
				 segment_of(other, large)};
	const uint8_t *data = NULL;
	size_t size = 0;

	memset(other, 'x', large);
	put_header((struct corebtf_format_header *)bundle);
	put_header((struct corebtf_format_header *)little);
	if (is_at_random(bundle) != 0) {
		print_message("/proc/self/smaps does not show advice here\n");
		skip();
	}
	assert_int_equal(find(segments, 3, &data, &size), 0);
	assert_ptr_equal(data, bundle);
	assert_int_equal(is_at_random(bundle), 1);
	assert_int_equal(is_at_random(other), 0);
	assert_int_equal(find(segments, 1, &data, &size), 0);
	assert_ptr_equal(data, little);
	assert_int_equal(is_at_random(little), 0);
	munmap(other, large + 4096);
	munmap(bundle, large + 4096);
	munmap(little, small + 4096);
}

static void linked_bundles(void **state)
{
	ElfW(Phdr) segment = segment_of(&corebtf_linked, sizeof(corebtf_linked));
	const uint8_t *data = NULL;
	size_t size = 0;

	/* Not a segment of its own: it lies with the code. */
	segment.p_flags = PF_R | PF_X;
	memset(&corebtf_linked, 0, sizeof(corebtf_linked));
	memset(corebtf_linked.behind, 'x', sizeof(corebtf_linked.behind));
	assert_int_equal(find(&segment, 1, &data, &size), -ENODATA);
	put_header(&corebtf_linked.first);
	assert_int_equal(find(&segment, 1, &data, &size), 0);
	assert_ptr_equal(data, &corebtf_linked);
	assert_int_equal(size, sizeof(corebtf_linked.first)); /* nothing follows the zero bytes */
	put_header(&corebtf_linked.second);
	assert_int_equal(find(&segment, 1, &data, &size), 0);
	assert_int_equal(size, offsetof(struct memory, behind));

	/* Of the other byte order: for the reader to check. */
	corebtf_linked.second.byte_order = __builtin_bswap32(COREBTF_BYTE_ORDER);
	corebtf_linked.second.size = __builtin_bswap32(corebtf_linked.second.size);
	assert_int_equal(find(&segment, 1, &data, &size), 0);
	assert_int_equal(size, offsetof(struct memory, behind));

	/* Damaged ones are for the reader to check too, up to the end of the segment. */
	corebtf_linked.second.size = 0xffffffff;
	assert_int_equal(find(&segment, 1, &data, &size), 0);
	assert_int_equal(size, sizeof(corebtf_linked));
	corebtf_linked.second.size = 0;
	assert_int_equal(find(&segment, 1, &data, &size), 0);
	assert_int_equal(size, sizeof(corebtf_linked));
	segment.p_filesz = sizeof(corebtf_linked.first) - 1;
	segment.p_memsz = segment.p_filesz;
	assert_int_equal(find(&segment, 1, &data, &size), -ENODATA);
}

static void modules(void **state)
{
	struct module executable = {.base = 0}, own = {.base = 0};

	assert_int_equal(module_find_executable(&executable), 0);
	assert_int_equal(module_find_own(&own), 0);
	assert_true(executable.is_executable);
	assert_true(own.is_executable); /* linked in */
	assert_ptr_equal(own.segments, executable.segments);
	assert_true(own.segment_count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reserved_segments),
		cmocka_unit_test(large_segments_are_not_read_ahead),
		cmocka_unit_test(linked_bundles),
		cmocka_unit_test(modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
