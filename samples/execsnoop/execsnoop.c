/* SPDX-License-Identifier: MIT */
/*
 * execsnoop - prints every program that is started on this machine.
 *
 * A small tracer with libbpf, a skeleton and a buffer of events. It shows the two calls that make
 * it run on kernels without BTF: ensure_core_btf() before the skeleton is opened, clean_core_btf()
 * after it is loaded. The BTF comes from this program's own section .corebtf, where corebtf_embed()
 * in CMakeLists.txt put it. With bpf_buffer.h it also runs on kernels without ring buffers.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <bpf/libbpf.h>
#include <bpf_buffer.h>
#include <btf_core.h>

#include "execsnoop.h"
#include "execsnoop.skel.h"

#define POLL_MILLISECONDS 100

struct settings {
	unsigned long count;   /* stop after so many events; 0: never */
	unsigned long seconds; /* stop after so many seconds; 0: never */
};

struct printer {
	unsigned long printed;
	unsigned long count;
};

static bool verbose;
static volatile sig_atomic_t interrupted;

static void handle_signal(int number)
{
	interrupted = 1;
}

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG && !verbose)
		return 0;
	return vfprintf(stderr, format, arguments);
}

/* Any user can choose a file name: no control character may reach the terminal. */
static void print_text(const char *text, int width)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == 0x7f)
			width -= printf("\\x%02x", byte);
		else
			width -= putchar(byte) != EOF;
	}
	if (width > 0)
		printf("%*s", width, "");
}

static int print_event(void *context, void *data, size_t size)
{
	struct printer *printer = context;
	struct event event;

	if (size < sizeof(event) || (printer->count && printer->printed >= printer->count))
		return 0;
	memcpy(&event, data, sizeof(event)); /* samples are aligned to 4 bytes only */
	event.comm[sizeof(event.comm) - 1] = '\0';
	event.file[sizeof(event.file) - 1] = '\0';

	printf("%-8d %-8d %-6u ", event.pid, event.ppid, event.uid);
	print_text(event.comm, COMM_SIZE);
	putchar(' ');
	print_text(event.file, 0);
	putchar('\n');
	printer->printed++;
	return 0;
}

static void print_lost(void *context, int cpu, __u64 lost)
{
	fprintf(stderr, "execsnoop: %llu events lost on processor %d\n", lost, cpu);
}

/* Explains one of the errors that btf_core.h names, and what to do about it. */
static void explain_no_btf(int error)
{
	const char *why;

	switch (error) {
	case -EOPNOTSUPP:
		why = "this program carries no BTFs that it can read (not embedded, stripped, or "
		      "newer)";
		break;
	case -ENOENT:
		why = "none of the BTFs that this program carries is for this kernel";
		break;
	case -EBADMSG:
		why = "the BTFs that this program carries are damaged";
		break;
	default:
		why = strerror(-error);
	}
	fprintf(stderr,
		"execsnoop: the kernel has no BTF of its own, and %s\n"
		"execsnoop: `corebtf list FILE` shows what a program carries\n",
		why);
}

/* corebtf_path_for_running_kernel() has the details, in its ret_origin. */
static const char *origin(void)
{
	if (getenv("COREBTF_BTF"))
		return "the file that $COREBTF_BTF names";
	if (getenv("COREBTF_BUNDLE"))
		return "the bundle that $COREBTF_BUNDLE names, or this program's own section";
	return "this program's own section .corebtf";
}

static void tell_origin(const struct bpf_object_open_opts *opts)
{
	const char *path = opts->btf_custom_path;
	struct stat status;

	if (!path)
		fputs("execsnoop: BTF: the kernel's own, /sys/kernel/btf/vmlinux\n", stderr);
	else if (!stat(path, &status))
		fprintf(stderr, "execsnoop: BTF: %lld bytes out of %s, as %s\n",
			(long long)status.st_size, origin(), path);
}

/*
 * Opens and loads the BPF object with the right BTF, and chooses the kind of buffer in between.
 * Returns 0 or a negative errno; the caller owns both results in either case.
 */
