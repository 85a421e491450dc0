/* SPDX-License-Identifier: MIT */
#include "embedder/modules/module_search.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/modules/split_btf.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"

static void forget_kernel(struct module_search *search)
{
	for (size_t i = 0; i < search->found_count; i++) {
		module_btf_free(&search->found[i].btf);
		free(search->found[i].path);
		free(search->found[i].type);
	}
	search->found_count = 0;
	search->looked_at = 0;
	search->problem_count = 0;
	byte_buffer_clear(&search->problems);
	free(search->joined);
	search->joined = NULL;
	search->room = 0;
}

int module_search_init(struct module_search *search, const struct request_set *requests)
{
	int err;

	*search = (struct module_search){0};
	err = candidates_init(&search->candidates, requests);
	if (err)
		return err;
	search->wanted = calloc(1, sizeof(*search->wanted));
	if (search->wanted)
		return 0;
	module_search_free(search);
	return -ENOMEM;
}

void module_search_free(struct module_search *search)
{
	forget_kernel(search);
	candidates_free(&search->candidates);
	module_join_free(&search->join);
	byte_buffer_free(&search->problems);
	free(search->wanted);
	free(search->found);
	*search = (struct module_search){0};
}

int module_search_start(struct module_search *search, struct type_source *kernel,
			const struct module_choice *choice, const char *release,
			struct memory_budget *budget, uint64_t *held, struct reason *why)
{
	int err;

	forget_kernel(search);
	search->kernel = kernel;
	search->choice = choice;
	search->release = release;
	search->budget = budget;
	search->held = held;
	err = candidates_find(&search->candidates, kernel, why);
	return err ? err : candidates_want_modules(&search->candidates, search->wanted);
}

/* --- modules ---------------------------------------------------------------------------------- */

static void note_problem(void *context, const char *path, const char *why)
{
	struct module_search *search = context;

	byte_buffer_append(&search->problems, path, strlen(path));
	byte_buffer_append(&search->problems, ": ", 2);
	byte_buffer_append(&search->problems, why, strlen(why));
	byte_buffer_append(&search->problems, "\n", 1);
	search->problem_count++;
}

static bool is_wanted(void *context, const char *name)
{
	const struct module_search *search = context;
	const struct module_choice *choice = search->choice;
	bool wanted = choice->kind == MODULE_CHOICE_AUTO;

	for (size_t i = 0; i < choice->name_count && !wanted; i++)
		wanted = module_name_equals(choice->names[i], name);
	/* Of two files of one module, the first is taken. */
	for (size_t i = 0; i < search->found_count && wanted; i++)
		wanted = strcmp(search->found[i].btf.name, name) != 0;
	return wanted;
}

/* Holds @more of the budget until the kernel's bytes are given back. */
static int hold(struct module_search *search, uint64_t more, struct reason *why)
{
	int err;

	if (!search->budget || !more)
		return 0;
	err = memory_budget_extend(search->budget, *search->held, more, why);
	if (!err)
		*search->held += more;
	return err;
}

static int reserve(void *context, uint64_t size, struct reason *why)
{
	struct module_search *search = context;
	int err = size > search->room ? hold(search, size - search->room, why) : 0;

	if (!err && size > search->room)
		search->room = size;
	return err;
}

/* The first type of the module that the kernel lacks. 1; 0: it has none; -EINVAL: a name is none in
 * the base's strings. */
static int find_wanted(const struct module_search *search, const struct split_btf *split,
		       const char **ret_name, struct reason *why)
{
	for (uint32_t i = 0; i < split->count; i++) {
		const struct btf_type *type = split_btf_own(split, i);
		uint32_t kind = type_view_kind(split->base, type);
		const char *name = split_btf_string(split, split_btf_u32(split, type->name_off));

		if (!name)
			return reason_set(why, -EINVAL,
					  "its BTF does not continue this kernel's: it was built "
					  "with another kernel");
		if (kind >= 32 || !(search->wanted->kinds >> kind & 1) || !*name ||
		    !wanted_types_allows(search->wanted, name) ||
		    !candidates_lack(&search->candidates, kind, name))
			continue;
		*ret_name = name;
		return 1;
	}
	return 0;
}

