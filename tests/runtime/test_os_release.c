/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "runtime/os_release.h"
#include "tests/runtime/support.h"

static void parses_by_the_spec(void **state)
{
	static const struct {
		const char *text;
		const char *id;
		const char *version_id;
	} cases[] = {
		{"ID=debian\nVERSION_ID=\"12\"\n", "debian", "12"},
		{"ID=\"rhel\"\nVERSION_ID=\"8.4\"", "rhel", "8.4"}, /* no newline at the end */
		{"ID='ol'\r\nVERSION_ID='7.9'\r\n", "ol", "7.9"},
		{"VERSION_ID=8\nID=centos\n", "centos", "8"},
		{"ID=arch\n", "arch", ""}, /* a rolling release */
		{"VERSION_ID=1\n", "", "1"},
		{"", "", ""},
		{"\n\n\n", "", ""},
		{"# ID=no\nID=yes\n#VERSION_ID=no\n", "yes", ""},
		{"ID=first\nID=last\n", "last", ""},
		{"ID_LIKE=debian\nXID=no\nVERSION=\"20.04 LTS\"\nID=ubuntu\n", "ubuntu", ""},
		{"NAME=\"with\\\"quote\"\nID=\"a\\\"b\\\\c\\$d\\`e\"\n", "a\"b\\c$d`e", ""},
		{"ID=\"a\\b\"\n", "a\\b", ""}, /* not one of the four: both stay */
		{"ID='a\\b'\n", "a\\b", ""},   /* no escapes in single quotes */
		{"ID=a\\ b\n", "a b", ""},
		{"ID=am\"z\"n'x'\n", "amznx", ""},
		{"ID=debian # remark\n", "debian", ""},
		{"ID=\"open\nVERSION_ID=3\n", "", "3"},
		{"  ID=indented\n", "indented", ""},
		{"ID =spaced\n", "", ""},
		{"ID=\nVERSION_ID=\"\"\n", "", ""},
		{"ID", "", ""},
		{"ID=", "", ""},
		{"ID=x\\", "x\\", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = strlen(cases[i].text);
		uint8_t *text = guarded_copy(cases[i].text, size);
		struct os_release release;

		os_release_parse((const char *)text, size, &release);
		assert_string_equal(release.id, cases[i].id);
		assert_string_equal(release.version_id, cases[i].version_id);
		guarded_free(text, size);
	}
}

static void value_that_does_not_fit_is_not_known(void **state)
{
	struct os_release release;
	char text[OS_RELEASE_VALUE_SIZE + 8] = "ID=";
	static const char with_nul[] = "ID=a\0b\nVERSION_ID=2\n";

	memset(text + 3, 'x', OS_RELEASE_VALUE_SIZE);
	os_release_parse(text, 3 + OS_RELEASE_VALUE_SIZE - 1, &release);
	assert_int_equal(strlen(release.id), OS_RELEASE_VALUE_SIZE - 1);
	os_release_parse(text, 3 + OS_RELEASE_VALUE_SIZE, &release);
	assert_string_equal(release.id, "");
	os_release_parse(with_nul, sizeof(with_nul) - 1, &release);
	assert_string_equal(release.id, "");
	assert_string_equal(release.version_id, "2");
}

static void write_text(const char *root, const char *path, const char *text)
{
	folder_write(root, path, text, strlen(text));
}

static void host_comes_before_the_container(void **state)
{
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	os_release_read(&host, &release);
	assert_string_equal(release.id, "");
	assert_string_equal(release.source, "");

	write_text(root, "/usr/lib/os-release", "ID=vendor\n");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "vendor");

	write_text(root, "/etc/os-release", "ID=alpine\nVERSION_ID=3.19\n");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "alpine");
	assert_string_equal(release.source, "/etc/os-release");

	write_text(root, "/proc/1/root/usr/lib/os-release", "ID=fallback\n");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "fallback");

	write_text(root, "/proc/1/root/etc/os-release", "ID=ubuntu\nVERSION_ID=\"20.04\"\n");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "ubuntu");
	assert_string_equal(release.version_id, "20.04");
	assert_string_equal(release.source, "/proc/1/root/etc/os-release");
	folder_remove(root);
	free(root);
}

static void absolute_link_stays_in_the_hosts_root(void **state)
{
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	write_text(root, "/etc/static/os-release", "ID=container\n");
	write_text(root, "/proc/1/root/etc/static/os-release", "ID=nixos\n");
	folder_link(root, "/proc/1/root/etc/os-release", "/etc/static/os-release");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "nixos");
	folder_remove(root);
	free(root);
}

static void circle_of_links_and_folder_are_passed_over(void **state)
{
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	folder_link(root, "/proc/1/root/etc/os-release", "/etc/os-release");
	write_text(root, "/proc/1/root/usr/lib/os-release/file", "");
	write_text(root, "/etc/os-release", "ID=own\n");
	os_release_read(&host, &release);
	assert_string_equal(release.id, "own");
	folder_remove(root);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_by_the_spec),
		cmocka_unit_test(value_that_does_not_fit_is_not_known),
		cmocka_unit_test(host_comes_before_the_container),
		cmocka_unit_test(absolute_link_stays_in_the_hosts_root),
		cmocka_unit_test(circle_of_links_and_folder_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
