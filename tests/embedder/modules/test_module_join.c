/* SPDX-License-Identifier: MIT */
/*
 * Split BTF and distilled bases, word by word: joined with the right kernel, and refused with any
 * other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/modules/module_join.h"
#include "embedder/modules/module_name.h"
#include "embedder/util/cleanup.h"
#include "tests/support/btf_bytes.h"

#define KIND BTF_BYTES_KIND

/* Raw BTF that was made in one piece and is cut in two. */
struct cut {
	struct btf_bytes whole;
	size_t words;	  /* of the base */
	uint32_t strings; /* of the base */
};

static void cut_free(struct cut *cut)
{
	btf_bytes_free(&cut->whole);
}

/* The kernel's types: int 1, struct list 2, struct task 3, a prototype 4, a function 5, enum 6. */
static void add_kernel(struct btf_bytes *b, const char *extra)
{
	uint32_t number;

	if (*extra)
		btf_bytes_type(b, extra, KIND(BTF_KIND_STRUCT, 0), 4);
	number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	btf_bytes_type(b, "list", KIND(BTF_KIND_STRUCT, 1), 4);
	btf_bytes_member(b, "next", number, 0);
	btf_bytes_type(b, "task", KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(b, "pid", number, 0);
	btf_bytes_member(b, "list", number + 1, 32);
	btf_bytes_type(b, "", KIND(BTF_KIND_FUNC_PROTO, 0), number);
	btf_bytes_type(b, "main", KIND(BTF_KIND_FUNC, 0), number + 3);
	btf_bytes_type(b, "state", KIND(BTF_KIND_ENUM, 1), 4);
	btf_bytes_word(b, btf_bytes_string(b, "IDLE"));
	btf_bytes_word(b, 0);
}

/* A module's: a pointer to task, struct @name with members of both, two functions. */
static void add_module(struct cut *cut, const char *name)
{
	struct btf_bytes *b = &cut->whole;
	uint32_t pointer;

	cut->words = b->word_count;
	cut->strings = b->strings_size;
	pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 3);
	btf_bytes_type(b, name, KIND(BTF_KIND_STRUCT, 3), 24);
	btf_bytes_member(b, "owner", pointer, 0);
	btf_bytes_member(b, "pid", 1, 64); /* a name of the kernel's */
	btf_bytes_member(b, "list", 2, 96);
	btf_bytes_type(b, "init", KIND(BTF_KIND_FUNC, 0), 4);
	btf_bytes_type(b, "", KIND(BTF_KIND_CONST, 0), pointer + 1);
	btf_bytes_type(b, "", KIND(BTF_KIND_FUNC_PROTO, 0), 0);
	btf_bytes_type(b, "exit", KIND(BTF_KIND_FUNC, 0), pointer + 4);
}

static void *build(const struct btf_bytes *whole, size_t first_word, size_t end_word,
		   uint32_t first_string, uint32_t end_string, size_t *ret_size)
{
	struct btf_bytes part = {
		.types = whole->types + first_word,
		.word_count = end_word - first_word,
		.swapped = whole->swapped,
		.strings_size = end_string - first_string,
	};

	memcpy(part.strings, whole->strings + first_string, part.strings_size);
	return btf_bytes_build(&part, ret_size);
}

static void *base_of(const struct cut *cut, size_t *ret_size)
{
	return build(&cut->whole, 0, cut->words, 0, cut->strings, ret_size);
}

static void *split_of(const struct cut *cut, size_t *ret_size)
{
	return build(&cut->whole, cut->words, cut->whole.word_count, cut->strings,
		     cut->whole.strings_size, ret_size);
}

static const char *name_of(const struct type_view *view, uint32_t offset)
{
	const char *name = type_view_string(view, type_view_u32(view, offset));

	assert_non_null(name);
	return name;
}

