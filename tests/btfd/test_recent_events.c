/* SPDX-License-Identifier: MIT */
/* The list of recent events, which removes those that two sets of programs report twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "samples/btfd/recent_events.h"

static const struct event first = {.kind = EVENT_EXEC, .pid = 7, .serial = 3, .start = 1000};

static void test_second_report(void **state)
{
	struct recent_events recent = {0};
	struct event again = first;

	assert_true(recent_events_add(&recent, &first));
	again.uid = 5; /* not what an event is named by */
	assert_false(recent_events_add(&recent, &again));
	assert_false(recent_events_add(&recent, &first));
}

/* Each part of the name makes another event: the same process may exec again, then exit. */
static void test_other_events(void **state)
{
	struct recent_events recent = {0};
	struct event others[4] = {first, first, first, first};

	others[0].kind = EVENT_EXIT;
	others[1].pid++;
	others[2].serial++;
	others[3].start++;
	assert_true(recent_events_add(&recent, &first));
	for (int i = 0; i < 4; i++)
		assert_true(recent_events_add(&recent, &others[i]));
	for (int i = 0; i < 4; i++)
		assert_false(recent_events_add(&recent, &others[i]));
}

static void test_ring(void **state)
{
	struct recent_events recent = {0};
	struct event event = first;

	for (int round = 0; round < 10 * RECENT_EVENTS; round++) {
		event.start++;
		assert_true(recent_events_add(&recent, &event));
		assert_false(recent_events_add(&recent, &event));
	}
	/* The last ones are all there, the one before them is not. */
	for (int i = 0; i < RECENT_EVENTS; i++) {
		assert_false(recent_events_add(&recent, &event));
		event.start--;
	}
	assert_true(recent_events_add(&recent, &event));
}

/* The counter behind the ring may wrap around. */
static void test_wrap(void **state)
{
	struct recent_events recent = {.next = UINT32_MAX - 2};
	struct event event = first;

	for (int round = 0; round < 8; round++) {
		event.start++;
		assert_true(recent_events_add(&recent, &event));
		assert_false(recent_events_add(&recent, &event));
	}
	event = first;
	for (int round = 0; round < 8; round++) {
		event.start++;
		assert_false(recent_events_add(&recent, &event));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_report),
		cmocka_unit_test(test_other_events),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
