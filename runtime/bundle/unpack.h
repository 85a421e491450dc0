/* SPDX-License-Identifier: MIT */
/*
 * The .xz streams of a bundle: blocks and packed tables.
 */
#ifndef COREBTF_BUNDLE_UNPACK_H
#define COREBTF_BUNDLE_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/log.h"

/*
 * Unpacks one stream of exactly @in_size bytes to exactly @out_size bytes. @what names it in the
 * log. Errors: -EBADMSG, -EOPNOTSUPP an xz filter that this liblzma does not have, -ENOMEM.
 */
int unpack_xz(const struct log *log, const char *what, const uint8_t *in, size_t in_size,
	      uint8_t *out, size_t out_size);

#endif
