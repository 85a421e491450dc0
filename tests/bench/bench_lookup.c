/* SPDX-License-Identifier: MIT */
/*
 * The cost of getting the path of a BTF in a program: time and memory from the call to the path.
 *
 *	bench_lookup own WARM COLD             out of this file's own section .corebtf
 *	bench_lookup tar WARM COLD FILE        out of a tar.gz, the way bcc's programs do it
 *
 * Prints one line of numbers: median warm time, first call in a new process, the same with the
 * file's pages dropped from the page cache (all in microseconds, medians), the bytes that the
 * latter read from the disk, the most heap at once, what the resident memory had grown by when
 * the path was there, and the part of that which is private to the process (all in bytes).
 *
 * The tar way is a re-measurement of our own of what bcc's helper does at start, written for
 * this: the whole archive is inflated into memory, its headers are walked until the name is
 * found, the contents go to a new file in /tmp. Here the archive is mapped as the linked-in one
 * of bcc's programs is, and, as there, the kernel's BTF is looked for first and os-release read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <corebtf.h>

#define ROUNDS_MAX 100000
#define TAR_BLOCK  512

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

/* --- the tar way ------------------------------------------------------------------------------ */

static const unsigned char *archive;
static size_t archive_size;

static int map_archive(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status))
		return -errno;
	archive_size = (size_t)status.st_size;
	archive = mmap(NULL, archive_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	return archive == MAP_FAILED ? -errno : 0;
}

static void os_release(char id[static 64], char version[static 64])
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];

	id[0] = version[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "ID=%63[^\"\n]", id) != 1)
			sscanf(line, "ID=\"%63[^\"\n]", id);
		if (sscanf(line, "VERSION_ID=\"%63[^\"\n]", version) != 1)
			sscanf(line, "VERSION_ID=%63[^\"\n]", version);
	}
	if (file)
		fclose(file);
}

