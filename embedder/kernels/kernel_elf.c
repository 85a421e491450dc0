// SPDX-License-Identifier: MIT
/*
 * In: an ELF file of any class and byte order. Out: the bytes of its section .BTF.
 *
 * libelf finds the section; the bytes are then mapped directly, since a vmlinux with debug
 * information has hundreds of megabytes that nobody needs to touch.
 */
#include "embedder/kernels/kernel_elf.h"

#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/util/cleanup.h"

static int explain(struct reason *why)
{
	return reason_set(why, -EBADMSG, "damaged ELF file: %s", elf_errmsg(-1));
}

static void cleanup_elf(Elf **elf)
{
	elf_end(*elf); /* NULL is fine */
}

/* Copied: libelf's memory ends with its handle. */
static int unpack_section(Elf_Scn *section, struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_free_ void *memory = NULL;
	GElf_Chdr compression;
	Elf_Data *data;
	int err;

	if (!gelf_getchdr(section, &compression))
		return explain(why);
	err = kernel_bytes_check_size(compression.ch_size, why);
	if (err)
		return err;
	if (elf_compress(section, 0, 0) < 0)
		return reason_set(why, -EBADMSG, "cannot unpack its section .BTF: %s",
				  elf_errmsg(-1));
	data = elf_getdata(section, NULL);
	if (!data || !data->d_buf || !data->d_size)
		return explain(why);
	memory = malloc(data->d_size);
	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot unpack its section .BTF");
	memcpy(memory, data->d_buf, data->d_size);
	*ret_btf = (struct kernel_btf){.data = memory, .size = data->d_size, .memory = memory};
	memory = NULL;
	return 0;
}

/* BTF is read as 32-bit words; a section may start anywhere all the same. */
static int align_mapped(struct kernel_btf *btf, struct reason *why)
{
	void *memory;

	if ((uintptr_t)btf->data % sizeof(uint32_t) == 0)
		return 0;
	memory = malloc(btf->size);
	if (!memory)
		return reason_errno(why, -ENOMEM, "cannot read its section .BTF");
	memcpy(memory, btf->data, btf->size);
	*btf = (struct kernel_btf){
		.data = memory,
		.size = btf->size,
		.memory = memory,
		.mapping = btf->mapping,
		.mapping_size = btf->mapping_size,
	};
	return 0;
}

static int map_section(int fd, const GElf_Shdr *header, struct kernel_btf *ret_btf,
		       struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf btf = {0};
	struct stat status;
	int err;

	if (fstat(fd, &status) < 0)
		return reason_errno(why, -errno, "cannot look at it");
	if (header->sh_offset > (uint64_t)status.st_size ||
	    header->sh_size > (uint64_t)status.st_size - header->sh_offset)
		return reason_set(why, -EBADMSG, "its section .BTF lies outside the file");
	err = kernel_bytes_map(fd, header->sh_offset, header->sh_size, &btf, why);
	if (!err)
		err = align_mapped(&btf, why);
	if (err)
		return err;
	*ret_btf = btf;
	memset(&btf, 0, sizeof(btf));
	return 0;
}

static int read_section(int fd, Elf_Scn *section, const GElf_Shdr *header,
			struct kernel_btf *ret_btf, struct reason *why)
{
	if (header->sh_type == SHT_NOBITS)
		return reason_set(why, -ENODATA, "its section .BTF has no bytes in this file "
				  "(debug information that was split off?)");
	if (!header->sh_size)
		return reason_set(why, -ENODATA, "its section .BTF is empty");
	if (header->sh_flags & SHF_COMPRESSED)
		return unpack_section(section, ret_btf, why);
	return map_section(fd, header, ret_btf, why);
}

int kernel_elf_read(int fd, struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_(cleanup_elf) Elf *elf = NULL;
	Elf_Scn *section = NULL;
	size_t names;
	int err;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names) < 0)
		return explain(why);
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			return explain(why);
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, ".BTF") != 0)
			continue;
		err = read_section(fd, section, &header, ret_btf, why);
		if (err)
			return err;
		if (kernel_bytes_are_btf(ret_btf->data, ret_btf->size))
			return 0;
		kernel_btf_close(ret_btf);
		return reason_set(why, -EBADMSG, "its section .BTF does not start like BTF");
	}
	return reason_set(why, -ENODATA, "an ELF file without a section .BTF");
}
