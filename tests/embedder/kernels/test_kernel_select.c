/* SPDX-License-Identifier: MIT */
/*
 * The expressions of --select: which kernels they take, and which of them are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "embedder/kernels/kernel_select.h"

/* os id, version id, machine, release */
static const struct kernel_id focal = {
	"5.4.0-58-generic", "x86_64", "ubuntu", "20.04", "", NULL, 0};
static const struct kernel_id bookworm = {"6.1.0-13-arm64", "arm64", "debian", "12", "", NULL, 0};
static const struct kernel_id rhel = {
	"4.18.0-305.3.1.el8_4.x86_64", "x86_64", "rhel", "8", "", NULL, 0};
static const struct kernel_id rhel_8_6 = {
	"4.18.0-372.9.1.el8.x86_64", "x86_64", "rhel", "8.6", "", NULL, 0};
static const struct kernel_id oracle = {
	"5.4.17-2102.201.3.el7uek.x86_64", "x86_64", "ol", "7", "", NULL, 0};
static const struct kernel_id other_name = {
	"5.4.17-2102.el8uek", "x86_64", "oracle", "8", "", NULL, 0};
static const struct kernel_id own = {"6.18-rc1", "x86", "", "", "", NULL, 0};
static const struct kernel_id odd = {"mainline", "x86_64", "", "", "", NULL, 0};

/* Up to three expressions at once. */
static const struct {
	const struct kernel_id *id;
	const char *expressions[3];
	bool wanted;
} table[] = {
	{&focal, {NULL}, true},

	{&focal, {"arch=x86_64"}, true},
	{&focal, {"arch=amd64"}, true},
	{&focal, {"arch=arm64"}, false},
	{&bookworm, {"arch=aarch64"}, true},
	{&bookworm, {"arch=arm*"}, true},
	{&bookworm, {"arch=arm"}, false},
	{&own, {"arch=i686"}, true},

	{&focal, {"os=ubuntu"}, true},
	{&focal, {"os=Ubuntu"}, true},
	{&focal, {"os=ubuntu:20.04"}, true},
	{&focal, {"os=ubuntu:20.04.6"}, true},
	{&focal, {"os=ubuntu:focal"}, true},
	{&focal, {"os=ubuntu:2?.*"}, true},
	{&focal, {"os=ubuntu:20.1*"}, false},
	{&focal, {"os=ubuntu:20"}, false},
	{&focal, {"os=ubuntu:jammy"}, false},
	{&focal, {"os=u*:20.04"}, true},
	{&focal, {"os=debian"}, false},
	{&focal, {"os=ubunt"}, false},
	{&bookworm, {"os=debian:bookworm"}, true},
	{&bookworm, {"os=debian:1"}, false},
	{&rhel, {"os=redhat:8.4"}, true},
	{&rhel, {"os=rhel:8"}, true},
	{&rhel, {"os=rhel:8.*"}, false},
	{&rhel_8_6, {"os=rhel:8"}, true},
	{&rhel_8_6, {"os=rhel:8.6"}, true},
	{&rhel_8_6, {"os=rhel:8.4"}, false},
	{&oracle, {"os=oracle"}, true},
	{&oracle, {"os=oraclelinux:7"}, true},
	{&other_name, {"os=ol:8"}, true},
	{&other_name, {"os=orac*"}, true},
	{&own, {"os=debian"}, false},
	{&own, {"os=?*"}, false},

	{&focal, {"release=5.4.0-58-generic"}, true},
	{&focal, {"release=5.4.0-*-generic"}, true},
	{&focal, {"release=5.4.0-58"}, false},
	{&focal, {"release=5.4.0-*-aws"}, false},
	{&focal, {"release=5.4.0-5?-generic"}, true},

	/* By version, not by text: "5.4" is behind "5.15" in a dictionary. */
	{&focal, {"release>=5.4,<5.15"}, true},
	{&focal, {"release<5.15"}, true},
	{&focal, {"release>5.15"}, false},
	{&bookworm, {"release>=5.4,<5.15"}, false},
	{&bookworm, {"release<10"}, true},
	{&bookworm, {"release>=6"}, true},
	{&rhel, {"release>=5.4,<5.15"}, false},
	/* As many numbers as the bound has. */
	{&focal, {"release<5.4"}, false},
	{&focal, {"release<=5.4"}, true},
	{&focal, {"release>5.4"}, false},
	{&focal, {"release>=5.4"}, true},
	{&focal, {"release<=5.4.0-57"}, false},
	{&focal, {"release<5.4.0-59"}, true},
	{&focal, {"release<5.4.0-100"}, true},
	{&focal, {"release>5.4.0-9"}, true},
	{&focal, {"release>=5.4.0-58.0"}, true},
	{&focal, {"release>5.4.0-58.0"}, false},
	{&focal, {"release<5.4.0-58.1"}, true},
	{&rhel, {"release>=4.18.0-305.3"}, true},
	{&rhel, {"release>=4.18.0-305.10"}, false},
	{&own, {"release>=6.18.0"}, true},
	{&own, {"release<=6.18.0"}, true},
	{&own, {"release>6.18.0"}, false},
	/* No order. */
	{&odd, {"release>=0"}, false},
	{&odd, {"release<999"}, false},
	{&odd, {"!release>=0"}, true},
	{&odd, {"release=main*"}, true},

	/* And. */
	{&focal, {"os=ubuntu:20.04,arch=x86_64"}, true},
	{&focal, {"os=ubuntu:20.04,arch=arm64"}, false},
	{&focal, {"os=debian,arch=x86_64"}, false},
	{&focal, {"release>=5.4,<5.15,os=ubuntu"}, true},
	{&focal, {"release>=5.4,=*-aws"}, false},
	{&focal, {"os=ubuntu,=u*"}, true},
	/* Or. */
	{&focal, {"os=debian", "os=ubuntu"}, true},
	{&focal, {"os=ubuntu", "os=debian"}, true},
	{&focal, {"os=debian", "os=rhel", "arch=arm64"}, false},
	/* Excluded, whatever the others say and wherever they stand. */
	{&focal, {"!os=debian"}, true},
	{&focal, {"!os=ubuntu"}, false},
	{&focal, {"os=ubuntu", "!release<5.5"}, false},
	{&focal, {"!release<5.5", "os=ubuntu"}, false},
	{&focal, {"!release>5.5", "os=ubuntu"}, true},
	{&focal, {"!os=debian", "!arch=arm64"}, true},
	{&focal, {"!os=debian", "!arch=x86_64"}, false},
	{&focal, {"!os=debian", "arch=arm64"}, false},
	{&focal, {"!os=ubuntu,arch=arm64"}, true},
	{&focal, {"!os=ubuntu,arch=x86_64"}, false},
};

