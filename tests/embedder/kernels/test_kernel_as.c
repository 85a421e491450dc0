/* SPDX-License-Identifier: MIT */
/*
 * --as, and the key of a kernel for which path, user and file say something.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "embedder/kernels/kernel_as.h"
#include "embedder/kernels/kernel_path.h"

static void test_parse(void **state)
{
	struct kernel_id as = {0};

	(void)state;
	assert_int_equal(
		kernel_as_parse("os=debian:12,release=6.1.0-13-amd64,arch=amd64", &as, NULL), 0);
	assert_string_equal(as.os_id, "debian");
	assert_string_equal(as.version_id, "12");
	assert_string_equal(as.release, "6.1.0-13-amd64");
	assert_string_equal(as.machine, "x86_64");
	kernel_id_clear(&as);

	assert_int_equal(kernel_as_parse("machine=aarch64,os=arch", &as, NULL), 0);
	assert_string_equal(as.machine, "arm64");
	assert_string_equal(as.os_id, "arch");
	assert_string_equal(as.version_id, "");
	assert_null(as.release);
	kernel_id_clear(&as);

	assert_int_equal(kernel_as_parse("", &as, NULL), 0);
	assert_null(as.os_id);
	assert_null(as.machine);
	kernel_id_clear(&as);
}

static void test_malformed(void **state)
{
	static const char *const texts[][2] = {
		{"debian", "no KEY=VALUE"},
		{"os=", "os has no name"},
		{"os=:12", "os has no name"},
		{"release=", "release has no value"},
		{"machine=spam", "unknown machine 'spam'"},
		{"version=12", "none of os, release, machine"},
		{"release=6.1,", "no KEY=VALUE"},
		{"release=6 1", "a character that a name cannot have"},
		{"release=../x", "a character"},
		{"os=a\nb", "a character"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct kernel_id as = {0};
		struct reason why = {""};

		assert_int_equal(kernel_as_parse(texts[i][0], &as, &why), -EINVAL);
		if (!strstr(why.text, texts[i][1]))
			fail_msg("%s: '%s' without '%s'", texts[i][0], why.text, texts[i][1]);
	}
}

static struct kernel_id make_id(const char *release, const char *machine)
{
	return (struct kernel_id){
		.release = strdup(release),
		.machine = strdup(machine),
		.os_id = strdup(""),
		.version_id = strdup(""),
		.uname_version = strdup(""),
	};
}

static const struct kernel_id facts = {
	.release = "6.1.0-13-amd64",
	.uname_version = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)",
	.machine = "x86_64",
	.os_id = "",
	.version_id = "",
	.build_id = (const uint8_t[20]){1, 2, 3},
	.build_id_size = 20,
};

static void test_complete(void **state)
{
	struct kernel_id id = make_id("", "");

	(void)state;
	assert_int_equal(kernel_as_complete(NULL, &facts, &id, NULL), 0);
	assert_string_equal(id.release, "6.1.0-13-amd64");
	assert_string_equal(id.machine, "x86_64");
	assert_string_equal(id.os_id, "debian");
	assert_string_equal(id.version_id, "");
	assert_string_equal(id.uname_version, facts.uname_version);
	assert_int_equal(id.build_id_size, 20);
	assert_memory_equal(id.build_id, facts.build_id, 20);
	/* Given twice, it is the same. */
	assert_int_equal(kernel_as_complete(NULL, &facts, &id, NULL), 0);
	kernel_id_clear(&id);
}

/* A raw BTF has no release in it: the path's is used. */
static void test_no_facts(void **state)
{
	const struct kernel_id none = KERNEL_ID_UNKNOWN;
	struct kernel_id id = make_id("6.2", "arm64");

	(void)state;
	assert_int_equal(kernel_as_complete(NULL, &none, &id, NULL), 0);
	assert_string_equal(id.release, "6.2");
	assert_string_equal(id.os_id, "");
	assert_string_equal(id.uname_version, "");
	kernel_id_clear(&id);
}

static void expect_refused(struct kernel_id id, const struct kernel_id *said, const char *words)
{
	struct reason why = {""};

	assert_int_equal(kernel_as_complete(NULL, said, &id, &why), -EINVAL);
	if (!strstr(why.text, words))
		fail_msg("'%s' without '%s'", why.text, words);
	kernel_id_clear(&id);
}

static void test_refused(void **state)
{
	const struct kernel_id none = KERNEL_ID_UNKNOWN;

	(void)state;
	expect_refused(make_id("6.1.0-12-amd64", "x86_64"), &facts, "--as release=");
	expect_refused(make_id("6.1.0-13-amd64", "arm64"), &facts, "--as machine=");
	expect_refused(make_id("", ""), &none, "--as release=...,machine=...");
	expect_refused(make_id("6.1", ""), &none, "--as machine=...");
	expect_refused(make_id("", "arm64"), &none, "--as release=...");
}

static void test_overruled(void **state)
{
	struct kernel_id id = make_id("6.1.0-12-amd64", "");
	struct kernel_id as = {0};

	(void)state;
	assert_int_equal(kernel_as_parse("release=6.1.0-99-amd64,os=mine:1", &as, NULL), 0);
	assert_int_equal(kernel_as_apply(&as, &id, NULL), 0);
	assert_int_equal(kernel_as_complete(&as, &facts, &id, NULL), 0);
	assert_string_equal(id.release, "6.1.0-99-amd64");
	assert_string_equal(id.machine, "x86_64");
	assert_string_equal(id.os_id, "mine");
	assert_string_equal(id.version_id, "1");
	kernel_id_clear(&id);
	kernel_id_clear(&as);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	 cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_complete), cmocka_unit_test(test_no_facts),
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_overruled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