/* Whether the module has a type that the kernel lacks; *@ret_type: its name, malloc'd. */
static int look_into(const struct module_search *search, const struct module_btf *btf,
		     char **ret_type, struct reason *why)
{
	_cleanup_(btf_source_free) struct btf_source distilled = {0};
	_cleanup_(split_btf_close) struct split_btf split = {0};
	const struct type_view *base = &search->kernel->view;
	const char *name = NULL;
	int err = 0;

	if (btf->base) {
		err = btf_source_open_all(&distilled, btf->base, btf->base_size, why);
		base = &distilled.types.view;
	}
	if (!err)
		err = split_btf_open(btf->own, btf->own_size, base, &split, why);
	if (!err)
		err = find_wanted(search, &split, &name, why);
	if (err <= 0)
		return err;
	*ret_type = strdup(name);
	return *ret_type ? 1 : reason_errno(why, -ENOMEM, "cannot keep a name");
}

static int keep(struct module_search *search, const char *path, char *type, struct module_btf *btf,
		struct reason *why)
{
	_cleanup_free_ char *own_path = strdup(path);
	int err = hold(search, btf->own_size + btf->base_size, why);

	if (!err && (!own_path ||
		     array_reserve(search->found, search->found_capacity, search->found_count + 1)))
		err = reason_errno(why, -ENOMEM, "cannot keep its BTF");
	if (err) {
		free(type);
		return err;
	}
	search->found[search->found_count++] =
		(struct found_module){.btf = *btf, .path = TAKE_PTR(own_path), .type = type};
	*btf = (struct module_btf){0};
	return 0;
}

static int take(void *context, const char *path, const char *name, const void *image, size_t size)
{
	_cleanup_(module_btf_free) struct module_btf btf = {0};
	struct module_search *search = context;
	struct reason why = {""};
	char *type = NULL;
	int found = module_btf_read(image, size, name, search->release, &btf, &why);

	search->looked_at++;
	if (found > 0)
		found = look_into(search, &btf, &type, &why);
	if (found > 0)
		found = keep(search, path, type, &btf, &why);
	if (found < 0 && found != -ENOMEM)
		note_problem(search, path, why.text);
	return found == -ENOMEM ? found : 0;
}

struct module_visitor module_search_visitor(struct module_search *search)
{
	return (struct module_visitor){
		.want = is_wanted,
		.reserve = reserve,
		.take = take,
		.skip = note_problem,
		.context = search,
	};
}

/* --- joining ---------------------------------------------------------------------------------- */

/* By name, so that the order of files does not change the result. */
static int compare(const void *a, const void *b)
{
	const struct found_module *left = a, *right = b;

	return strcmp(left->btf.name, right->btf.name);
}

/* Returns how many were joined. */
static int join_all(struct module_search *search, struct reason *why)
{
	int joined = 0;

	for (size_t i = 0; i < search->found_count; i++) {
		struct found_module *module = &search->found[i];
		struct reason module_why = {""};
		int err;

		module->first = search->join.type_count;
		err = module_join_add(&search->join, module->btf.own, module->btf.own_size,
				      module->btf.base, module->btf.base_size, &module_why);
		if (err == -ENOMEM)
			return reason_set(why, err, "%s", module_why.text);
		if (err)
			note_problem(search, module->path, module_why.text);
		module->count = search->join.type_count - module->first;
		joined += !err;
	}
	return joined;
}

int module_search_join(struct module_search *search, const void *btf, size_t size,
		       struct reason *why)
{
	uint64_t modules = 0;
	int err, joined;

	if (!search->found_count)
		return 0;
	for (size_t i = 0; i < search->found_count; i++)
		modules += search->found[i].btf.own_size + search->found[i].btf.base_size;
	/* The kernel's types are copied once, the modules' twice. */
	err = hold(search, size + 2 * modules, why);
	if (!err)
		err = module_join_start(&search->join, btf, size, why);
	if (err)
		return err;
	qsort(search->found, search->found_count, sizeof(*search->found), compare);
	joined = join_all(search, why);
	if (joined <= 0)
		return joined;
	err = module_join_finish(&search->join, &search->joined, &search->joined_size, why);
	return err ? err : joined;
}
