/* SPDX-License-Identifier: MIT */
/*
 * automatic.c - gives every BPF object that a program opens the BTF of the running kernel, for
 * programs that do not call ensure_core_btf(). It is compiled into the program, with the program's
 * own libbpf (0.5 or newer), and takes the place of the functions that open objects:
 *
 *	cc tool.c $(pkg-config --variable=automatic corebtf) -lcorebtf -lbpf
 *
 * which is this file and -Wl,--wrap=bpf_object__open_skeleton and so on. In CMake:
 * corebtf_embed(TARGET tool KERNELS ... AUTOMATIC).
 *
 * A btf_custom_path that the program sets itself is left alone. When no BTF is found, the object is
 * opened as it would be without this file, and libbpf says what it misses. COREBTF_BTF and
 * COREBTF_BUNDLE work as with ensure_core_btf().
 *
 * libbpf reads the path when the object is loaded, and nothing tells when the last one was. So the
 * path is kept until the program ends: one file descriptor, closed on exec.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <corebtf.h>

struct bpf_object *__real_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts);
struct bpf_object *__real_bpf_object__open_mem(const void *bytes, size_t size,
					       const struct bpf_object_open_opts *opts);
int __real_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts);

struct bpf_object *__wrap_bpf_object__open(const char *path);
struct bpf_object *__wrap_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts);
struct bpf_object *__wrap_bpf_object__open_mem(const void *bytes, size_t size,
					       const struct bpf_object_open_opts *opts);
int __wrap_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts);

/* Where the member that is set here ends: callers with an older libbpf.h have shorter structs. */
#define PATH_END (offsetof(struct bpf_object_open_opts, btf_custom_path) + sizeof(const char *))

/* The path for this kernel, the same for all objects; NULL when the kernel has BTF, or there is
 * none. */
static const char *path_for_kernel(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char *path;
	static int known;
	const char *result;

	pthread_mutex_lock(&lock);
	if (!known)
		known = !corebtf_path_for_running_kernel(&path, NULL);
	result = path;
	pthread_mutex_unlock(&lock);
	return result;
}

/*
 * The caller's options with a path, as long as the caller's struct or longer, for free(); NULL when
 * the options should be used as they are.
 */
static struct bpf_object_open_opts *with_path(const struct bpf_object_open_opts *opts)
{
	size_t given = opts ? opts->sz : 0, size = given > PATH_END ? given : PATH_END;
	struct bpf_object_open_opts *result;
	const char *path;

	if (opts && (given < sizeof(opts->sz) || (given >= PATH_END && opts->btf_custom_path)))
		return NULL;
	path = path_for_kernel();
	if (!path)
		return NULL;
	result = calloc(1, size);
	if (!result)
		return NULL;
	if (opts)
		memcpy(result, opts, given);
	result->sz = size;
	result->btf_custom_path = path;
	return result;
}

/* libbpf has copied the path, and a failure of its own is in errno. */
static void release(struct bpf_object_open_opts *own)
{
	int error = errno;

	free(own);
	errno = error;
}

struct bpf_object *__wrap_bpf_object__open_file(const char *path,
						const struct bpf_object_open_opts *opts)
{
	struct bpf_object_open_opts *own = with_path(opts);
	struct bpf_object *object = __real_bpf_object__open_file(path, own ? own : opts);

	release(own);
	return object;
}

struct bpf_object *__wrap_bpf_object__open(const char *path)
{
	return __wrap_bpf_object__open_file(path, NULL);
}

struct bpf_object *__wrap_bpf_object__open_mem(const void *bytes, size_t size,
					       const struct bpf_object_open_opts *opts)
{
	struct bpf_object_open_opts *own = with_path(opts);
	struct bpf_object *object = __real_bpf_object__open_mem(bytes, size, own ? own : opts);

	release(own);
	return object;
}

int __wrap_bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
				     const struct bpf_object_open_opts *opts)
{
	struct bpf_object_open_opts *own = with_path(opts);
	int err = __real_bpf_object__open_skeleton(skeleton, own ? own : opts);

	release(own);
	return err;
}
