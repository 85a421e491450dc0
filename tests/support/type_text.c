/* SPDX-License-Identifier: MIT */
#include "tests/support/type_text.h"

#define DEPTH_MAX 24

static const char *const words[] = {
	[BTF_KIND_INT] = "int",		  [BTF_KIND_PTR] = "*",
	[BTF_KIND_STRUCT] = "struct",	  [BTF_KIND_UNION] = "union",
	[BTF_KIND_ENUM] = "enum",	  [BTF_KIND_ENUM64] = "enum",
	[BTF_KIND_FWD] = "forward",	  [BTF_KIND_TYPEDEF] = "typedef",
	[BTF_KIND_CONST] = "const",	  [BTF_KIND_VOLATILE] = "volatile",
	[BTF_KIND_RESTRICT] = "restrict", [BTF_KIND_FLOAT] = "float",
	[BTF_KIND_TYPE_TAG] = "tag",	  [BTF_KIND_FUNC] = "function",
	[BTF_KIND_VAR] = "variable",	  [BTF_KIND_DATASEC] = "section",
	[BTF_KIND_DECL_TAG] = "decl_tag", [BTF_KIND_ARRAY] = "array",
};

const char *type_text_word(uint32_t kind)
{
	return kind < sizeof(words) / sizeof(*words) && words[kind] ? words[kind] : "unknown";
}

const char *type_text_name(const struct btf *btf, const struct btf_type *type)
{
	const char *name = btf__name_by_offset(btf, type->name_off);

	return name ? name : "";
}

static void write_reference(FILE *out, const struct btf *btf, uint32_t id, int depth);

/* Members of an anonymous type are written where it is used. */
static void write_members(FILE *out, const struct btf *btf, const struct btf_type *type, int depth)
{
	const struct btf_member *member = btf_members(type);

	fprintf(out, "%s %u {", type_text_word(btf_kind(type)), type->size);
	for (int i = 0; i < btf_vlen(type); i++, member++) {
		fprintf(out, " %s@%u/%u ", btf__name_by_offset(btf, member->name_off),
			btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i));
		write_reference(out, btf, member->type, depth + 1);
	}
	fprintf(out, " }");
}

static void write_enumerators(FILE *out, const struct btf *btf, const struct btf_type *type)
{
	fprintf(out, "enum %u {", type->size);
	for (int i = 0; i < btf_vlen(type); i++) {
		if (btf_is_enum(type))
			fprintf(out, " %s=%d", btf__name_by_offset(btf, btf_enum(type)[i].name_off),
				btf_enum(type)[i].val);
		else
			fprintf(out, " %s=%lld",
				btf__name_by_offset(btf, btf_enum64(type)[i].name_off),
				(long long)btf_enum64_value(btf_enum64(type) + i));
	}
	fprintf(out, " }");
}

static void write_prototype(FILE *out, const struct btf *btf, const struct btf_type *type,
			    int depth)
{
	fprintf(out, "function(");
	for (int i = 0; i < btf_vlen(type); i++) {
		const struct btf_param *param = &btf_params(type)[i];

		/* BTF's sign for "..." is a last parameter without name and type. */
		if (i + 1 == btf_vlen(type) && !param->type && !param->name_off)
			fprintf(out, "...");
		else
			write_reference(out, btf, param->type, depth + 1);
		fprintf(out, ", ");
	}
	write_reference(out, btf, type->type, depth + 1);
	fprintf(out, ")");
}

static void write_reference(FILE *out, const struct btf *btf, uint32_t id, int depth)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (!id || !type || depth > DEPTH_MAX) {
		fprintf(out, "void");
		return;
	}
	switch (btf_kind(type)) {
	case BTF_KIND_ARRAY:
		fprintf(out, "[%u] ", btf_array(type)->nelems);
		write_reference(out, btf, btf_array(type)->type, depth + 1);
		return;
	case BTF_KIND_FUNC_PROTO:
		write_prototype(out, btf, type, depth);
		return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (!*type_text_name(btf, type)) {
			write_members(out, btf, type, depth);
			return;
		}
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (!*type_text_name(btf, type)) {
			write_enumerators(out, btf, type);
			return;
		}
		break;
	case BTF_KIND_FWD:
		fprintf(out, "forward %s %s", btf_kflag(type) ? "union" : "struct",
			type_text_name(btf, type));
		return;
	case BTF_KIND_TYPE_TAG:
		fprintf(out, "tag(%s) ", type_text_name(btf, type));
		write_reference(out, btf, type->type, depth + 1);
		return;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		fprintf(out, "%s ", type_text_word(btf_kind(type)));
		write_reference(out, btf, type->type, depth + 1);
		return;
	default:
		break;
	}
	fprintf(out, "%s %s", type_text_word(btf_kind(type)), type_text_name(btf, type));
}

void type_text_reference(FILE *out, const struct btf *btf, uint32_t id)
{
	write_reference(out, btf, id, 0);
}
