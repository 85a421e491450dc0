/* SPDX-License-Identifier: MIT */
/*
 * The two runs of the engine, called as a program would call them: kernels into a bundle, and the
 * bundle compared with them again. All messages come through the callbacks.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "embedder/engine/trimming.h"
#include "embedder/engine/verification.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "tests/support/made_kernel.h"
#include "tests/support/scratch.h"

#define FOLDER "kernels/debian/12/x86_64/"
#define MEMORY (UINT64_C(1) << 30)

struct messages {
	char text[4096];
	size_t length, steps;
};

static void note(void *context, enum engine_level level, const char *path, const char *text)
{
	static const char letters[] = {'F', 'N', 'D'};
	struct messages *messages = context;

	messages->length += (size_t)snprintf(
		messages->text + messages->length, sizeof(messages->text) - messages->length,
		"%c %s: %s\n", letters[level], path ? path : "-", text);
	assert_true(messages->length < sizeof(messages->text));
}

static void step(void *context, size_t done, size_t total, const char *kernel)
{
	struct messages *messages = context;

	(void)total;
	(void)kernel;
	messages->steps += done > 0;
}

static void write_kernels(void)
{
	struct byte_buffer btf = {0};

	made_btf(&btf, false);
	scratch_write(FOLDER "5.1.btf", btf.data, btf.size);
	scratch_write(FOLDER "5.2.btf", btf.data, btf.size);
	scratch_write("other/debian/12/x86_64/5.3.btf", btf.data, btf.size);
	byte_buffer_free(&btf);
}

/* Trims what lies below "kernels" into the file "bundle". */
static int trim(const struct engine_events *events, size_t *ret_failures)
{
	_cleanup_(trimming_free) struct trimming trimming = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	const struct bundle_layout_opts opts = {.compression = BUNDLE_COMPRESSION_NONE};
	_cleanup_free_ void *bundle = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err;

	assert_int_equal(trimming_init(&trimming, events), 0);
	kernel_input_add(&trimming.kernels, "kernels", NULL);
	kernel_list_sort(&trimming.kernels.list);
	err = trimming_run(&trimming, 2, MEMORY);
	*ret_failures = trimming.kernels.failures;
	if (err)
		return err;
	assert_int_equal(trimming_layout(&trimming, &opts, &bundle, &size, &summary, &why), 0);
	assert_int_equal(summary.entries, trimming.trimmed);
	scratch_write("bundle", bundle, size);
	return 0;
}

static void test_trim(void **state)
{
	struct messages messages = {.length = 0};
	struct engine_events events = {.context = &messages, .message = note, .progress = step};
	size_t failures = 0;

	(void)state;
	write_kernels();
	scratch_write(FOLDER "5.4.btf", "no BTF", 6);
	assert_int_equal(trim(&events, &failures), 0);
	assert_int_equal(failures, 1);
	assert_int_equal(messages.steps, 3);
	/* the one failure, and no details that were not asked for */
	assert_int_equal(strncmp(messages.text, "F kernels/debian/12/x86_64/5.4.btf: ", 36), 0);
	assert_ptr_equal(strchr(messages.text, '\n') + 1, messages.text + messages.length);

	messages.length = 0;
	events.details = true;
	assert_int_equal(trim(&events, &failures), 0);
	assert_int_equal(
		strncmp(messages.text, "D kernels/debian/12/x86_64/5.1.btf: trimmed to ", 47), 0);
	assert_int_equal(trim(NULL, &failures), 0); /* nobody listens */
}

static void test_trim_nothing(void **state)
{
	struct messages messages = {.length = 0};
	struct engine_events events = {.context = &messages, .message = note};
	size_t failures = 0;

	(void)state;
	assert_int_equal(trim(&events, &failures), -ENOENT);
	assert_int_equal(failures, 1);
	assert_int_equal(strncmp(messages.text, "F kernels: ", 11), 0);
}

static void test_verify(void **state)
{
	_cleanup_(verification_free) struct verification verification = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct messages messages = {.length = 0};
	struct engine_events events = {.context = &messages, .message = note, .details = true};
	size_t failures = 0;

	(void)state;
	write_kernels();
	assert_int_equal(trim(NULL, &failures), 0);
	assert_int_equal(verification_init(&verification, &events), 0);
	assert_int_equal(verification_read_bundle(&verification, "bundle", &summary), 0);
	assert_int_equal(summary.entries, 2);
	kernel_input_add(&verification.kernels, "kernels", NULL);
	kernel_input_add(&verification.kernels, "other", NULL);
	kernel_list_sort(&verification.kernels.list);
	assert_int_equal(verification_run(&verification, 2, MEMORY), 0);
	assert_int_equal(verification.same, 2);
	assert_int_equal(verification.absent, 1);
	assert_int_equal(verification.differing, 0);
	assert_string_equal(messages.text, "D kernels/debian/12/x86_64/5.1.btf: same answers\n"
					   "D kernels/debian/12/x86_64/5.2.btf: same answers\n"
					   "D other/debian/12/x86_64/5.3.btf: not in the bundle\n");
}

static void test_verify_no_bundle(void **state)
{
	_cleanup_(verification_free) struct verification verification = {0};
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct messages messages = {.length = 0};
	struct engine_events events = {.context = &messages, .message = note};

	(void)state;
	scratch_write("bundle", "something else", 14);
	assert_int_equal(verification_init(&verification, &events), 0);
	assert_int_equal(verification_read_bundle(&verification, "bundle", &summary), -ENODATA);
	assert_int_equal(strncmp(messages.text, "F bundle: ", 10), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_trim),
		TEST(test_trim_nothing),
		TEST(test_verify),
		TEST(test_verify_no_bundle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
