/* SPDX-License-Identifier: MIT */
/*
 * An object -> package.json -> the same object; what a package says becomes lines for the runner;
 * and packages that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/package/bpf_package.h"

static struct bpf_object_file object;
static char *written; /* the package of that object */

static int open_object(void **state)
{
	struct reason why = {""};

	assert_int_equal(bpf_object_file_open(OBJECT, &object, &why), 0);
	assert_int_equal(bpf_package_write(&object, &written, &why), 0);
	return 0;
}

static int close_object(void **state)
{
	bpf_object_file_close(&object);
	free(written);
	return 0;
}

static json_t *parsed(void)
{
	json_t *root = json_loads(written, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	return root;
}

/* Reads what @root has become, and frees it. */
static int read_json(json_t *root, struct bpf_package *package, struct reason *why)
{
	char *text = json_dumps(root, 0);
	int err;

	*package = (struct bpf_package){0};
	assert_non_null(text);
	err = bpf_package_read(text, strlen(text), package, why);
	free(text);
	json_decref(root);
	return err;
}

static json_t *skeleton_of(json_t *root)
{
	return json_object_get(json_object_get(root, "meta"), "bpf_skel");
}

static json_t *variable_of(json_t *root, size_t number)
{
	json_t *section = json_array_get(json_object_get(skeleton_of(root), "data_sections"), 0);

	return json_array_get(json_object_get(section, "variables"), number);
}

static json_t *map_of(json_t *root, const char *name)
{
	json_t *map;
	size_t i;

	json_array_foreach(json_object_get(skeleton_of(root), "maps"), i, map)
	{
		if (strcmp(json_string_value(json_object_get(map, "name")), name) == 0)
			return map;
	}
	return NULL;
}

static const char *text_of(json_t *parent, const char *key)
{
	return json_string_value(json_object_get(parent, key));
}

static void round_trip(void **state)
{
	struct bpf_package package;
	struct reason why = {""};
	char *again;

	assert_true(bpf_package_is(written, strlen(written)));
	assert_false(bpf_package_is(object.image, object.image_size));
	assert_int_equal(read_json(parsed(), &package, &why), 0);
	assert_string_equal(package.name, "package");
	assert_int_equal(package.object_size, object.image_size);
	assert_memory_equal(package.object, object.image, object.image_size);
	bpf_package_free(&package);
	assert_int_equal(bpf_package_write(&object, &again, &why), 0);
	assert_string_equal(again, written);
	free(again);
}

static void describes_the_object(void **state)
{
	json_t *root = parsed(), *skeleton = skeleton_of(root);
	json_t *sections = json_object_get(skeleton, "data_sections"), *type, *program;

	assert_string_equal(text_of(skeleton, "obj_name"), "package_bpf");
	assert_string_equal(text_of(json_array_get(sections, 0), "name"), ".rodata");
	assert_string_equal(text_of(json_array_get(sections, 1), "name"), ".bss");
	assert_string_equal(text_of(variable_of(root, 0), "name"), "targ_pid");
	assert_string_equal(text_of(variable_of(root, 0), "type"), "int");
	assert_string_equal(text_of(variable_of(root, 0), "description"), "only this process");
	assert_string_equal(text_of(variable_of(root, 1), "type"), "_Bool");
	assert_non_null(map_of(root, "events"));
	assert_non_null(map_of(root, "hists"));
	assert_non_null(map_of(root, "package_.rodata")); /* as libbpf calls it */
	program = json_array_get(json_object_get(skeleton, "progs"), 0);
	assert_string_equal(text_of(program, "name"), "on_exec");
	assert_string_equal(text_of(program, "attach"), "raw_tp/sched_process_exec");
	assert_true(json_is_true(json_object_get(program, "link")));
	type = json_array_get(json_object_get(json_object_get(root, "meta"), "export_types"), 0);
	assert_string_equal(text_of(type, "name"), "event");
	assert_int_equal(json_integer_value(json_object_get(type, "size")), 32);
	type = json_array_get(json_object_get(type, "members"), 2);
	assert_string_equal(text_of(type, "name"), "comm");
	json_decref(root);
}

/* All that a package can say. */
static void says_defaults(void **state)
{
	struct bpf_package package;
	struct reason why = {""};
	json_t *root = parsed();

	json_object_set_new(variable_of(root, 0), "cmdarg",
			    json_pack("{s:s, s:s, s:s, s:i}", "long", "pid", "short", "p", "help",
				      "one\nline\x1b", "default", 42));
	json_object_set_new(variable_of(root, 1), "value", json_true());
	json_object_set_new(map_of(root, "hists"), "sample",
			    json_pack("{s:i, s:s, s:s, s:b}", "interval", 1500, "type", "log2_hist",
				      "unit", "usecs", "clear_map", 1));
	json_object_set_new(
		skeleton_of(root), "doc",
		json_pack("{s:s, s:s, s:n}", "brief", "Execs", "version", "1.2", "details"));
	assert_int_equal(read_json(root, &package, &why), 0);
	assert_string_equal(package.defaults, "about Execs\n"
					      "version 1.2\n"
					      "option targ_pid pid\n"
					      "letter targ_pid p\n"
					      "help targ_pid one line \n"
					      "argument --pid=42\n"
					      "argument --all=true\n"
					      "argument --event=events=event\n"
					      "argument --map=hists=log2:usecs\n"
					      "argument --clear\n"
					      "argument --interval=1.500\n");
	bpf_package_free(&package);
}

/* Other ways to say it. */
static void says_it_otherwise(void **state)
{
	struct bpf_package package;
	struct reason why = {""};
	json_t *root = parsed(), *type;

	/* A buffer's own type, by its id; maps without a histogram; nulls. */
	type = json_array_get(json_object_get(json_object_get(root, "meta"), "export_types"), 0);
	json_object_set_new(map_of(root, "events"), "export_config",
			    json_pack("{s:O}", "btf_type_id", json_object_get(type, "type_id")));
	json_object_set_new(json_object_get(root, "meta"), "export_types", json_null());
	json_object_set_new(map_of(root, "hists"), "sample", json_pack("{s:i}", "interval", 100));
	json_object_set_new(skeleton_of(root), "progs", json_null());
	json_object_set_new(skeleton_of(root), "obj_name", json_string("other"));
	json_object_del(variable_of(root, 0), "description");
	assert_int_equal(read_json(root, &package, &why), 0);
	assert_string_equal(package.name, "other");
	assert_string_equal(package.defaults, "argument --event=events=event\n"
					      "argument --map=hists=table\n"
					      "argument --interval=0.100\n");
	bpf_package_free(&package);
}

static void expect_refusal(json_t *root, int error, const char *says)
{
	struct bpf_package package;
	struct reason why = {""};
	int err = read_json(root, &package, &why);

	if (err != error || !strstr(why.text, says))
		print_error("%d: %s\n", err, why.text);
	assert_int_equal(err, error);
	assert_non_null(strstr(why.text, says));
	assert_null(package.object);
}

static json_t *with(const char *key, json_t *value)
{
	json_t *root = parsed();

	json_object_set_new(root, key, value);
	return root;
}

static json_t *with_variable(const char *key, json_t *value)
{
	json_t *root = parsed();

	json_object_set_new(variable_of(root, 0), key, value);
	return root;
}

static json_t *with_sample(json_t *value)
{
	json_t *root = parsed();

	json_object_set_new(map_of(root, "hists"), "sample", value);
	return root;
}

static void refuses(void **state)
{
	size_t size = object.image_size;
	json_t *root;

	expect_refusal(json_object(), -EBADMSG, "no package.json");
	expect_refusal(with("bpf_object", json_integer(1)), -EBADMSG, "no package.json");
	expect_refusal(with("bpf_object", json_string("????")), -EBADMSG, "no base64");
	expect_refusal(with("bpf_object", json_string("Zm9v")), -EBADMSG, "damaged");
	/* Sizes that lie: one too small is a bomb, one too large would leave memory unset. */
	expect_refusal(with("bpf_object_size", json_integer((json_int_t)size - 1)), -EBADMSG,
		       "does not unpack to");
	expect_refusal(with("bpf_object_size", json_integer((json_int_t)size + 1)), -EBADMSG,
		       "does not unpack to");
	expect_refusal(with("bpf_object_size", json_integer(0)), -EFBIG, "bpf_object_size");
	expect_refusal(with("bpf_object_size", json_integer(-1)), -EFBIG, "bpf_object_size");
	expect_refusal(with("bpf_object_size", json_integer(INT64_MAX)), -EFBIG, "bpf_object_size");
	/* "hello", packed. */
	root = with("bpf_object", json_string("eJzLSM3JyQcABiwCFQ=="));
	json_object_set_new(root, "bpf_object_size", json_integer(5));
	expect_refusal(root, -ENOEXEC, "");
	root = parsed();
	json_object_set_new(skeleton_of(root), "obj_name", json_string("../x"));
	expect_refusal(root, -EBADMSG, "obj_name");
	root = parsed();
	json_object_set_new(skeleton_of(root), "maps", json_integer(3));
	expect_refusal(root, -EBADMSG, "bpf_skel");
	expect_refusal(with_variable("name", json_string("no_such")), -EBADMSG,
		       "a variable no_such in .rodata, which the object does not have");
	expect_refusal(with_variable("name", json_string("a b")), -EBADMSG, "a variable");
	expect_refusal(with_variable("value", json_array()), -EBADMSG, "default of targ_pid");
	expect_refusal(with_variable("cmdarg", json_pack("{s:s}", "long", "a=b")), -EBADMSG,
		       "a variable");
	expect_refusal(with_variable("cmdarg", json_pack("{s:s}", "short", "pp")), -EBADMSG,
		       "a variable");
	expect_refusal(with_sample(json_pack("{s:s}", "type", "pie_chart")), -EBADMSG,
		       "shown as 'pie_chart'");
	expect_refusal(with_sample(json_pack("{s:i}", "interval", 0)), -EBADMSG, "a sample");
}

static void refuses_text(void **state)
{
	static const char *const texts[] = {"",
					    "{",
					    "[]",
					    "{\"meta\": 1}",
					    "{\"a\":1,\"a\":2}",
					    "{\"bpf_object\": \"\\u0000\"}"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct bpf_package package = {0};
		struct reason why = {""};

		assert_int_equal(bpf_package_read(texts[i], strlen(texts[i]), &package, &why),
				 -EBADMSG);
		assert_true(*why.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	 cmocka_unit_test(describes_the_object),
		cmocka_unit_test(says_defaults), cmocka_unit_test(says_it_otherwise),
		cmocka_unit_test(refuses),	 cmocka_unit_test(refuses_text),
	};

	return cmocka_run_group_tests(tests, open_object, close_object);
}
