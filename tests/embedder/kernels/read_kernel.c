/* SPDX-License-Identifier: MIT */
/*
 * read_kernel FILE BTF: writes the BTF that the kernel FILE has in it, and prints its release,
 * machine, build-id and uname -v.
 */
#include <stdio.h>

#include "embedder/image/kernel_btf.h"

static int write_btf(const struct kernel_btf *btf, const char *path)
{
	FILE *file = fopen(path, "we");
	int failed = !file || fwrite(btf->data, 1, btf->size, file) != btf->size;

	if (file && fclose(file))
		failed = 1;
	if (failed)
		perror(path);
	return failed;
}

int main(int count, char **arguments)
{
	struct kernel_facts facts = {.machine = ""};
	struct kernel_btf btf = {0};
	struct reason why = {""};
	int failed;

	if (count != 3) {
		fputs("usage: read_kernel FILE BTF\n", stderr);
		return 2;
	}
	if (kernel_btf_open(arguments[1], NULL, &facts, &btf, &why)) {
		fprintf(stderr, "%s: %s\n", arguments[1], why.text);
		return 1;
	}
	printf("%s %s ", facts.release, facts.machine);
	for (size_t i = 0; i < facts.build_id_size; i++)
		printf("%02x", facts.build_id[i]);
	printf(" %s\n", facts.uname_version);
	failed = write_btf(&btf, arguments[2]);
	kernel_btf_close(&btf);
	return failed;
}
