/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "embedder/facts/kernel_facts.h"
#include "embedder/util/cleanup.h"
#include "runtime/btf/btf_source.h"
#include "tests/support/btf_bytes.h"

/* The kernel's byte order, of raw BTF and of types that were converted to this machine's. */
static void check_order(bool swapped, bool is_converted)
{
	const bool is_big = (swapped || is_converted) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	_cleanup_(btf_source_free) struct btf_source source = {.offsets = NULL};
	_cleanup_(byte_buffer_free) struct byte_buffer texts = {.data = NULL};
	_cleanup_(feature_list_free) struct feature_list features = {.list = NULL};
	struct btf_bytes bytes = {.swapped = swapped};
	struct fact_finder *finder;
	struct reason why = {""};
	uint32_t prototypes[2];
	uint8_t facts[2];
	size_t size;
	void *btf;

	btf_bytes_int(&bytes, "int", 4, 1);
	btf = btf_bytes_build(&bytes, &size);
	assert_int_equal(btf_source_open(&source, btf, size, &why), 0);
	source.types.view.is_converted = is_converted;
	assert_int_equal(feature_list_add(&features, FEATURE_BYTE_ORDER, "big-endian"), 0);
	assert_int_equal(feature_list_add(&features, FEATURE_BYTE_ORDER, "little-endian"), 1);
	finder = fact_finder_new(&features);
	assert_non_null(finder);
	assert_int_equal(
		fact_finder_run(finder, &source.types, "6.1.0", facts, prototypes, &texts, &why),
		0);
	assert_int_equal(facts[0], is_big ? FACT_PRESENT : FACT_ABSENT);
	assert_int_equal(facts[1], is_big ? FACT_ABSENT : FACT_PRESENT);
	fact_finder_free(finder);
	btf_bytes_free(&bytes);
	free(btf);
}

static void test_byte_order(void **state)
{
	check_order(false, false);
	check_order(true, false);
	check_order(false, true); /* of a pack */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
