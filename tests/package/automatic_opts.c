/* SPDX-License-Identifier: MIT */
/*
 * What runtime/automatic.c hands to libbpf, for every length that a caller's options may have. The
 * functions of libbpf and of libcorebtf that it calls are these.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <corebtf.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

struct bpf_object *__wrap_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts);
struct bpf_object *__wrap_bpf_object__open(const char *path);
int __wrap_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts);
struct bpf_object *__real_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts);
struct bpf_object *__real_bpf_object__open_mem(const void *bytes, size_t size,
					       const struct bpf_object_open_opts *opts);
int __real_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts);

static unsigned char seen[4096]; /* the options that libbpf would get */
static int answer = -ENOENT, asked;

int corebtf_path_for_running_kernel(char **ret_path, const struct corebtf_path_opts *opts)
{
	(void)opts;
	asked++;
	if (!answer)
		*ret_path = strdup("/proc/self/fd/7");
	return answer;
}

static void see(const struct bpf_object_open_opts *opts)
{
	memset(seen, 0, sizeof(seen));
	if (opts)
		memcpy(seen, opts, opts->sz);
}

struct bpf_object *__real_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts)
{
	(void)path;
	see(opts);
	return NULL;
}

struct bpf_object *__real_bpf_object__open_mem(const void *bytes, size_t size,
					       const struct bpf_object_open_opts *opts)
{
	(void)bytes;
	(void)size;
	see(opts);
	return NULL;
}

int __real_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts)
{
	(void)skeleton;
	see(opts);
	return 7;
}

static struct bpf_object_open_opts *with_size(size_t size)
{
	/* Of just this size, so that a sanitizer sees what is read or written behind it. */
	struct bpf_object_open_opts *opts = malloc(size);

	memset(opts, 0, size);
	opts->sz = size;
	return opts;
}

int main(void)
{
	const size_t end = offsetof(struct bpf_object_open_opts, btf_custom_path) + sizeof(char *);
	struct bpf_object_open_opts *opts, *got = (void *)seen;

	/* Nothing found: as the caller wrote it, and asked again the next time. */
	__wrap_bpf_object__open("x");
	CHECK(!got->sz && asked == 1);
	answer = 0;

	__wrap_bpf_object__open("x");
	CHECK(got->sz == end && !strcmp(got->btf_custom_path, "/proc/self/fd/7") && asked == 2);
	CHECK(__wrap_bpf_object__open_skeleton(NULL, NULL) == 7);
	CHECK(got->sz == end && got->btf_custom_path && asked == 2);
	for (size_t size = sizeof(size_t); size < sizeof(seen); size += sizeof(size_t)) {
		opts = with_size(size);
		if (size > offsetof(struct bpf_object_open_opts, object_name))
			opts->object_name = "name";
		if (size > end) /* what a newer libbpf has behind it */
			memset((char *)opts + end, 5, size - end);
		__wrap_bpf_object__open_file("x", opts);
		CHECK(got->sz == (size > end ? size : end));
		CHECK(!strcmp(got->btf_custom_path, "/proc/self/fd/7"));
		CHECK(size <= sizeof(size_t) || !strcmp(got->object_name, "name"));
		CHECK(size <= end || (seen[end] == 5 && seen[size - 1] == 5 && !seen[size]));
		CHECK(size < end || !opts->btf_custom_path); /* the caller's is not written to */
		free(opts);
	}
	opts = with_size(sizeof(*opts));
	opts->btf_custom_path = "/mine";
	__wrap_bpf_object__open_file("x", opts);
	CHECK(!strcmp(got->btf_custom_path, "/mine") && asked == 2);
	free(opts);
	return 0;
}
