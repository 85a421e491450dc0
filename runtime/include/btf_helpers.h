/* SPDX-License-Identifier: MIT */
/*
 * btf_helpers.h - btf_core.h under the name that bcc's libbpf-tools and bpf-compatible have for
 * it, so that their sources compile as they are.
 */
#ifndef COREBTF_BTF_HELPERS_H
#define COREBTF_BTF_HELPERS_H

#include <btf_core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* bcc's name for clean_core_btf(). bcc's tools call it when they end; it may be called any time
 * after the load. Since 0.1. */
static inline void cleanup_core_btf(struct bpf_object_open_opts *opts)
{
	clean_core_btf(opts);
}

#ifdef __cplusplus
}
#endif

#endif