/* Finds a struct by name; checks that it is the module's, with members of the right types. */
static void check_module(const struct type_view *view, const char *name, uint32_t task,
			 uint32_t list)
{
	for (uint32_t id = 1; id < view->type_count; id++) {
		const struct btf_type *type = type_view_type(view, id), *pointer;
		const struct btf_member *members = type_view_members(type);
		uint32_t owner = type_view_u32(view, members[0].type);

		if (type_view_kind(view, type) != BTF_KIND_STRUCT ||
		    strcmp(name_of(view, type->name_off), name) != 0)
			continue;
		assert_string_equal(name_of(view, members[0].name_off), "owner");
		assert_string_equal(name_of(view, members[1].name_off), "pid");
		assert_int_equal(type_view_u32(view, members[2].type), list);
		pointer = type_view_type(view, owner);
		assert_int_equal(type_view_kind(view, pointer), BTF_KIND_PTR);
		assert_int_equal(type_view_target(view, pointer), task);
		/* CONST behind it refers to it. */
		assert_int_equal(type_view_target(view, type_view_type(view, id + 2)), id);
		return;
	}
	fail_msg("no struct %s", name);
}

static void join_two(bool swapped)
{
	struct cut first = {.whole = {.swapped = swapped}},
		   second = {.whole = {.swapped = swapped}};
	_cleanup_(module_join_free) struct module_join join = {0};
	_cleanup_(btf_source_free) struct btf_source joined = {0};
	_cleanup_free_ void *base = NULL, *one = NULL, *two = NULL, *all = NULL;
	size_t base_size, one_size, two_size, size;
	struct reason why = {""};

	add_kernel(&first.whole, "");
	add_module(&first, "device");
	add_kernel(&second.whole, "");
	add_module(&second, "inode");
	base = base_of(&first, &base_size);
	one = split_of(&first, &one_size);
	two = split_of(&second, &two_size);
	assert_int_equal(module_join_start(&join, base, base_size, &why), 0);
	assert_int_equal(module_join_add(&join, one, one_size, NULL, 0, &why), 0);
	assert_int_equal(module_join_add(&join, two, two_size, NULL, 0, &why), 0);
	assert_int_equal(module_join_finish(&join, &all, &size, &why), 0);
	assert_int_equal(btf_source_open_all(&joined, all, size, &why), 0);
	assert_int_equal(joined.types.view.type_count, 7 + 6 + 6);
	assert_int_equal(joined.types.view.swapped, swapped);
	check_module(&joined.types.view, "device", 3, 2);
	check_module(&joined.types.view, "inode", 3, 2);
	cut_free(&first);
	cut_free(&second);
}

static void two_modules(void **state)
{
	join_two(false);
	join_two(true);
}

/* Joins the module of @cut with @kernel, which is not its own; it must not change the join. */
static void refused(const struct cut *cut, const struct btf_bytes *kernel, int expected,
		    const char *text)
{
	_cleanup_(module_join_free) struct module_join join = {0};
	_cleanup_free_ void *base = NULL, *split = NULL, *before = NULL, *after = NULL;
	size_t base_size, split_size, before_size, after_size;
	struct reason why = {""};

	base = btf_bytes_build(kernel, &base_size);
	split = split_of(cut, &split_size);
	assert_int_equal(module_join_start(&join, base, base_size, &why), 0);
	assert_int_equal(module_join_finish(&join, &before, &before_size, &why), 0);
	assert_int_equal(module_join_add(&join, split, split_size, NULL, 0, &why), expected);
	if (!strstr(why.text, text))
		fail_msg("'%s' is not in '%s'", text, why.text);
	assert_int_equal(module_join_finish(&join, &after, &after_size, &why), 0);
	assert_int_equal(before_size, after_size);
	assert_memory_equal(before, after, before_size);
}

/* A kernel of another build: types and strings at other places, or more of either. */
static void other_kernels(void **state)
{
	struct btf_bytes longer = {0}, moved = {0}, shorter = {0}, renamed = {0};
	struct cut cut = {0};

	add_kernel(&cut.whole, "");
	add_module(&cut, "device");
	/* One string more: the module's names are in the middle of others. */
	add_kernel(&renamed, "");
	btf_bytes_string(&renamed, "more");
	refused(&cut, &renamed, -EINVAL, "has a name that is no name there");
	/* One type more: the module's function refers to what is before its prototype. */
	add_kernel(&moved, "");
	btf_bytes_type(&moved, "", KIND(BTF_KIND_PTR, 0), 1);
	refused(&cut, &moved, -EINVAL, "refers to a type of a kind that it cannot");
	add_kernel(&longer, "zero");
	refused(&cut, &longer, -EINVAL, "it was built with another kernel");
	btf_bytes_int(&shorter, "int", 4, BTF_INT_SIGNED);
	refused(&cut, &shorter, -EINVAL, "it was built with another kernel");
	btf_bytes_free(&longer);
	btf_bytes_free(&moved);
	btf_bytes_free(&shorter);
	btf_bytes_free(&renamed);
	cut_free(&cut);
}

