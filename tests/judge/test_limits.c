/* SPDX-License-Identifier: MIT */
/*
 * libbpf's limits, and its behaviour at the edges of a BTF: cases that neither compilers nor the
 * random generator produce. Each builds a local and a kernel's BTF and lets the judge compare.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/judge/judge.h"
#include "tests/judge/made_object.h"

#define RELOS_MAX 16

struct limits {
	struct btf *local, *kernel;
	struct bpf_core_relo relos[RELOS_MAX];
	unsigned int count;
	struct judge_counts counts;
};

static int added(int result)
{
	assert_true(result > 0);
	return result;
}

static void begin(struct limits *l)
{
	*l = (struct limits){.local = btf__new_empty(), .kernel = btf__new_empty()};
	assert_non_null(l->local);
	assert_non_null(l->kernel);
}

static void ask(struct limits *l, int root, const char *access, unsigned int kind)
{
	assert_true(l->count < RELOS_MAX);
	l->relos[l->count++] = (struct bpf_core_relo){
		0,
		root,
		added(btf__add_str(l->local, access)),
		kind,
	};
}

static void ask_field(struct limits *l, int root, const char *access)
{
	ask(l, root, access, BPF_CORE_FIELD_BYTE_OFFSET);
	ask(l, root, access, BPF_CORE_FIELD_EXISTS);
}

/* The same BTF as newer tools write it: a header of 32 bytes, and a layout section between the
 * types and the strings. */
static void *with_layout(const void *data, size_t size, size_t *ret_size)
{
	const uint32_t *header = data;
	uint32_t types = header[3], strings = header[5], layout = 20 * 4;
	uint32_t words[8] = {header[0], 32, 0, types, types + layout, strings, types, layout};
	char *made;

	*ret_size = sizeof(words) + types + layout + strings;
	assert_int_equal(size, 24 + types + strings);
	made = calloc(1, *ret_size);
	assert_non_null(made);
	memcpy(made, words, sizeof(words));
	memcpy(made + 32, (const char *)data + 24, types);
	memcpy(made + 32 + types + layout, (const char *)data + 24 + types, strings);
	return made;
}

/* The judge finds nothing; @refused: libbpf refuses some relocation with the full BTF. */
static void judge(struct limits *l, bool refused)
{
	struct bpf_object_file file;
	struct judge_object object;
	struct judge_side full, reread;
	const void *data;
	void *newer;
	size_t newer_size;
	uint32_t size;

	assert_int_equal(made_object(l->local, l->relos, l->count, &file), 0);
	assert_int_equal(judge_object_init(&object, &file), 0);
	data = btf__raw_data(l->kernel, &size);
	assert_non_null(data);
	assert_int_equal(judge_side_init(&full, data, size), 0);
	assert_int_equal(judge_kernel(&object, 1, data, size, &full, 10, "limits", &l->counts), 0);
	newer = with_layout(data, size, &newer_size);
	assert_int_equal(
		judge_kernel(&object, 1, newer, newer_size, &full, 10, "with a layout", &l->counts),
		0);
	/* And libbpf's reading of the full BTF without the layout is that of the plain one. */
	assert_int_equal(judge_side_init(&reread, newer, newer_size), 0);
	assert_int_equal(judge_compare(&object, &full, &reread, 1, "read again", &l->counts), 0);
	judge_side_free(&reread);
	free(newer);
	assert_int_equal(judge_outcomes(&object, data, size, &full, "limits", &l->counts), 0);
	assert_int_equal(l->counts.differences, 0);
	assert_true(l->counts.questions > 0);
	assert_int_equal(l->counts.refused > 0, refused);
	judge_side_free(&full);
	judge_object_free(&object);
	bpf_object_file_close(&file);
	btf__free(l->local);
	btf__free(l->kernel);
}

static int add_struct(struct btf *btf, const char *name, uint32_t size, const char *member,
		      int type)
{
	int id = added(btf__add_struct(btf, name, size));

	assert_int_equal(btf__add_field(btf, member, type, 0, 0), 0);
	return id;
}

