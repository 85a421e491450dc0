/* SPDX-License-Identifier: MIT */
/*
 * Which kernel a BTF belongs to: what paths, manifests, bundles and kernels themselves say of it.
 * The one struct for that, on both sides.
 */
#ifndef COREBTF_KERNEL_ID_H
#define COREBTF_KERNEL_ID_H

#include <stddef.h>
#include <stdint.h>

/*
 * Strings are never NULL, and "" means not known, unless the holder says otherwise. Nothing here is
 * owned: the strings and the build-id belong to the code that filled them in. The embedder has ids
 * that own them (embedder/util/own_kernel_id.h).
 */
struct kernel_id {
	const char *release;	   /* as uname -r */
	const char *machine;	   /* canonical (machine.h) */
	const char *os_id;	   /* as os-release's ID */
	const char *version_id;	   /* as os-release's VERSION_ID */
	const char *uname_version; /* as uname -v */
	const uint8_t *build_id;   /* GNU build-id */
	size_t build_id_size;	   /* 0: not known */
};

/* Of a build-id in a bundle; linkers make one of 20 bytes, or of 16. */
#define KERNEL_ID_BUILD_ID_MAX 20

#define KERNEL_ID_UNKNOWN                                                                          \
	(struct kernel_id)                                                                         \
	{                                                                                          \
		.release = "", .machine = "", .os_id = "", .version_id = "", .uname_version = ""   \
	}

#endif