/* Words that are changed by hand. */
static void hostile(void **state)
{
	struct btf_bytes kernel = {0};

	add_kernel(&kernel, "");
	for (unsigned int test = 0; test < 5; test++) {
		struct cut cut = {0};
		struct btf_bytes *b = &cut.whole;

		add_kernel(b, "");
		add_module(&cut, "device");
		switch (test) {
		case 0: /* the pointer's target is past the end */
			b->types[cut.words + 2] = 1000;
			refused(&cut, &kernel, -EINVAL, "refers to a type past its end");
			break;
		case 1: /* a pointer to a function */
			b->types[cut.words + 2] = 5;
			refused(&cut, &kernel, -EINVAL, "refers to a type of a kind");
			break;
		case 2: /* the struct's name is past the end */
			b->types[cut.words + 3] = 0x7fffffff;
			refused(&cut, &kernel, -EINVAL, "has a name that is no name there");
			break;
		case 3: /* more members than there are bytes */
			b->types[cut.words + 4] = KIND(BTF_KIND_STRUCT, 0xffffff);
			refused(&cut, &kernel, -EBADMSG, "cut off by the end of the types");
			break;
		case 4: /* a kind of the future */
			b->types[cut.words + 1] = KIND(25, 0);
			refused(&cut, &kernel, -EOPNOTSUPP, "kind 25 is not known");
			break;
		}
		cut_free(&cut);
	}
	btf_bytes_free(&kernel);
}

/* --- distilled -------------------------------------------------------------------------------- */

/* The base of a module that was built outside of the tree: names and sizes. */
static void add_distilled(struct btf_bytes *b, uint32_t list_size, uint32_t task_size,
			  const char *task)
{
	btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	btf_bytes_type(b, "list", KIND(BTF_KIND_STRUCT, 0), list_size);
	btf_bytes_type(b, task, KIND(BTF_KIND_STRUCT, 0), task_size);
	btf_bytes_type(b, "state", KIND(BTF_KIND_ENUM, 0), 4);
}

/* As add_module(), but its function has a prototype of its own, as a distilled base has none. */
static void add_outside_module(struct cut *cut)
{
	struct btf_bytes *b = &cut->whole;
	uint32_t pointer;

	cut->words = b->word_count;
	cut->strings = b->strings_size;
	pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 3);
	btf_bytes_type(b, "device", KIND(BTF_KIND_STRUCT, 3), 24);
	btf_bytes_member(b, "owner", pointer, 0);
	btf_bytes_member(b, "pid", 4, 64);
	btf_bytes_member(b, "list", 2, 96);
	btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 1);
	btf_bytes_type(b, "", KIND(BTF_KIND_CONST, 0), pointer + 1);
}

static int join_distilled(const struct cut *cut, const struct btf_bytes *kernel, void **ret_all,
			  size_t *ret_size, struct reason *why)
{
	_cleanup_(module_join_free) struct module_join join = {0};
	_cleanup_free_ void *vmlinux = NULL, *base = NULL, *split = NULL;
	size_t vmlinux_size, base_size, split_size;
	int err;

	vmlinux = btf_bytes_build(kernel, &vmlinux_size);
	base = base_of(cut, &base_size);
	split = split_of(cut, &split_size);
	assert_int_equal(module_join_start(&join, vmlinux, vmlinux_size, why), 0);
	err = module_join_add(&join, split, split_size, base, base_size, why);
	if (!err)
		err = module_join_finish(&join, ret_all, ret_size, why);
	return err;
}

