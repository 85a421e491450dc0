/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a boot image, as an ELF file, and as a packed kernel: the facts must have the
 * documented form.
 */
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_elf.h"
#include "embedder/image/kernel_image.h"
#include "runtime/kernel/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
	if (!condition)
		abort();
}

static void check_text(const char text[static KERNEL_FACTS_TEXT_SIZE])
{
	size_t length = strnlen(text, KERNEL_FACTS_TEXT_SIZE);

	check(length < KERNEL_FACTS_TEXT_SIZE);
	for (size_t i = 0; i < length; i++)
		check(text[i] >= ' ' && text[i] <= '~');
}

static void check_facts(const struct kernel_facts *facts)
{
	check_text(facts->release);
	check_text(facts->uname_version);
	check(strcmp(machine_canonical(facts->machine), facts->machine) == 0);
	check(facts->build_id_size <= sizeof(facts->build_id));
	check(!strchr(facts->release, ' '));
	check(!*facts->release == !*facts->uname_version);
}

static void check_btf(struct kernel_btf *btf)
{
	check(btf->size && btf->size <= KERNEL_BTF_SIZE_MAX && (uintptr_t)btf->data % 4 == 0);
	check(kernel_bytes_are_btf(btf->data, btf->size));
	kernel_btf_close(btf);
}

static void read_image(const uint8_t *data, size_t size)
{
	struct kernel_facts identified, facts;
	struct kernel_btf btf = {0};
	struct reason why = {""};
	int err = kernel_image_identify(data, size, &identified, &why);

	check(err ? err < 0 && *why.text : kernel_image_is(data, size));
	if (!err)
		check_facts(&identified);
	why.text[0] = '\0';
	if (kernel_image_read(data, size, &facts, &btf, &why)) {
		check(*why.text && !btf.data);
		return;
	}
	check(!err);
	check_facts(&facts);
	check_btf(&btf);
	/* What the header says is not contradicted by the kernel. */
	check(!*identified.release || strcmp(identified.release, facts.release) == 0);
}

static void read_elf(const uint8_t *data, size_t size)
{
	struct kernel_facts facts;
	struct kernel_btf btf = {0};

	if (!kernel_elf_read_memory(data, size, &facts, &btf, NULL)) {
		check_facts(&facts);
		check_btf(&btf);
	}
	if (!kernel_elf_identify_memory(data, size, &facts, NULL))
		check_facts(&facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (kernel_elf_is(data, size))
		read_elf(data, size);
	read_image(data, size);
	return 0;
}
