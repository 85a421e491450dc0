/* SPDX-License-Identifier: MIT */
/*
 * Contents in, the bytes of a bundle out (docs/format.md): numbers the blobs, packs them into
 * blocks, and has the tables written by runtime/bundle/bundle_writer.h.
 */
#ifndef COREBTF_BUNDLE_BUNDLE_LAYOUT_H
#define COREBTF_BUNDLE_BUNDLE_LAYOUT_H

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_contents.h"

/* As bundle_builder_layout(). */
int bundle_layout(const struct bundle_contents *contents, const struct bundle_layout_opts *opts,
		  void **ret_bundle, size_t *ret_size, struct reason *why);

#endif
