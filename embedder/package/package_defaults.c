/* SPDX-License-Identifier: MIT */
#include "embedder/package/package_defaults.h"

#include <inttypes.h>
#include <string.h>

#define NAME_MAX_LENGTH 127
#define TEXT_MAX_LENGTH 1000

struct writing {
	const struct package_object *object;
	struct byte_buffer *text;
	const char *event_type; /* of the buffers that name none; NULL: no type is exported */
	json_int_t interval;	/* the shortest of all maps, in milliseconds; 0: none */
	struct reason *why;
};

const json_t *package_member(const json_t *parent, const char *key, json_type type, bool *ret_bad)
{
	const json_t *member = json_object_get(parent, key);

	if (!member || json_is_null(member))
		return NULL;
	if (json_typeof(member) == type)
		return member;
	*ret_bad = true;
	return NULL;
}

static int bad(const struct writing *writing, const char *what)
{
	return reason_set(writing->why, -EBADMSG, "meta.%s is not of the format", what);
}

/* One line; what would end it, or a terminal obeys, becomes a space. */
static void put(const struct writing *writing, const char *key, const char *first, const char *rest)
{
	struct byte_buffer *text = writing->text;

	byte_buffer_append(text, key, strlen(key));
	byte_buffer_append_u8(text, ' ');
	byte_buffer_append(text, first, strlen(first));
	for (size_t i = 0; i < TEXT_MAX_LENGTH && rest[i]; i++) {
		unsigned char c = rest[i];

		byte_buffer_append_u8(text, c < 0x20 || c == 0x7f ? ' ' : c);
	}
	byte_buffer_append_u8(text, '\n');
}

/* Names go into option names and NAME=VALUE. */
static bool is_name(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '.' && (c != '-' || !i))
			return false;
	}
	return length && length <= NAME_MAX_LENGTH;
}

/* A JSON value as an option's. */
static int put_value(const struct writing *writing, const char *option, const json_t *value)
{
	char text[2 * NAME_MAX_LENGTH + 64];

	if (json_is_boolean(value))
		snprintf(text, sizeof(text), "--%s=%s", option,
			 json_is_true(value) ? "true" : "false");
	else if (json_is_integer(value))
		snprintf(text, sizeof(text), "--%s=%" JSON_INTEGER_FORMAT, option,
			 json_integer_value(value));
	else if (json_is_string(value))
		snprintf(text, sizeof(text), "--%s=", option);
	else
		return reason_set(writing->why, -EBADMSG,
				  "the default of %s is no truth value, whole number or text",
				  option);
	put(writing, "argument", text, json_is_string(value) ? json_string_value(value) : "");
	return 0;
}

struct search {
	const struct package_object *object;
	const char *name;
};

static int is_called(void *context, uint32_t variable)
{
	const struct search *search = context;

	return strcmp(package_object_name(search->object, variable), search->name) == 0;
}

/* A variable of .rodata: the name of its option, the letter, help, default. */
static int write_variable(const struct writing *writing, const char *section,
			  const json_t *variable)
{
	bool is_bad = !json_is_object(variable);
	const json_t *name = package_member(variable, "name", JSON_STRING, &is_bad);
	const json_t *argument = package_member(variable, "cmdarg", JSON_OBJECT, &is_bad);
	const json_t *help = package_member(argument, "help", JSON_STRING, &is_bad);
	const json_t *text = package_member(variable, "description", JSON_STRING, &is_bad);
	const json_t *option = package_member(argument, "long", JSON_STRING, &is_bad);
	const json_t *letter = package_member(argument, "short", JSON_STRING, &is_bad);
	const json_t *value = json_object_get(argument, "default");
	struct search search = {writing->object, json_string_value(name)};
	char first[NAME_MAX_LENGTH + 2];

	if (is_bad || !name || !is_name(search.name) ||
	    (option && !is_name(json_string_value(option))) ||
	    (letter && json_string_length(letter) != 1))
		return bad(writing, "bpf_skel.data_sections: a variable");
	if (!package_object_each(writing->object, section, is_called, &search))
		return reason_set(writing->why, -EBADMSG,
				  "it describes a variable %s in %s, which "
				  "the object does not have",
				  search.name, section);
	snprintf(first, sizeof(first), "%s ", search.name);
	if (option && strcmp(json_string_value(option), search.name) != 0)
		put(writing, "option", first, json_string_value(option));
	if (letter)
		put(writing, "letter", first, json_string_value(letter));
	if (help || text)
		put(writing, "help", first, json_string_value(help ? help : text));
	if (!value || json_is_null(value))
		value = json_object_get(variable, "value");
	if (!value || json_is_null(value))
		return 0;
	return put_value(writing, option ? json_string_value(option) : search.name, value);
}

/* Only .rodata* has options: other sections are the program's own to change. */
static int write_section(const struct writing *writing, const json_t *section)
{
	bool is_bad = !json_is_object(section);
	const json_t *name = package_member(section, "name", JSON_STRING, &is_bad);
	const json_t *variables = package_member(section, "variables", JSON_ARRAY, &is_bad);
	int err = 0;

	if (is_bad || !name)
		return bad(writing, "bpf_skel.data_sections");
	if (strncmp(json_string_value(name), ".rodata", 7) != 0)
		return 0;
	for (size_t i = 0; !err && i < json_array_size(variables); i++)
		err = write_variable(writing, json_string_value(name),
				     json_array_get(variables, i));
	return err;
}

