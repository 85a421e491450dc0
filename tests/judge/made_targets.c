/* SPDX-License-Identifier: MIT */
/*
 * made_targets FOLDER: writes kernels' BTFs that no compiler here makes, as FOLDER/NAME.btf.
 *
 *	narrow.btf      pointers and longs of 4 bytes, without an INT that is asked for
 *	old_bits.btf    bit-fields of old: no kind flag, the INT says how many bits and where
 *	misleading.btf  a member's name found first in an anonymous struct, where its type does not
 *fit: what C forbids, but libbpf goes on from there in a way of its own enum64.btf      ENUM64
 *where the program has ENUM, forward declarations, a tag on a pointer
 */
#include <bpf/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "made_targets: %s: %s\n", what, strerror(-result));
		exit(1);
	}
	return result;
}

static int add_int(struct btf *btf, const char *name, int size, int encoding)
{
	return check(btf__add_int(btf, name, size, encoding), name);
}

static void add_member(struct btf *btf, const char *name, int type, int bit_offset)
{
	check(btf__add_field(btf, name, type, bit_offset, 0), name);
}

static void write_btf(const char *folder, const char *name, struct btf *btf)
{
	char path[4096];
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.btf", folder, name);
	file = fopen(path, "we");
	if (!data || !file || fwrite(data, size, 1, file) != 1 || fclose(file))
		check(-1, path);
	btf__free(btf);
}

static void make_narrow(const char *folder)
{
	struct btf *btf = btf__new_empty();
	int number = add_int(btf, "int", 4, BTF_INT_SIGNED);
	int pointer = check(btf__add_ptr(btf, 0), "pointer");
	int array = check(btf__add_array(btf, number, pointer, 3), "array");

	/* Nothing refers to it, but libbpf takes the pointer size from it. */
	add_int(btf, "long unsigned int", 4, 0);
	add_int(btf, "long int", 8, BTF_INT_SIGNED);
	check(btf__add_struct(btf, "sample", 32), "sample");
	add_member(btf, "id", number, 0);
	add_member(btf, "list", pointer, 32);
	add_member(btf, "time", pointer, 64);
	add_member(btf, "table", array, 96);
	add_member(btf, "pid", number, 192);
	check(btf__add_typedef(btf, "sample_pointer", pointer), "sample_pointer");
	check(btf__add_union(btf, "either", 4), "either");
	add_member(btf, "pointer", pointer, 0);
	write_btf(folder, "narrow", btf);
}

/* An INT of @bits bits, @offset bits into its 4 bytes. */
static int add_bit_int(struct btf *btf, const char *name, uint32_t encoding, uint32_t offset,
		       uint32_t bits)
{
	int id = add_int(btf, name, 4, encoding);

	*(uint32_t *)(btf__type_by_id(btf, id) + 1) = encoding << 24 | offset << 16 | bits;
	return id;
}

static void make_old_bits(const char *folder)
{
	struct btf *btf = btf__new_empty();
	int number = add_int(btf, "long", 8, BTF_INT_SIGNED);
	int low = add_bit_int(btf, "unsigned int", 0, 0, 3);
	int high = add_bit_int(btf, "unsigned int", 0, 3, 11);
	int negative = add_bit_int(btf, "int", BTF_INT_SIGNED, 0, 7);
	int sample;

	sample = check(btf__add_struct(btf, "sample", 24), "sample");
	add_member(btf, "id", number, 0);
	add_member(btf, "low", low, 64);
	add_member(btf, "high", high, 64);
	add_member(btf, "negative", negative, 64);
	add_member(btf, "pid", number, 128);
	/* An offset like this would get the struct a kind flag. */
	btf_members(btf__type_by_id(btf, sample))[3].offset = 78;
	write_btf(folder, "old_bits", btf);
}

static void make_misleading(const char *folder)
{
	struct btf *btf = btf__new_empty();
	int number = add_int(btf, "long", 8, BTF_INT_SIGNED), nothing, first, second;

	nothing = check(btf__add_struct(btf, "nothing", 0), "nothing");
	first = check(btf__add_struct(btf, "", 16), "anonymous");
	add_member(btf, "between", number, 0);
	add_member(btf, "time", nothing, 64);
	second = check(btf__add_union(btf, "", 8), "anonymous");
	add_member(btf, "hidden_a", nothing, 0);
	check(btf__add_struct(btf, "sample", 64), "sample");
	add_member(btf, "id", number, 0);
	add_member(btf, "", first, 64);
	add_member(btf, "", second, 192);
	add_member(btf, "time", number, 256);
	add_member(btf, "hidden_a", number, 320);
	write_btf(folder, "misleading", btf);
}

static void make_enum64(const char *folder)
{
	struct btf *btf = btf__new_empty();
	int number = add_int(btf, "long", 8, BTF_INT_SIGNED), state, sample, tag, pointer;

	check(btf__add_enum64(btf, "wide", 8, false), "wide");
	check(btf__add_enum64_value(btf, "WIDE_OTHER", 1), "value");
	check(btf__add_enum64_value(btf, "WIDE_LARGE___now", UINT64_C(0xfedcba9876543210)),
	      "value");
	check(btf__add_enum64_value(btf, "WIDE_SMALL", 5), "value");
	state = check(btf__add_enum64(btf, "state", 4, true), "state");
	check(btf__add_enum64_value(btf, "STATE_GONE", -7), "value");
	check(btf__add_enum64_value(btf, "STATE_RUNNING", 1), "value");
	check(btf__add_enum64_value(btf, "STATE_NEW", 0), "value");
	check(btf__add_enum64_value(btf, "STATE_MORE", 0), "value");
	sample = check(btf__add_fwd(btf, "sample", BTF_FWD_STRUCT), "sample");
	tag = check(btf__add_type_tag(btf, "rcu", sample), "tag");
	pointer = check(btf__add_ptr(btf, tag), "pointer");
	check(btf__add_struct(btf, "tagged", 48), "tagged");
	add_member(btf, "state", state, 0);
	add_member(btf, "sample", pointer, 64);
	add_member(btf, "ratio", number, 128);
	check(btf__add_typedef(btf, "sample_pointer", pointer), "sample_pointer");
	check(btf__add_struct(btf, "sample", 16), "sample");
	add_member(btf, "state", state, 0);
	check(btf__add_field(btf, "small_state", state, 64, 3), "small_state");
	/* The last type: libbpf reads the strings behind it. */
	check(btf__add_fwd(btf, "either", BTF_FWD_UNION), "either");
	write_btf(folder, "enum64", btf);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	make_narrow(argv[1]);
	make_old_bits(argv[1]);
	make_misleading(argv[1]);
	make_enum64(argv[1]);
	return 0;
}
