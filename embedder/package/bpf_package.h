/* SPDX-License-Identifier: MIT */
/*
 * package.json, eunomia-bpf's format for a BPF object with what user space needs to run it:
 *
 *	bpf_object		the ELF image, packed by zlib, as base64
 *	bpf_object_size		its size
 *	meta.bpf_skel		data_sections with variables and their command line options; maps,
 *and how they are shown; progs; obj_name; doc meta.export_types	the structs of events
 *
 * Source: bpf_loader_lib::meta of eunomia-bpf 0.3.
 */
#ifndef COREBTF_PACKAGE_BPF_PACKAGE_H
#define COREBTF_PACKAGE_BPF_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "embedder/object/bpf_object_file.h"
#include "runtime/util/reason.h"

/* The object, unpacked: as the runner takes it. */
#define BPF_PACKAGE_OBJECT_MAX ((size_t)64 << 20)
/* The file. */
#define BPF_PACKAGE_SIZE_MAX (BPF_PACKAGE_OBJECT_MAX / 3 * 4 + (4 << 20))

struct bpf_package {
	char *name; /* of the object, without .bpf.o; owned */
	void *object;
	size_t object_size;
	char *defaults; /* lines for the runner (runner/options/defaults.h); "" if there are none */
};

/* Whether the file begins as JSON does, and no BPF object. */
bool bpf_package_is(const void *start, size_t size);

/* The bytes may be hostile. Errors: -EBADMSG what they say is no such package, or does not fit the
 * object; -EFBIG; -ENOEXEC no BPF object in it; -ENOMEM. */
int bpf_package_read(const void *json, size_t size, struct bpf_package *ret_package,
		     struct reason *why);

void bpf_package_free(struct bpf_package *package); /* for _cleanup_ */

/* @ret_json: malloc'd text without a newline; the same object gives the same bytes with the same
 * version of zlib. Errors: -EBADMSG a damaged object; -EFBIG; -ENOMEM. */
int bpf_package_write(const struct bpf_object_file *object, char **ret_json, struct reason *why);

#endif
