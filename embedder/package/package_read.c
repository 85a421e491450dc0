/* SPDX-License-Identifier: MIT */
/*
 * In: the text of a package.json, hostile or not. Out: the object in it, and lines for the runner.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embedder/package/base64.h"
#include "embedder/package/bpf_package.h"
#include "embedder/package/package_defaults.h"
#include "embedder/util/cleanup.h"

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

bool bpf_package_is(const void *start, size_t size)
{
	const char *text = start;
	size_t i = 0;

	while (i < size &&
	       (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r'))
		i++;
	return i < size && text[i] == '{';
}

void bpf_package_free(struct bpf_package *package)
{
	free(package->name);
	free(package->object);
	free(package->defaults);
	*package = (struct bpf_package){0};
}

/* Exactly @size bytes must come out: a bomb ends after that many. */
static int unpack(const unsigned char *packed, size_t packed_size, void *data, size_t size,
		  struct reason *why)
{
	z_stream stream = {
		.next_in = (unsigned char *)packed,
		.avail_in = (uInt)packed_size,
		.next_out = data,
		.avail_out = (uInt)size,
	};
	int result;

	if (inflateInit(&stream) != Z_OK)
		return reason_set(why, -ENOMEM, "out of memory");
	result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	if (result == Z_STREAM_END && !stream.avail_out)
		return 0;
	return reason_set(why, -EBADMSG,
			  result == Z_BUF_ERROR || result == Z_STREAM_END
				  ? "bpf_object does not unpack to bpf_object_size (%zu) bytes"
				  : "bpf_object is damaged: zlib cannot unpack it to %zu bytes",
			  size);
}

static int read_object(const json_t *root, struct bpf_package *package, struct reason *why)
{
	const json_t *text = json_object_get(root, "bpf_object");
	const json_t *size = json_object_get(root, "bpf_object_size");
	_cleanup_free_ unsigned char *packed = NULL;
	size_t packed_size = 0;

	if (!json_is_string(text) || !json_is_integer(size))
		return reason_set(why, -EBADMSG,
				  "no package.json: it has no text bpf_object and no number "
				  "bpf_object_size");
	if (json_integer_value(size) < 1 ||
	    json_integer_value(size) > (json_int_t)BPF_PACKAGE_OBJECT_MAX)
		return reason_set(why, -EFBIG, "bpf_object_size is not between 1 and %zu",
				  BPF_PACKAGE_OBJECT_MAX);
	packed = malloc(BASE64_DECODED_SIZE(json_string_length(text)) + 1);
	if (!packed)
		return reason_set(why, -ENOMEM, "out of memory");
	if (base64_decode(json_string_value(text), json_string_length(text), packed, &packed_size))
		return reason_set(why, -EBADMSG, "bpf_object is no base64");
	package->object_size = (size_t)json_integer_value(size);
	package->object = malloc(package->object_size);
	if (!package->object)
		return reason_set(why, -ENOMEM, "out of memory for %zu bytes",
				  package->object_size);
	return unpack(packed, packed_size, package->object, package->object_size, why);
}

/* "opensnoop_bpf", as bpftool and ecc write it: what becomes the name of a file. */
static int read_name(const json_t *meta, struct bpf_package *package, struct reason *why)
{
	const json_t *text = json_object_get(json_object_get(meta, "bpf_skel"), "obj_name");
	const char *name = json_is_string(text) ? json_string_value(text) : "package";
	size_t length = strlen(name);

	if (length > 4 && strcmp(name + length - 4, "_bpf") == 0)
		length -= 4;
	if (!length || length > 60 || *name == '.' || strcspn(name, "/\\ \t\n") < length)
		return reason_set(why, -EBADMSG, "meta.bpf_skel.obj_name is no name of a file");
	package->name = strndup(name, length);
	for (char *at = package->name; at && *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '_';
	}
	return package->name ? 0 : reason_set(why, -ENOMEM, "out of memory");
}

static int read_defaults(const json_t *meta, const struct bpf_object_file *file,
			 struct bpf_package *package, struct reason *why)
{
	_cleanup_(package_object_close) struct package_object object = {0};
	struct byte_buffer text = {0};
	int err = package_object_open(&object, file, why);

	if (!err)
		err = package_defaults_write(meta, &object, &text, why);
	byte_buffer_append_u8(&text, 0);
	if (!err && byte_buffer_failed(&text))
		err = reason_set(why, -ENOMEM, "out of memory");
	if (!err)
		package->defaults = strdup((const char *)text.data);
	byte_buffer_free(&text);
	return err || package->defaults ? err : reason_set(why, -ENOMEM, "out of memory");
}

int bpf_package_read(const void *json, size_t size, struct bpf_package *ret_package,
		     struct reason *why)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file file = {0};
	_cleanup_(bpf_package_free) struct bpf_package package = {0};
	_cleanup_(cleanup_json) json_t *root = NULL;
	json_error_t error;
	const json_t *meta;
	int err;

	if (size > BPF_PACKAGE_SIZE_MAX)
		return reason_set(why, -EFBIG, "more than %zu bytes", BPF_PACKAGE_SIZE_MAX);
	root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return reason_set(why, -EBADMSG, "line %d: %s", error.line, error.text);
	meta = json_object_get(root, "meta");
	err = read_object(root, &package, why);
	if (!err)
		err = read_name(meta, &package, why);
	if (!err)
		err = bpf_object_file_copy(package.name, package.object, package.object_size, &file,
					   why);
	if (!err)
		err = read_defaults(meta, &file, &package, why);
	if (err)
		return err;
	*ret_package = package;
	package = (struct bpf_package){0};
	return 0;
}
