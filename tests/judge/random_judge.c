/* SPDX-License-Identifier: MIT */
/*
 * random_judge [COUNT [FIRST]]: judges made-up objects on made-up kernels. The same numbers give
 * the same cases everywhere; a case that fails is repeated with `random_judge 1 NUMBER`.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/judge/judge.h"
#include "tests/judge/random_types.h"

#define OBJECTS 3

static int judge_number(uint64_t number, struct judge_counts *counts)
{
	static const unsigned int noises[] = {0, 5, 20, 50, 100, 300};
	struct bpf_object_file files[OBJECTS] = {0};
	struct judge_object objects[OBJECTS] = {0};
	struct judge_side full = {0};
	uint64_t state = number, seeds[OBJECTS];
	bool swapped = number % 4 == 3;
	struct btf *kernel;
	const void *data;
	uint32_t size;
	char where[32];
	int err = 0;

	snprintf(where, sizeof(where), "case %llu", (unsigned long long)number);
	for (unsigned int i = 0; !err && i < OBJECTS; i++) {
		seeds[i] = judge_random(&state);
		err = random_object(seeds[i], &files[i]);
		if (!err)
			err = judge_object_init(&objects[i], &files[i]);
	}
	kernel = err ? NULL
		     : random_kernel(seeds, OBJECTS, judge_random(&state), noises[number % 6]);
	if (kernel && swapped)
		btf__set_endianness(kernel, BTF_BIG_ENDIAN);
	data = kernel ? btf__raw_data(kernel, &size) : NULL;
	if (!data || judge_side_init(&full, data, size))
		err = -1;
	if (!err)
		err = judge_kernel(objects, OBJECTS, data, size, &full, 3, where, counts);
	/* libbpf's shifts are for the byte order of this machine, ours for the BTF's. */
	if (!err && !swapped)
		err = judge_outcomes(&objects[0], data, size, &full, where, counts);
	judge_side_free(&full);
	btf__free(kernel);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		judge_object_free(&objects[i]);
		bpf_object_file_close(&files[i]);
	}
	return err;
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	struct judge_counts counts = {0};

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(NULL);
	for (uint64_t number = first; number < first + count; number++) {
		if (judge_number(number, &counts)) {
			fprintf(stderr, "case %llu cannot be made\n", (unsigned long long)number);
			return 2;
		}
	}
	printf("%llu cases: %llu relocations, %llu questions (%llu refused, %llu poisoned), %llu "
	       "differences\n",
	       (unsigned long long)count, (unsigned long long)counts.relocations,
	       (unsigned long long)counts.questions, (unsigned long long)counts.refused,
	       (unsigned long long)counts.poisoned, (unsigned long long)counts.differences);
	return counts.differences || !counts.questions;
}