/* An INT in arrays of one element, @dimensions deep. */
static int add_arrays(struct btf *btf, int number, int dimensions)
{
	int id = number;

	for (int i = 0; i < dimensions; i++)
		id = added(btf__add_array(btf, number, id, 1));
	return id;
}

/* A struct with a grid of structs with a grid of INTs: 30 dimensions each, since the size of deeper
 * ones is unknown to libbpf. 63 steps lead to one INT. */
static int add_grids(struct btf *btf)
{
	int number = added(btf__add_int(btf, "int", 4, BTF_INT_SIGNED)), id;

	id = add_struct(btf, "cell", 4, "grid", add_arrays(btf, number, 30));
	return add_struct(btf, "", 4, "grid", add_arrays(btf, id, 30));
}

/* In the kernel two anonymous structs make the steps 65, one too many. The root is a typedef, which
 * only the refusal needs. */
static void test_too_many_steps(void **state)
{
	for (int nests = 1; nests <= 2; nests++) {
		char access[256] = "0";
		struct limits l;
		int id;

		begin(&l);
		id = added(btf__add_typedef(l.local, "deep_t", add_grids(l.local)));
		for (int i = 0; i < 62; i++)
			strcat(access, ":0");
		ask_field(&l, id, access);

		id = add_grids(l.kernel);
		for (int i = 0; i < nests; i++)
			id = add_struct(l.kernel, "", 4, "", id);
		added(btf__add_typedef(l.kernel, "deep_t", id));
		judge(&l, nests == 2);
	}
}

/* The same where the steps end in a search through anonymous structs. */
static void test_too_deep_a_search(void **state)
{
	struct limits l;
	int number, id;

	begin(&l);
	number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
	id = add_struct(l.local, "deep", 4, "wanted", number);
	ask_field(&l, id, "0:0");

	number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
	id = add_struct(l.kernel, "", 4, "other", number);
	for (int i = 0; i < 70; i++)
		id = add_struct(l.kernel, "", 4, "", id);
	id = add_struct(l.kernel, "deep", 4, "", id);
	judge(&l, true);
}

/* libbpf keeps a struct's size in an int: one of 2 GiB is refused, whatever is asked of it. */
static void test_huge_struct(void **state)
{
	struct limits l;
	int number, id;

	begin(&l);
	number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
	id = add_struct(l.local, "huge", 4, "wanted", number);
	ask_field(&l, id, "0:0");

	number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
	add_struct(l.kernel, "huge", UINT32_C(1) << 31, "other", number);
	judge(&l, true);
}

/* Pointers in a row, one more than libbpf follows, and as many as it does. */
static void pointers(int count, bool refused)
{
	struct limits l;

	begin(&l);
	for (int side = 0; side < 2; side++) {
		struct btf *btf = side ? l.kernel : l.local;
		int id = added(btf__add_int(btf, "int", 4, BTF_INT_SIGNED));

		for (int i = 0; i < count; i++)
			id = added(btf__add_ptr(btf, id));
		id = added(btf__add_typedef(btf, "chain", id));
		if (!side) {
			ask(&l, id, "0", BPF_CORE_TYPE_EXISTS);
			ask(&l, id, "0", BPF_CORE_TYPE_MATCHES);
		}
	}
	judge(&l, refused);
}

static void test_pointer_chain(void **state)
{
	pointers(31, false);
	pointers(32, true);
}

/* Prototypes whose parameter is a prototype. */
static void prototypes(int count, unsigned int kind, bool refused)
{
	struct limits l;

	begin(&l);
	for (int side = 0; side < 2; side++) {
		struct btf *btf = side ? l.kernel : l.local;
		int id = added(btf__add_int(btf, "int", 4, BTF_INT_SIGNED));

		for (int i = 0; i < count; i++) {
			int inner = id;

			id = added(btf__add_func_proto(btf, 0));
			assert_int_equal(btf__add_func_param(btf, "p", inner), 0);
		}
		id = added(btf__add_typedef(btf, "calls", id));
		if (!side)
			ask(&l, id, "0", kind);
	}
	judge(&l, refused);
}

