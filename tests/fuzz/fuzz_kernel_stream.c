/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an archive, a package or a kernel: every kernel that is found has a complete and
 * valid key, and its bytes are unpacked or refused.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "embedder/image/kernel_btf.h"
#include "embedder/kernels/kernel_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
	if (!condition)
		abort();
}

static bool want(void *context, const struct kernel_id *id)
{
	size_t *asked = context;

	check(*id->release && *id->machine);
	return (*asked)++ % 3 != 2; /* so that links point to unwanted members */
}

static void skip(void *context, const char *path, const char *why)
{
	(void)context;
	check(path && *why);
}

static void check_name(const char *text)
{
	for (; *text; text++)
		check(!iscntrl((unsigned char)*text));
}

static void check_file(const struct kernel_file *file)
{
	check(*file->id.release && *file->id.machine);
	check_name(file->id.release);
	check_name(file->id.machine);
	check_name(file->id.os_id);
	check_name(file->id.version_id);
	check(file->id.build_id_size <= KERNEL_ID_BUILD_ID_MAX);
}

/* Reads all of it; returns how many kernels there were. */
static size_t read_all(char *path, bool keys_only)
{
	const struct kernel_source source = {.path = path, .was_named = true};
	struct memory_budget budget;
	size_t asked = 0, count = 0;
	struct kernel_stream_opts opts = {
		.want = want, .skip = skip, .context = &asked, .budget = &budget};
	struct kernel_stream *stream = NULL;
	struct reason why = {""};
	int more = 1;

	memory_budget_init(&budget, 64 << 20);
	if (kernel_stream_open(&source, &opts, &stream, &why))
		more = -1;
	while (more > 0) {
		struct kernel_btf bytes = {0}, btf = {0};
		struct kernel_file file = {.path = NULL};

		more = kernel_stream_next(stream, &file, keys_only ? NULL : &bytes, &why);
		check(more >= 0 || *why.text);
		if (more <= 0)
			break;
		count++;
		check_file(&file);
		if (!keys_only && kernel_btf_unpack(&bytes, NULL, &btf, &why) == 0)
			check(kernel_bytes_are_btf(btf.data, btf.size));
		kernel_btf_close(&btf);
		kernel_file_clear(&file);
	}
	kernel_stream_close(stream);
	/* All that was held has been given back. */
	check(!budget.used && !budget.holders && !budget.extending);
	memory_budget_destroy(&budget);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	char path[64];

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(path, false);
	read_all(path, true);
	close(fd);
	return 0;
}
