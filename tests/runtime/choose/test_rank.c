/* SPDX-License-Identifier: MIT */
/*
 * The two ways to rank find the same BTF: rounds over all candidates, and comparing each one with
 * the best so far, as reading a tar needs it. Many made-up kernels and candidates, always the same
 * ones; test_choose.c tests the rule.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/choose/rank.h"
#include "tests/support/runtime_support.h"

#define ROUNDS	   20000
#define CANDIDATES 6

static const char *const ids[] = {"", "debian", "ubuntu", "ol", "oracle"};
static const char *const versions[] = {"", "10", "18.04", "20.04", "8.4", "8"};
static const char *const uname_versions[] = {"", "#64-Ubuntu SMP", "#64~18.04.1-Ubuntu SMP",
					     "#1 SMP Debian 5.10.1-1", "#1 SMP"};
static const char *const build_ids[] = {NULL, "11111111111111111111", "22222222222222222222"};

#define SOME(array) array[some(sizeof(array) / sizeof((array)[0]))]

static uint32_t some(size_t count)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 16) % (uint32_t)count;
}

struct made {
	struct rank_candidate candidates[CANDIDATES];
	size_t count;
	unsigned int rounds;
	int error;
};

static int each(void *context, const char *release, const char *machine, struct ranking *ranking)
{
	struct made *made = context;
	int err = 0;

	assert_string_equal(release, "r");
	assert_string_equal(machine, "x86_64");
	made->rounds++;
	for (size_t i = 0; !err && i < made->count; i++)
		err = rank_consider(ranking, &made->candidates[i]);
	return err;
}

static int same_btf(void *context, const struct rank_candidate *a, const struct rank_candidate *b)
{
	const struct made *made = context;

	return made->error ? made->error : a->content == b->content;
}

static void describe(void *context, const struct rank_candidate *candidate, char *text, size_t size)
{
	fail_msg("nobody listens");
}

static struct rank_candidate make_candidate(uint32_t number)
{
	struct rank_candidate made = {
		.id.os_id = SOME(ids),
		.id.version_id = SOME(versions),
		.id.uname_version = some(3) ? "" : SOME(uname_versions),
		.number = number,
		.content = some(3),
	};

	if (!some(4)) {
		made.id.build_id = (const uint8_t *)SOME(build_ids);
		made.id.build_id_size = made.id.build_id ? 20 : 0;
	}
	return made;
}

static void make_kernel(struct kernel *kernel)
{
	static const struct host nowhere = {.root = "/nonexistent"};
	static const struct log nobody = {.write = NULL};
	const char *build_id = SOME(build_ids);
	const struct corebtf_kernel_opts opts = {
		.sz = sizeof(opts),
		.release = "r",
		.machine = "x86_64",
		.uname_version = SOME(uname_versions),
		.os_id = SOME(ids),
		.version_id = SOME(versions),
		.build_id = build_id,
		.build_id_size = build_id ? 20 : 0,
	};

	assert_int_equal(kernel_identify(&nowhere, &opts, &nobody, kernel), 0);
}

/* Whether it would be chosen if it were alone. */
static bool is_possible(struct kernel *kernel, const struct rank_candidate *candidate)
{
	static const struct log nobody = {.write = NULL};
	struct made alone = {.candidates = {*candidate}, .count = 1};
	const struct rank_list list = {each, same_btf, describe, &alone};
	struct rank_choice choice;

	return rank_choose(&list, kernel, &nobody, &choice) == 1;
}

static void both_ways_come_to_one_btf(void **state)
{
	static const struct log nobody = {.write = NULL};
	unsigned int refused = 0, long_ones = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct made made = {.count = 1 + some(CANDIDATES)};
		const struct rank_list list = {each, same_btf, describe, &made};
		const struct rank_candidate *best = NULL;
		struct rank_choice choice;
		struct kernel kernel;
		int found;

		make_kernel(&kernel);
		for (uint32_t i = 0; i < made.count; i++) {
			const struct rank_candidate *candidate = &made.candidates[i];

			made.candidates[i] = make_candidate(i);
			if (is_possible(&kernel, candidate) &&
			    (!best || rank_compare(&kernel, candidate, best) > 0))
				best = candidate;
		}
		found = rank_choose(&list, &kernel, &nobody, &choice);
		refused += found == -ENOTUNIQ;
		if (found == -ENOTUNIQ) {
			kernel.take_first = true;
			found = rank_choose(&list, &kernel, &nobody, &choice);
			assert_true(choice.ambiguous);
		} else if (found) {
			assert_false(choice.ambiguous);
		}
		assert_int_equal(found, best != NULL);
		if (!best)
			continue;
		assert_int_equal(choice.candidate.content, best->content);
		if (choice.ambiguous) /* all keys were compared, so it is the very same */
			assert_int_equal(choice.candidate.number, best->number);
		long_ones += made.rounds > 2;
	}
	/* what is compared above did occur */
	assert_true(refused > ROUNDS / 100 && long_ones > ROUNDS / 100);
}

static void other_build_is_behind_all(void **state)
{
	const struct rank_candidate other = {.id = {.os_id = "debian",
						    .version_id = "10",
						    .uname_version = "#1 SMP",
						    .build_id = (const uint8_t *)build_ids[2],
						    .build_id_size = 20}};
	const struct rank_candidate unknown = {.id = KERNEL_ID_UNKNOWN};
	const struct corebtf_kernel_opts opts = {
		.sz = sizeof(opts),
		.release = "r",
		.machine = "x86_64",
		.uname_version = "#1 SMP",
		.os_id = "debian",
		.version_id = "10",
		.build_id = build_ids[1],
		.build_id_size = 20,
	};
	static const struct log nobody = {.write = NULL};
	struct kernel kernel;

	assert_int_equal(kernel_identify(NULL, &opts, &nobody, &kernel), 0);
	assert_true(rank_compare(&kernel, &other, &unknown) < 0);
	assert_true(rank_compare(&kernel, &unknown, &other) > 0);
	assert_int_equal(rank_compare(&kernel, &other, &other), 0);
}

/* The source's texts about its candidates are in the log, also that it has none. */
static void errors_come_out(void **state)
{
	static const struct log nobody = {.write = NULL};
	struct made made = {.count = 2, .error = -EBADMSG};
	const struct rank_list list = {each, same_btf, describe, &made};
	struct rank_choice choice = {.by = "untouched"};
	struct kernel kernel;

	make_kernel(&kernel);
	made.candidates[0] = made.candidates[1] = (struct rank_candidate){.id = KERNEL_ID_UNKNOWN};
	assert_int_equal(rank_choose(&list, &kernel, &nobody, &choice), -EBADMSG);
	made.count = 0;
	assert_int_equal(rank_choose(&list, &kernel, &nobody, &choice), 0);
	assert_string_equal(choice.by, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_come_to_one_btf),
		cmocka_unit_test(other_build_is_behind_all),
		cmocka_unit_test(errors_come_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