/* gzip writes the unpacked size at the end. */
static int inflate_all(unsigned char **ret_data, size_t *ret_size)
{
	const unsigned char *end = archive + archive_size;
	size_t size = (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 |
		      (size_t)end[-1] << 24;
	unsigned char *data = malloc(size);
	z_stream stream = {.next_in = (unsigned char *)archive,
			   .avail_in = (unsigned int)archive_size,
			   .next_out = data,
			   .avail_out = (unsigned int)size};
	int result;

	if (!data || inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	if (result != Z_STREAM_END) {
		free(data);
		return -EBADMSG;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

static const unsigned char *find_in_tar(const unsigned char *tar, size_t size, const char *name,
					size_t *ret_size)
{
	for (size_t at = 0; at + TAR_BLOCK <= size && tar[at];) {
		const char *header = (const char *)tar + at;
		size_t length = strtoul(header + 124, NULL, 8);

		if (length > size - at - TAR_BLOCK)
			return NULL;
		if (!strcmp(header, name)) {
			*ret_size = length;
			return tar + at + TAR_BLOCK;
		}
		at += TAR_BLOCK + (length + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	return NULL;
}

static int write_temp(const unsigned char *btf, size_t size, char **ret_path)
{
	char *path = strdup("/tmp/bench-lookup-XXXXXX");
	int fd = path ? mkstemp(path) : -1;
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (!file || fwrite(btf, 1, size, file) != size || fclose(file))
		return -EIO;
	*ret_path = path;
	return 0;
}

static int tar_path(char **ret_path)
{
	char id[64], version[64], name[512];
	unsigned char *tar = NULL;
	const unsigned char *btf;
	struct utsname kernel;
	size_t size = 0;
	int err;

	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		return -EEXIST;
	os_release(id, version);
	uname(&kernel);
	snprintf(name, sizeof(name), "./%s/%s/%s/%s.btf", id, version, kernel.machine,
		 kernel.release);
	err = inflate_all(&tar, &size);
	if (err)
		return err;
	btf = find_in_tar(tar, size, name, &size);
	err = btf ? write_temp(btf, size, ret_path) : -ENOENT;
	free(tar);
	return err;
}

/* --- measuring -------------------------------------------------------------------------------- */

static int is_tar;

static int get_path(char **ret_path)
{
	int err;

	*ret_path = NULL;
	err = is_tar ? tar_path(ret_path) : corebtf_path_for_running_kernel(ret_path, NULL);
	return err ? err : *ret_path ? 0 : -EEXIST; /* the kernel's own BTF is in the way */
}

static void end_path(char *path)
{
	if (is_tar) {
		unlink(path);
		free(path);
	} else {
		corebtf_path_free(path);
	}
}

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
static int once(const char *file, int drop, struct once *result)
{
	size_t all, anonymous, read_before;
	struct corebtf *handle = NULL;
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	char *path = NULL;
	double start;
	int err = 0;

	if (drop) {
		int fd = open(file, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
			return -EIO;
		close(fd);
	}
	if (is_tar)
		err = map_archive(file);
	all = resident("Rss:");
	anonymous = resident("Anonymous:");
	read_before = number_in("/proc/self/io", "read_bytes:");
	heap_peak = heap;
	result->heap = heap;
	start = now();
	if (!err)
		err = get_path(&path);
	result->microseconds = now() - start;
	result->heap = heap_peak - result->heap;
	result->read = number_in("/proc/self/io", "read_bytes:") - read_before;
	if (err)
		return err;
	if (!is_tar) { /* once more, to look before the mapping goes */
		end_path(path);
		err = corebtf_open_self(&handle, NULL);
		if (!err)
			err = corebtf_find_entry(handle, NULL, &entry);
		if (!err)
			err = corebtf_entry_path(handle, &entry, &path);
		if (err)
			return err;
	}
	result->resident = resident("Rss:") - all;
	result->anonymous = resident("Anonymous:") - anonymous;
	corebtf_close(handle);
	end_path(path);
	return 0;
}

/* The same in a new process, COUNT times. */
static int in_new_processes(char **argv, const char *mode, unsigned int count, struct once *result)
{
	static double times[ROUNDS_MAX];

	for (unsigned int i = 0; i < count; i++) {
		char *arguments[] = {argv[0], argv[1], (char *)mode, (char *)"0", argv[4], NULL};
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
		int err = get_path(&path);

		times[i] = now() - start;
		if (err)
			return err;
		end_path(path);
	}
	*ret_median = median(times, count);
	return 0;
}

int main(int argc, char **argv)
{
	struct once first, dropped;
	double warm_time = 0;
	const char *file;
	int err;

	if (argc < 4 || (is_tar = !strcmp(argv[1], "tar")) != (argc == 5))
		return 2;
	if (atoi(argv[2]) > ROUNDS_MAX || atoi(argv[3]) > ROUNDS_MAX)
		return 2;
	file = is_tar ? argv[4] : "/proc/self/exe";
	if (!strcmp(argv[2], "first") || !strcmp(argv[2], "dropped")) {
		err = once(file, argv[2][0] == 'd', &first);
		if (err)
			fprintf(stderr, "bench_lookup: %s\n", strerror(-err));
		return err || write(1, &first, sizeof(first)) != sizeof(first);
	}
	err = in_new_processes(argv, "first", (unsigned int)atoi(argv[3]), &first);
	if (!err)
		err = in_new_processes(argv, "dropped", (unsigned int)atoi(argv[3]), &dropped);
	if (!err && is_tar)
		err = map_archive(file);
	if (!err)
		err = warm((unsigned int)atoi(argv[2]), &warm_time);
	if (err) {
		fprintf(stderr, "bench_lookup: %s\n", strerror(-err));
		return 1;
	}
	printf("%.1f %.1f %.1f %zu %zu %zu %zu\n", warm_time, first.microseconds,
	       dropped.microseconds, dropped.read, first.heap, first.resident, first.anonymous);
	return 0;
}
