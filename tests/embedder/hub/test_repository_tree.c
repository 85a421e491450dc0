/* SPDX-License-Identifier: MIT */
/*
 * Lists of files as git prints them: which files are taken, where links point, what is selected.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/hub/repository_tree.h"

/* A list, line by line, and what links say: {path, target}. */
struct listing {
	char text[1 << 18];
	size_t size;
	unsigned int skipped;
	char why[400];
	struct repository_tree tree;
};

static void add(struct listing *listing, const char *mode, const char *path)
{
	listing->size += (size_t)sprintf(listing->text + listing->size, "%s %s %040zu\t%s", mode,
					 *mode == '0'	  ? "tree"
					 : mode[1] == '6' ? "commit"
							  : "blob",
					 listing->size, path) +
			 1;
}

static void note_skipped(void *context, const char *path, const char *why)
{
	struct listing *listing = context;

	listing->skipped++;
	snprintf(listing->why, sizeof(listing->why), "%s", why);
}

static void read_listing(struct listing *listing)
{
	assert_int_equal(repository_tree_read(listing->text, listing->size, note_skipped, listing,
					      &listing->tree, NULL),
			 0);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct listing));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct listing *listing = *state;

	repository_tree_free(&listing->tree);
	free(listing);
	return 0;
}

static struct repository_link *link_of(struct listing *listing, const char *path)
{
	for (size_t i = 0; i < listing->tree.link_count; i++) {
		if (strcmp(listing->tree.links[i].path, path) == 0)
			return &listing->tree.links[i];
	}
	fail_msg("no link %s", path);
	return NULL;
}

static void says(struct listing *listing, const char *path, const char *target)
{
	assert_int_equal(repository_tree_set_target(&listing->tree, link_of(listing, path), target,
						    strlen(target)),
			 0);
}

static void resolve(struct listing *listing)
{
	assert_int_equal(repository_tree_resolve(&listing->tree, note_skipped, listing), 0);
}

static void leads_to(struct listing *listing, const char *path, const char *real)
{
	const struct repository_link *link = link_of(listing, path);

	if (!real) {
		assert_null(link->real);
	} else {
		assert_non_null(link->real);
		assert_string_equal(link->real, real);
	}
}

/* The wanted files and links, with a space behind each. */
static const char *wanted(struct listing *listing, const char *expression)
{
	static char names[4096];
	struct kernel_select select = {0};
	size_t count = 0;

	if (expression)
		assert_int_equal(kernel_select_add(&select, expression, NULL), 0);
	assert_int_equal(repository_tree_select(&listing->tree, &select), 0);
	kernel_select_clear(&select);
	*names = '\0';
	for (size_t i = 0; i < listing->tree.file_count; i++) {
		if (listing->tree.files[i].wanted)
			sprintf(names + strlen(names), "%s ", listing->tree.files[i].path);
		count += listing->tree.files[i].wanted;
	}
	assert_int_equal(count, listing->tree.wanted);
	for (size_t i = 0; i < listing->tree.link_count; i++) {
		if (listing->tree.links[i].wanted)
			sprintf(names + strlen(names), "%s ", listing->tree.links[i].path);
	}
	return names;
}

