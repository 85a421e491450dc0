/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a tar of BTFs, packed or not. A fuzzer does not guess checksums, so every input is
 * read a second time with those of its headers made right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/tar/tar_find.h"

#define BLOCK_SIZE  512
#define MAGIC_AT    257
#define CHECKSUM_AT 148

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_tar(const uint8_t *data, size_t size)
{
	static struct tar_btf btf;
	const struct corebtf_kernel_opts opts = {
		.sz = sizeof(opts),
		.release = "5.4.0-58-generic",
		.machine = "x86_64",
		.uname_version = "#64-Ubuntu SMP",
		.os_id = "ubuntu",
		.version_id = "20.04",
	};
	const struct log nobody = {.write = NULL, .subject = ""};
	const struct host nowhere = {.root = "/nonexistent"};
	struct kernel kernel;

	if (kernel_identify(&nowhere, &opts, &nobody, &kernel))
		abort();
	if (tar_find(data, size, &kernel, &nobody, &btf))
		return;
	if (!btf.data || btf.size < 24 || strcmp(btf.release, opts.release) != 0 ||
	    btf.match == COREBTF_MATCH_NONE)
		abort();
	free(btf.data);
}

static void fix_checksum(uint8_t header[static BLOCK_SIZE])
{
	unsigned int sum = 0;
	char text[8];

	memset(header + CHECKSUM_AT, ' ', 8);
	for (size_t i = 0; i < BLOCK_SIZE; i++)
		sum += header[i];
	snprintf(text, sizeof(text), "%06o", sum & 0777777);
	memcpy(header + CHECKSUM_AT, text, 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	read_tar(data, size);
	if (size < BLOCK_SIZE)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	for (size_t at = 0; at + BLOCK_SIZE <= size; at += BLOCK_SIZE)
		if (!memcmp(copy + at + MAGIC_AT, "ustar", 5) || at == 0)
			fix_checksum(copy + at);
	read_tar(copy, size);
	free(copy);
	return 0;
}
