/* SPDX-License-Identifier: MIT */
/*
 * The pool: the order of its results, what it does with errors, and how many threads it starts.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "embedder/engine/kernel_pool.h"
#include "embedder/util/cleanup.h"
#include "tests/embedder/engine/pool_fixture.h"

struct run {
	/* What happens. */
	const char *fails; /* run() fails for this release */
	size_t stop_at;	   /* take() fails for this result; 0: for none */
	int no_scratch_at; /* the call of thread_new() that fails; 0: none */
	/* What came of it. */
	atomic_int scratches, freed;
	atomic_bool wrong_scratch, mixed;
	atomic_int taking;
	size_t taken;
	char text[8192];
	size_t length;
	/* Progress. */
	size_t steps, last_done, total;
	char last_kernel[64];
};

static void *new_scratch(void *context)
{
	struct run *run = context;
	struct run **scratch;

	if (atomic_fetch_add(&run->scratches, 1) + 1 == run->no_scratch_at)
		return NULL;
	scratch = malloc(sizeof(*scratch));
	assert_non_null(scratch);
	*scratch = run;
	return scratch;
}

static void free_scratch(void *scratch)
{
	atomic_fetch_add(&(*(struct run **)scratch)->freed, 1);
	free(scratch);
}

/* The outcome is the start of the string in the BTF. Takes longer the earlier the kernel comes, so
 * that threads finish in another order than they began. */
static int run_one(void *context, void *scratch, const struct kernel_file *kernel,
		   struct type_source *types, void **ret_outcome, struct reason *why)
{
	struct run *run = context;

	if (*(struct run **)scratch != run)
		atomic_store(&run->wrong_scratch, true);
	usleep(1000 * (9 - (unsigned int)(kernel->id.release[2] - '0') % 10));
	if (run->fails && strcmp(kernel->id.release, run->fails) == 0)
		return reason_set(why, -EBADMSG, "not this one");
	*ret_outcome = strndup(types->view.strings + 1, 8);
	return *ret_outcome ? 0 : -ENOMEM;
}

static int take(void *context, const struct kernel_pool_result *result)
{
	struct run *run = context;

	if (atomic_fetch_add(&run->taking, 1))
		atomic_store(&run->mixed, true);
	run->taken++;
	run->length += (size_t)snprintf(run->text + run->length, sizeof(run->text) - run->length,
					"%s%s\n", result->error ? "! " : "",
					result->error ? (*result->kernel->id.release
								 ? result->kernel->id.release
								 : result->kernel->path)
						      : (const char *)result->outcome);
	assert_true(run->length < sizeof(run->text));
	assert_true(!result->error || *result->why.text);
	atomic_fetch_sub(&run->taking, 1);
	return run->stop_at == run->taken ? -ECANCELED : 0;
}

static void note_progress(void *context, size_t done, size_t total, const char *kernel)
{
	struct run *run = context;

	assert_int_equal(done, run->steps ? run->last_done + 1 : 0);
	assert_true(!kernel == !done);
	run->steps++;
	run->last_done = done;
	run->total = total;
	snprintf(run->last_kernel, sizeof(run->last_kernel), "%s", kernel ? kernel : "");
}

/* @paths: ends with NULL. */
static int run_pool(struct run *run, const char *const *paths, unsigned int jobs, uint64_t memory)
{
	_cleanup_(kernel_input_free) struct kernel_input input;
	struct engine_events events = {.context = run, .progress = note_progress};
	struct kernel_pool_work work = {
		.jobs = jobs,
		.memory = memory,
		.context = run,
		.thread_new = new_scratch,
		.thread_free = free_scratch,
		.run = run_one,
		.take = take,
	};
	int err;

	kernel_input_init(&input, &events);
	for (; *paths; paths++)
		kernel_input_add(&input, *paths, NULL);
	assert_int_equal(input.failures, 0);
	kernel_list_sort(&input.list);
	err = kernel_pool_run(&input, &work);
	assert_false(atomic_load(&run->mixed));
	assert_false(atomic_load(&run->wrong_scratch));
	assert_int_equal(
		atomic_load(&run->freed),
		atomic_load(&run->scratches) -
			(run->no_scratch_at && run->no_scratch_at <= atomic_load(&run->scratches)));
	return err;
}

#define MEMORY (UINT64_C(1) << 30)

static const char *const files_only[] = {"files", NULL};
static const char *const mixed[] = {"b.tar", "files", "a.tar", NULL};

static void write_fixture(void)
{
	static const char *const releases[] = {"5.1", "5.2", "5.3", "5.4", "5.5", "5.6"};

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		fixture_write_file(releases[i]);
	fixture_write_archive("a.tar", "6.1", 4, 0);
	fixture_write_archive("b.tar", "6.2", 3, 0);
}

#define FILES	"5.1\n5.2\n5.3\n5.4\n5.5\n5.6\n"
#define SOURCES "6.1.0\n6.1.1\n6.1.2\n6.1.3\n6.2.0\n6.2.1\n6.2.2\n"

/* Files first, then the sources by path, whatever the number of threads. */
static void test_order(void **state)
{
	(void)state;
	write_fixture();
	for (unsigned int jobs = 1; jobs <= 16; jobs *= 2) {
		struct run run = {0};

		assert_int_equal(run_pool(&run, mixed, jobs, MEMORY), 0);
		assert_string_equal(run.text, FILES SOURCES);
	}
}

