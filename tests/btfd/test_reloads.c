/* SPDX-License-Identifier: MIT */
/*
 * test_reloads COUNT - so many reloads in a row, while programs are started all the time: none of
 * them is missed or printed twice, and the daemon has as many files open and as much memory
 * afterwards as it had after the first few reloads.
 */
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numbered_execs.h"
#include "stage.h"

/* gcc's and clang's macros */
#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

/* Until the heap has its final size. */
#define WARM_UP 20

/* How much the heap may grow without a leak, in kB. 200 bytes in each of 1000 reloads are more. */
#define SLACK 128

static long reloads;

static long memory(const struct watched *watched)
{
	return watched_kilobytes(watched, "RssAnon");
}

static void test_reloads(void **state)
{
	char *const arguments[] = {"btfd", "-b", "bundle", "objects", NULL};
	struct watched watched;
	long before = 0, after;
	size_t fds = 0;
	size_t execs;
	char *said;

	watched_start(&watched, 0, arguments);
	watched_ready(&watched);
	numbered_execs_start();
	for (long i = 0; i < reloads; i++) {
		if (strncmp(watched_reload(&watched), "2 objects, 2 programs", 21) != 0) {
			print_error("reload %ld: %s\n", i, watched.listener.text);
			fail();
		}
		if (i == WARM_UP) {
			before = memory(&watched);
			fds = watched_fds(&watched, NULL);
		}
	}
	execs = numbered_execs_stop();
	after = memory(&watched);
	assert_int_equal(watched_fds(&watched, NULL), fds);
	assert_int_equal(watched_fds(&watched, "memfd:"), 0);
	assert_false(watched_maps_section(&watched));
	watched_stop(&watched, SIGTERM);

	said = stage_read("err", NULL);
	printf("%ld reloads, %zu execs, %zu fds, RssAnon %ld kB and then %ld kB\n%s", reloads,
	       execs, fds, before, after, strstr(said, "btfd: stopped:"));
	assert_null(strstr(said, " events lost on processor"));
	free(said);
	assert_int_equal(numbered_execs_compare(1), 0);
#ifndef ADDRESS_SANITIZER /* it keeps freed memory for a while, and looks for leaks itself */
	assert_true(after <= before + SLACK);
#endif
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_reloads, watched_teardown),
	};
	int err;

	reloads = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	if (reloads <= WARM_UP) {
		fprintf(stderr, "Usage: test_reloads COUNT, more than %d\n", WARM_UP);
		return 2;
	}
	err = stage_open();
	if (err)
		return err;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	stage_close();
	return err;
}
