/* SPDX-License-Identifier: MIT */
/*
 * A kernel's BTF as files where loaders of BPF programs look for it.
 */
#ifndef COREBTF_EXEC_BTF_FILES_H
#define COREBTF_EXEC_BTF_FILES_H

#include <stddef.h>

#include "runtime/util/reason.h"

#define BTF_FILES_SYSFS "/sys/kernel/btf/vmlinux"

/* What is where. A path that is "" could not be made; the reason says why. */
struct btf_files {
	char sysfs[64]; /* raw BTF, BTF_FILES_SYSFS: every loader reads it, some nothing else */
	char elf[160];	/* an ELF file, /boot/vmlinux-RELEASE or the next one that libbpf knows */
	struct reason sysfs_why, elf_why;
};

/*
 * Makes both files, or one of them where the other's folder is missing. Call it after
 * private_mounts_enter().
 * @release, @machine: the running kernel's, as uname(2) says, and canonical (machine.h).
 * @btf: raw BTF of either byte order.
 * Errors: -ENOTDIR there is a folder for neither; those of covered_folder_make(). A folder that is
 * there and cannot be covered is an error, since it may be covered halfway.
 */
int btf_files_make(const char *release, const char *machine, const void *btf, size_t size,
		   struct btf_files *ret_files, struct reason *why);

#endif
