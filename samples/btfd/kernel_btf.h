/* SPDX-License-Identifier: MIT */
/*
 * The BTF of the running kernel, from the kernel itself or from a bundle. It is kept while BPF
 * objects are loaded. This is where btfd uses libcorebtf.
 */
#ifndef BTFD_KERNEL_BTF_H
#define BTFD_KERNEL_BTF_H

#include "object_list.h"
#include "reason.h"
#include "settings.h"

struct kernel_btf {
	char *path;	  /* for libbpf's btf_custom_path; NULL: it finds the kernel's own */
	char origin[256]; /* where it comes from, for messages */
};

/*
 * Finds the BTF. A bundle that is damaged, or has none for this kernel, is an error: without the
 * right BTF the programs would not load, or worse, read wrong fields. So is a bundle that was made
 * for another build of one of @objects (-ESTALE): types that they need may be missing in its BTFs.
 * Errors: as corebtf_find_entry() and corebtf_entry_path() give them. The bundle is unmapped
 * again; the path and its memfd stay valid until kernel_btf_close().
 */
int kernel_btf_open(const struct settings *settings, const struct object_list *objects,
		    struct kernel_btf *ret_btf, struct reason *reason);
void kernel_btf_close(struct kernel_btf *btf);

#endif