static void test_names(void **state)
{
	static const char *const bad[] = {
		"../x.btf",	  "a/../x.btf",	 "a/./x.btf",  "./x.btf",
		"a//x.btf",	  "/x.btf",	 "a/",	       ".git/x.btf",
		"a/.GiT/x.btf",	  "git~1/x.btf", "a/GIT~2",    "a/b\\c.btf",
		"a/\033[2Jx.btf", "a\nb/x.btf",	 "a/\177.btf", "",
	};
	struct listing *listing = *state;
	char long_name[300], long_path[3000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		add(listing, "100644", bad[i]);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	add(listing, "100644", long_name);
	for (size_t i = 0; i < sizeof(long_path) - 1; i++)
		long_path[i] = i % 2 ? '/' : 'x';
	long_path[sizeof(long_path) - 1] = '\0';
	add(listing, "120000", long_path);
	/* These are skipped without a message: */
	add(listing, "100644", ".github/x.btf");
	add(listing, "100644", "a/.hidden");
	add(listing, "160000", "module");
	add(listing, "040000", "folder");
	/* And these are taken: */
	add(listing, "100644", "a/gitx~1.btf");
	add(listing, "100755", "debian/12/x86_64/5.4.0-58~18.04+1.btf");
	add(listing, "100644", "a/\xc3\xa4\xff.btf");
	add(listing, "100644", "a/...btf");
	read_listing(listing);
	assert_int_equal(listing->skipped, sizeof(bad) / sizeof(bad[0]) + 2);
	assert_int_equal(listing->tree.link_count, 0);
	assert_int_equal(listing->tree.file_count, 3);
	assert_string_equal(listing->tree.files[2].path, "debian/12/x86_64/5.4.0-58~18.04+1.btf");
	assert_true(listing->tree.files[2].executable);
}

static void test_no_list(void **state)
{
	static const char *const bad[] = {
		"100644 blob 12", "100644 blob 12 a", "100644\ta", "\ta", "100644 blob 1g\ta", "x",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct repository_tree tree;
		/* malloc'd to its size, for AddressSanitizer */
		char *text = strdup(bad[i]);

		assert_int_equal(repository_tree_read(text, strlen(text) + 1, note_skipped, *state,
						      &tree, NULL),
				 -EBADMSG);
		repository_tree_free(&tree);
		assert_int_equal(
			repository_tree_read(text, strlen(text), note_skipped, *state, &tree, NULL),
			-EBADMSG);
		repository_tree_free(&tree);
		free(text);
	}
}

static void test_links(void **state)
{
	struct listing *listing = *state;

	add(listing, "120000", "ubuntu/18.04");
	add(listing, "120000", "linked");
	add(listing, "120000", "through");
	add(listing, "120000", "out");
	add(listing, "120000", "absolute");
	add(listing, "120000", "self");
	add(listing, "120000", "a/round");
	add(listing, "120000", "b");
	add(listing, "120000", "unknown");
	add(listing, "120000", "behind");
	add(listing, "120000", "nowhere");
	add(listing, "120000", "up/and/down");
	read_listing(listing);
	says(listing, "ubuntu/18.04", "bionic");
	says(listing, "linked", "ubuntu");
	says(listing, "through", "./linked//18.04/x86_64/");
	says(listing, "out", "ubuntu/../../etc");
	says(listing, "absolute", "/etc");
	says(listing, "self", "self");
	says(listing, "a/round", "../b/x");
	says(listing, "b", "a/round");
	says(listing, "behind", "unknown/x");
	says(listing, "nowhere", "not/here");
	says(listing, "up/and/down", "../..");
	resolve(listing);
	leads_to(listing, "ubuntu/18.04", "ubuntu/bionic");
	leads_to(listing, "linked", "ubuntu");
	leads_to(listing, "through", "ubuntu/bionic/x86_64");
	leads_to(listing, "nowhere", "not/here");
	leads_to(listing, "up/and/down", "");
	leads_to(listing, "out", NULL);
	leads_to(listing, "absolute", NULL);
	leads_to(listing, "self", NULL);
	leads_to(listing, "a/round", NULL);
	leads_to(listing, "b", NULL);
	leads_to(listing, "unknown", NULL);
	leads_to(listing, "behind", NULL);
	assert_int_equal(listing->skipped, 5);
}

/* Targets that are no paths, and a path that grows with each link. */
static void test_hostile_links(void **state)
{
	static char path[2048];
	struct listing *listing = *state;

	add(listing, "120000", "empty");
	add(listing, "120000", "zero");
	add(listing, "120000", "long");
	add(listing, "120000", "grows");
	read_listing(listing);
	memset(path, 'x', sizeof(path) - 1);
	assert_int_equal(
		repository_tree_set_target(&listing->tree, link_of(listing, "empty"), "", 0), 0);
	assert_int_equal(
		repository_tree_set_target(&listing->tree, link_of(listing, "zero"), "a\0b", 3), 0);
	assert_null(link_of(listing, "empty")->target);
	assert_null(link_of(listing, "zero")->target);
	says(listing, "long", path);
	memcpy(path, "../x/", 5);
	says(listing, "grows", "long/../grows/x");
	resolve(listing);
	leads_to(listing, "grows", NULL);
	assert_int_equal(listing->skipped, 1);
}

static void test_many_links(void **state)
{
	struct listing *listing = *state;
	char path[20];

	for (unsigned int i = 0; i < 1100; i++) {
		sprintf(path, "l%04u", i);
		add(listing, "120000", path);
	}
	read_listing(listing);
	assert_int_equal(listing->tree.link_count, 1000);
	assert_int_equal(listing->skipped, 100);
	assert_non_null(strstr(listing->why, "too many"));
}

static void test_selection(void **state)
{
	struct listing *listing = *state;

	add(listing, "100644", "README.md");
	add(listing, "100644", "debian/12/x86_64/6.1.0-1-amd64.btf.tar.xz");
	add(listing, "100644", "debian/12/x86_64/6.1.0-1-amd64.failed");
	add(listing, "100644", "debian/12/vax/6.1.0-1.btf");
	add(listing, "100644", "12/x86_64/6.1.0-1.btf"); /* no layout */
	add(listing, "100644", "rhel/7/x86_64/3.10.0-1.el7.btf");
	add(listing, "100644", "store/ab/cdef");
	add(listing, "120000", "centos/7");
	add(listing, "120000", "oracle");
	add(listing, "120000", "fedora/39/arm64/6.5.6-300.fc39.btf");
	add(listing, "120000", "debian/12/self");
	add(listing, "120000", "docs");
	read_listing(listing);
	says(listing, "centos/7", "../rhel/7");
	says(listing, "oracle", "centos");
	says(listing, "fedora/39/arm64/6.5.6-300.fc39.btf", "../../../store/ab/cdef");
	says(listing, "debian/12/self", ".");
	says(listing, "docs", "README.md");
	resolve(listing);
	assert_int_equal(listing->skipped, 0);

	assert_string_equal(
		wanted(listing, NULL),
		"debian/12/x86_64/6.1.0-1-amd64.btf.tar.xz rhel/7/x86_64/3.10.0-1.el7.btf "
		"store/ab/cdef centos/7 debian/12/self "
		"fedora/39/arm64/6.5.6-300.fc39.btf oracle ");
	assert_int_equal(listing->tree.known, 3);
	assert_int_equal(listing->tree.unknown, 2);
	assert_string_equal(wanted(listing, "os=centos"),
			    "rhel/7/x86_64/3.10.0-1.el7.btf centos/7 oracle ");
	assert_string_equal(wanted(listing, "os=ol"),
			    "rhel/7/x86_64/3.10.0-1.el7.btf centos/7 oracle ");
	assert_string_equal(wanted(listing, "os=rhel"),
			    "rhel/7/x86_64/3.10.0-1.el7.btf centos/7 oracle ");
	assert_string_equal(wanted(listing, "os=fedora,arch=arm64"),
			    "store/ab/cdef fedora/39/arm64/6.5.6-300.fc39.btf ");
	assert_string_equal(wanted(listing, "os=gentoo"), "");
}

/* With two entries of one name, links that stay inside by the list would leave the folder on disk.
 */
static void test_doubled_links(void **state)
{
	struct listing *listing = *state;

	add(listing, "120000", "debian");
	add(listing, "100644", "debian/12/x86_64/6.1.0-1-amd64.btf");
	add(listing, "120000", "deep");
	add(listing, "120000", "deep/er");
	add(listing, "120000", "twice");
	add(listing, "120000", "twice");
	add(listing, "100644", "file");
	add(listing, "120000", "file");
	add(listing, "120000", "deep-link");
	read_listing(listing);
	assert_int_equal(listing->tree.file_count, 2);
	assert_int_equal(listing->skipped, 5);
	assert_string_equal(listing->why, "it is a symbolic link, and a file or folder at once");
	assert_int_equal(listing->tree.link_count, 2);
	assert_string_equal(listing->tree.links[0].path, "deep-link");
	assert_string_equal(listing->tree.links[1].path, "deep/er");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_doubled_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_selection, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