static void add(struct kernel_select *select, const char *text)
{
	struct reason why = {""};

	if (kernel_select_add(select, text, &why))
		fail_msg("%s: %s", text, why.text);
}

static void test_wanted(void **state)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kernel_select select = {0};

		for (size_t k = 0; k < 3 && table[i].expressions[k]; k++)
			add(&select, table[i].expressions[k]);
		if (kernel_select_matches(&select, table[i].id) != table[i].wanted)
			fail_msg("row %zu: %s: %s should%s be taken", i,
				 table[i].expressions[0] ? table[i].expressions[0] : "nothing",
				 table[i].id->release, table[i].wanted ? "" : " not");
		kernel_select_clear(&select);
		assert_int_equal(select.count, 0);
	}
}

static void test_counts(void **state)
{
	struct kernel_select select = {0};

	add(&select, "os=ubuntu");
	add(&select, "!arch=arm64");
	add(&select, "os=fedora");
	assert_true(kernel_select_matches(&select, &focal));
	assert_false(kernel_select_matches(&select, &bookworm));
	assert_false(kernel_select_matches(&select, &rhel));
	assert_int_equal(select.count, 3);
	assert_string_equal(select.expressions[1].text, "!arch=arm64");
	assert_false(select.expressions[0].excludes);
	assert_true(select.expressions[1].excludes);
	assert_int_equal(select.expressions[0].taken, 1);
	assert_int_equal(select.expressions[1].taken, 1);
	assert_int_equal(select.expressions[2].taken, 0);
	kernel_select_clear(&select);
}

static const struct {
	const char *text, *why;
} malformed[] = {
	{"", "a condition is empty"},
	{"!", "a condition is empty"},
	{",", "a condition is empty"},
	{"os=debian,", "a condition is empty"},
	{",os=debian", "a condition is empty"},
	{"os=debian,,arch=arm64", "a condition is empty"},
	{"debian", "'debian' is no condition"},
	{"os=debian,12", "'12' is no condition"},
	{"5.4.0-58-generic", "is no condition"},
	{"machine=x86_64", "unknown key 'machine'"},
	{"OS=debian", "unknown key 'OS'"},
	{"rel=5.4", "unknown key 'rel'"},
	{"=debian", "no key in front of '=debian'"},
	{">=5.4", "no key in front of '>=5.4'"},
	{"!!os=debian", "write it once, at the start"},
	{"os=debian,!arch=arm64", "write it once, at the start"},
	{"os!=debian", "write ! in front of the whole expression"},
	{"release==5.4", "'==' is no operator"},
	{"release=<5.4", "'=<' is no operator"},
	{"release<>5.4", "'<>' is no operator"},
	{"release!5.4", "'!' is no operator"},
	{"os>=debian", "'>=' is only for release; os takes ="},
	{"arch<x86_64", "is only for release; arch takes ="},
	{"os=ubuntu,<20.04", "is only for release; os takes ="},
	{"os=", "nothing follows 'os='"},
	{"arch=", "nothing follows 'arch='"},
	{"release>=", "nothing follows 'release>='"},
	{"release>=5.4,<", "nothing follows '<'"},
	{"arch=x86_46", "unknown machine 'x86_46'"},
	{"os=:12", "an os is ID or ID:VERSION"},
	{"os=debian:", "an os is ID or ID:VERSION"},
	{"os=debian:12:x86_64", "an os is ID or ID:VERSION"},
	{"os=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "longer than 63"},
	{"os=a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "longer than 63"},
	{"release>=5.4.", "'5.4.' is not a version"},
	{"release>=.4", "'.4' is not a version"},
	{"release>=5..4", "is not a version"},
	{"release>=v5.4", "is not a version"},
	{"release>=5.4*", "is not a version"},
	{"release>=5.4.0-58-generic", "'5.4.0-58-generic' is not a version"},
	{"release>=1234567890123456789", "too long or too many numbers"},
	{"release>=1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", "too long or too many numbers"},
	{"release >= 5.4", "a space"},
	{" os=debian", "a space"},
	{"os=debian\n", "a space or a control character"},
};

static void test_malformed(void **state)
{
	struct kernel_select select = {0};

	add(&select, "os=debian");
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct reason why = {""};

		if (kernel_select_add(&select, malformed[i].text, &why) != -EINVAL)
			fail_msg("'%s' is not refused", malformed[i].text);
		if (!strstr(why.text, malformed[i].why))
			fail_msg("'%s': '%s', not '%s'", malformed[i].text, why.text,
				 malformed[i].why);
		assert_int_equal(select.count, 1);
	}
	assert_true(kernel_select_matches(&select, &bookworm));
	kernel_select_clear(&select);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
