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

#include "tests/support/type_text.h"

static void print_parts(const struct btf *btf, const struct btf_type *type)
{
	const char *word = type_text_word(btf_kind(type)), *name = type_text_name(btf, type);

	for (int i = 0; i < btf_vlen(type); i++) {
		if (btf_is_composite(type)) {
			const struct btf_member *member = btf_members(type) + i;

			printf("member %s %s.%s@%u/%u ", word, name,
			       btf__name_by_offset(btf, member->name_off),
			       btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i));
			type_text_reference(stdout, btf, member->type);
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

static void print_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	printf("type ");
	type_text_reference(stdout, btf, id);
	if (btf_is_typedef(type)) {
		printf(" = ");
		type_text_reference(stdout, btf, type->type);
	} else if (btf_is_int(type)) {
		printf(" %u, %u bits, encoding %u", type->size, btf_int_bits(type),
		       btf_int_encoding(type));
	} else if (!btf_is_fwd(type)) {
		printf(" %u%s", type->size,
		       btf_is_any_enum(type) && btf_kflag(type) ? " signed" : "");
	}
	printf("\n");
	print_parts(btf, type);
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

		/* Types without a name are printed where they are used, and those of code and data
		 * are nothing to relocate. */
		if (*type_text_name(btf, type) && !btf_is_func(type) && !btf_is_var(type) &&
		    !btf_is_datasec(type) && !btf_is_decl_tag(type) && !btf_is_type_tag(type))
			print_type(btf, id);
	}
	btf__free(btf);
	return 0;
}
