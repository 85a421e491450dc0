/* SPDX-License-Identifier: MIT */
#include "embedder/pack/word_roles.h"

const struct word_roles word_roles[TYPE_VIEW_KIND_KNOWN] = {
	[BTF_KIND_INT] = {'v', "v", "", 1, 0, false},
	[BTF_KIND_PTR] = {'r', "", "", 0, 0, false},
	[BTF_KIND_ARRAY] = {'v', "rrv", "", 3, 0, false},
	[BTF_KIND_STRUCT] = {'v', "", "nrv", 0, 3, true},
	[BTF_KIND_UNION] = {'v', "", "nrv", 0, 3, true},
	[BTF_KIND_ENUM] = {'v', "", "nv", 0, 2, true},
	[BTF_KIND_FWD] = {'v', "", "", 0, 0, true},
	[BTF_KIND_TYPEDEF] = {'r', "", "", 0, 0, true},
	[BTF_KIND_VOLATILE] = {'r', "", "", 0, 0, false},
	[BTF_KIND_CONST] = {'r', "", "", 0, 0, false},
	[BTF_KIND_RESTRICT] = {'r', "", "", 0, 0, false},
	[BTF_KIND_FUNC] = {'r', "", "", 0, 0, false},
	[BTF_KIND_FUNC_PROTO] = {'r', "", "nr", 0, 2, false},
	[BTF_KIND_VAR] = {'r', "v", "", 1, 0, false},
	[BTF_KIND_DATASEC] = {'v', "", "rvv", 0, 3, false},
	[BTF_KIND_FLOAT] = {'v', "", "", 0, 0, false},
	[TYPE_VIEW_KIND_DECL_TAG] = {'r', "v", "", 1, 0, false},
	[TYPE_VIEW_KIND_TYPE_TAG] = {'r', "", "", 0, 0, false},
	[TYPE_VIEW_KIND_ENUM64] = {'v', "", "nvv", 0, 3, true},
};
