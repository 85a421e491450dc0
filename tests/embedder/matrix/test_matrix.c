/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "embedder/matrix/matrix.h"
#include "embedder/matrix/verdict_text.h"
#include "embedder/util/cleanup.h"
#include "tests/support/btf_bytes.h"

/* Two objects; both ask where s.a is, the first one twice. */
static struct request_set *make_set(void)
{
	struct request_set *set = request_set_new();

	assert_non_null(set);
	for (int i = 0; i < 2; i++) {
		struct btf_bytes b = {0};
		uint32_t number = btf_bytes_int(&b, "int", 4, 0), id;
		struct bpf_object_file object;

		id = btf_bytes_type(&b, "s", BTF_BYTES_KIND(BTF_KIND_STRUCT, 2), 8);
		btf_bytes_member(&b, "a", number, 0);
		btf_bytes_member(&b, "b", number, 32);
		{
			struct btf_bytes_relo relos[] = {
				{id, "0:0", CORE_RELO_FIELD_BYTE_OFFSET},
				{id, "0", CORE_RELO_TYPE_ID_LOCAL},
				{id, "0:1", CORE_RELO_FIELD_EXISTS},
				{id, "0:0", CORE_RELO_FIELD_BYTE_OFFSET},
			};

			object = btf_bytes_object(&b, relos, i ? 1 : 4);
		}
		assert_int_equal(request_set_add_object(set, &object, NULL), 0);
		bpf_object_file_close(&object);
		btf_bytes_free(&b);
	}
	assert_int_equal(set->count, 2);
	assert_int_equal(set->site_count, 5);
	return set;
}

/* Kernels that agree share a column; a cell is found by site and kernel; the order is kept. */
static void test_cells(void **state)
{
	struct request_set *set = make_set();
	_cleanup_(matrix_free) struct matrix matrix;
	size_t offset = set->requests[0]->kind == CORE_RELO_FIELD_EXISTS, count;
	struct verdict verdicts[2] = {{.outcome = VERDICT_FOUND, .matches = 1},
				      {.outcome = VERDICT_FOUND, .matches = 1}};
	const uint32_t *sites;

	assert_int_equal(matrix_init(&matrix, set), 0);
	verdicts[offset].value = 16;
	assert_int_equal(matrix_add_kernel(&matrix, "5.4", verdicts), 0);
	verdicts[offset].value = 24;
	assert_int_equal(matrix_add_kernel(&matrix, "5.10", verdicts), 0);
	verdicts[offset].value = 16;
	assert_int_equal(matrix_add_kernel(&matrix, "5.5", verdicts), 0);
	verdicts[offset].candidates = 2; /* differs, though the value does not */
	assert_int_equal(matrix_add_kernel(&matrix, "6.1", verdicts), 0);

	assert_int_equal(matrix.kernel_count, 4);
	assert_int_equal(matrix.column_count, 3);
	assert_string_equal(matrix.kernels[1].name, "5.10");
	assert_int_equal(matrix.kernels[0].column, matrix.kernels[2].column);
	assert_int_equal(matrix_cell(&matrix, 0, 0)->value, 16);
	assert_int_equal(matrix_cell(&matrix, 0, 1)->value, 24);
	assert_int_equal(matrix_cell(&matrix, 4, 1)->value, 24);
	assert_int_equal(matrix_cell(&matrix, 4, 2)->value, 16);
	assert_null(matrix_cell(&matrix, 1, 0));
	assert_int_equal(matrix_cell(&matrix, 2, 1)->value, 0);

	sites = matrix_sites(&matrix, offset, &count);
	assert_int_equal(count, 3);
	assert_int_equal(sites[0], 0);
	assert_int_equal(sites[1], 3);
	assert_int_equal(sites[2], 4);
	sites = matrix_sites(&matrix, !offset, &count);
	assert_int_equal(count, 1);
	assert_int_equal(sites[0], 2);
	request_set_free(set);
}

static void test_text(void **state)
{
	struct request_set *set = make_set();
	const struct request *exists = set->requests[0], *offset = set->requests[1];
	const struct {
		struct verdict verdict;
		bool of_exists, unresolved;
		const char *says;
	} cases[] = {
		{{.outcome = VERDICT_FOUND, .value = 16}, false, false, "found, value 16"},
		{{.outcome = VERDICT_MISSING},
		 false,
		 true,
		 "this kernel has no struct s; libbpf poisons the instruction"},
		{{.outcome = VERDICT_MISSING, .candidates = 1, .reached = 1},
		 false,
		 true,
		 "this kernel has no struct s.a, or it has another type; libbpf poisons the "
		 "instruction"},
		{{.outcome = VERDICT_ABSENT, .candidates = 1, .reached = 1},
		 true,
		 false,
		 "this kernel has no struct s.b, or it has another type; libbpf writes 0"},
		{{.outcome = VERDICT_AMBIGUOUS, .candidates = 3, .matches = 2},
		 false,
		 true,
		 "2 of 3 types of that name match and disagree; libbpf refuses the object"},
		{{.outcome = VERDICT_REFUSED, .refusal = -E2BIG},
		 false,
		 true,
		 "Argument list too long; libbpf refuses the object"},
	};

	if (exists->kind != CORE_RELO_FIELD_EXISTS) {
		exists = set->requests[1];
		offset = set->requests[0];
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[256];

		verdict_text(&cases[i].verdict, cases[i].of_exists ? exists : offset, text,
			     sizeof(text));
		assert_string_equal(text, cases[i].says);
		assert_int_equal(verdict_is_unresolved(&cases[i].verdict), cases[i].unresolved);
	}
	request_set_free(set);
}

/* Verdicts of which the same is said are those whose text is the same, whatever else differs. */
static void test_same_text(void **state)
{
	struct request_set *set = make_set();
	const struct request *request = set->requests[0];
	struct verdict verdicts[VERDICT_OUTCOMES * 2 * 2 * 3 * 2 * 3];
	size_t count = 0;

	for (int outcome = 0; outcome < VERDICT_OUTCOMES; outcome++)
		for (uint32_t i = 0; i < 2 * 2 * 3 * 2 * 3; i++)
			verdicts[count++] = (struct verdict){
				.outcome = (enum verdict_outcome)outcome,
				.value = i % 2,
				.refusal = i / 2 % 2 ? -E2BIG : -EINVAL,
				.candidates = i / 4 % 3,
				.matches = i / 12 % 2,
				.reached = i / 24,
			};
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < count; k++) {
			char one[256], other[256];

			/* A candidate is a first step, and nothing is reached without one. */
			if (!verdicts[i].candidates != !verdicts[i].reached ||
			    !verdicts[k].candidates != !verdicts[k].reached)
				continue;
			verdict_text(&verdicts[i], request, one, sizeof(one));
			verdict_text(&verdicts[k], request, other, sizeof(other));
			assert_int_equal(verdict_text_same(&verdicts[i], &verdicts[k]),
					 !strcmp(one, other));
		}
	}
	request_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_same_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
