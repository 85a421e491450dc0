/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "runtime/kernel/machine.h"
#include "tests/support/lookup_cases.h"
#include "tests/support/runtime_support.h"

static void check_machine(const struct lookup_name *name)
{
	const char *canonical = machine_canonical(name->left[0]);
	const char *sibling = machine_64bit_sibling(canonical);

	if (strcmp(canonical, name->right[0]) != 0 ||
	    strcmp(sibling ? sibling : "", name->right[1]) != 0)
		fail_msg("line %u: %s, sibling %s", name->line, canonical, sibling);
	/* canonical names stay; the result points into the table */
	assert_string_equal(machine_canonical(name->right[0]), name->right[0]);
}

static void one_name_for_every_spelling(void **state)
{
	assert_true(lookup_names_each("machine", check_machine) > 40);
}

static void unknown_name_comes_back(void **state)
{
	static const char *const names[] = {"vax", "", "armv", "armv9", "armvx", "X86_64"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_ptr_equal(machine_canonical(names[i]), names[i]);
}

static void elf_machines(void **state)
{
	assert_string_equal(machine_from_elf(EM_X86_64, 1, 0), "x86_64");
	assert_string_equal(machine_from_elf(EM_X86_64, 0, 0), "x86_64"); /* x32 */
	assert_string_equal(machine_from_elf(EM_386, 0, 0), "x86");
	assert_string_equal(machine_from_elf(EM_AARCH64, 1, 0), "arm64");
	assert_string_equal(machine_from_elf(EM_S390, 1, 1), "s390x");
	assert_string_equal(machine_from_elf(EM_S390, 0, 1), "s390");
	assert_string_equal(machine_from_elf(EM_PPC64, 1, 0), "ppc64le");
	assert_string_equal(machine_from_elf(EM_PPC64, 1, 1), "ppc64");
	assert_string_equal(machine_from_elf(EM_RISCV, 2, 0), "riscv64"); /* any true value */
	assert_string_equal(machine_from_elf(EM_X86_64, 1, 1), "");
	assert_string_equal(machine_from_elf(EM_VAX, 0, 0), "");
}

static void siblings(void **state)
{
	assert_string_equal(machine_64bit_sibling("x86"), "x86_64");
	assert_string_equal(machine_64bit_sibling("arm"), "arm64");
	assert_null(machine_64bit_sibling("x86_64"));
	assert_null(machine_64bit_sibling(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_for_every_spelling),
		cmocka_unit_test(unknown_name_comes_back),
		cmocka_unit_test(elf_machines),
		cmocka_unit_test(siblings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
