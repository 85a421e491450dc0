/* SPDX-License-Identifier: MIT */
#include "embedder/package/package_describe.h"

#include <errno.h>
#include <string.h>

#include "embedder/facts/type_text.h"
#include "embedder/package/package_objects.h"
#include "embedder/program/bpf_code.h"
#include "embedder/util/cleanup.h"

/* What readers of the format look at. */
#define EUNOMIA_VERSION "0.3.3"
#define HELP_TAG	"corebtf:help:"
/* libbpf's, for the names of maps that it makes of data sections. */
#define MAP_NAME_SIZE 16

struct describing {
	const struct package_object *object;
	json_t *list; /* that is filled */
	json_t *types;
	bool has_failed;
};

/* Takes @value, also on failure. */
static void append(struct describing *describing, json_t *list, json_t *value)
{
	describing->has_failed |= json_array_append_new(list, value) != 0;
}

static const struct type_view *types_of(const struct describing *describing)
{
	return &describing->object->source.types.view;
}

/* The help that a declaration tag of the variable says, or NULL. */
static const char *help_of(const struct describing *describing, uint32_t variable)
{
	const struct type_view *types = types_of(describing);

	for (uint32_t id = 1; id < types->type_count; id++) {
		const struct btf_type *type = type_view_type(types, id);

		if (type_view_kind(types, type) == TYPE_VIEW_KIND_DECL_TAG &&
		    type_view_target(types, type) == variable &&
		    strncmp(package_object_name(describing->object, id), HELP_TAG,
			    strlen(HELP_TAG)) == 0)
			return package_object_name(describing->object, id) + strlen(HELP_TAG);
	}
	return NULL;
}

static void add_type(struct describing *describing, uint32_t id)
{
	const struct type_view *types = types_of(describing);
	const struct btf_type *type = type_view_type(types, id);
	json_t *members = json_array(), *entry;
	size_t index;
	char text[256];

	json_array_foreach(describing->types, index, entry)
	{
		if (json_integer_value(json_object_get(entry, "type_id")) == id) {
			json_decref(members);
			return;
		}
	}
	for (uint32_t i = 0; i < type_view_vlen(types, type); i++) {
		const struct btf_member *member = &type_view_members(type)[i];
		const char *name = type_view_string(types, type_view_u32(types, member->name_off));

		type_text(types, type_view_u32(types, member->type), text, sizeof(text));
		append(describing, members,
		       json_pack("{s:s, s:s}", "name", name ? name : "", "type", text));
	}
	append(describing, describing->types,
	       json_pack("{s:o, s:s, s:i, s:i}", "members", members, "name",
			 package_object_name(describing->object, id), "size",
			 (int)type_view_size(types, type), "type_id", (int)id));
}

/* Readers take "bool" and not "const volatile bool". */
static uint32_t without_qualifiers(const struct type_view *types, uint32_t id)
{
	for (int depth = 0; depth < 32; depth++) {
		const struct btf_type *type = type_view_type(types, id);
		uint32_t kind = type ? type_view_kind(types, type) : BTF_KIND_INT;

		if (kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE)
			break;
		id = type_view_target(types, type);
	}
	return id;
}

/* A pointer to a struct is how an object says what its events are. */
static int add_variable(void *context, uint32_t variable)
{
	struct describing *describing = context;
	const struct type_view *types = types_of(describing);
	const struct btf_type *type = type_view_type(types, variable);
	const char *help = help_of(describing, variable);
	uint32_t pointed = package_object_pointed(describing->object, variable);
	char text[256];
	json_t *entry;

	type_text(types, without_qualifiers(types, type_view_target(types, type)), text,
		  sizeof(text));
	entry = json_pack("{s:s, s:s}", "name", package_object_name(describing->object, variable),
			  "type", text);
	if (entry && help)
		describing->has_failed |=
			json_object_set_new(entry, "description", json_string(help)) != 0;
	append(describing, describing->list, entry);
	if (pointed)
		add_type(describing, pointed);
	return 0;
}

static int add_map(void *context, uint32_t variable)
{
	struct describing *describing = context;
	const char *name = package_object_name(describing->object, variable);

	append(describing, describing->list, json_pack("{s:s, s:s}", "ident", name, "name", name));
	return 0;
}

/* libbpf makes a map of each data section, whose name has few characters left for the object's. */
static json_t *section_map(const char *object, const char *section)
{
	size_t suffix = strlen(section) < 7 ? 7 : strlen(section);
	int prefix = suffix + 1 < MAP_NAME_SIZE ? (int)(MAP_NAME_SIZE - suffix - 1) : 0;
	char name[MAP_NAME_SIZE + 64];

	snprintf(name, sizeof(name), "%.*s%.60s", prefix, object, section);
	return json_pack("{s:s, s:b, s:s}", "ident", section + 1, "mmaped", 1, "name", name);
}

static json_t *describe_sections(struct describing *describing, const char *name, json_t *maps)
{
	static const char *const sections[] = {".rodata", ".bss", ".data"};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		describing->list = json_array();
		package_object_each(describing->object, sections[i], add_variable, describing);
		if (!json_array_size(describing->list)) {
			json_decref(describing->list);
			continue;
		}
		append(describing, list,
		       json_pack("{s:s, s:o}", "name", sections[i], "variables", describing->list));
		append(describing, maps, section_map(name, sections[i]));
	}
	return list;
}

static json_t *describe_programs(struct describing *describing, const struct bpf_code *code)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < code->function_count; i++) {
		const struct bpf_code_function *function = &code->functions[i];

		if (function->is_program)
			append(describing, list,
			       json_pack("{s:s, s:b, s:s}", "attach",
					 code->sections[function->section].name, "link", 1, "name",
					 function->name));
	}
	return list;
}

/* "opensnoop.bpf.o" is "opensnoop_bpf", as bpftool says it. */
static void name_of(const struct bpf_object_file *file, char *name, size_t size)
{
	size_t length = strlen(file->name);

	if (length > 2 && strcmp(file->name + length - 2, ".o") == 0)
		length -= 2;
	snprintf(name, size, "%.*s", (int)length, file->name);
	for (char *at = name; *at; at++) {
		if (*at == '.' || *at == '-')
			*at = '_';
	}
}

int package_describe(const struct bpf_object_file *file, json_t **ret_meta, struct reason *why)
{
	_cleanup_(package_object_close) struct package_object object = {0};
	_cleanup_(bpf_code_free) struct bpf_code code = {0};
	struct describing describing = {.object = &object};
	json_t *maps, *sections, *programs;
	char name[64];
	int err = package_object_open(&object, file, why);

	if (!err)
		err = bpf_code_read(file, &code, why);
	if (err)
		return err;
	name_of(file, name, sizeof(name));
	describing.types = json_array();
	maps = describing.list = json_array();
	package_object_each(&object, ".maps", add_map, &describing);
	sections = describe_sections(&describing, name, maps);
	programs = describe_programs(&describing, &code);
	*ret_meta = json_pack("{s:{s:o, s:o, s:s, s:o}, s:s, s:o}", "bpf_skel", "data_sections",
			      sections, "maps", maps, "obj_name", name, "progs", programs,
			      "eunomia_version", EUNOMIA_VERSION, "export_types", describing.types);
	if (*ret_meta && !describing.has_failed)
		return 0;
	json_decref(*ret_meta);
	*ret_meta = NULL;
	/* No memory, or a name that is no UTF-8. */
	return reason_set(why, -EBADMSG, "its names cannot be written as JSON");
}
