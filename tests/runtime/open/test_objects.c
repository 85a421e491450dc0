/* SPDX-License-Identifier: MIT */
/*
 * A program and a plug-in that both carry bundles: which is asked, in which order.
 * Usage: objects_full PLUGIN_WITH_STATIC_LIBRARY PLUGIN_WITH_SHARED_LIBRARY
 * Both kernels: "both" is in the program and in the plug-ins, "program" and "plugin" in one alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/runtime/open/carrier.h"
#include "tests/support/runtime_support.h"

static const char *static_path, *shared_path;

static void *load(const char *path, const char *name)
{
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *function;

	if (!plugin)
		fail_msg("%s", dlerror());
	function = dlsym(plugin, name);
	assert_non_null(function);
	return function;
}

static void found_in(const char *path, int in_own_object, const char *release, const char *expected)
{
	__typeof__(&carrier_find) find = (__typeof__(&carrier_find))load(path, "carrier_find");
	char text[CARRIER_TEXT_SIZE] = "";
	int err = find(in_own_object, release, text);

	assert_int_equal(err, expected ? 0 : -ENOENT);
	assert_string_equal(text, expected ? expected : "");
}

/* A static library looks into its own object first, the shared one into the executable. */
static void test_first_object(void **state)
{
	(void)state;
	found_in(static_path, 0, "both", "of the plug-in");
	found_in(static_path, 0, "program", NULL);
	found_in(shared_path, 0, "both", "of the program");
	found_in(shared_path, 0, "plugin", NULL);
}

static void test_named_object(void **state)
{
	struct corebtf *corebtf = (struct corebtf *)1;
	int on_the_stack;

	(void)state;
	found_in(static_path, 1, "both", "of the plug-in");
	found_in(shared_path, 1, "both", "of the plug-in");
	found_in(shared_path, 1, "plugin", "of the plug-in");
	assert_int_equal(corebtf_open_object(&on_the_stack, &corebtf, NULL), -ENODATA);
	assert_int_equal(corebtf_open_object(NULL, &corebtf, NULL), -EINVAL);
	assert_int_equal(corebtf_open_object(&static_path, NULL, NULL), -EINVAL);
	assert_ptr_equal(corebtf, (struct corebtf *)1);
	assert_int_equal(corebtf_open_object(&static_path, &corebtf, NULL), 0); /* the program */
	assert_int_equal(corebtf_entry_count(corebtf), 2);
	corebtf_close(corebtf);
}

/* When the first object lacks the kernel, the other is asked; the origin names the one. */
static void test_both_objects(void **state)
{
	static const struct {
		const char *release, *text, *file;
	} cases[] = {
		{"both", "of the plug-in", NULL},
		{"plugin", "of the plug-in", NULL},
		{"program", "of the program", "/proc/self/exe"},
		{"neither", NULL, NULL},
	};
	__typeof__(&carrier_locate) locate =
		(__typeof__(&carrier_locate))load(static_path, "carrier_locate");
	struct utsname uname = {.machine = "x86_64", .version = "#1"};
	char *root = folder_make();
	const struct host host = {.root = root, .uname = &uname};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct corebtf_origin origin = {.sz = sizeof(origin)};
		char text[CARRIER_TEXT_SIZE] = "";
		int err;

		strcpy(uname.release, cases[i].release);
		err = locate(&host, text, &origin);
		assert_int_equal(err, cases[i].text ? 0 : -ENOENT);
		assert_string_equal(text, cases[i].text ? cases[i].text : "");
		if (err)
			continue;
		assert_int_equal(origin.source, COREBTF_SOURCE_SECTION);
		if (cases[i].file)
			assert_string_equal(origin.file, cases[i].file);
		else /* as the kernel has it, without links */
			assert_non_null(strstr(origin.file, strrchr(static_path, '/')));
	}
	folder_remove(root);
	free(root);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_object),
		cmocka_unit_test(test_named_object),
		cmocka_unit_test(test_both_objects),
	};

	if (argc != 3)
		return 2;
	static_path = argv[1];
	shared_path = argv[2];
	unsetenv("COREBTF_BTF");
	unsetenv("COREBTF_BUNDLE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
