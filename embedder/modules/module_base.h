/* SPDX-License-Identifier: MIT */
/*
 * A module's distilled base -> the types of the kernel that it stands for, by the rule that the
 * kernel and libbpf have for it (btf_relocate()): by kind and name; by size as well where the name
 * is not enough, or where the module embeds the type.
 */
#ifndef COREBTF_MODULES_MODULE_BASE_H
#define COREBTF_MODULES_MODULE_BASE_H

#include "runtime/btf/btf_source.h"
#include "embedder/modules/split_btf.h"

/*
 * @split: opened with @base, the distilled one, whose types were all read. @kernel: as well.
 * @ret_ids: malloc'd, for each id of @base that of the kernel's type.
 * Errors: -EBADMSG it holds what a distilled base cannot have, -EINVAL the kernel lacks one of its
 * types, or has several of which none is the one, -ENOMEM.
 */
int module_base_find(const struct btf_source *base, const struct split_btf *split,
		     struct btf_source *kernel, uint32_t **ret_ids, struct reason *why);

#endif
