/* SPDX-License-Identifier: MIT */
/*
 * Checks for the tests of kernel images: a kernel of made_kernel.h is read as it was made, or
 * refused. Include after cmocka.h.
 */
#ifndef TESTS_EMBEDDER_IMAGE_KERNEL_CHECKS_H
#define TESTS_EMBEDDER_IMAGE_KERNEL_CHECKS_H

#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_image.h"
#include "tests/support/made_kernel.h"

/* Heap memory of exactly that size, so that ASan sees a read behind it. */
static inline uint8_t *exact(const struct byte_buffer *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes->data, size);
	return copy;
}

static inline void assert_facts(const struct kernel_facts *facts, const struct made_kernel *kernel,
				const char *machine)
{
	assert_string_equal(facts->release, kernel->release);
	assert_string_equal(facts->uname_version, kernel->uname_version);
	assert_string_equal(facts->machine, machine);
}

static inline void assert_build_id(const struct kernel_facts *facts, uint8_t first)
{
	assert_int_equal(facts->build_id_size, MADE_BUILD_ID_SIZE);
	for (size_t i = 0; i < MADE_BUILD_ID_SIZE; i++)
		assert_int_equal(facts->build_id[i], first + i);
}

static inline void assert_btf(const struct kernel_btf *btf, bool big_endian)
{
	struct byte_buffer expected = {0};

	made_btf(&expected, big_endian);
	assert_int_equal(btf->size, expected.size);
	assert_memory_equal(btf->data, expected.data, expected.size);
	assert_int_equal((uintptr_t)btf->data % 4, 0);
	byte_buffer_free(&expected);
}

/* Identified: all but the build-id. Read: all. */
static inline void assert_image(const struct byte_buffer *image, const struct made_kernel *kernel,
				const char *machine)
{
	uint8_t *bytes = exact(image, image->size);
	struct kernel_facts facts;
	struct kernel_btf btf = {0};
	struct reason why = {""};

	assert_true(kernel_image_is(bytes, image->size));
	assert_true(kernel_image_is(bytes, KERNEL_IMAGE_START_SIZE));
	memset(&facts, 0xff, sizeof(facts));
	if (kernel_image_identify(bytes, image->size, &facts, &why))
		fail_msg("identify: %s", why.text);
	assert_facts(&facts, kernel, machine);
	assert_int_equal(facts.build_id_size, 0);
	memset(&facts, 0xff, sizeof(facts));
	if (kernel_image_read(bytes, image->size, &facts, &btf, &why))
		fail_msg("read: %s", why.text);
	free(bytes); /* the facts do not point into it */
	assert_facts(&facts, kernel, machine);
	assert_build_id(&facts, kernel->build_id);
	assert_btf(&btf, kernel->elf_order == ELFDATA2MSB);
	kernel_btf_close(&btf);
}

static inline void assert_refuses_bytes(const void *bytes, size_t size, int error,
					const char *words)
{
	struct kernel_facts facts = {.release = "before"};
	struct kernel_btf btf = {0};
	struct reason why = {""};
	int err = kernel_image_read(bytes, size, &facts, &btf, &why);

	if (err != error || !strstr(why.text, words))
		fail_msg("got %d '%s', not %d '%s'", err, why.text, error, words);
	assert_null(btf.data);
	assert_string_equal(facts.release, "before");
}

static inline void assert_refuses(const struct byte_buffer *image, int error, const char *words)
{
	uint8_t *bytes = exact(image, image->size);

	assert_refuses_bytes(bytes, image->size, error, words);
	free(bytes);
}

static inline void put(struct byte_buffer *image, size_t at, uint32_t value, size_t width)
{
	value = htole32(value);
	memcpy(image->data + at, &value, width);
}

#endif
