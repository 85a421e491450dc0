/* SPDX-License-Identifier: MIT */
/*
 * The cost of getting the path of a BTF in a program: time and memory from the call to the path.
 *
 *	bench_lookup WARM COLD
 *
 * The BTFs are in this program, as lookup.h has them. Prints one line of numbers: median warm time,
 * first call in a new process, the same with the file's pages dropped from the page cache (all in
 * microseconds, medians), the bytes that the latter read from the disk, the most heap at once, what
 * the resident memory had grown by when the path was there, and the part of that which is private
 * to the process (all in bytes).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/lookup.h"

#define ROUNDS_MAX 100000

/* --- heap: glibc lets a program bring its own functions, which then hand on to its inner ones --
 */

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern size_t malloc_usable_size(void *memory);

static size_t heap, heap_peak;

static void *taken(void *memory)
{
	heap += memory ? malloc_usable_size(memory) : 0;
	if (heap > heap_peak)
		heap_peak = heap;
	return memory;
}

void *malloc(size_t size)
{
	return taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return taken(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
	heap -= memory ? malloc_usable_size(memory) : 0;
	return taken(__libc_realloc(memory, size));
}

void free(void *memory)
{
	heap -= memory ? malloc_usable_size(memory) : 0;
	__libc_free(memory);
}

/* --- measuring -------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare);
	return count ? values[count / 2] : 0;
}

/* A number behind a word in a file of /proc. */
static size_t number_in(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	unsigned long number = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, word, strlen(word)))
			number = strtoul(line + strlen(word), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static size_t resident(const char *what)
{
	return number_in("/proc/self/smaps_rollup", what) * 1024;
}

struct once {
	double microseconds;
	size_t read, heap, resident, anonymous;
};

/* One call as the process's first, with its memory. */
static int once(int drop, struct once *result)
{
	size_t all, anonymous, read_before;
	char *path = NULL;
	double start;
	int err;

	if (drop) {
		int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

		if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
			return -EIO;
		close(fd);
	}
	all = resident("Rss:");
	anonymous = resident("Anonymous:");
	read_before = number_in("/proc/self/io", "read_bytes:");
	heap_peak = heap;
	result->heap = heap;
	start = now();
	err = lookup_path(&path);
	result->microseconds = now() - start;
	result->heap = heap_peak - result->heap;
	result->read = number_in("/proc/self/io", "read_bytes:") - read_before;
	if (!err)
		err = lookup_hold(&path);
	if (err)
		return err;
	result->resident = resident("Rss:") - all;
	result->anonymous = resident("Anonymous:") - anonymous;
	lookup_end(path);
	return 0;
}

/* The same in a new process, COUNT times. */
static int in_new_processes(char **argv, const char *mode, unsigned int count, struct once *result)
{
	static double times[ROUNDS_MAX];

	for (unsigned int i = 0; i < count; i++) {
		char *arguments[] = {argv[0], (char *)mode, (char *)"0", NULL};
		int ends[2], status;
		pid_t pid;

		if (pipe2(ends, O_CLOEXEC))
			return -errno;
		pid = fork();
		if (pid == 0) {
			dup2(ends[1], 1);
			execv("/proc/self/exe", arguments);
			_exit(127);
		}
		close(ends[1]);
		if (read(ends[0], result, sizeof(*result)) != sizeof(*result))
			return -ECHILD;
		close(ends[0]);
		if (waitpid(pid, &status, 0) != pid || status)
			return -ECHILD;
		times[i] = result->microseconds;
	}
	result->microseconds = median(times, count);
	return 0;
}

static int warm(unsigned int count, double *ret_median)
{
	static double times[ROUNDS_MAX];

	for (unsigned int i = 0; i < count; i++) {
		double start = now();
		char *path;
		int err = lookup_path(&path);

		times[i] = now() - start;
		if (err)
			return err;
		lookup_end(path);
	}
	*ret_median = median(times, count);
	return 0;
}

int main(int argc, char **argv)
{
	struct once first, dropped;
	double warm_time = 0;
	int err;

	if (argc != 3 || atoi(argv[1]) > ROUNDS_MAX || atoi(argv[2]) > ROUNDS_MAX)
		return 2;
	if (!strcmp(argv[1], "first") || !strcmp(argv[1], "dropped")) {
		err = once(argv[1][0] == 'd', &first);
		if (err)
			fprintf(stderr, "bench_lookup: %s\n", strerror(-err));
		return err || write(1, &first, sizeof(first)) != sizeof(first);
	}
	err = in_new_processes(argv, "first", (unsigned int)atoi(argv[2]), &first);
	if (!err)
		err = in_new_processes(argv, "dropped", (unsigned int)atoi(argv[2]), &dropped);
	if (!err)
		err = warm((unsigned int)atoi(argv[1]), &warm_time);
	if (err) {
		fprintf(stderr, "bench_lookup: %s\n", strerror(-err));
		return 1;
	}
	printf("%.1f %.1f %.1f %zu %zu %zu %zu\n", warm_time, first.microseconds,
	       dropped.microseconds, dropped.read, first.heap, first.resident, first.anonymous);
	return 0;
}
