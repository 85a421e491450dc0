/* SPDX-License-Identifier: MIT */
/*
 * The file of a kernel module -> the BTF in it, which is not whole: it continues that of its
 * kernel.
 *
 *	.BTF       the module's own types; ids and string offsets go on where the base's end
 *	.BTF.base  in modules that were built outside of the kernel's tree: instead of the kernel's
 *	           BTF, the base is a small one with the names of those types that are referred to
 *	.modinfo   vermagic=RELEASE ...: which kernel it is for
 */
#ifndef COREBTF_MODULES_MODULE_BTF_H
#define COREBTF_MODULES_MODULE_BTF_H

#include <stddef.h>

#include "embedder/modules/module_name.h"
#include "runtime/util/reason.h"

/* Of one module's BTF. The largest in Debian has 1 MB; one of an out-of-tree driver may have
 * more. */
#define MODULE_BTF_SIZE_MAX (UINT32_C(64) << 20)

struct module_btf {
	char name[MODULE_NAME_SIZE];
	void *own; /* raw split BTF, malloc'd */
	size_t own_size;
	void *base; /* its distilled base, malloc'd; NULL: the base is the kernel's BTF */
	size_t base_size;
};

/*
 * @image: the module's file, not packed, of @name.
 * @release: of the kernel that it must be for.
 * Returns 1, 0 when there is no BTF in it, or -EBADMSG damaged, -EINVAL it is for another kernel,
 * -EFBIG, -EOPNOTSUPP a section packed in a way that is not known, -ENOMEM.
 */
int module_btf_read(const void *image, size_t size, const char *name, const char *release,
		    struct module_btf *ret_btf, struct reason *why);

void module_btf_free(struct module_btf *btf);

#endif