static void test_nested_prototypes(void **state)
{
	prototypes(32, BPF_CORE_TYPE_EXISTS, false);
	prototypes(33, BPF_CORE_TYPE_EXISTS, true);
	prototypes(31, BPF_CORE_TYPE_MATCHES, false);
	prototypes(32, BPF_CORE_TYPE_MATCHES, true);
}

/* The first `long` with a valid size decides the pointer size, and there is a relocation for it
 * too. */
static void test_pointer_size_is_a_candidate(void **state)
{
	struct limits l;
	int id;

	begin(&l);
	id = added(btf__add_int(l.local, "long", 8, BTF_INT_SIGNED));
	ask(&l, id, "0", BPF_CORE_TYPE_EXISTS);
	id = added(btf__add_int(l.local, "unsigned long", 8, 0));
	ask(&l, id, "0", BPF_CORE_TYPE_EXISTS);
	id = added(btf__add_ptr(l.local, 0));
	id = add_struct(l.local, "holder", 8, "pointer", id);
	ask(&l, id, "0:0", BPF_CORE_FIELD_BYTE_SIZE);

	added(btf__add_int(l.kernel, "unsigned long___x", 2, 0));
	added(btf__add_int(l.kernel, "long", 2, BTF_INT_SIGNED));
	added(btf__add_int(l.kernel, "unsigned long", 4, 0));
	added(btf__add_int(l.kernel, "long", 8, BTF_INT_SIGNED));
	id = added(btf__add_ptr(l.kernel, 0));
	add_struct(l.kernel, "holder", 8, "pointer", id);
	judge(&l, false);
}

/* libbpf takes the word behind a type that is no INT for its encoding. In the trimmed BTF the enum
 * is the last type, and the strings come next. */
static void test_sign_of_an_enum(void **state)
{
	struct limits l;
	int id;

	begin(&l);
	added(btf__add_int(l.local, "unsigned long", 8, 0));
	id = added(btf__add_enum(l.local, "state", 4));
	id = add_struct(l.local, "holder", 8, "state", id);
	ask(&l, id, "0:0", BPF_CORE_FIELD_SIGNED);

	added(btf__add_int(l.kernel, "unsigned long", 8, 0));
	id = added(btf__add_enum(l.kernel, "state", 4));
	assert_int_equal(btf__add_enum_value(l.kernel, "ONE", 1), 0);
	add_struct(l.kernel, "holder", 8, "state", id);
	judge(&l, false);
}

/* "Type matches" counts members: the kernel's type may not have fewer than the program's, so the
 * trimmed one keeps enough of them, also unread ones. */
static void test_number_of_members(void **state)
{
	struct limits l;
	int number, id;

	begin(&l);
	number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
	/* One name twice: both match the kernel's one member of that name. */
	id = added(btf__add_struct(l.local, "twins", 8));
	assert_int_equal(btf__add_field(l.local, "twin", number, 0, 0), 0);
	assert_int_equal(btf__add_field(l.local, "twin___b", number, 32, 0), 0);
	ask(&l, id, "0", BPF_CORE_TYPE_MATCHES);
	id = added(btf__add_enum(l.local, "pair", 4));
	assert_int_equal(btf__add_enum_value(l.local, "ONE", 1), 0);
	assert_int_equal(btf__add_enum_value(l.local, "ONE___b", 2), 0);
	ask(&l, id, "0", BPF_CORE_TYPE_MATCHES);

	number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
	added(btf__add_struct(l.kernel, "twins", 8));
	assert_int_equal(btf__add_field(l.kernel, "stranger", number, 0, 0), 0);
	assert_int_equal(btf__add_field(l.kernel, "twin", number, 32, 0), 0);
	added(btf__add_enum(l.kernel, "pair", 4));
	assert_int_equal(btf__add_enum_value(l.kernel, "ONE", 1), 0);
	assert_int_equal(btf__add_enum_value(l.kernel, "TWO", 1), 0);
	judge(&l, false);
}