static int write_sample(struct writing *writing, const char *map, const json_t *sample)
{
	bool is_bad = false;
	const json_t *type = package_member(sample, "type", JSON_STRING, &is_bad);
	const json_t *unit = package_member(sample, "unit", JSON_STRING, &is_bad);
	const json_t *interval = package_member(sample, "interval", JSON_INTEGER, &is_bad);
	const json_t *clears = json_object_get(sample, "clear_map");
	const char *kind = type ? json_string_value(type) : "default_kv";
	json_int_t milliseconds = json_integer_value(interval);
	char first[NAME_MAX_LENGTH + 32];

	if (is_bad || (interval && (milliseconds < 1 || milliseconds > 1000000000)))
		return bad(writing, "bpf_skel.maps: a sample");
	if (interval && (!writing->interval || milliseconds < writing->interval))
		writing->interval = milliseconds;
	if (strcmp(kind, "log2_hist") == 0)
		snprintf(first, sizeof(first), "--map=%s=log2%s", map, unit ? ":" : "");
	else if (strcmp(kind, "linear_hist") == 0)
		snprintf(first, sizeof(first), "--map=%s=linear:0:1%s", map, unit ? ":" : "");
	else if (strcmp(kind, "default_kv") == 0)
		snprintf(first, sizeof(first), "--map=%s=table", map);
	else
		return reason_set(writing->why, -EBADMSG,
				  "the map %s is to be shown as '%s', which is not known", map,
				  kind);
	put(writing, "argument", first,
	    unit && strcmp(kind, "default_kv") != 0 ? json_string_value(unit) : "");
	if (json_is_true(clears))
		put(writing, "argument", "--clear", "");
	return 0;
}

/* The type that a buffer's export_config names by its id, or the first exported one. */
static int write_event(const struct writing *writing, const char *map, const json_t *config)
{
	const json_t *id = json_is_object(config) ? json_object_get(config, "btf_type_id") : NULL;
	const char *type = writing->event_type;
	char first[NAME_MAX_LENGTH + 16];

	if (!package_object_is_buffer(writing->object, map))
		return 0;
	if (json_is_integer(id) && json_integer_value(id) > 0 &&
	    json_integer_value(id) < UINT32_MAX)
		type = package_object_name(writing->object, (uint32_t)json_integer_value(id));
	if (!type || !*type)
		return 0;
	snprintf(first, sizeof(first), "--event=%s=", map);
	put(writing, "argument", first, type);
	return 0;
}

static int write_map(struct writing *writing, const json_t *map)
{
	bool is_bad = !json_is_object(map);
	const json_t *name = package_member(map, "name", JSON_STRING, &is_bad);
	const json_t *sample = package_member(map, "sample", JSON_OBJECT, &is_bad);
	int err;

	if (is_bad || !name || !is_name(json_string_value(name)))
		return bad(writing, "bpf_skel.maps");
	err = write_event(writing, json_string_value(name), json_object_get(map, "export_config"));
	if (!err && sample)
		err = write_sample(writing, json_string_value(name), sample);
	return err;
}

static int write_doc(const struct writing *writing, const json_t *doc)
{
	bool is_bad = false;
	const json_t *brief = package_member(doc, "brief", JSON_STRING, &is_bad);
	const json_t *text = package_member(doc, "description", JSON_STRING, &is_bad);
	const json_t *details = package_member(doc, "details", JSON_STRING, &is_bad);
	const json_t *version = package_member(doc, "version", JSON_STRING, &is_bad);

	if (is_bad)
		return bad(writing, "bpf_skel.doc");
	if (brief)
		put(writing, "about", "", json_string_value(brief));
	if (text)
		put(writing, "about", "", json_string_value(text));
	if (details)
		put(writing, "about", "", json_string_value(details));
	if (version)
		put(writing, "version", "", json_string_value(version));
	return 0;
}

static int find_event_type(struct writing *writing, const json_t *meta)
{
	bool is_bad = false;
	const json_t *types = package_member(meta, "export_types", JSON_ARRAY, &is_bad);
	const json_t *name = package_member(json_array_get(types, 0), "name", JSON_STRING, &is_bad);

	if (is_bad || (json_array_size(types) && (!name || !is_name(json_string_value(name)))))
		return bad(writing, "export_types");
	writing->event_type = json_string_value(name);
	return 0;
}

int package_defaults_write(const json_t *meta, const struct package_object *object,
			   struct byte_buffer *text, struct reason *why)
{
	struct writing writing = {.object = object, .text = text, .why = why};
	bool is_bad = false;
	const json_t *skeleton = package_member(meta, "bpf_skel", JSON_OBJECT, &is_bad);
	const json_t *sections = package_member(skeleton, "data_sections", JSON_ARRAY, &is_bad);
	const json_t *maps = package_member(skeleton, "maps", JSON_ARRAY, &is_bad);
	const json_t *doc = package_member(skeleton, "doc", JSON_OBJECT, &is_bad);
	int err = is_bad ? bad(&writing, "bpf_skel") : find_event_type(&writing, meta);
	char interval[64];

	if (!err)
		err = write_doc(&writing, doc);
	for (size_t i = 0; !err && i < json_array_size(sections); i++)
		err = write_section(&writing, json_array_get(sections, i));
	for (size_t i = 0; !err && i < json_array_size(maps); i++)
		err = write_map(&writing, json_array_get(maps, i));
	if (err || !writing.interval)
		return err;
	snprintf(interval, sizeof(interval), "--interval=%" JSON_INTEGER_FORMAT ".%03d",
		 writing.interval / 1000, (int)(writing.interval % 1000));
	put(&writing, "argument", interval, "");
	return 0;
}
