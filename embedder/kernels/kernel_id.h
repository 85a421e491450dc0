/* SPDX-License-Identifier: MIT */
/*
 * Which kernel a BTF belongs to: the key of a bundle's entry.
 */
#ifndef COREBTF_KERNELS_KERNEL_ID_H
#define COREBTF_KERNELS_KERNEL_ID_H

#include <stddef.h>
#include <stdint.h>

/* Strings are never NULL; "" is "not known". Whoever holds the struct says who owns them. */
struct kernel_id {
	const char *release;	/* as uname -r; never empty in a bundle */
	const char *machine;	/* canonical (runtime/kernel/machine.h); never empty in a bundle */
	const char *os_id;	/* as os-release's ID */
	const char *version_id; /* as os-release's VERSION_ID */
	const char *uname_version; /* as uname -v */
	uint8_t build_id[20];	   /* GNU build-id */
	size_t build_id_size;	   /* 0: not known */
};

#endif
