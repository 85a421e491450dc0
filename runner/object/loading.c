/* SPDX-License-Identifier: MIT */
/*
 * libbpf loads all programs of an object or none, and an object whose load failed is of no use. So
 * after a failure of a program that may be skipped, the object is opened anew without it.
 */
#include "runner/object/loading.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runner/object/buffer_choice.h"
#include "runner/object/libbpf_log.h"
#include "runtime/util/array.h"

/* For hash tables whose size the program's own user space would set. */
#define DEFAULT_ENTRIES 10240

#define ERROR_SIZE 128

void loading_free(struct loading *loading)
{
	for (size_t i = 0; loading->objects && i < loading->tool->count; i++)
		bpf_object__close(loading->objects[i]);
	free(loading->objects);
	event_types_free(&loading->types);
	for (size_t i = 0; i < loading->skipped_count; i++) {
		free(loading->skipped[i].name);
		free(loading->skipped[i].why);
	}
	free(loading->skipped);
	loading->objects = NULL;
	loading->skipped = NULL;
	loading->skipped_count = 0;
}

int loading_skip(struct loading *loading, size_t object, const char *program, const char *why)
{
	struct skipped_program skipped = {object, strdup(program), strdup(why)};

	if (skipped.name && skipped.why &&
	    !array_reserve(loading->skipped, loading->skipped_capacity,
			   loading->skipped_count + 1)) {
		loading->skipped[loading->skipped_count++] = skipped;
		return 0;
	}
	free(skipped.name);
	free(skipped.why);
	return -ENOMEM;
}

static bool is_skipped(const struct loading *loading, size_t object, const char *program)
{
	for (size_t i = 0; i < loading->skipped_count; i++) {
		if (loading->skipped[i].object == object &&
		    strcmp(loading->skipped[i].name, program) == 0)
			return true;
	}
	return false;
}

/* opensnoop.bpf.o -> opensnoop, of characters that the kernel takes in names. */
static void object_name(const char *file, char *name, size_t size)
{
	snprintf(name, size, "%.*s", (int)strcspn(file, "."), file);
	for (char *at = name; *at; at++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *at))
			*at = '_';
	}
}

struct bpf_object *loading_open(const struct tool_object *object, const char *btf_path,
				struct reason *why)
{
	char name[64], words[ERROR_SIZE];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name, .btf_custom_path = btf_path);
	struct bpf_object *opened;

	libbpf_log_clear();
	object_name(object->name, name, sizeof(name));
	opened = bpf_object__open_mem(object->data, object->size, &opts);
	if (opened)
		return opened;
	libbpf_strerror(-errno, words, sizeof(words));
	reason_set(why, -errno, "%s: cannot be opened: %s%s%s", object->name, words,
		   *libbpf_log_first() ? ": " : "", libbpf_log_first());
	return NULL;
}

bool loading_is_wanted(const struct settings *settings, const struct bpf_program *program)
{
	return !settings->programs.count ||
	       settings_find(&settings->programs, bpf_program__name(program));
}

bool loading_needs_kernel_btf(const struct bpf_program *program)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_STRUCT_OPS:
		return true;
	default:
		return false;
	}
}

/* Which programs are loaded: sets autoload, and notes those that cannot work here. */
static int choose_programs(struct loading *loading, size_t number, struct bpf_object *object,
			   struct reason *why)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const char *name = bpf_program__name(program), *target;
		bool load = loading_is_wanted(loading->settings, program);
		int err;

		if (load && !is_skipped(loading, number, name) &&
		    loading_needs_kernel_btf(program) && !loading->kernel_has_btf &&
		    loading_skip(loading, number, name,
				 "it needs a kernel that has BTF of its own"))
			return reason_errno(why, -ENOMEM, name);
		load &= !is_skipped(loading, number, name);
		bpf_program__set_autoload(program, load);
		target = settings_find(&loading->settings->attach, name);
		if (!load || !target || !loading_needs_kernel_btf(program))
			continue;
		err = bpf_program__set_attach_target(program, 0, target);
		if (err)
			return reason_set(why, err, "--attach %s=%s: %s", name, target,
					  libbpf_log_first());
	}
	return 0;
}

static bool loads_any(const struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		if (bpf_program__autoload(program))
			return true;
	}
	return false;
}

static void size_maps(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		enum bpf_map_type type = bpf_map__type(map);

		if (!bpf_map__max_entries(map) &&
		    (type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
		     type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH))
			bpf_map__set_max_entries(map, DEFAULT_ENTRIES);
	}
}

/* Is the program declared optional? libbpf does not load those unless it is told to. */
static bool is_optional(const struct loading *loading, size_t number, const char *name)
{
	struct bpf_object *object = loading_open(&loading->tool->objects[number], NULL, NULL);
	struct bpf_program *program =
		object ? bpf_object__find_program_by_name(object, name) : NULL;
	bool optional = program && !bpf_program__autoload(program);

	bpf_object__close(object);
	return optional;
}

/* After a failed load: may the object be tried again without the program that failed? Returns 1,
 * 0 or -ENOMEM. */
static int skip_failed(struct loading *loading, size_t number)
{
	struct libbpf_fault fault;

	libbpf_log_fault(&fault);
	if (!fault.program[0] || is_skipped(loading, number, fault.program) ||
	    !(fault.target_missing || is_optional(loading, number, fault.program)))
		return 0;
	return loading_skip(loading, number, fault.program,
			    fault.target_missing ? "the kernel has no such function or tracepoint"
						 : fault.line)
		       ? -ENOMEM
		       : 1;
}

/* Returns 1 when it is to be tried again. */
static int try_load(struct loading *loading, size_t number, struct reason *why)
{
	const struct tool_object *file = &loading->tool->objects[number];
	struct bpf_object *object = loading_open(file, loading->btf_path, why);
	char words[ERROR_SIZE];
	int err, again;

	if (!object)
		return -EINVAL;
	err = choose_programs(loading, number, object, why);
	if (!err)
		err = variables_apply(loading->variables, object, number, why);
	if (!err)
		err = event_types_find(&loading->types, object, number, loading->settings, why);
	if (!err)
		err = buffer_choice_make(object, loading->btf_path, why);
	if (!err)
		err = loading->prepare(loading->context, object, why);
	size_maps(object);
	if (err || !loads_any(object)) {
		bpf_object__close(object);
		return err;
	}
	libbpf_log_clear();
	err = bpf_object__load(object);
	if (!err) {
		loading->objects[number] = object;
		return 0;
	}
	libbpf_strerror(err, words, sizeof(words));
	reason_set(why, err, "%s: cannot be loaded: %s", file->name, words);
	bpf_object__close(object);
	again = skip_failed(loading, number);
	return again ? again : err;
}

static void close_objects(struct loading *loading)
{
	for (size_t i = 0; i < loading->tool->count; i++) {
		bpf_object__close(loading->objects[i]);
		loading->objects[i] = NULL;
	}
}

int loading_run(struct loading *loading, struct reason *why)
{
	int err = 0;

	loading->objects = calloc(loading->tool->count, sizeof(struct bpf_object *));
	if (!loading->objects)
		return reason_errno(why, -ENOMEM, loading->tool->name);
	for (size_t i = 0; err >= 0 && i < loading->tool->count; i++) {
		err = try_load(loading, i, why);
		if (err <= 0)
			continue;
		close_objects(loading);
		err = loading->restart(loading->context);
		if (err)
			return reason_errno(why, err, loading->tool->name);
		i = (size_t)-1; /* from the first one on */
	}
	return err;
}
