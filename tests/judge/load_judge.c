/* SPDX-License-Identifier: MIT */
/*
 * load_judge [--beside BTF] OBJECT...: lets the running kernel judge.
 *
 * Each object is loaded with the kernel's own BTF and with one that was trimmed for it, both given
 * as btf_custom_path; after the load libbpf has the instructions as the kernel took them. They are
 * compared for all programs at once and for each program alone. With --beside BTF nothing is
 * trimmed: libbpf finds the BTFs of the kernel and of its loaded modules by itself, and then gets
 * this BTF, which was trimmed elsewhere. Exit status 77 when this process may not load programs or
 * the kernel has no BTF.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "embedder/image/kernel_btf.h"
#include "tests/support/trim_bytes.h"
#include "embedder/util/cleanup.h"

#define KERNEL_BTF   "/sys/kernel/btf/vmlinux"
#define SKIPPED	     77
#define PROGRAMS_MAX 64

/* One load: the instructions of each program. */
struct loaded {
	struct bpf_object *object;
	struct bpf_program *programs[PROGRAMS_MAX];
	size_t count;
	int err;
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "load_judge: %s: %s\n", what, why);
	exit(2);
}

static void cleanup_requests(struct request_set **requests)
{
	request_set_free(*requests);
}

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

/* @only: number of the program to load; negative: all. */
static struct loaded load(const char *path, const char *btf_path, int only)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf_path);
	struct loaded loaded = {.object = bpf_object__open_file(path, &opts)};
	struct bpf_program *program;

	if (!loaded.object)
		die(path, strerror(errno));
	bpf_object__for_each_program(program, loaded.object)
	{
		if (loaded.count == PROGRAMS_MAX)
			die(path, "too many programs");
		if (only >= 0)
			bpf_program__set_autoload(program, (size_t)only == loaded.count);
		loaded.programs[loaded.count++] = program;
	}
	loaded.err = bpf_object__load(loaded.object);
	return loaded;
}

/* File descriptors in an instruction are of the process, not of the BTF. */
static bool has_fd(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg;
}

static int compare_programs(const char *path, const struct bpf_program *full,
			    const struct bpf_program *trimmed)
{
	const struct bpf_insn *a = bpf_program__insns(full), *b = bpf_program__insns(trimmed);
	size_t count = bpf_program__insn_cnt(full);

	if (count != bpf_program__insn_cnt(trimmed) || !a != !b) {
		printf("%s: %s: not as many instructions\n", path, bpf_program__name(full));
		return 1;
	}
	for (size_t i = 0; a && i < count; i++) {
		struct bpf_insn x = a[i], y = b[i];

		if (has_fd(&x) && has_fd(&y)) {
			x.imm = y.imm = 0;
			i++;
		}
		if (memcmp(&x, &y, sizeof(x)) != 0) {
			printf("%s: %s: instruction %zu differs: code %02x offset %d value %d, "
			       "code "
			       "%02x offset %d value %d\n",
			       path, bpf_program__name(full), i, x.code, x.off, x.imm, y.code,
			       y.off, y.imm);
			return 1;
		}
	}
	return 0;
}

/* @full_path: NULL: libbpf takes the running kernel's and its modules'. */
static int compare_loads(const char *path, const char *full_path, const char *trimmed_path,
			 int only, size_t *ret_programs)
{
	struct loaded full = load(path, full_path, only);
	struct loaded trimmed = load(path, trimmed_path, only);
	int differences = full.err != trimmed.err;

	if (differences)
		printf("%s: program %d: %d with the full BTF, %d with the trimmed one\n", path,
		       only, full.err, trimmed.err);
	if (full.err == -EPERM)
		exit(SKIPPED);
	if (full.err)
		printf("%s: program %d: does not load on this kernel (%d)\n", path, only, full.err);
	for (size_t i = 0; !full.err && !trimmed.err && i < full.count; i++)
		differences += compare_programs(path, full.programs[i], trimmed.programs[i]);
	*ret_programs = full.count;
	bpf_object__close(full.object);
	bpf_object__close(trimmed.object);
	return differences + (full.err != 0);
}

static int judge(const char *path, const struct kernel_btf *kernel)
{
	_cleanup_(cleanup_requests) struct request_set *requests = request_set_new();
	_cleanup_(cleanup_trimmer) struct trimmer *trimmer = NULL;
	_cleanup_close_ int fd = memfd_create("trimmed", MFD_CLOEXEC);
	struct bpf_object_file file;
	struct trim_result result;
	struct reason why;
	char trimmed_path[64];
	size_t programs;
	int differences;

	if (!requests || fd < 0 || bpf_object_file_open(path, &file, &why) ||
	    request_set_add_object(requests, &file, &why))
		die(path, why.text);
	bpf_object_file_close(&file);
	trimmer = trimmer_new(requests);
	if (!trimmer || trim_bytes(trimmer, kernel->data, kernel->size, &result, &why))
		die(path, why.text);
	if (write(fd, result.btf, result.size) != (ssize_t)result.size)
		die(path, strerror(errno));
	snprintf(trimmed_path, sizeof(trimmed_path), "/proc/self/fd/%d", fd);
	differences = compare_loads(path, KERNEL_BTF, trimmed_path, -1, &programs);
	for (size_t i = 0; i < programs; i++)
		differences += compare_loads(path, KERNEL_BTF, trimmed_path, i, &programs);
	printf("%s: %zu programs, %u types in place of %zu bytes of BTF, %d differences\n", path,
	       programs, result.type_count, kernel->size, differences);
	return differences;
}

static int judge_beside(const char *path, const char *trimmed_path)
{
	size_t programs;
	int differences = compare_loads(path, NULL, trimmed_path, -1, &programs);

	for (size_t i = 0; i < programs; i++)
		differences += compare_loads(path, NULL, trimmed_path, i, &programs);
	printf("%s: %zu programs, with %s, %d differences\n", path, programs, trimmed_path,
	       differences);
	return differences;
}

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int main(int argc, char **argv)
{
	_cleanup_(kernel_btf_close) struct kernel_btf kernel = {0};
	struct reason why;
	const char *beside = NULL;
	int differences = 0, first = 1;

	if (argc > 2 && strcmp(argv[1], "--beside") == 0) {
		beside = argv[2];
		first = 3;
	}
	libbpf_set_print(print);
	if (geteuid() != 0 || kernel_btf_open(KERNEL_BTF, NULL, NULL, &kernel, &why)) {
		printf("skipped: needs root and a kernel with BTF\n");
		return SKIPPED;
	}
	for (int i = first; i < argc; i++)
		differences += beside ? judge_beside(argv[i], beside) : judge(argv[i], &kernel);
	return differences != 0;
}
