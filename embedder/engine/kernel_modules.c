/* SPDX-License-Identifier: MIT */
/*
 * In: a kernel. Out: its types, with those of modules.
 */
#include "embedder/engine/kernel_modules.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/kernels/running_kernel.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/text.h"

void module_notes_clear(struct module_notes *notes)
{
	free(notes->used);
	free(notes->problems);
	*notes = (struct module_notes){0};
}

void kernel_modules_free(struct kernel_modules *modules)
{
	if (modules->is_ready)
		module_search_free(&modules->search);
	btf_source_free(&modules->joined);
	*modules = (struct kernel_modules){0};
}

/* --- places ----------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder with the modules of a kernel that is a file; malloc'd; NULL: not found. */
static char *find_folder(const struct kernel_file *kernel)
{
	static const char *const ways[] = {"/../lib/modules/", "/../usr/lib/modules/",
					   "/lib/modules/", "/usr/lib/modules/"};
	const char *release = kernel->id.release;
	_cleanup_free_ char *real = realpath(kernel->path, NULL), *in_modules = NULL;
	char *slash = real ? strrchr(real, '/') : NULL, *folder = NULL;

	if (!slash)
		return NULL;
	if (strcmp(real, RUNNING_KERNEL_BTF_PATH) == 0) {
		if (asprintf(&folder, "/lib/modules/%s", release) < 0)
			return NULL;
		if (is_folder(folder))
			return folder;
		free(folder);
		return NULL;
	}
	slash[1] = '\0';
	if (module_name_is_of(real, release))
		return strndup(real, (size_t)(slash - real));
	*slash = '\0';
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		folder = NULL;
		if (asprintf(&folder, "%s%s%s", real, ways[i], release) < 0)
			return NULL;
		in_modules = realpath(folder, NULL);
		free(folder);
		if (in_modules && is_folder(in_modules))
			return TAKE_PTR(in_modules);
		free(TAKE_PTR(in_modules));
	}
	return NULL;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether the package may have modules of this release: its name says which it is of. Packages with
 * debug information have the same modules, a hundred times as large. */
static bool may_have_modules(const char *path, const char *release)
{
	const char *name = name_of(path);
	size_t length = strlen(name);

	return strstr(name, release) && length > 4 &&
	       (strcmp(name + length - 4, ".deb") == 0 || strcmp(name + length - 4, ".rpm") == 0) &&
	       !strstr(name, "-dbg") && !strstr(name, "debuginfo");
}

static bool has_places(const struct kernel_list *list, const struct kernel_file *kernel,
		       const char *folder)
{
	bool any = folder || kernel->package;

	for (size_t i = 0; i < list->source_count && !any; i++)
		any = may_have_modules(list->sources[i].path, kernel->id.release);
	return any;
}

static int read_package(const char *path, const char *release, const struct module_visitor *visitor)
{
	struct reason why = {""};
	size_t seen = 0;
	int err = module_files_in_package(path, release, visitor, &seen, &why);

	if (err && err != -ENOMEM)
		visitor->skip(visitor->context, path, why.text);
	return err == -ENOMEM ? err : 0;
}

static int read_places(struct kernel_modules *modules, const struct kernel_list *list,
		       const struct kernel_file *kernel, const char *folder)
{
	struct module_visitor visitor = module_search_visitor(&modules->search);
	const char *release = kernel->id.release;
	struct reason why = {""};
	int err = 0;

	if (folder && module_files_in_folder(folder, &visitor, &why) == -ENOMEM)
		return -ENOMEM;
	if (*why.text)
		visitor.skip(visitor.context, folder, why.text);
	if (kernel->package)
		err = read_package(kernel->package, release, &visitor);
	for (size_t i = 0; i < list->source_count && !err; i++) {
		const char *path = list->sources[i].path;

		if (may_have_modules(path, release) &&
		    !(kernel->package && strcmp(path, kernel->package) == 0))
			err = read_package(path, release, &visitor);
	}
	return err;
}

