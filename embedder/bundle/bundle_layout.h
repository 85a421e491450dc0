/* SPDX-License-Identifier: MIT */
/*
 * Contents in, the bytes of a bundle out (runtime/format.h, docs/format.md): sorts, numbers,
 * places the tables one after the other, converts to the byte order of the target, and adds the
 * checksums.
 */
#ifndef COREBTF_BUNDLE_BUNDLE_LAYOUT_H
#define COREBTF_BUNDLE_BUNDLE_LAYOUT_H

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_contents.h"

/* As bundle_builder_layout(). */
int bundle_layout(const struct bundle_contents *contents, const struct bundle_layout_opts *opts,
		  void **ret_bundle, size_t *ret_size, struct reason *why);

#endif
