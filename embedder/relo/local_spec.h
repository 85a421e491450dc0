/* SPDX-License-Identifier: MIT */
/*
 * One relocation record and the object's BTF in, one request out: the access string "0:1:2" is
 * followed through the local types and becomes names (libbpf: bpf_core_parse_spec).
 */
#ifndef COREBTF_RELO_LOCAL_SPEC_H
#define COREBTF_RELO_LOCAL_SPEC_H

#include "embedder/relo/request.h"

/*
 * A relocation that libbpf refuses on every kernel gives a request with `broken` set.
 * Errors: -EBADMSG a damaged object, -EOPNOTSUPP a relocation kind that is not known, -E2BIG,
 * -ENOMEM.
 */
int local_spec_read(struct arena *arena, const struct type_view *btf, const struct core_relo *relo,
		    struct request *ret_request, struct reason *why);

#endif