static void test_errors(void **state)
{
	static const char *const paths[] = {"files", "a.tar", "cut.tar", NULL};

	(void)state;
	write_fixture();
	scratch_write(FIXTURE_FOLDER "/5.7.btf", "no BTF", 6);
	fixture_write_archive("cut.tar", "7.1", 2, 1);
	for (unsigned int jobs = 1; jobs <= 4; jobs *= 4) {
		struct run run = {.fails = "5.2"}, in_source = {.fails = "6.1.1"};

		assert_int_equal(run_pool(&run, paths, jobs, MEMORY), 0);
		assert_string_equal(run.text, "5.1\n! 5.2\n5.3\n5.4\n5.5\n5.6\n! 5.7\n"
					      "6.1.0\n6.1.1\n6.1.2\n6.1.3\n7.1.0\n! cut.tar\n");
		assert_int_equal(run_pool(&in_source, paths, jobs, MEMORY), 0);
		assert_string_equal(in_source.text,
				    "5.1\n5.2\n5.3\n5.4\n5.5\n5.6\n! 5.7\n"
				    "6.1.0\n! 6.1.1\n6.1.2\n6.1.3\n7.1.0\n! cut.tar\n");
	}
}

/* take() is not called again once it has failed, among the files and among a source's kernels. */
static void test_stop(void **state)
{
	(void)state;
	write_fixture();
	for (unsigned int jobs = 1; jobs <= 4; jobs *= 4) {
		struct run early = {.stop_at = 3}, late = {.stop_at = 8};

		assert_int_equal(run_pool(&early, mixed, jobs, MEMORY), -ECANCELED);
		assert_string_equal(early.text, "5.1\n5.2\n5.3\n");
		assert_int_equal(run_pool(&late, mixed, jobs, MEMORY), -ECANCELED);
		assert_string_equal(late.text, FILES "6.1.0\n6.1.1\n");
	}
}

static void test_no_scratch(void **state)
{
	(void)state;
	write_fixture();
	for (int at = 1; at <= 3; at++) {
		struct run run = {.no_scratch_at = at};

		assert_int_equal(run_pool(&run, mixed, 3, MEMORY), -ENOMEM);
		assert_true(run.taken < 13);
	}
}

/* Each thread needs memory of its own: with little, there are few; one there is always. */
static void test_memory_limits_threads(void **state)
{
	struct run one = {0}, two = {0}, few = {0};

	(void)state;
	write_fixture();
	assert_int_equal(run_pool(&one, mixed, 8, 4096), 0);
	assert_int_equal(atomic_load(&one.scratches), 1);
	assert_string_equal(one.text, FILES SOURCES);
	assert_int_equal(run_pool(&two, mixed, 8, UINT64_C(64) << 20), 0);
	assert_int_equal(atomic_load(&two.scratches), 2);
	assert_string_equal(two.text, FILES SOURCES);
	/* nor more than there are files */
	assert_int_equal(run_pool(&few, files_only, 64, UINT64_C(1) << 40), 0);
	assert_int_equal(atomic_load(&few.scratches), 6);
}

/* A kernel that needs more than all the memory is an error of its own; the others are done, though
 * together they need more than there is. */
static void test_memory_limits_kernels(void **state)
{
	struct run run = {0};
	char path[64];

	(void)state;
	for (int i = 1; i <= 4; i++) {
		size_t size = (i == 2 ? 9u : 3u) << 20;
		char *text = calloc(1, size);
		struct bytes btf, packed, tar = {0};

		assert_non_null(text);
		memset(text, 'x', size - 1);
		btf = fixture_btf(text);
		free(text);
		tar_add_file(&tar, "x.btf", btf.data, btf.size);
		tar_end(&tar);
		packed = pack_xz(tar.data, tar.size);
		snprintf(path, sizeof(path), FIXTURE_FOLDER "/5.%d.btf.tar.xz", i);
		scratch_write(path, packed.data, packed.size);
		bytes_release(&btf);
		bytes_release(&tar);
		bytes_release(&packed);
	}
	assert_int_equal(run_pool(&run, files_only, 8, UINT64_C(8) << 20), 0);
	assert_string_equal(run.text, "xxxxxxxx\n! 5.2\nxxxxxxxx\nxxxxxxxx\n");
}

static void test_progress(void **state)
{
	struct run known = {0}, unknown = {0};

	(void)state;
	write_fixture();
	assert_int_equal(run_pool(&known, files_only, 4, MEMORY), 0);
	assert_int_equal(known.steps, 7);
	assert_int_equal(known.total, 6);
	assert_string_equal(known.last_kernel, "5.6");
	assert_int_equal(run_pool(&unknown, mixed, 4, MEMORY), 0);
	assert_int_equal(unknown.last_done, 13);
	assert_int_equal(unknown.total, 0);
	assert_string_equal(unknown.last_kernel, "6.2.2");
}

static void test_nothing(void **state)
{
	static const char *const none[] = {NULL};
	struct run run = {0};

	(void)state;
	assert_int_equal(run_pool(&run, none, 4, MEMORY), 0);
	assert_int_equal(run.taken, 0);
	assert_int_equal(run.steps, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_errors),
		TEST(test_stop),
		TEST(test_no_scratch),
		TEST(test_memory_limits_threads),
		TEST(test_memory_limits_kernels),
		TEST(test_progress),
		TEST(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
