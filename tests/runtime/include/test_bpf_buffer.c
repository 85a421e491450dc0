/* SPDX-License-Identifier: MIT */
/*
 * bpf_buffer.h on the running kernel, which has ring buffers. To get the perf buffer, libbpf is
 * given the BTF of a kernel without ring buffers: then both sides choose as on that kernel. The
 * test runs the BPF program with bpf(BPF_PROG_TEST_RUN), so it knows the number of events.
 *
 * The BTFs: of the running kernel as it is, the same trimmed, and that of a made-up kernel without
 * struct bpf_ringbuf, as it is and trimmed (to nothing at all).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf_buffer.h>

#include "emit.h"
#include "emit.skel.h"

#define SKIPPED		77
#define KERNEL_BTF	"/sys/kernel/btf/vmlinux"
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static char root[] = "/tmp/corebtf-buffer-XXXXXX";
static char trimmed_btf[64], old_btf[64], trimmed_old_btf[64];

static const struct {
	const char *btf; /* or NULL */
	bool is_ring;
} kinds[] = {
	{NULL, true},	  {KERNEL_BTF, true},	    {trimmed_btf, true},
	{old_btf, false}, {trimmed_old_btf, false},
};

struct seen {
	size_t events;
	unsigned long long numbers; /* their sum */
	__u64 lost;
	int lost_cpu;
	int answer; /* the callback returns it */
};

static int on_event(void *context, void *data, size_t size)
{
	struct seen *seen = context;
	struct event event;

	/* a perf buffer pads */
	assert_true(size >= sizeof(event) && size < sizeof(event) + 8);
	memcpy(&event, data, sizeof(event));
	for (size_t i = 0; i < sizeof(event.text); i++)
		assert_int_equal(event.text[i], 'x');
	seen->events++;
	seen->numbers += event.number;
	return seen->answer;
}

static void on_lost(void *context, int cpu, __u64 count)
{
	struct seen *seen = context;

	seen->lost += count;
	seen->lost_cpu = cpu;
}

struct tracer {
	struct emit_bpf *skeleton;
	struct bpf_buffer *buffer;
	struct seen seen;
};

static void start(struct tracer *tracer, size_t kind)
{
	const struct bpf_buffer_opts buffer_opts = {
		.sz = sizeof(buffer_opts), .btf_custom_path = kinds[kind].btf, .perf_pages = 1};
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = kinds[kind].btf);

	memset(tracer, 0, sizeof(*tracer));
	tracer->skeleton = emit_bpf__open_opts(&opts);
	assert_non_null(tracer->skeleton);
	tracer->buffer = bpf_buffer__new_opts(tracer->skeleton->maps.events,
					      tracer->skeleton->maps.heap, &buffer_opts);
	assert_non_null(tracer->buffer);
	assert_int_equal(bpf_buffer__is_ring(tracer->buffer), kinds[kind].is_ring);
	/* not loaded yet */
	assert_int_equal(bpf_buffer__open(tracer->buffer, on_event, on_lost, &tracer->seen),
			 -EINVAL);
	assert_int_equal(emit_bpf__load(tracer->skeleton), 0);
	assert_int_equal(bpf_buffer__open(tracer->buffer, on_event, on_lost, &tracer->seen), 0);
}

static void finish(struct tracer *tracer)
{
	bpf_buffer__free(tracer->buffer);
	emit_bpf__destroy(tracer->skeleton);
}

static void emit(const struct tracer *tracer, __u64 number, __u64 order)
{
	__u64 arguments[2] = {number, order};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arguments, .ctx_size_in = sizeof(arguments),
		    .flags = BPF_F_TEST_RUN_ON_CPU);

	assert_int_equal(
		bpf_prog_test_run_opts(bpf_program__fd(tracer->skeleton->progs.emit), &opts), 0);
}

/* Reads until no event comes. Returns the sum of the polls' results. */
static size_t drain(struct tracer *tracer)
{
	size_t events = 0;
	int count;

	while ((count = bpf_buffer__poll(tracer->buffer, 200)) > 0)
		events += (size_t)count;
	assert_int_equal(count, 0);
	return events;
}

