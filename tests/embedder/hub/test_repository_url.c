/* SPDX-License-Identifier: MIT */
/*
 * Names of repositories that a user may give, and their addresses and folders.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "embedder/hub/repository_url.h"

static void takes(const char *text, const char *address, const char *shown, const char *folder)
{
	struct repository_url url = {0};
	struct reason why = {""};

	assert_int_equal(repository_url_read(text, &url, &why), 0);
	assert_string_equal(url.address, address);
	assert_string_equal(url.shown, shown);
	/* Eight digits follow, so that similar names get different folders. */
	assert_int_equal(strlen(url.folder), strlen(folder) + 8);
	assert_memory_equal(url.folder, folder, strlen(folder));
	repository_url_free(&url);
}

static void test_forms(void **state)
{
	takes("https://host/a/b", "https://host/a/b", "https://host/a/b", "host_a_b-");
	takes("https://host/a/b.git/", "https://host/a/b.git", "https://host/a/b.git", "host_a_b-");
	takes("https://me:secret@host:8443/a", "https://me:secret@host:8443/a",
	      "https://host:8443/a", "host_8443_a-");
	takes("https://host/a@b", "https://host/a@b", "https://host/a@b", "host_a_b-");
	takes("git@host:a/b.git", "git@host:a/b.git", "host:a/b.git", "host_a_b-");
	takes("host:a", "host:a", "host:a", "host_a-");
	takes("/srv/.hidden/x", "/srv/.hidden/x", "/srv/.hidden/x", "srv_.hidden_x-");
	takes("/srv/me@home:8", "/srv/me@home:8", "/srv/me@home:8", "srv_me_home_8-");
	takes("///", "/", "/", "");
	takes("file:///srv/a b", "file:///srv/a b", "file:///srv/a b", "srv_a_b-");
}

static void test_relative_path(void **state)
{
	char *current = getcwd(NULL, 0), expected[4096];
	struct repository_url url = {0};

	snprintf(expected, sizeof(expected), "%s/a:/b", current);
	assert_int_equal(repository_url_read("././a:/b", &url, NULL), 0);
	/* "a:/b" alone is a path on the host a. */
	assert_string_equal(url.address, expected);
	repository_url_free(&url);
	free(current);
}

static void test_same_and_different(void **state)
{
	static const char *const texts[] = {"https://host/a/b", "http://host/a/b",
					    "https://host/a_b", "host:a/b",
					    "/host/a/b",	"https://host/a/b.git"};
	struct repository_url urls[sizeof(texts) / sizeof(texts[0])], again;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(repository_url_read(texts[i], &urls[i], NULL), 0);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(urls[i].folder, urls[k].folder);
	}
	/* Another password is no other repository. */
	assert_int_equal(repository_url_read("https://me:new@host/a/b/", &again, NULL), 0);
	assert_string_equal(again.folder, urls[0].folder);
	repository_url_free(&again);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		repository_url_free(&urls[i]);
}

static void test_long(void **state)
{
	struct repository_url url = {0};
	char text[2000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "https://", 8);
	memcpy(text + sizeof(text) - 6, "/last", 6);
	assert_int_equal(repository_url_read(text, &url, NULL), 0);
	assert_true(strlen(url.folder) <= 110);
	assert_non_null(strstr(url.folder, "_last-"));
	repository_url_free(&url);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {"",	      "-x",	     "--upload-pack=touch x",
					    "a\nb",   "a\033[2Jb",   "ext::sh -c x",
					    "fd::17", "my-helper::x"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct repository_url url = {0};
		struct reason why = {""};

		assert_int_equal(repository_url_read(texts[i], &url, &why), -EINVAL);
		assert_true(*why.text);
		assert_null(url.address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_relative_path),
		cmocka_unit_test(test_same_and_different),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
