/* SPDX-License-Identifier: MIT */
#include "embedder/pack/word_roles.h"

const struct word_roles word_roles[TYPE_VIEW_KIND_KNOWN] = {
	[BTF_KIND_INT] = {"nvvv", "", 1, 0, false},
	[BTF_KIND_PTR] = {"nvr", "", 0, 0, false},
	[BTF_KIND_ARRAY] = {"nvvrrv", "", 3, 0, false},
	[BTF_KIND_STRUCT] = {"nvv", "nrv", 0, 3, true},
	[BTF_KIND_UNION] = {"nvv", "nrv", 0, 3, true},
	[BTF_KIND_ENUM] = {"nvv", "nv", 0, 2, true},
	[BTF_KIND_FWD] = {"nvv", "", 0, 0, true},
	[BTF_KIND_TYPEDEF] = {"nvr", "", 0, 0, true},
	[BTF_KIND_VOLATILE] = {"nvr", "", 0, 0, false},
	[BTF_KIND_CONST] = {"nvr", "", 0, 0, false},
	[BTF_KIND_RESTRICT] = {"nvr", "", 0, 0, false},
	[BTF_KIND_FUNC] = {"nvr", "", 0, 0, false},
	[BTF_KIND_FUNC_PROTO] = {"nvr", "nr", 0, 2, false},
	[BTF_KIND_VAR] = {"nvrv", "", 1, 0, false},
	[BTF_KIND_DATASEC] = {"nvv", "rvv", 0, 3, false},
	[BTF_KIND_FLOAT] = {"nvv", "", 0, 0, false},
	[TYPE_VIEW_KIND_DECL_TAG] = {"nvrv", "", 1, 0, false},
	[TYPE_VIEW_KIND_TYPE_TAG] = {"nvr", "", 0, 0, false},
	[TYPE_VIEW_KIND_ENUM64] = {"nvv", "nvv", 0, 3, true},
};
