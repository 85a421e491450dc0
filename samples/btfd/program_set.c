/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "program_set.h"

/* libbpf has one print function for the whole process, without a context. */
static bool verbose;
static char first_warning[256];

static int note_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
	va_list again;

	if (level == LIBBPF_WARN && !first_warning[0]) {
		va_copy(again, arguments);
		vsnprintf(first_warning, sizeof(first_warning), format, again);
		va_end(again);
		first_warning[strcspn(first_warning, "\n")] = '\0';
	}
	return verbose ? vfprintf(stderr, format, arguments) : 0;
}

void program_set_verbose(bool on)
{
	verbose = on;
	libbpf_set_print(note_message);
}

/* "FILE: WHAT: No such process (libbpf: what it said first)" */
static int explain(struct reason *reason, int error, const char *path, const char *what)
{
	char words[128];

	/* Not strerror(): libbpf's own errors start at 4000. */
	libbpf_strerror(error, words, sizeof(words));
	return reason_set(reason, error, "%s: %s: %s%s%s%s", path, what, words,
			  first_warning[0] ? " (" : "", first_warning, first_warning[0] ? ")" : "");
}

/* Replaces the object's map by the stream's. */
static int share_events(struct bpf_object *object, const struct event_stream *stream)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, "events");

	if (!map || bpf_map__type(map) != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return -EINVAL;
	return bpf_map__reuse_fd(map, event_stream_map_fd(stream));
}

static int load_object(const struct object_file *file, const char *btf_path,
		       const struct event_stream *stream, struct bpf_object **ret_object,
		       struct reason *reason)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "btfd", .btf_custom_path = btf_path);
	struct bpf_object *object;
	int err;

	first_warning[0] = '\0';
	object = bpf_object__open_mem(file->data, file->size, &opts);
	if (!object)
		return explain(reason, -errno, file->path, "no BPF object");
	if (!bpf_object__next_program(object, NULL)) {
		err = reason_set(reason, -EINVAL, "%s: no BPF program in it", file->path);
		goto fail;
	}
	err = share_events(object, stream);
	if (err) {
		explain(reason, err, file->path, "no perf event array \"events\" in it");
		goto fail;
	}
	err = bpf_object__load(object);
	if (err) {
		explain(reason, err, file->path, "cannot be loaded");
		goto fail;
	}
	*ret_object = object;
	return 0;
fail:
	bpf_object__close(object);
	return err;
}

static int attach_object(struct bpf_object *object, const char *path, struct program_set *set,
			 struct reason *reason)
{
	struct bpf_program *program;
	struct bpf_link **links;
	struct bpf_link *link;

	bpf_object__for_each_program(program, object)
	{
		first_warning[0] = '\0';
		if (!bpf_program__autoload(program))
			continue;
		links = realloc(set->links, (set->count + 1) * sizeof(struct bpf_link *));
		if (!links)
			return reason_errno(reason, -ENOMEM, path);
		set->links = links;
		link = bpf_program__attach(program);
		if (!link)
			return explain(reason, -errno, path, "cannot be attached");
		links[set->count++] = link;
	}
	return 0;
}

int program_set_load(const struct object_list *list, const char *btf_path,
		     struct event_stream *stream, struct program_set *ret_set,
		     struct reason *reason)
{
	struct bpf_object **objects = calloc(list->count + 1, sizeof(struct bpf_object *));
	struct program_set set = {.objects = list->count};
	int err = objects ? 0 : reason_errno(reason, -ENOMEM, "loading");

	for (size_t i = 0; i < list->count && !err; i++) {
		err = load_object(&list->files[i], btf_path, stream, &objects[i], reason);
		if (!err && (err = event_stream_drain(stream)))
			reason_errno(reason, err, "writing events");
	}
	for (size_t i = 0; i < list->count && !err; i++)
		err = attach_object(objects[i], list->files[i].path, &set, reason);

	for (size_t i = 0; objects && i < list->count; i++)
		bpf_object__close(objects[i]);
	free(objects);
	if (err) {
		program_set_unload(&set);
		return err;
	}
	*ret_set = set;
	return 0;
}

void program_set_unload(struct program_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		bpf_link__destroy(set->links[i]);
	free(set->links);
	*set = (struct program_set){0};
}
