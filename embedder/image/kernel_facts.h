/* SPDX-License-Identifier: MIT */
/*
 * What a kernel's own file says of it, apart from the BTF. A kernel does not say which
 * distribution it is from; its `uname -v` often lets that be told (runtime/kernel/distro.h).
 */
#ifndef COREBTF_IMAGE_KERNEL_FACTS_H
#define COREBTF_IMAGE_KERNEL_FACTS_H

#include <stddef.h>
#include <stdint.h>

/* What uname(2) has room for, with the NUL at the end. */
#define KERNEL_FACTS_TEXT_SIZE 65

/* Holds its texts itself, so that a copy of it is whole. */
struct kernel_facts {
	char release[KERNEL_FACTS_TEXT_SIZE];	    /* as uname -r; "": not known */
	char uname_version[KERNEL_FACTS_TEXT_SIZE]; /* as uname -v; "": not known */
	const char *machine;  /* static, canonical (runtime/kernel/machine.h); "": not known */
	uint8_t build_id[20]; /* GNU build-id, as /sys/kernel/notes has it */
	size_t build_id_size; /* 0: not known */
};

#endif
