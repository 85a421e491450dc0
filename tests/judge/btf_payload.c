/* SPDX-License-Identifier: MIT */
/*
 * btf_payload FILE: a BTF as lines that do not depend on type ids, on the order of types or on
 * duplicate types. Sorted by `sort -u`, two BTFs can be compared.
 *
 *	type struct task_struct 9000
 *	member struct task_struct.mm@17536/0 *struct mm_struct
 *	enumerator enum state RUNNING=0
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 24

static const char *name_of(const struct btf *btf, const struct btf_type *type)
{
	return btf__name_by_offset(btf, type->name_off);
}

static const char *const words[] = {
	[BTF_KIND_INT] = "int",		  [BTF_KIND_PTR] = "*",
	[BTF_KIND_STRUCT] = "struct",	  [BTF_KIND_UNION] = "union",
	[BTF_KIND_ENUM] = "enum",	  [BTF_KIND_ENUM64] = "enum",
	[BTF_KIND_FWD] = "forward",	  [BTF_KIND_TYPEDEF] = "typedef",
	[BTF_KIND_CONST] = "const",	  [BTF_KIND_VOLATILE] = "volatile",
	[BTF_KIND_RESTRICT] = "restrict", [BTF_KIND_FLOAT] = "float",
	[BTF_KIND_TYPE_TAG] = "tag",
};

static void print_reference(const struct btf *btf, uint32_t id, int depth);

/* Members of an anonymous type are printed where it is used. */
static void print_inline(const struct btf *btf, const struct btf_type *type, int depth)
{
	const struct btf_member *member = btf_members(type);

	printf("%s %u {", words[btf_kind(type)], type->size);
	for (int i = 0; i < btf_vlen(type); i++, member++) {
		printf(" %s@%u/%u ", btf__name_by_offset(btf, member->name_off),
		       btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i));
		print_reference(btf, member->type, depth + 1);
	}
	printf(" }");
}

static void print_reference(const struct btf *btf, uint32_t id, int depth)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (!id || !type || depth > DEPTH_MAX) {
		printf("void");
		return;
	}
	switch (btf_kind(type)) {
	case BTF_KIND_ARRAY:
		printf("[%u] ", btf_array(type)->nelems);
		print_reference(btf, btf_array(type)->type, depth + 1);
		return;
	case BTF_KIND_FUNC_PROTO:
		printf("function(");
		for (int i = 0; i < btf_vlen(type); i++) {
			print_reference(btf, btf_params(type)[i].type, depth + 1);
			printf(", ");
		}
		print_reference(btf, type->type, depth + 1);
		printf(")");
		return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (!*name_of(btf, type)) {
			print_inline(btf, type, depth);
			return;
		}
		break;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		printf("%s %s", words[btf_kind(type)], name_of(btf, type));
		print_reference(btf, type->type, depth + 1);
		return;
	default:
		break;
	}
	printf("%s %s", words[btf_kind(type)], name_of(btf, type));
}

static void print_parts(const struct btf *btf, const struct btf_type *type)
{
	const char *word = words[btf_kind(type)], *name = name_of(btf, type);

	for (int i = 0; i < btf_vlen(type); i++) {
		if (btf_is_composite(type)) {
			const struct btf_member *member = btf_members(type) + i;

			printf("member %s %s.%s@%u/%u ", word, name,
			       btf__name_by_offset(btf, member->name_off),
			       btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i));
			print_reference(btf, member->type, 0);
			printf("\n");
		} else if (btf_is_enum(type)) {
			printf("enumerator %s %s %s=%d\n", word, name,
			       btf__name_by_offset(btf, btf_enum(type)[i].name_off),
			       btf_enum(type)[i].val);
		} else if (btf_is_enum64(type)) {
			printf("enumerator %s %s %s=%llu\n", word, name,
			       btf__name_by_offset(btf, btf_enum64(type)[i].name_off),
			       (unsigned long long)btf_enum64_value(btf_enum64(type) + i));
		}
	}
}

int main(int argc, char **argv)
{
	struct btf *btf;

	if (argc != 2)
		return 2;
	libbpf_set_print(NULL);
	btf = btf__parse(argv[1], NULL);
	if (!btf) {
		fprintf(stderr, "btf_payload: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		/* Types without a name are printed where they are used. */
		if (!*name_of(btf, type))
			continue;
		printf("type ");
		print_reference(btf, id, 0);
		if (btf_is_typedef(type)) {
			printf(" = ");
			print_reference(btf, type->type, 0);
		} else {
			printf(" %u", btf_is_fwd(type) ? btf_kflag(type) : type->size);
		}
		printf("\n");
		print_parts(btf, type);
	}
	btf__free(btf);
	return 0;
}
