/* SPDX-License-Identifier: MIT */
/* Base64 of RFC 4648, section 10, and what is none. tests/flow/package.sh asks coreutils as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "embedder/package/base64.h"

static const struct {
	const char *plain, *text;
} vectors[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
	{"\xfb\xff\xfe", "+//+"},
};

static void known_texts(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		unsigned char data[16];
		char text[32];
		size_t size = 99;

		base64_encode(vectors[i].plain, strlen(vectors[i].plain), text);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(base64_decode(text, strlen(text), data, &size), 0);
		assert_int_equal(size, strlen(vectors[i].plain));
		assert_memory_equal(data, vectors[i].plain, size);
	}
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"Z",	"Zg",	    "Zg=",  "Zg==Zg==", "Z===", "====",	 "Zm9v\n",
		"Zm 9", "Zm9v====", "Zm-_", "Zh==",	"Zm9=", "Zm9vZ",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		unsigned char data[32];
		size_t size;

		assert_int_equal(base64_decode(texts[i], strlen(texts[i]), data, &size), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
