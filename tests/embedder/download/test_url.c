/* SPDX-License-Identifier: MIT */
/* What counts as a URL, which ones are safe without a pin, and what the file is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "embedder/download/sha256.h"
#include "embedder/download/url.h"

static void known_schemes(void **state)
{
	static const struct {
		const char *text, *name;
		bool is_safe;
	} urls[] = {
		{"https://example.org/x.json", "x.json", true},
		{"HTTPS://example.org/a/b/x.bpf.o?v=1/2#top", "x.bpf.o", true},
		{"http://example.org/x.json", "x.json", false},
		{"http://localhost/x.json", "x.json", true},
		{"http://localhost:8080/x.json", "x.json", true},
		{"http://127.0.0.1:1/x.json", "x.json", true},
		{"http://[::1]:1/x.json", "x.json", true},
		/* Hosts that only look like this machine. */
		{"http://localhost.example.org/x.json", "x.json", false},
		{"http://127.0.0.1.example.org/x.json", "x.json", false},
		{"http://localhost:1@example.org/x.json", "x.json", false},
		{"http://localhostx/x.json", "x.json", false},
		{"https://example.org/a%2fb c.json", "a_2fb_c.json", true},
	};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct reason why = {""};
		struct url url;

		assert_true(url_is(urls[i].text));
		assert_int_equal(url_read(urls[i].text, &url, &why), 0);
		assert_string_equal(url.name, urls[i].name);
		assert_int_equal(url.is_safe, urls[i].is_safe);
	}
}

static void refused(void **state)
{
	static const char *const urls[] = {
		"ftp://example.org/x",	       "file:///etc/passwd",	 "https://example.org",
		"https://example.org/",	       "https://example.org/a/", "https://example.org/..",
		"https://example.org/?x.json",
	};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct reason why = {""};
		struct url url;

		assert_true(url_is(urls[i]));
		assert_int_equal(url_read(urls[i], &url, &why), -EINVAL);
		assert_true(*why.text);
	}
}

static void files(void **state)
{
	assert_false(url_is("x.bpf.o"));
	assert_false(url_is("./a://b"));
	assert_false(url_is("/a://b"));
	assert_false(url_is("://b"));
}

/* FIPS 180-2's example. */
static void digest(void **state)
{
	assert_string_equal(sha256_of("abc", 3).text,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(sha256_is(sha256_of("", 0).text));
	assert_false(sha256_is("abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_schemes),
		cmocka_unit_test(refused),
		cmocka_unit_test(files),
		cmocka_unit_test(digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
