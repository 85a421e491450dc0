/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/os_release.h"
#include "tests/support/lookup_cases.h"
#include "tests/support/runtime_support.h"

static void check_text(const struct lookup_name *name)
{
	size_t size = strlen(name->left[0]);
	uint8_t *text = guarded_copy(name->left[0], size);
	struct os_release release;

	os_release_parse((const char *)text, size, &release);
	if (strcmp(release.id, name->right[0]) != 0 ||
	    strcmp(release.version_id, name->right[1]) != 0)
		fail_msg("line %u: %s | %s", name->line, release.id, release.version_id);
	guarded_free(text, size);
}

/* The texts of lookup.cases. */
static void parses_by_the_spec(void **state)
{
	assert_true(lookup_names_each("os-release", check_text) > 25);
}

static void relatives(void **state)
{
	static const char with[] = "ID=ol\nID_LIKE=\"rhel fedora\"\nID_LIKES=no\n";
	static const char without[] = "ID=ol\n";
	struct os_release release;

	os_release_parse(with, strlen(with), &release);
	assert_string_equal(release.id_like, "rhel fedora");
	os_release_parse(without, strlen(without), &release);
	assert_string_equal(release.id_like, "");
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

static const struct log nobody = {.write = NULL};

static void write_text(const char *root, const char *path, const char *text)
{
	folder_write(root, path, text, strlen(text));
}

static void host_comes_before_the_container(void **state)
{
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "");
	assert_string_equal(release.source, "");

	write_text(root, "/usr/lib/os-release", "ID=vendor\n");
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "vendor");

	write_text(root, "/etc/os-release", "ID=alpine\nVERSION_ID=3.19\n");
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "alpine");
	assert_string_equal(release.source, "/etc/os-release");

	write_text(root, "/proc/1/root/usr/lib/os-release", "ID=fallback\n");
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "fallback");

	write_text(root, "/proc/1/root/etc/os-release", "ID=ubuntu\nVERSION_ID=\"20.04\"\n");
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "ubuntu");
	assert_string_equal(release.version_id, "20.04");
	assert_string_equal(release.source, "/proc/1/root/etc/os-release");
	folder_remove(root);
	free(root);
}

/* Each source beats those below it; the option and the variable come first. */
static void order_of_the_sources(void **state)
{
	static const struct {
		const char *path, *id;
	} files[] = {
		{"/usr/lib/os-release", "own-vendor"},
		{"/etc/os-release", "own"},
		{"/proc/1/root/usr/lib/os-release", "init-vendor"},
		{"/proc/1/root/etc/os-release", "init"},
		{"/run/host/etc/os-release", "run-etc"},
		{"/run/host/os-release", "run"},
		{"/hostetc/os-release", "host-etc"},
		{"/hostroot/usr/lib/os-release", "host-root-vendor"},
		{"/hostroot/etc/os-release", "host-root"},
	};
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	setenv("HOST_ROOT", "/hostroot", 1);
	setenv("HOST_ETC", "/hostetc", 1);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "ID=%s\n", files[i].id);
		write_text(root, files[i].path, text);
		os_release_read(&host, &nobody, &release);
		assert_string_equal(release.id, files[i].id);
		assert_string_equal(release.source, files[i].path);
	}
	/* the option beats the variable, and one without a file is skipped */
	write_text(root, "/option/etc/os-release", "ID=option\n");
	host.host_root = "/option";
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "option");
	host.host_root = "/nothing";
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "host-etc");
	host.host_root = NULL;
	setenv("HOST_ROOT", "", 1);
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "host-etc");
	unsetenv("HOST_ROOT");
	setenv("HOST_ETC", "/nothing", 1);
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "run");
	unsetenv("HOST_ETC");
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
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "nixos");
	folder_remove(root);
	free(root);
}

/* ".." and relative links, also of folders, end inside the root that was named. */
static void link_does_not_leave_the_hosts_root(void **state)
{
	static const char *const links[][2] = {
		/* the link, and where it leads inside /mnt/host */
		{"../../../../etc/static/os-release", "/etc/static/os-release"},
		{"../usr/lib/os-release", "/usr/lib/os-release"},
		{"vendor/os-release", "/usr/share/os-release"},
		{"/../../etc/./static//os-release", "/etc/static/os-release"},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char *root = folder_make(), path[128];
		struct host host = {.root = root, .host_root = "/mnt/host"};
		struct os_release release;

		write_text(root, "/etc/static/os-release", "ID=outside\n");
		write_text(root, "/usr/lib/os-release", "ID=outside\n");
		write_text(root, "/mnt/host/etc/file", "");
		folder_link(root, "/mnt/host/etc/vendor", "/usr/share");
		folder_link(root, "/mnt/host/etc/os-release", links[i][0]);
		os_release_read(&host, &nobody, &release);
		assert_string_equal(release.source,
				    "/usr/lib/os-release"); /* our own, as the last */
		snprintf(path, sizeof(path), "/mnt/host%s", links[i][1]);
		write_text(root, path, "ID=inside\n");
		os_release_read(&host, &nobody, &release);
		assert_string_equal(release.id, "inside");
		assert_string_equal(release.source, "/mnt/host/etc/os-release");
		folder_remove(root);
		free(root);
	}
}

static void circle_of_links_and_folder_are_passed_over(void **state)
{
	char *root = folder_make();
	struct host host = {.root = root};
	struct os_release release;

	folder_link(root, "/proc/1/root/etc/os-release", "/etc/os-release");
	write_text(root, "/proc/1/root/usr/lib/os-release/file", "");
	write_text(root, "/etc/os-release", "ID=own\n");
	os_release_read(&host, &nobody, &release);
	assert_string_equal(release.id, "own");
	folder_remove(root);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_by_the_spec),
		cmocka_unit_test(relatives),
		cmocka_unit_test(value_that_does_not_fit_is_not_known),
		cmocka_unit_test(host_comes_before_the_container),
		cmocka_unit_test(order_of_the_sources),
		cmocka_unit_test(link_does_not_leave_the_hosts_root),
		cmocka_unit_test(absolute_link_stays_in_the_hosts_root),
		cmocka_unit_test(circle_of_links_and_folder_are_passed_over),
	};

	unsetenv("HOST_ROOT");
	unsetenv("HOST_ETC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