/* Offsets have 24 bits in a struct with a kind flag, 32 in others. */
static void test_far_member(void **state)
{
	for (int flag = 0; flag < 2; flag++) {
		struct limits l;
		int number, id;

		begin(&l);
		number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
		id = add_struct(l.local, "wide", 8, "far", number);
		ask_field(&l, id, "0:0");

		number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
		added(btf__add_struct(l.kernel, "wide", 1 << 24));
		assert_int_equal(btf__add_field(l.kernel, "near", number, 0, flag ? 3 : 0), 0);
		assert_int_equal(
			btf__add_field(l.kernel, "far", number, flag ? 1 << 23 : 1 << 25, 0), 0);
		judge(&l, false);
	}
}

/* An array of no elements may be indexed at the end of its struct, and only there. */
static void test_array_in_the_middle(void **state)
{
	struct limits l;
	int number, array, id;

	begin(&l);
	number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
	array = added(btf__add_array(l.local, number, number, 0));
	id = add_struct(l.local, "last", 4, "items", array);
	ask_field(&l, id, "0:0:3");
	id = add_struct(l.local, "middle", 4, "items", array);
	ask_field(&l, id, "0:0:3");

	number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
	array = added(btf__add_array(l.kernel, number, number, 0));
	add_struct(l.kernel, "last", 4, "items", array);
	add_struct(l.kernel, "middle", 8, "items", array);
	assert_int_equal(btf__add_field(l.kernel, "other", number, 32, 0), 0);
	assert_int_equal(btf__add_field(l.kernel, "another", array, 64, 0), 0);
	judge(&l, false);
	assert_true(l.counts.poisoned > 0);
}

/* Two contradicting versions: the first relocation that matches only one of them decides which one
 * is used for the others. */
static void test_order_decides(void **state)
{
	struct limits l;
	int number, pointer, id;

	begin(&l);
	number = added(btf__add_int(l.local, "int", 4, BTF_INT_SIGNED));
	id = add_struct(l.local, "task", 8, "a", number);
	assert_int_equal(btf__add_field(l.local, "b", number, 32, 0), 0);
	assert_int_equal(btf__add_field(l.local, "c", number, 64, 0), 0);
	ask_field(&l, id, "0:0");
	ask_field(&l, id, "0:1");
	ask_field(&l, id, "0:2");
	ask(&l, id, "0", BPF_CORE_TYPE_SIZE);

	number = added(btf__add_int(l.kernel, "int", 4, BTF_INT_SIGNED));
	pointer = added(btf__add_ptr(l.kernel, 0));
	add_struct(l.kernel, "task___1", 24, "a", number);
	assert_int_equal(btf__add_field(l.kernel, "b", number, 32, 0), 0);
	assert_int_equal(btf__add_field(l.kernel, "c", pointer, 64, 0), 0);
	add_struct(l.kernel, "task", 16, "c", number);
	assert_int_equal(btf__add_field(l.kernel, "a", number, 64, 0), 0);
	judge(&l, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_many_steps),
		cmocka_unit_test(test_too_deep_a_search),
		cmocka_unit_test(test_huge_struct),
		cmocka_unit_test(test_pointer_chain),
		cmocka_unit_test(test_nested_prototypes),
		cmocka_unit_test(test_pointer_size_is_a_candidate),
		cmocka_unit_test(test_sign_of_an_enum),
		cmocka_unit_test(test_number_of_members),
		cmocka_unit_test(test_far_member),
		cmocka_unit_test(test_array_in_the_middle),
		cmocka_unit_test(test_order_decides),
	};

	libbpf_set_print(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
