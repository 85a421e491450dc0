/* SPDX-License-Identifier: MIT */
/*
 * Release, `uname -v` and machine out of a kernel's bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/image/kernel_banner.h"

/* Heap memory of exactly that size, so that ASan sees a read behind it. */
static struct kernel_facts search(const void *bytes, size_t size)
{
	struct kernel_facts facts = {.build_id = {7}, .build_id_size = 1};
	struct kernel_banner banner = {0};
	void *copy = malloc(size);

	memcpy(copy, bytes, size);
	kernel_banner_search(&banner, copy, size);
	free(copy);
	kernel_banner_take(&banner, &facts);
	assert_int_equal(facts.build_id_size, 1); /* left alone */
	return facts;
}

static void assert_facts(const struct kernel_facts *facts, const char *release,
			 const char *uname_version, const char *machine)
{
	assert_string_equal(facts->release, release);
	assert_string_equal(facts->uname_version, uname_version);
	assert_string_equal(facts->machine, machine);
}

static void assert_banner(const char *text, const char *release, const char *uname_version)
{
	struct kernel_facts facts = search(text, strlen(text));

	assert_facts(&facts, release, uname_version, "");
}

/* As kernels of these distributions print them when they boot. */
static void test_banners(void **state)
{
	assert_banner(
		"Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian "
		"12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP "
		"PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)\n",
		"6.1.0-13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)");
	/* The signature behind the banner is not in uname -v. */
	assert_banner("Linux version 5.4.0-42-generic (buildd@lgw01-amd64-038) (gcc version 9.3.0 "
		      "(Ubuntu "
		      "9.3.0-10ubuntu2)) #46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020 (Ubuntu "
		      "5.4.0-42.46-generic 5.4.44)\n",
		      "5.4.0-42-generic", "#46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020");
	assert_banner("Linux version 5.4.0-42-generic (b) (gcc version 9.3.0 (Ubuntu 9.3.0)) "
		      "#46~18.04.1-Ubuntu SMP Fri Jul 10 07:21:24 UTC 2020\n",
		      "5.4.0-42-generic", "#46~18.04.1-Ubuntu SMP Fri Jul 10 07:21:24 UTC 2020");
	assert_banner(
		"Linux version 4.18.0-305.el8.x86_64 "
		"(mockbuild@x86-vm-07.build.eng.bos.redhat.com) "
		"(gcc version 8.4.1 20200928 (Red Hat 8.4.1-1) (GCC)) #1 SMP Thu Apr 29 08:54:30 "
		"EDT 2021\n",
		"4.18.0-305.el8.x86_64", "#1 SMP Thu Apr 29 08:54:30 EDT 2021");
	/* On SUSE it is. */
	assert_banner("Linux version 5.3.18-22-default (geeko@buildhost) (gcc version 7.5.0 (SUSE "
		      "Linux)) "
		      "#1 SMP Wed Jun 3 12:16:43 UTC 2020 (720aeba)\n",
		      "5.3.18-22-default", "#1 SMP Wed Jun 3 12:16:43 UTC 2020 (720aeba)");
	assert_banner("Linux version 6.6.8 (root@box) (clang version 17 #3 (x)) #1-NixOS SMP\n",
		      "6.6.8", "#1-NixOS SMP");
}