/* --- notes ------------------------------------------------------------------------------------ */

static int write_notes(const struct module_search *search, struct module_notes *ret_notes,
		       struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer used = {0};
	struct module_notes notes = {
		.looked_at = search->looked_at,
		.lacks_named = !search->looked_at && !search->problem_count &&
			       search->choice->kind == MODULE_CHOICE_NAMED,
	};

	for (size_t i = 0; i < search->found_count; i++) {
		const struct found_module *module = &search->found[i];

		if (!module->count)
			continue;
		if (used.size)
			byte_buffer_append(&used, ", ", 2);
		byte_buffer_append(&used, module->btf.name, strlen(module->btf.name));
		byte_buffer_append(&used, " (", 2);
		byte_buffer_append(&used, module->type, strlen(module->type));
		byte_buffer_append(&used, ")", 1);
	}
	if (used.size)
		notes.used = strndup((const char *)used.data, used.size);
	if (search->problem_count)
		notes.problems =
			strndup((const char *)search->problems.data, search->problems.size);
	if ((used.size && !notes.used) || (search->problem_count && !notes.problems) ||
	    byte_buffer_failed(&used) || byte_buffer_failed(&search->problems)) {
		module_notes_clear(&notes);
		return reason_errno(why, -ENOMEM, "cannot keep what is said of its modules");
	}
	*ret_notes = notes;
	return 0;
}

void module_notes_report(struct module_notes *notes, struct kernel_input *input, const char *kernel)
{
	char *rest = NULL;

	input->without_named += notes->lacks_named;
	if (notes->used) {
		engine_say(input->events, ENGINE_DETAIL, kernel, "types of modules: %s",
			   notes->used);
		input->with_modules++;
	} else if (notes->looked_at) {
		engine_say(input->events, ENGINE_DETAIL, kernel,
			   "%zu module%s looked through: none has what the kernel lacks",
			   notes->looked_at, text_plural(notes->looked_at));
	}
	for (char *line = notes->problems ? strtok_r(notes->problems, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		kernel_input_fail(input, NULL, line);
		input->module_failures++;
	}
	module_notes_clear(notes);
}

/* --- all of it -------------------------------------------------------------------------------- */

static int prepare(struct kernel_modules *modules, const struct request_set *requests,
		   struct reason *why)
{
	if (modules->is_ready)
		return 0;
	if (module_search_init(&modules->search, requests))
		return reason_errno(why, -ENOMEM, "cannot look for its modules");
	modules->is_ready = true;
	return 0;
}

int kernel_modules_add(struct kernel_modules *modules, const struct request_set *requests,
		       const struct kernel_input *input, const struct kernel_file *kernel,
		       struct kernel_types *types, struct type_source **source,
		       struct module_notes *ret_notes, struct reason *why)
{
	struct module_search *search = &modules->search;
	_cleanup_free_ char *folder = NULL;
	int found;

	*ret_notes = (struct module_notes){0};
	if (input->modules.kind == MODULE_CHOICE_NONE || types->dwarf || !*kernel->id.release)
		return 0;
	folder = kernel->package ? NULL : find_folder(kernel);
	if (!has_places(&input->list, kernel, folder))
		return 0;
	found = prepare(modules, requests, why);
	if (!found)
		found = module_search_start(search, *source, &input->modules, kernel->id.release,
					    types->btf.budget, &types->btf.held, why);
	if (found <= 0)
		return found;
	if (read_places(modules, &input->list, kernel, folder))
		return reason_errno(why, -ENOMEM, "cannot read its modules");
	found = module_search_join(search, types->btf.data, types->btf.size, why);
	if (found < 0)
		return found;
	if (found > 0) {
		int err =
			btf_source_open(&modules->joined, search->joined, search->joined_size, why);

		if (err)
			return err;
		modules->joined.types.view.modules_from = search->join.kernel.types.view.type_count;
		*source = &modules->joined.types;
	}
	return write_notes(search, ret_notes, why);
}