static void distilled(void **state)
{
	_cleanup_(btf_source_free) struct btf_source joined = {0};
	_cleanup_free_ void *all = NULL;
	struct btf_bytes kernel = {0};
	struct cut cut = {0};
	struct reason why = {""};
	size_t size;

	/* In this kernel all ids are higher by one; task has grown, which a pointer does not mind.
	 */
	add_kernel(&kernel, "zero");
	add_distilled(&cut.whole, 4, 400, "task");
	add_outside_module(&cut);
	assert_int_equal(join_distilled(&cut, &kernel, &all, &size, &why), 0);
	assert_int_equal(btf_source_open_all(&joined, all, size, &why), 0);
	check_module(&joined.types.view, "device", 4, 3);
	cut_free(&cut);
	btf_bytes_free(&kernel);
}

static void distilled_refused(uint32_t list_size, const char *task, const char *twice,
			      const char *text)
{
	struct btf_bytes kernel = {0};
	struct cut cut = {0};
	struct reason why = {""};
	void *all = NULL;
	size_t size;

	add_kernel(&kernel, "");
	if (*twice) /* the kernel has two of that name and size */
		btf_bytes_type(&kernel, twice, KIND(BTF_KIND_STRUCT, 0), 4);
	add_distilled(&cut.whole, list_size, 8, task);
	add_outside_module(&cut);
	assert_int_equal(join_distilled(&cut, &kernel, &all, &size, &why), -EINVAL);
	if (!strstr(why.text, text))
		fail_msg("'%s' is not in '%s'", text, why.text);
	cut_free(&cut);
	btf_bytes_free(&kernel);
}

static void distilled_of_others(void **state)
{
	distilled_refused(8, "task", "",
			  "struct list of 8 bytes, and the kernel's has another size");
	distilled_refused(4, "tusk", "", "struct tusk, which the kernel does not have");
	distilled_refused(4, "task", "list", "struct list, of which the kernel has several");
}

/* What a distilled base cannot have. */
static void distilled_is_none(void **state)
{
	struct btf_bytes kernel = {0};
	struct cut cut = {0};
	struct reason why = {""};
	void *all = NULL;
	size_t size;

	add_kernel(&kernel, "");
	add_distilled(&cut.whole, 4, 8, "task");
	btf_bytes_type(&cut.whole, "", KIND(BTF_KIND_PTR, 0), 1);
	add_outside_module(&cut);
	assert_int_equal(join_distilled(&cut, &kernel, &all, &size, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "which is not in a distilled base"));
	cut_free(&cut);
	btf_bytes_free(&kernel);
}

static void names(void **state)
{
	char name[MODULE_NAME_SIZE];

	assert_true(module_name_read("lib/modules/6.1/kernel/net/nf-nat.ko.xz", name));
	assert_string_equal(name, "nf_nat");
	assert_true(module_name_read("a.ko", name) && module_name_read("a.ko.gz", name) &&
		    module_name_read("a.ko.zst", name) && module_name_read("a.ko.debug", name));
	assert_false(module_name_read(".ko", name));
	assert_false(module_name_read("modules.dep", name));
	assert_false(module_name_read("a.ko.bz2", name));
	assert_false(module_name_read(
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.ko", name));
	assert_true(module_name_is_of("usr/lib/modules/6.1-a/kernel/x.ko", "6.1-a"));
	assert_true(module_name_is_of("modules/6.1/x.ko", "6.1"));
	assert_false(module_name_is_of("usr/lib/modules/6.1-a/kernel/x.ko", "6.1"));
	assert_false(module_name_is_of("usr/lib/old-modules/6.1/x.ko", "6.1"));
	assert_true(module_name_is_path("lib/modules/6.1/x.ko"));
	assert_false(module_name_is_path("usr/share/doc/modules/readme"));
	assert_true(module_name_equals("nf-nat", "nf_nat"));
	assert_false(module_name_equals("nf_na", "nf_nat"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_modules),
		cmocka_unit_test(other_kernels),
		cmocka_unit_test(hostile),
		cmocka_unit_test(distilled),
		cmocka_unit_test(distilled_of_others),
		cmocka_unit_test(distilled_is_none),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
