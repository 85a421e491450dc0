/* SPDX-License-Identifier: MIT */
/*
 * From an object and a kernel's types to a trimmed BTF, its comparison and the matrix, where each
 * allocation fails once: the result is -ENOMEM and nothing leaks (the sanitizers check that).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <string.h>

#include "embedder/matrix/matrix.h"
#include "embedder/util/cleanup.h"
#include "embedder/verify/verifier.h"
#include "tests/support/btf_bytes.h"
#include "tests/support/denied_memory.h"
#include "tests/support/trim_bytes.h"

#define KIND	BTF_BYTES_KIND
#define MEMBERS 40

/* The object's types, which are the kernel's as well:
 * struct s { long m0, ..., m39; }; enum e { A }; typedef struct s *(*f)(struct s *, enum e); */
static struct bpf_object_file make_object(void)
{
	static char accesses[MEMBERS][8];
	struct btf_bytes_relo relos[MEMBERS + 4];
	struct btf_bytes b = {0};
	uint32_t number = btf_bytes_int(&b, "long", 8, BTF_INT_SIGNED), s, e, pointer, proto, f;
	struct bpf_object_file object;

	s = btf_bytes_type(&b, "s", KIND(BTF_KIND_STRUCT, MEMBERS), 8 * MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		char name[8];

		snprintf(name, sizeof(name), "m%u", i);
		btf_bytes_member(&b, name, number, 64 * i);
		snprintf(accesses[i], sizeof(accesses[i]), "0:%u", i);
		relos[i] = (struct btf_bytes_relo){s, accesses[i], CORE_RELO_FIELD_BYTE_OFFSET};
	}
	e = btf_bytes_type(&b, "e", KIND(BTF_KIND_ENUM, 1), 4);
	btf_bytes_word(&b, btf_bytes_string(&b, "A"));
	btf_bytes_word(&b, 0);
	pointer = btf_bytes_type(&b, "", KIND(BTF_KIND_PTR, 0), s);
	proto = btf_bytes_type(&b, "", KIND(BTF_KIND_FUNC_PROTO, 2), pointer);
	btf_bytes_word(&b, 0);
	btf_bytes_word(&b, pointer);
	btf_bytes_word(&b, 0);
	btf_bytes_word(&b, e);
	f = btf_bytes_type(&b, "f", KIND(BTF_KIND_TYPEDEF, 0),
			   btf_bytes_type(&b, "", KIND(BTF_KIND_PTR, 0), proto));
	relos[MEMBERS] = (struct btf_bytes_relo){e, "0", CORE_RELO_ENUMVAL_VALUE};
	relos[MEMBERS + 1] = (struct btf_bytes_relo){f, "0", CORE_RELO_TYPE_MATCHES};
	relos[MEMBERS + 2] = (struct btf_bytes_relo){s, "0", CORE_RELO_TYPE_MATCHES};
	relos[MEMBERS + 3] = (struct btf_bytes_relo){s, "0", CORE_RELO_TYPE_ID_LOCAL};
	object = btf_bytes_object(&b, relos, MEMBERS + 4);
	btf_bytes_free(&b);
	return object;
}

static int compare(const struct request_set *set, struct type_source *full,
		   struct type_source *trimmed)
{
	_cleanup_(verifier_free) struct verifier verifier = {0};
	_cleanup_(matrix_free) struct matrix matrix = {0};
	struct reason why = {""};
	size_t differences = 0;
	int err = verifier_init(&verifier, set);

	if (!err)
		err = verifier_run(&verifier, full, trimmed, NULL, NULL, &differences, &why);
	assert_int_equal(differences, 0);
	if (!err)
		err = matrix_init(&matrix, set);
	if (!err)
		err = matrix_add_kernel(&matrix, "a", verifier.full.verdicts);
	return err;
}

static int trim(const struct request_set *set, const struct bpf_object_file *object)
{
	_cleanup_(btf_source_free) struct btf_source full = {0}, trimmed = {0};
	struct trimmer *trimmer = trimmer_new(set);
	struct trim_result result;
	struct reason why = {""};
	int err = trimmer ? 0 : -ENOMEM;

	if (!err)
		err = trim_bytes(trimmer, object->btf, object->btf_size, &result, &why);
	if (!err)
		err = btf_source_open(&full, object->btf, object->btf_size, &why);
	if (!err)
		err = btf_source_open(&trimmed, result.btf, result.size, &why);
	if (!err)
		err = compare(set, &full.types, &trimmed.types);
	trimmer_free(trimmer);
	return err;
}

/* An object that could not be added leaves the set as it was: it can be added afterwards. */
static int run(const void *context)
{
	const struct bpf_object_file *object = context;
	struct request_set *set = request_set_new();
	struct reason why = {""};
	int err = set ? 0 : -ENOMEM;

	for (int i = 0; !err && i < 2; i++) {
		err = request_set_add_object(set, object, &why);
		if (err) {
			assert_non_null(strstr(why.text, "out of memory"));
			assert_int_equal(set->object_count, i);
			assert_int_equal(request_set_count(set), i ? MEMBERS + 3 : 0);
			assert_int_equal(request_set_add_object(set, object, &why), 0);
			assert_int_equal(request_set_count(set), MEMBERS + 3);
			assert_int_equal(trim(set, object), 0);
		}
	}
	if (!err)
		err = trim(set, object);
	request_set_free(set);
	return err;
}

static void test_each_allocation(void **state)
{
	struct bpf_object_file object = make_object();
	struct denied_memory_counts counts = deny_each_allocation(run, &object);

	assert_int_equal(counts.failed, counts.denied);
	assert_true(counts.denied > 50);
	bpf_object_file_close(&object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
