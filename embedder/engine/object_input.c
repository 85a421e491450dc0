/* SPDX-License-Identifier: MIT */
/*
 * In: object files, or an executable with objects inside. Out: one set of requests.
 */
#include "embedder/engine/object_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/elf/elf_file.h"
#include "embedder/util/text.h"
#include "embedder/object/embedded_objects.h"
#include "embedder/package/bpf_package.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "runtime/kernel/machine.h"
#include "runtime/util/array.h"

int object_input_init(struct object_input *input, const struct engine_events *events)
{
	*input = (struct object_input){.events = events, .requests = request_set_new()};
	if (input->requests)
		return 0;
	engine_say(events, ENGINE_FAILURE, NULL, "out of memory");
	return -ENOMEM;
}

void object_input_free(struct object_input *input)
{
	request_set_free(input->requests);
	for (size_t i = 0; i < input->code_count; i++)
		bpf_code_free(&input->codes[i]);
	free(input->codes);
	*input = (struct object_input){0};
}

static int add_object(struct object_input *input, const struct bpf_object_file *object,
		      struct reason *why)
{
	struct bpf_code code = {0};
	int err = 0;

	if (input->keep_code) {
		if (array_reserve(input->codes, input->code_capacity, input->code_count + 1))
			return reason_set(why, -ENOMEM, "out of memory");
		err = bpf_code_read(object, &code, why);
	}
	if (!err)
		err = request_set_add_object(input->requests, object, why);
	if (err)
		bpf_code_free(&code);
	else if (input->keep_code)
		input->codes[input->code_count++] = code;
	return err;
}

/* The object of a package.json. -ENOEXEC: the file is none. */
static int open_package(const char *path, struct bpf_object_file *ret_object, struct reason *why)
{
	_cleanup_(bpf_package_free) struct bpf_package package = {0};
	_cleanup_free_ void *json = NULL;
	_cleanup_free_ char *name = NULL;
	size_t size = 0;
	int err = input_file_read(path, BPF_PACKAGE_SIZE_MAX, &json, &size, NULL);

	if (err || !bpf_package_is(json, size))
		return -ENOEXEC;
	err = bpf_package_read(json, size, &package, why);
	if (err)
		return err == -ENOEXEC ? -EBADMSG : err;
	if (asprintf(&name, "%s.bpf.o", package.name) < 0) {
		name = NULL;
		return reason_set(why, -ENOMEM, "out of memory");
	}
	return bpf_object_file_copy(name, package.object, package.object_size, ret_object, why);
}

static int open_object(const char *path, struct bpf_object_file *ret_object, struct reason *why)
{
	struct reason no_object = {""};
	int err = bpf_object_file_open(path, ret_object, &no_object);

	if (err == -ENOEXEC)
		err = open_package(path, ret_object, why);
	if (err == -ENOEXEC || (err && !*why->text))
		*why = no_object;
	return err;
}

static int add_file(struct object_input *input, const char *path)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	struct reason why = {""};
	uint32_t relocations;
	int err = open_object(path, &object, &why);

	if (!err)
		err = add_object(input, &object, &why);
	if (err) {
		engine_say(input->events, ENGINE_FAILURE, path, "%s", why.text);
		return err;
	}
	relocations = request_set_last_object(input->requests)->relocation_count;
	engine_say(input->events, ENGINE_DETAIL, path, "%s relocation%s",
		   text_count(relocations).text, text_plural(relocations));
	return 0;
}

int object_input_add_memory(struct object_input *input, const char *name, const void *data,
			    size_t size)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	struct reason why = {""};
	int err = bpf_object_file_copy(name, data, size, &object, &why);

	if (!err)
		err = add_object(input, &object, &why);
	if (err)
		engine_say(input->events, ENGINE_FAILURE, name, "%s", why.text);
	return err;
}

static int add_image(struct object_input *input, const char *name, const char *file,
		     const struct embedded_object *place, struct reason *why)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	_cleanup_free_ char *object_name = NULL;
	uint32_t relocations;
	int err;

	/* The place is part of the name: a program may carry several. */
	if (asprintf(&object_name, "%s+0x%zx", name, place->offset) < 0) {
		object_name = NULL;
		return reason_errno(why, -ENOMEM, "cannot keep the object");
	}
	err = bpf_object_file_copy(object_name, file + place->offset, place->size, &object, why);
	if (!err)
		err = add_object(input, &object, why);
	if (err)
		return err;
	relocations = request_set_last_object(input->requests)->relocation_count;
	engine_say(input->events, ENGINE_NOTE, NULL,
		   "found BPF object: %s bytes at offset 0x%zx, %s relocation%s",
		   text_count(place->size).text, place->offset, text_count(relocations).text,
		   text_plural(relocations));
	return 0;
}

static int add_all_images(struct object_input *input, const char *path, const char *file,
			  size_t size)
{
	_cleanup_free_ struct embedded_object *places = NULL;
	int count = embedded_objects_find(file, size, &places);

	if (count < 0) {
		engine_say(input->events, ENGINE_FAILURE, path,
			   "cannot search it for BPF objects: %s", strerror(-count));
		return count;
	}
	if (count == 0 && request_set_count(input->requests)) /* of object_input_keep() */
		return 0;
	if (count == 0) {
		engine_say(input->events, ENGINE_FAILURE, path,
			   "no BPF object inside; name the object files after it");
		return -ENOENT;
	}
	for (int i = 0; i < count; i++) {
		struct reason why = {""};
		int err = add_image(input, basename(path), file, &places[i], &why);

		if (err) {
			engine_say(input->events, ENGINE_FAILURE, path,
				   "BPF object at offset 0x%zx: %s", places[i].offset, why.text);
			return err;
		}
	}
	return 0;
}

