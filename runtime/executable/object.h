/* SPDX-License-Identifier: MIT */
/*
 * A BPF object in memory: is it the build that the bundle's BTFs were trimmed for?
 */
#ifndef COREBTF_OBJECT_H
#define COREBTF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/log.h"

struct object_digest {
	uint64_t digest; /* as in the object records of the format: CRC-64/XZ of .BTF, .BTF.ext */
	bool has_relocations; /* there is a .BTF.ext, where they would be */
};

/*
 * Reads the ELF image at @data, of any alignment and byte order; it may be followed by other
 * bytes. Errors: -ENOEXEC no BPF object, -EBADMSG its headers do not fit it, -EOPNOTSUPP its
 * sections are compressed.
 */
int object_digest(const void *data, size_t size, const struct log *log,
		  struct object_digest *ret_digest);

#endif
