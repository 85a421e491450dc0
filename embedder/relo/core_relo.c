/* SPDX-License-Identifier: MIT */
#include "embedder/relo/core_relo.h"

static const char *const kind_names[CORE_RELO_KINDS] = {
	[CORE_RELO_FIELD_BYTE_OFFSET] = "field byte offset",
	[CORE_RELO_FIELD_BYTE_SIZE] = "field byte size",
	[CORE_RELO_FIELD_EXISTS] = "field exists",
	[CORE_RELO_FIELD_SIGNED] = "field signedness",
	[CORE_RELO_FIELD_LSHIFT_U64] = "bit-field left shift",
	[CORE_RELO_FIELD_RSHIFT_U64] = "bit-field right shift",
	[CORE_RELO_TYPE_ID_LOCAL] = "local type id",
	[CORE_RELO_TYPE_ID_TARGET] = "target type id",
	[CORE_RELO_TYPE_EXISTS] = "type exists",
	[CORE_RELO_TYPE_SIZE] = "type size",
	[CORE_RELO_ENUMVAL_EXISTS] = "enumerator exists",
	[CORE_RELO_ENUMVAL_VALUE] = "enumerator value",
	[CORE_RELO_TYPE_MATCHES] = "type matches",
};

const char *core_relo_kind_name(enum core_relo_kind kind)
{
	return kind < CORE_RELO_KINDS ? kind_names[kind] : "unknown relocation";
}
