/* SPDX-License-Identifier: MIT */
/*
 * Where in a tar the BTF of a kernel is, and which kernel a path in a tar says. The name is the
 * key: readers of these tars go by it alone.
 *
 *	./ID/VERSION/MACHINE/RELEASE.btf			bcc
 *	./btfhub-archive/ID/VERSION/MACHINE/RELEASE.btf		bpf-compatible
 *	  ID/VERSION/MACHINE/RELEASE.btf			Inspektor Gadget
 *
 * The readers of all three put the name together from os-release's ID and VERSION_ID and from
 * uname -m and -r, and compare it with those of the members, byte by byte, the "./" included
 * (bcc libbpf-tools/btf_helpers.c, bpf-compatible-sys/src/lib.rs, Inspektor Gadget
 * pkg/operators/btfgen). Two of them take the bytes behind the header of that member, whatever
 * its kind: so a BTF cannot be a link to another one. The folders are BTFHub's, whose machines
 * are x86_64 and arm64; what uname -m prints for the latter is aarch64.
 *
 * An ID or VERSION that is not known is the folder "unknown".
 */
#ifndef COREBTF_TAR_TAR_PATH_H
#define COREBTF_TAR_TAR_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/util/own_kernel_id.h"
#include "runtime/util/reason.h"

enum tar_layout {
	TAR_LAYOUT_BPF_COMPATIBLE,
	TAR_LAYOUT_BCC,
};

/* The room that bcc's reader has for a name with its NUL. It does not find longer ones. */
#define TAR_PATH_BCC_NAME_SIZE 100

/*
 * @uname_machine: the machine as uname -m has it, instead of BTFHub's name.
 * @aside: 0, or for one more BTF of the same path its number: then it is at corebtf/NUMBER/ID/...,
 * where only those look that go by the last four names.
 * @ret_path: malloc'd, starts with "./".
 * Errors: -EINVAL a part of the id cannot be the name of a file or folder (@why says which),
 * -ENOMEM.
 */
int tar_path_make(const struct kernel_id *id, enum tar_layout layout, bool uname_machine,
		  size_t aside, char **ret_path, struct reason *why);

/*
 * @path: normalised (archive/member_name.h); a "./" before it does not matter.
 * @machine: canonical; the machine of BTFs whose folder names none, or NULL.
 * @ret_id: malloc'd strings, to be freed with kernel_id_clear(); no build-id, no uname -v.
 * Errors: -EINVAL no BTF's name, or it names no known machine; -ENOMEM.
 */
int tar_path_read(const char *path, const char *machine, struct kernel_id *ret_id,
		  struct reason *why);

/* Whether tar_path_make() could have made @path of @id: they agree in all that the path says. 1, 0
 * or -ENOMEM. */
int tar_path_fits(const char *path, const struct kernel_id *id);

#endif
