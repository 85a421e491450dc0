/* SPDX-License-Identifier: MIT */
#include "embedder/modules/module_btf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/elf/elf_file.h"
#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_section.h"
#include "embedder/util/cleanup.h"

void module_btf_free(struct module_btf *btf)
{
	free(btf->own);
	free(btf->base);
	*btf = (struct module_btf){0};
}

/* A copy of the section, aligned. *@ret_data stays NULL where the file has none with bytes. */
static int copy_section(const struct elf_file *file, const char *name, void **ret_data,
			size_t *ret_size, struct reason *why)
{
	size_t index = elf_file_find_section(file, name, 0);
	struct kernel_section section = {0};
	uint64_t size = 0;
	bool is_packed;
	int err;

	if (!index || !elf_section_has_bytes(&file->sections[index]))
		return 0;
	err = kernel_section_look(file, index, &size, &is_packed, why);
	if (!err && size > MODULE_BTF_SIZE_MAX)
		err = reason_set(why, -EFBIG,
				 "its section %s has %llu bytes, more than the %u that are "
				 "accepted",
				 name, (unsigned long long)size, MODULE_BTF_SIZE_MAX);
	if (!err)
		err = kernel_section_read(file, index, &section, why);
	if (err)
		return err;
	if (!kernel_bytes_are_btf(section.data, section.size)) {
		kernel_section_release(&section);
		return reason_set(why, -EBADMSG, "its section %s does not start like BTF", name);
	}
	*ret_data = malloc(section.size);
	*ret_size = section.size;
	if (*ret_data)
		memcpy(*ret_data, section.data, section.size);
	kernel_section_release(&section);
	return *ret_data ? 0 : reason_errno(why, -ENOMEM, "cannot read its BTF");
}

/* The release that a text "vermagic=RELEASE ..." of .modinfo says; NULL: there is none. */
static const char *find_release(const struct elf_file *file, size_t *ret_length)
{
	static const char key[] = "vermagic=";
	size_t index = elf_file_find_section(file, ".modinfo", 0), left;
	const char *text, *found, *space;

	if (!index || !elf_section_has_bytes(&file->sections[index]))
		return NULL;
	text = (const char *)file->data + file->sections[index].sh_offset;
	left = file->sections[index].sh_size;
	found = memmem(text, left, key, strlen(key));
	if (!found)
		return NULL;
	found += strlen(key);
	*ret_length = strnlen(found, left - (size_t)(found - text));
	space = memchr(found, ' ', *ret_length);
	if (space)
		*ret_length = (size_t)(space - found);
	return found;
}

/* The kernel checks the same before it loads a module. One that does not say it is not refused
 * here: its BTF is compared with the kernel's. */
static int check_release(const struct elf_file *file, const char *release, struct reason *why)
{
	size_t length = 0;
	const char *said = find_release(file, &length);

	if (!said || (length == strlen(release) && memcmp(said, release, length) == 0))
		return 0;
	return reason_set(why, -EINVAL, "it is a module for kernel %.*s, not %s",
			  length < 64 ? (int)length : 64, said, release);
}

int module_btf_read(const void *image, size_t size, const char *name, const char *release,
		    struct module_btf *ret_btf, struct reason *why)
{
	_cleanup_(elf_file_release) struct elf_file file = {0};
	_cleanup_(module_btf_free) struct module_btf btf = {0};
	int err = elf_file_read_sections(image, size, &file, why);

	if (!err)
		err = copy_section(&file, ".BTF", &btf.own, &btf.own_size, why);
	if (err || !btf.own)
		return err;
	err = check_release(&file, release, why);
	if (!err)
		err = copy_section(&file, ".BTF.base", &btf.base, &btf.base_size, why);
	if (err)
		return err;
	memcpy(btf.name, name, strnlen(name, MODULE_NAME_SIZE - 1));
	*ret_btf = btf;
	btf = (struct module_btf){0};
	return 1;
}