static int load(struct execsnoop_bpf **ret_skeleton, struct bpf_buffer **ret_buffer)
{
	struct bpf_buffer_opts buffer_opts = {.sz = sizeof(buffer_opts)};
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct execsnoop_bpf *skeleton;
	int err;

	err = ensure_core_btf(&opts);
	if (err)
		explain_no_btf(err); /* go on: libbpf searches a few more places */
	else
		tell_origin(&opts);

	*ret_skeleton = skeleton = execsnoop_bpf__open_opts(&opts);
	if (!skeleton) {
		err = -errno;
		clean_core_btf(&opts);
		return err;
	}
	buffer_opts.btf_custom_path = opts.btf_custom_path;
	*ret_buffer =
		bpf_buffer__new_opts(skeleton->maps.events, skeleton->maps.heap, &buffer_opts);
	err = *ret_buffer ? execsnoop_bpf__load(skeleton) : -errno;
	clean_core_btf(&opts);
	return err;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int print_events(struct bpf_buffer *buffer, struct printer *printer,
			const struct settings *settings)
{
	double end = now() + (double)settings->seconds;
	int err;

	while (!interrupted) {
		if (settings->count && printer->printed >= settings->count)
			break;
		if (settings->seconds && now() >= end)
			break;
		err = bpf_buffer__poll(buffer, POLL_MILLISECONDS);
		if (err < 0 && err != -EINTR)
			return err;
	}
	return 0;
}

static int trace(const struct settings *settings)
{
	struct printer printer = {.count = settings->count};
	struct execsnoop_bpf *skeleton = NULL;
	struct bpf_buffer *buffer = NULL;
	int err;

	err = load(&skeleton, &buffer);
	if (err) {
		fprintf(stderr, "execsnoop: the BPF program cannot be loaded: %s\n",
			strerror(-err));
		goto out;
	}
	err = bpf_buffer__open(buffer, print_event, print_lost, &printer);
	if (err) {
		fprintf(stderr, "execsnoop: no %s buffer: %s\n",
			bpf_buffer__is_ring(buffer) ? "ring" : "perf", strerror(-err));
		goto out;
	}
	err = execsnoop_bpf__attach(skeleton);
	if (err) {
		fprintf(stderr, "execsnoop: cannot attach to sched_process_exec: %s\n",
			strerror(-err));
		goto out;
	}
	fprintf(stderr, "execsnoop: tracing, through a %s buffer\n",
		bpf_buffer__is_ring(buffer) ? "ring" : "perf");
	printf("%-8s %-8s %-6s %-16s %s\n", "PID", "PPID", "UID", "COMM", "FILE");

	err = print_events(buffer, &printer, settings);
	if (err)
		fprintf(stderr, "execsnoop: reading events: %s\n", strerror(-err));
out:
	bpf_buffer__free(buffer);
	execsnoop_bpf__destroy(skeleton);
	return err;
}

static void print_help(FILE *stream)
{
	fputs("Usage: execsnoop [-n COUNT] [-t SECONDS] [-v]\n"
	      "Prints every program that is started on this machine, until Ctrl-C.\n"
	      "\n"
	      "  -n COUNT    stop after COUNT programs\n"
	      "  -t SECONDS  stop after SECONDS seconds\n"
	      "  -v          print what libbpf does as well\n"
	      "  -h, --help  print this text\n",
	      stream);
}

/* A whole number, 1 or more. */
static bool parse_number(const char *text, unsigned long *ret_number)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || !number)
		return false;
	*ret_number = number;
	return true;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	struct sigaction action = {.sa_handler = handle_signal};
	struct settings settings = {0};
	int option;

	while ((option = getopt_long(argc, argv, "n:t:vh", long_options, NULL)) != -1) {
		switch (option) {
		case 'n':
		case 't':
			if (!parse_number(optarg,
					  option == 'n' ? &settings.count : &settings.seconds)) {
				fprintf(stderr, "execsnoop: -%c: '%s' is no number above 0\n",
					option, optarg);
				return 2;
			}
			break;
		case 'v':
			verbose = true;
			break;
		case 'h':
			print_help(stdout);
			return 0;
		default:
			print_help(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		print_help(stderr);
		return 2;
	}

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0); /* write each line at once, also into a pipe */
	libbpf_set_print(print_libbpf);
	return trace(&settings) ? EXIT_FAILURE : EXIT_SUCCESS;
}