static void test_events(void **state)
{
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		struct tracer tracer;

		start(&tracer, kind);
		assert_int_equal(bpf_buffer__poll(tracer.buffer, 0), 0);
		for (__u64 i = 1; i <= 10; i++) {
			emit(&tracer, i, 0);
			emit(&tracer, 1000, DISCARD);
		}
		assert_int_equal(drain(&tracer), 10);
		assert_int_equal(tracer.seen.events, 10);
		assert_int_equal(tracer.seen.numbers, 55);
		assert_int_equal(tracer.seen.lost, 0);
		finish(&tracer);
	}
}

/* More events than fit while the program does not read: the lost ones are counted. */
static void test_lost(void **state)
{
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		struct tracer tracer;
		__u64 sent = 0;

		start(&tracer, kind);
		for (int round = 0; round < 2; round++) {
			for (int i = 0; i < 3000; i++)
				emit(&tracer, 1, 0);
			sent += 3000;
			drain(&tracer);
			if (!kinds[kind].is_ring) {
				/* the kernel reports it with the next event that fits */
				emit(&tracer, 1, 0);
				sent++;
				drain(&tracer);
			}
			assert_true(tracer.seen.events > 0);
			assert_true(tracer.seen.lost > 0);
			assert_int_equal(tracer.seen.events + tracer.seen.lost, sent);
			assert_int_equal(bpf_buffer__lost(tracer.buffer), tracer.seen.lost);
			assert_int_equal(tracer.seen.lost_cpu, 0);
		}
		finish(&tracer);
	}
}

static void test_callback_that_fails(void **state)
{
	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		struct tracer tracer;

		start(&tracer, kind);
		emit(&tracer, 1, 0);
		emit(&tracer, 2, 0);
		tracer.seen.answer = -ECANCELED;
		assert_int_equal(bpf_buffer__poll(tracer.buffer, 1000), -ECANCELED);
		assert_int_equal(errno, ECANCELED);
		tracer.seen.answer = 0;
		drain(&tracer);
		assert_int_equal(tracer.seen.events, 2);
		assert_int_equal(tracer.seen.numbers, 3);
		finish(&tracer);
	}
}

/* No callback for lost events; and calls in the wrong state. */
static void test_arguments(void **state)
{
	struct bpf_buffer_opts opts = {.sz = sizeof(opts)};
	struct emit_bpf *skeleton = emit_bpf__open();
	struct bpf_buffer *buffer;
	struct tracer tracer;

	assert_non_null(skeleton);
	errno = 0;
	assert_null(bpf_buffer__new(NULL, skeleton->maps.heap));
	assert_int_equal(errno, EINVAL);
	assert_null(bpf_buffer__new(skeleton->maps.events, NULL));
	opts.btf_custom_path = "/nonexistent";
	errno = 0;
	assert_null(bpf_buffer__new_opts(skeleton->maps.events, skeleton->maps.heap, &opts));
	assert_int_equal(errno, ENOENT);
	opts.sz = 1;
	assert_null(bpf_buffer__new_opts(skeleton->maps.events, skeleton->maps.heap, &opts));

	buffer = bpf_buffer__new(skeleton->maps.events, skeleton->maps.heap);
	assert_non_null(buffer);
	assert_int_equal(bpf_buffer__poll(buffer, 0), -EINVAL); /* not open */
	bpf_buffer__free(buffer);
	bpf_buffer__free(NULL);
	assert_int_equal(bpf_buffer__poll(NULL, 0), -EINVAL);
	assert_int_equal(emit_bpf__load(skeleton), 0);
	errno = 0;
	assert_null(bpf_buffer__new(skeleton->maps.events, skeleton->maps.heap));
	assert_int_equal(errno, EBUSY);
	emit_bpf__destroy(skeleton);

	start(&tracer, 0);
	assert_int_equal(bpf_buffer__open(tracer.buffer, on_event, NULL, NULL),
			 -EINVAL); /* twice */
	finish(&tracer);
	start(&tracer, 3);
	assert_int_equal(bpf_buffer__open(tracer.buffer, on_event, NULL, NULL), -EINVAL);
	finish(&tracer);
}

