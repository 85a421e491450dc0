/* SPDX-License-Identifier: MIT */
/*
 * What a kernel's own file states of the kernel, with the memory for it. Code that compares kernels
 * takes kernel_facts_id(). The texts lie inside because a search through an image finds many and
 * keeps the best by assignment: so it allocates nothing, cannot fail and has nothing to free.
 *
 * A kernel does not state its distribution, but its `uname -v` often does
 * (runtime/kernel/distro.h).
 */
#ifndef COREBTF_IMAGE_KERNEL_FACTS_H
#define COREBTF_IMAGE_KERNEL_FACTS_H

#include <stdbool.h>

#include "runtime/kernel/kernel_id.h"

/* What uname(2) has room for, with the NUL at the end. */
#define KERNEL_FACTS_TEXT_SIZE 65

/* Where a kernel's types are. */
enum kernel_types_kind { KERNEL_TYPES_UNKNOWN, KERNEL_TYPES_BTF, KERNEL_TYPES_DWARF };

struct kernel_facts {
	char release[KERNEL_FACTS_TEXT_SIZE];	    /* as uname -r; "": not known */
	char uname_version[KERNEL_FACTS_TEXT_SIZE]; /* as uname -v; "": not known */
	const char *machine; /* static, canonical (runtime/kernel/machine.h); "": not known */
	uint8_t build_id[KERNEL_ID_BUILD_ID_MAX]; /* as /sys/kernel/notes has it */
	size_t build_id_size;			  /* 0: not known */
	enum kernel_types_kind types;		  /* in this file; of an image not known */
	/* The BTF, if there is one, is a part of the kernel in memory, which shows it from 5.4 on.
	 * false: somebody added it to the file. */
	bool has_own_btf;
};

/* The id itself; it points into @facts. */
static inline struct kernel_id kernel_facts_id(const struct kernel_facts *facts)
{
	return (struct kernel_id){
		.release = facts->release,
		.machine = facts->machine,
		.os_id = "",
		.version_id = "",
		.uname_version = facts->uname_version,
		.build_id = facts->build_id,
		.build_id_size = facts->build_id_size,
	};
}

#endif