/* Reads the objects inside an executable, with a note for each. -ENOENT: there is none. */
static int add_embedded(struct object_input *input, const char *path)
{
	_cleanup_free_ void *file = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = input_file_read(path, SIZE_MAX / 2, &file, &size, &why);

	if (err) {
		engine_say(input->events, ENGINE_FAILURE, path, "%s", why.text);
		return err;
	}
	return add_all_images(input, path, file, size);
}

/* Lines of --keep-from. */
#define KEEP_FILE_MAX (1 << 20)

static int keep(struct object_input *input, const char *path, unsigned int line, const char *text)
{
	struct reason why = {""};
	int err = request_set_keep(input->requests, text, &why);

	if (err && path)
		engine_say(input->events, ENGINE_FAILURE, path, "line %u: '%s': %s", line, text,
			   why.text);
	else if (err)
		engine_say(input->events, ENGINE_FAILURE, NULL, "--keep '%s': %s", text, why.text);
	return err;
}

int object_input_keep(struct object_input *input, const char *text)
{
	return keep(input, NULL, 0, text);
}

int object_input_keep_file(struct object_input *input, const char *path)
{
	_cleanup_free_ void *file = NULL;
	struct reason why = {""};
	size_t size = 0;
	char *left, *line;
	int err = input_file_read(path, KEEP_FILE_MAX, &file, &size, &why);

	if (err) {
		engine_say(input->events, ENGINE_FAILURE, path, "%s", why.text);
		return err;
	}
	left = strndup(file, size);
	if (!left)
		return -ENOMEM;
	free(file);
	file = left;
	for (unsigned int number = 1; !err && (line = strsep(&left, "\n")); number++) {
		line += strspn(line, " \t\r");
		if (*line && *line != '#')
			err = keep(input, path, number, line);
	}
	return err;
}

int object_input_add_all(struct object_input *input, const char *const *paths, size_t count,
			 const char *executable)
{
	int err = count ? 0 : add_embedded(input, executable);

	for (size_t i = 0; !err && i < count; i++)
		err = add_file(input, paths[i]);
	if (!err && request_set_count(input->requests) == 0)
		engine_say(input->events, ENGINE_NOTE, NULL,
			   "note: no object has CO-RE relocations; nothing of any BTF is needed");
	return err;
}

/* --- objects and executables ------------------------------------------------------------------ */

/* The machine of an ELF file, "" for other files; *@ret_is_object: it is for BPF. */
static const char *machine_of(const char *path, bool *ret_is_object)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t bytes[EI_NIDENT + 4] = {0};
	struct elf_codec codec;
	uint16_t machine;

	*ret_is_object = false;
	if (fd < 0 || pread(fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes) ||
	    !elf_file_is(bytes, sizeof(bytes)))
		return "";
	codec.is_64bit = bytes[EI_CLASS] == ELFCLASS64;
	codec.big_endian = bytes[EI_DATA] == ELFDATA2MSB;
	machine = (uint16_t)elf_codec_get_number(&codec, bytes + EI_NIDENT + 2, 2);
	*ret_is_object = machine == EM_BPF;
	return machine_from_elf(machine, codec.is_64bit, codec.big_endian);
}

int object_input_add_mixed(struct object_input *input, const char *const *paths, size_t count,
			   const char **ret_machine)
{
	const char *machine = NULL;
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		bool is_object;
		const char *own = machine_of(paths[i], &is_object);

		if (is_object || (machine && strcmp(machine, own) != 0))
			own = "";
		machine = own;
		err = is_object ? add_file(input, paths[i]) : add_embedded(input, paths[i]);
	}
	*ret_machine = machine ? machine : "";
	return err;
}

static const char *order_name(bool big_endian)
{
	return big_endian ? "big-endian" : "little-endian";
}

/* @target: with its verb. */
static int refuse_order(const struct object_input *input, const struct relo_object *object,
			const char *target)
{
	engine_say(input->events, ENGINE_FAILURE, object->name,
		   "it is a %s BPF object, but %s %s, where libbpf refuses to load it: "
		   "compile it with clang -target %s",
		   order_name(object->big_endian), target, order_name(!object->big_endian),
		   object->big_endian ? "bpfel" : "bpfeb");
	return -EINVAL;
}

int object_input_check_order(const struct object_input *input, bool big_endian, const char *target)
{
	for (size_t i = 0; i < input->requests->object_count; i++) {
		const struct relo_object *object = &input->requests->objects[i];
		char text[512];

		if (object->big_endian == big_endian)
			continue;
		snprintf(text, sizeof(text), "%s is", target);
		return refuse_order(input, object, text);
	}
	return 0;
}

int object_input_check_orders(const struct object_input *input, const bool kernels[static 2])
{
	for (size_t i = 0; i < input->requests->object_count; i++) {
		const struct relo_object *object = &input->requests->objects[i];

		if (!kernels[object->big_endian])
			return refuse_order(input, object, "all kernels are");
	}
	return 0;
}
