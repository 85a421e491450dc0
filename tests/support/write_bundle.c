/* SPDX-License-Identifier: MIT */
/*
 * write_bundle FILE little|big raw|xz|packed [RELEASE BTF]...: a small bundle with known contents,
 * for the section of test_open_self and as a seed of tests/fuzz/corpus; or with these kernels of
 * x86_64.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/known_bundle.h"
#include "tests/support/make_bundle.h"

#define MAX_GIVEN 4

int main(int argc, char **argv)
{
	static const struct made_blob blobs[] = {
		{KNOWN_BTF, sizeof(KNOWN_BTF), 0},
		{"another BTF", 12, 0},
		{"a third BTF", 12, 1},
	};
	static const struct made_entry entries[] = {
		{.release = KNOWN_RELEASE,
		 .machine = "x86_64",
		 .os_id = "debian",
		 .version_id = "12",
		 .uname_version = "#1 SMP",
		 .blob = 0},
		{.release = KNOWN_RELEASE,
		 .machine = "x86_64",
		 .build_id = "12345678901234567890",
		 .blob = 1},
		{.release = "5.10.0-30-arm64", .machine = "arm64", .os_id = "debian", .blob = 2},
	};
	static const struct made_object objects[] = {{"known.bpf.o", 0x1234567890, 7}};
	struct made_bundle what = {
		.entries = entries,
		.entry_count = 3,
		.blobs = blobs,
		.blob_count = 3,
		.block_count = 2,
		.objects = objects,
		.object_count = 1,
	};
	size_t size;
	uint8_t *bundle;
	FILE *file;
	int failed;

	struct made_blob given_blobs[MAX_GIVEN];
	struct made_entry given[MAX_GIVEN];

	if (argc < 4 || argc % 2 || argc > 4 + 2 * MAX_GIVEN)
		return 2;
	for (int i = 4; i < argc; i += 2) {
		int number = (i - 4) / 2;

		given_blobs[number] = (struct made_blob){argv[i + 1], strlen(argv[i + 1]), 0};
		given[number] = (struct made_entry){
			.release = argv[i], .machine = "x86_64", .blob = (uint32_t)number};
		what = (struct made_bundle){.entries = given,
					    .entry_count = (uint32_t)number + 1,
					    .blobs = given_blobs,
					    .blob_count = (uint32_t)number + 1,
					    .block_count = 1};
	}
	what.big_endian = !strcmp(argv[2], "big");
	what.packed_tables = !strcmp(argv[3], "packed"); /* and xz */
	what.xz = what.packed_tables || !strcmp(argv[3], "xz");
	bundle = make_bundle(&what, &size);
	file = fopen(argv[1], "we");
	failed = !file || fwrite(bundle, 1, size, file) != size;
	if (file && fclose(file))
		failed = 1;
	free(bundle);
	return failed;
}
