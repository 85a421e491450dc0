/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own BTF, which libbpf finds by itself.
 */
#include <errno.h>

#include "runtime/locate/source.h"
#include "runtime/util/origin.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

int source_kernel_btf(struct locate *locate, char **ret_path)
{
	if (!host_has_btf(&locate->host))
		return source_pass(locate, -ENODATA);
	locate->origin.source = COREBTF_SOURCE_KERNEL;
	ORIGIN_TEXT(locate->origin.file, KERNEL_BTF);
	*ret_path = NULL;
	return SOURCE_FOUND;
}