static void test_no_banners(void **state)
{
	static const char *const texts[] = {
		"Linux version %s (%s) (gcc) #1 SMP\n",
		"%s version %s (me@here) (gcc) #1 SMP\n",
		"Linux version 5.4 or newer is needed\n",
		"Linux version 5.4.0 (me@here) (gcc)\n",	/* no version */
		"Linux version 5.4.0 (me@here) (gcc) #\n",	/* an empty one */
		"Linux version 5.4.0 (me@here) (gcc) #1 SMP",	/* no end */
		"Linux version 5.4 0 (me@here) (gcc) #1 SMP\n", /* a space in the release */
		"Linux version  (me@here) (gcc) #1 SMP\n",	/* none */
		"Linux version x.4 (me@here) (gcc) #1 SMP\n",
		"Linux version 5.4\x01 (me@here) (gcc) #1 SMP\n",
		"Linux version 5.4.0 (me@here) (gcc) #1 SMP \x1b[31m\n",
		"linux version 5.4.0 (me@here) (gcc) #1 SMP\n",
		("Linux version 5.4.0 (me@here) (gcc) #1 0123456789012345678901234567890123456789"
		 "0123456789012345678901\n"), /* longer than uname(2) can give */
		"Linux version ",
		"Linux version",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_banner(texts[i], "", "");
}

static void test_drafts(void **state)
{
	static const char draft[] = "Linux version 6.1.0 (me) (gcc) # SMP Debian 6.1\n";
	static const char final[] = "Linux version 6.1.0 (me) (gcc) #1 SMP Debian 6.1\n";
	char both[200];

	assert_banner(draft, "6.1.0", "# SMP Debian 6.1"); /* if there is nothing better */
	assert_banner(final, "6.1.0", "#1 SMP Debian 6.1");
	snprintf(both, sizeof(both), "%s%s", draft, final);
	assert_banner(both, "6.1.0", "#1 SMP Debian 6.1");
	snprintf(both, sizeof(both), "%s%s", final, draft);
	assert_banner(both, "6.1.0", "#1 SMP Debian 6.1");
	snprintf(both, sizeof(both), "%s%s", final, final);
	assert_banner(both, "6.1.0", "#1 SMP Debian 6.1");
}

/* Two kernels in one image: neither is taken. */
static void test_contradiction(void **state)
{
	assert_banner(
		"Linux version 6.1.0 (me) (gcc) #1 SMP\nLinux version 6.1.1 (me) (gcc) #1 SMP\n",
		"", "");
	assert_banner(
		"Linux version 6.1.0 (me) (gcc) #1 SMP\nLinux version 6.1.0 (me) (gcc) #2 SMP\n",
		"", "");
	/* Drafts do not count beside a full banner. */
	assert_banner("Linux version 6.1.0 (me) (gcc) # SMP\nLinux version 6.2.0 (me) (gcc) # SMP\n"
		      "Linux version 6.1.0 (me) (gcc) #2 SMP\n",
		      "6.1.0", "#2 SMP");
}

struct uts {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

static const struct uts good = {"Linux",	  "(none)",  "5.4.0-42-generic",
				"#46-Ubuntu SMP", "aarch64", "(none)"};

static void set(char field[static 65], const char *text)
{
	memset(field, 0, 65);
	strcpy(field, text);
}

static void test_uts(void **state)
{
	struct {
		char before[3];
		struct uts uts;
		char banner[100];
	} bytes = {"ab", good,
		   "Linux version 5.4.0-42-generic (me) (gcc) #46-Ubuntu SMP (Debian)\n"};
	struct kernel_facts facts = search(&bytes, sizeof(bytes));

	/* More than the banner, which says something else here. */
	assert_facts(&facts, "5.4.0-42-generic", "#46-Ubuntu SMP", "arm64");
	set(bytes.uts.machine, "pdp11");
	facts = search(&bytes, sizeof(bytes));
	assert_facts(&facts, "5.4.0-42-generic", "#46-Ubuntu SMP", "");
	set(bytes.uts.version, "# SMP");
	facts = search(&bytes, sizeof(bytes)); /* a draft: the banner is none */
	assert_facts(&facts, "5.4.0-42-generic", "#46-Ubuntu SMP (Debian)", "");
}

static void test_two_uts(void **state)
{
	struct uts two[2] = {good, good};
	struct kernel_facts facts = search(two, sizeof(two));

	assert_facts(&facts, "5.4.0-42-generic", "#46-Ubuntu SMP", "arm64");
	set(two[1].machine, "armv7l");
	facts = search(two, sizeof(two));
	assert_facts(&facts, "", "", "");
	set(two[0].version, "# SMP");
	facts = search(two, sizeof(two));
	assert_facts(&facts, "5.4.0-42-generic", "#46-Ubuntu SMP", "arm");
}

/* Any byte changed to any value: no read past the end, and no invalid text is accepted. */
static void test_odd_uts(void **state)
{
	struct kernel_facts facts;
	struct uts uts = good;

	for (size_t size = 0; size < sizeof(uts); size++) {
		facts = search(&uts, size);
		assert_facts(&facts, "", "", "");
	}
	uts.release[64] = 'x'; /* behind the NUL */
	facts = search(&uts, sizeof(uts));
	assert_facts(&facts, "", "", "");
	uts = good;
	memset(uts.version, '#', sizeof(uts.version)); /* no NUL */
	facts = search(&uts, sizeof(uts));
	assert_facts(&facts, "", "", "");
	uts = good;
	uts.release[3] = '\n';
	facts = search(&uts, sizeof(uts));
	assert_facts(&facts, "", "", "");
	uts = good;
	memset(uts.release, '1', 64); /* as long as it can be */
	facts = search(&uts, sizeof(uts));
	assert_int_equal(strlen(facts.release), 64);
}

static void test_header(void **state)
{
	static const char text[] =
		"6.1.0-13-amd64 (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.55-1 "
		"(2023-09-29)";
	struct kernel_facts facts = {.machine = "x"};

	assert_true(kernel_banner_read_header(text, sizeof(text), &facts));
	assert_facts(&facts, "6.1.0-13-amd64", "#1 SMP Debian 6.1.55-1 (2023-09-29)", "x");
	strcpy(facts.release, "before");
	assert_false(kernel_banner_read_header(text, sizeof(text) - 1, &facts)); /* no NUL */
	assert_false(kernel_banner_read_header("6.1.0 #1 SMP", 13, &facts));
	assert_false(kernel_banner_read_header("", 1, &facts));
	assert_false(kernel_banner_read_header("", 0, &facts));
	assert_string_equal(facts.release, "before");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_banners), cmocka_unit_test(test_no_banners),
		cmocka_unit_test(test_drafts),	cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_uts),	cmocka_unit_test(test_two_uts),
		cmocka_unit_test(test_odd_uts), cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
