/* SPDX-License-Identifier: MIT */
/* btfd's implementation of sd_notify(3), with a socket of the test. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "notify_listener.h"
#include "samples/btfd/notify.h"

static char folder[] = "/tmp/btfd-notify-XXXXXX";

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void tell_all(const char *name)
{
	struct notify_listener listener;
	struct notify notify;
	uint64_t before;
	uint64_t usec;

	notify_listener_open(&listener, name);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_open(&notify), 0);

	assert_int_equal(notify_ready(&notify, "two objects"), 0);
	assert_true(notify_listener_next(&listener));
	assert_string_equal(listener.text, "READY=1\nSTATUS=two objects");

	/* A file name in a status must not become a variable of its own. */
	assert_int_equal(notify_ready(&notify, "a\nMAINPID=1\nb"), 0);
	assert_true(notify_listener_next(&listener));
	assert_string_equal(listener.text, "READY=1\nSTATUS=a MAINPID=1 b");

	before = now_usec();
	assert_int_equal(notify_reloading(&notify), 0);
	assert_true(notify_listener_next(&listener));
	assert_true(notify_listener_has(&listener, "RELOADING=1"));
	assert_int_equal(sscanf(listener.text, "RELOADING=1\nMONOTONIC_USEC=%" SCNu64 "\n", &usec),
			 1);
	assert_true(before <= usec && usec <= now_usec());

	assert_int_equal(notify_stopping(&notify), 0);
	assert_true(notify_listener_next(&listener));
	assert_true(notify_listener_has(&listener, "STOPPING=1"));

	/* The manager is gone: an error, and no signal. */
	notify_listener_close(&listener);
	assert_true(notify_stopping(&notify) < 0);
	notify_close(&notify);
}

static void test_path(void **state)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/socket", folder);
	tell_all(name);
}

static void test_abstract(void **state)
{
	char name[64];

	snprintf(name, sizeof(name), "@btfd-test-%d", (int)getpid());
	tell_all(name);
}

/* The longest that fits: a path without room for its NUL does not, and is no path of ours. */
static void test_length(void **state)
{
	char name[160];

	memset(name, 'x', sizeof(name));
	name[0] = '@';
	name[107] = '\0';
	tell_all(name);
}

static void test_nobody_asked(void **state)
{
	struct notify notify;

	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_open(&notify), 0);
	assert_int_equal(notify.fd, -1);
	assert_int_equal(notify_ready(&notify, ""), 0);
	assert_int_equal(notify_stopping(&notify), 0);
	notify_close(&notify);
}

static void test_bad_names(void **state)
{
	char longest[200];
	const char *names[] = {"relative", "vsock:2:1234", "@", "/", longest};
	struct notify notify;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(notify_open(&notify), -EINVAL);
		assert_int_equal(notify_ready(&notify, ""), 0);
		notify_close(&notify);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),	  cmocka_unit_test(test_abstract),
		cmocka_unit_test(test_length),	  cmocka_unit_test(test_nobody_asked),
		cmocka_unit_test(test_bad_names),
	};
	int failed;

	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