/* When the two sides choose differently the verifier refuses the program, in both cases. */
static void test_two_minds(void **state)
{
	for (int i = 0; i < 2; i++) {
		const struct bpf_buffer_opts buffer_opts = {
			.sz = sizeof(buffer_opts), .btf_custom_path = i ? KERNEL_BTF : old_btf};
		LIBBPF_OPTS(bpf_object_open_opts, opts,
			    .btf_custom_path = i ? old_btf : KERNEL_BTF);
		struct emit_bpf *skeleton = emit_bpf__open_opts(&opts);
		struct bpf_buffer *buffer;

		assert_non_null(skeleton);
		buffer = bpf_buffer__new_opts(skeleton->maps.events, skeleton->maps.heap,
					      &buffer_opts);
		assert_non_null(buffer);
		assert_int_not_equal(emit_bpf__load(skeleton), 0);
		bpf_buffer__free(buffer);
		emit_bpf__destroy(skeleton);
	}
}

/* A user without the right to make a ring buffer still learns that the kernel has them. */
static void test_without_rights(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit(setgid(65534) || setuid(65534) || !bpf_buffer__kernel_has_ring());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void write_btf(const struct btf *btf, const char *path)
{
	__u32 size;
	const void *data = btf__raw_data(btf, &size);
	FILE *file = fopen(path, "we");

	assert_non_null(data);
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

static void trim(const char *btf, const char *out)
{
	char *command;

	assert_true(asprintf(&command, "%s trim %s --kernels %s -o %s", COREBTF, EMIT_OBJECT, btf,
			     out) > 0);
	assert_int_equal(system(command), 0);
	free(command);
}

static int make_btfs(void **state)
{
	struct btf *btf = btf__new_empty();
	struct stat full, part;

	assert_non_null(mkdtemp(root));
	snprintf(trimmed_btf, sizeof(trimmed_btf), "%s/trimmed.btf", root);
	snprintf(old_btf, sizeof(old_btf), "%s/old.btf", root);
	snprintf(trimmed_old_btf, sizeof(trimmed_old_btf), "%s/trimmed-old.btf", root);
	trim(KERNEL_BTF, trimmed_btf);
	assert_non_null(btf);
	assert_true(btf__add_int(btf, "int", 4, BTF_INT_SIGNED) > 0);
	assert_true(btf__add_struct(btf, "task_struct", 4) > 0);
	assert_int_equal(btf__add_field(btf, "pid", 1, 0, 0), 0);
	write_btf(btf, old_btf);
	btf__free(btf);
	trim(old_btf, trimmed_old_btf);
	/* both were trimmed, and the second to less than its types had */
	assert_int_equal(stat(KERNEL_BTF, &full) | stat(trimmed_btf, &part), 0);
	assert_true(part.st_size < 1000 && part.st_size < full.st_size);
	assert_int_equal(stat(old_btf, &full) | stat(trimmed_old_btf, &part), 0);
	assert_true(part.st_size < full.st_size);
	return 0;
}

static int remove_btfs(void **state)
{
	unlink(trimmed_btf);
	unlink(old_btf);
	unlink(trimmed_old_btf);
	return rmdir(root);
}

/* bpf(2) needs root, and these tests need the running kernel's BTF. */
static const char *why_not(void)
{
	struct emit_bpf *skeleton;
	int err;

	if (access(KERNEL_BTF, R_OK))
		return "the running kernel has no BTF";
	if (!bpf_buffer__kernel_has_ring())
		return "the running kernel has no ring buffers";
	skeleton = emit_bpf__open();
	err = skeleton ? emit_bpf__load(skeleton) : -errno;
	emit_bpf__destroy(skeleton);
	return err == -EPERM ? "needs root" : NULL;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN && getenv("VERBOSE") ? vfprintf(stderr, format, arguments) : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_callback_that_fails),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_two_minds),
		cmocka_unit_test(test_without_rights),
	};
	const char *why;

	libbpf_set_print(quiet);
	why = why_not();
	if (why) {
		print_message("skipped: %s\n", why);
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, make_btfs, remove_btfs);
}
