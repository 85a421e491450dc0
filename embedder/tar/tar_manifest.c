/* SPDX-License-Identifier: MIT */
/*
 * Writing and reading stand next to each other, so that one can be held against the other.
 *
 * The text comes from outside, maybe from an editor, maybe from an attacker: every byte of it is
 * checked, and what is not understood is refused rather than skipped. A fact that gets lost here
 * would make a wrong kernel match.
 */
#include "embedder/tar/tar_manifest.h"

#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/bundle_contents.h"
#include "runtime/bundle/format.h"
#include "runtime/util/array.h"

#define FIRST_WORD "corebtf-manifest"
#define VERSION	   1

/* ---- writing ---- */

static void add_text(struct byte_buffer *out, const char *text)
{
	byte_buffer_append(out, text, strlen(text));
}

static void add_string(struct byte_buffer *out, const char *string)
{
	add_text(out, "\"");
	for (const unsigned char *c = (const unsigned char *)string; *c; c++) {
		char escaped[8];

		if (*c < 0x20 || *c >= 0x7f)
			snprintf(escaped, sizeof(escaped), "\\x%02x", *c);
		else if (*c == '"' || *c == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", *c);
		else
			snprintf(escaped, sizeof(escaped), "%c", *c);
		add_text(out, escaped);
	}
	add_text(out, "\"");
}

/* NULL: nothing to say. */
static void add_string_field(struct byte_buffer *out, const char *key, const char *value)
{
	if (!value)
		return;
	add_text(out, " ");
	add_text(out, key);
	add_text(out, "=");
	add_string(out, value);
}

static void add_kernel(struct byte_buffer *out, const struct manifest_kernel *kernel)
{
	add_text(out, "kernel ");
	add_string(out, kernel->path);
	add_string_field(out, "os-id", kernel->id.os_id);
	add_string_field(out, "version-id", kernel->id.version_id);
	add_string_field(out, "machine", kernel->id.machine);
	add_string_field(out, "uname-version", kernel->id.uname_version);
	if (kernel->id.build_id_size)
		add_text(out, " build-id=");
	for (size_t i = 0; i < kernel->id.build_id_size; i++) {
		char digits[4];

		snprintf(digits, sizeof(digits), "%02x", kernel->id.build_id[i]);
		add_text(out, digits);
	}
	add_text(out, "\n");
}

void tar_manifest_write(const struct tar_manifest *manifest, struct byte_buffer *text)
{
	char numbers[80];

	add_text(text, FIRST_WORD
		 " 1\n"
		 "# What the paths of these BTFs do not say; 'corebtf convert' reads it.\n");
	if (manifest->has_bundle) {
		add_text(text, "bundle byte-order=");
		add_text(text, manifest->big_endian ? "big" : "little");
		add_text(text, " compression=");
		add_text(text, manifest->compression == BUNDLE_COMPRESSION_XZ ? "xz\n" : "none\n");
	}
	for (size_t i = 0; i < manifest->object_count; i++) {
		add_text(text, "object ");
		add_string(text, manifest->objects[i].name);
		snprintf(numbers, sizeof(numbers),
			 " digest=%016" PRIx64 " relocations=%" PRIu32 "\n",
			 manifest->objects[i].digest, manifest->objects[i].relocation_count);
		add_text(text, numbers);
	}
	for (size_t i = 0; i < manifest->kernel_count; i++)
		add_kernel(text, &manifest->kernels[i]);
}

/* ---- reading ---- */

struct reader {
	const char *at, *end; /* what is left of the text */
	size_t line;	      /* counted from 1 */
	struct tar_manifest *manifest;
	size_t object_room, kernel_room;
	struct reason *why;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct reader *reader,
							const char *format, ...)
{
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return reason_set(reader->why, -EBADMSG, "line %zu: %s", reader->line, text);
}

static int no_memory(const struct reader *reader)
{
	return reason_errno(reader->why, -ENOMEM, "cannot read the manifest");
}

static bool at_end_of_line(const struct reader *reader)
{
	return reader->at == reader->end || *reader->at == '\n';
}

static bool take_char(struct reader *reader, char c)
{
	if (at_end_of_line(reader) || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* Letters, digits and dashes: keywords, names of fields, numbers. "" when there are none, or too
 * many to be one of these. */
struct word {
	char text[64];
};

static struct word take_word(struct reader *reader)
{
	const char *start = reader->at;
	struct word word = {""};
	size_t length;

	while (!at_end_of_line(reader) &&
	       ((*reader->at >= 'a' && *reader->at <= 'z') ||
		(*reader->at >= '0' && *reader->at <= '9') || *reader->at == '-'))
		reader->at++;
	length = (size_t)(reader->at - start);
	if (length < sizeof(word.text))
		memcpy(word.text, start, length); /* the NUL is there */
	return word;
}

/* -1: none. Lower case, as it is written. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte behind a backslash; -1: no such escape. */
static int take_escaped(struct reader *reader)
{
	int high, low;

	if (take_char(reader, '"'))
		return '"';
	if (take_char(reader, '\\'))
		return '\\';
	if (!take_char(reader, 'x') || reader->end - reader->at < 2)
		return -1;
	high = hex_digit(reader->at[0]);
	low = hex_digit(reader->at[1]);
	if (high < 0 || low < 0 || !(high || low)) /* a NUL is in no string */
		return -1;
	reader->at += 2;
	return high << 4 | low;
}

static int take_string(struct reader *reader, const char **ret_string)
{
	char text[BUNDLE_STRING_MAX];
	size_t length = 0;

	if (!take_char(reader, '"'))
		return refuse(reader, "a string in double quotes is expected");
	while (!take_char(reader, '"')) {
		int byte;

		if (at_end_of_line(reader))
			return refuse(reader, "a string does not end");
		byte = (unsigned char)*reader->at++;
		if (byte == '\\')
			byte = take_escaped(reader);
		else if (byte < 0x20 || byte >= 0x7f)
			byte = -1;
		if (byte < 0)
			return refuse(reader,
				      "a string has a byte or an escape that is not allowed; "
				      "\\\", \\\\ and \\xNN are");
		if (length == sizeof(text))
			return refuse(reader, "a string has more than %d bytes", BUNDLE_STRING_MAX);
		text[length++] = (char)byte;
	}
	*ret_string = arena_string(&reader->manifest->strings, text, length);
	return *ret_string ? 0 : no_memory(reader);
}

/* Whole pairs of digits, at least one. */
static int take_bytes(struct reader *reader, uint8_t *bytes, size_t room, size_t *ret_size)
{
	struct word word = take_word(reader);
	size_t length = strlen(word.text);

	if (!length || length % 2 || length / 2 > room)
		return refuse(reader, "1 to %zu bytes in hexadecimal are expected", room);
	for (size_t i = 0; i < length / 2; i++) {
		int high = hex_digit(word.text[2 * i]), low = hex_digit(word.text[2 * i + 1]);

		if (high < 0 || low < 0)
			return refuse(reader, "'%s' is not hexadecimal", word.text);
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret_size = length / 2;
	return 0;
}

static int take_digest(struct reader *reader, uint64_t *ret_digest)
{
	uint8_t bytes[8];
	size_t size = 0;
	int err = take_bytes(reader, bytes, sizeof(bytes), &size);

	if (err)
		return err;
	if (size != sizeof(bytes))
		return refuse(reader, "a digest has 8 bytes");
	*ret_digest = 0;
	for (size_t i = 0; i < size; i++)
		*ret_digest = *ret_digest << 8 | bytes[i];
	return 0;
}

static int take_count(struct reader *reader, uint32_t *ret_count)
{
	struct word word = take_word(reader);
	uint64_t count = 0;

	for (const char *c = word.text; *c; c++) {
		if (*c < '0' || *c > '9')
			return refuse(reader, "'%s' is no number", word.text);
		count = count * 10 + (uint64_t)(*c - '0');
		if (count > UINT32_MAX)
			return refuse(reader, "%s is too large", word.text);
	}
	if (!*word.text)
		return refuse(reader, "a number is expected");
	*ret_count = (uint32_t)count;
	return 0;
}

/* One of two words; *@ret_second: it is the second one. */
static int take_choice(struct reader *reader, const char *first, const char *second,
		       bool *ret_second)
{
	struct word word = take_word(reader);

	*ret_second = strcmp(word.text, second) == 0;
	if (!*ret_second && strcmp(word.text, first) != 0)
		return refuse(reader, "'%s' is neither %s nor %s", word.text, first, second);
	return 0;
}

/* The fields of a record: " key=value" up to the end of the line, each key once. @keys ends with
 * NULL; @take gets the number of the key. *@ret_seen: bit n: key n was there. */
static int take_fields(struct reader *reader, const char *const *keys,
		       int (*take)(struct reader *reader, size_t key, void *record), void *record,
		       unsigned int *ret_seen)
{
	*ret_seen = 0;
	while (!at_end_of_line(reader)) {
		struct word key;
		size_t number = 0;
		int err;

		if (!take_char(reader, ' '))
			return refuse(reader, "one space and KEY=VALUE are expected");
		key = take_word(reader);
		while (keys[number] && strcmp(keys[number], key.text) != 0)
			number++;
		if (!keys[number])
			return refuse(reader, "'%s' is no field of this record", key.text);
		if (*ret_seen & 1u << number)
			return refuse(reader, "'%s' is given twice", key.text);
		*ret_seen |= 1u << number;
		if (!take_char(reader, '='))
			return refuse(reader, "a value is missing behind '%s'", key.text);
		err = take(reader, number, record);
		if (err)
			return err;
	}
	return 0;
}

static int take_bundle_field(struct reader *reader, size_t key, void *record)
{
	struct tar_manifest *manifest = record;
	bool xz = false;
	int err;

	if (key == 0)
		return take_choice(reader, "little", "big", &manifest->big_endian);
	err = take_choice(reader, "none", "xz", &xz);
	manifest->compression = xz ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
	return err;
}

static int take_bundle(struct reader *reader)
{
	static const char *const keys[] = {"byte-order", "compression", NULL};
	unsigned int seen = 0;
	int err;

	if (reader->manifest->has_bundle)
		return refuse(reader, "a second line 'bundle'");
	reader->manifest->has_bundle = true;
	err = take_fields(reader, keys, take_bundle_field, reader->manifest, &seen);
	if (!err && seen != 3)
		return refuse(reader, "byte-order and compression are both needed");
	return err;
}

static int take_object_field(struct reader *reader, size_t key, void *record)
{
	struct manifest_object *object = record;

	return key == 0 ? take_digest(reader, &object->digest)
			: take_count(reader, &object->relocation_count);
}

static int take_object(struct reader *reader)
{
	static const char *const keys[] = {"digest", "relocations", NULL};
	struct tar_manifest *manifest = reader->manifest;
	struct manifest_object *object;
	unsigned int seen = 0;
	int err;

	if (manifest->object_count == COREBTF_MAX_OBJECTS)
		return refuse(reader, "more objects than a bundle can have (%u)",
			      COREBTF_MAX_OBJECTS);
	if (array_reserve(manifest->objects, reader->object_room, manifest->object_count + 1))
		return no_memory(reader);
	object = &manifest->objects[manifest->object_count++];
	*object = (struct manifest_object){0};
	if (!take_char(reader, ' '))
		return refuse(reader, "the object's name is missing");
	err = take_string(reader, &object->name);
	if (!err)
		err = take_fields(reader, keys, take_object_field, object, &seen);
	if (!err && seen != 3)
		return refuse(reader, "digest and relocations are both needed");
	return err;
}

static int take_build_id(struct reader *reader, struct kernel_id *id)
{
	uint8_t bytes[KERNEL_ID_BUILD_ID_MAX], *copy;
	int err = take_bytes(reader, bytes, sizeof(bytes), &id->build_id_size);

	if (err)
		return err;
	copy = arena_alloc(&reader->manifest->strings, id->build_id_size);
	if (!copy)
		return no_memory(reader);
	id->build_id = memcpy(copy, bytes, id->build_id_size);
	return 0;
}

static int take_kernel_field(struct reader *reader, size_t key, void *record)
{
	struct manifest_kernel *kernel = record;

	switch (key) {
	case 0:
		return take_string(reader, &kernel->id.os_id);
	case 1:
		return take_string(reader, &kernel->id.version_id);
	case 2:
		return take_string(reader, &kernel->id.machine);
	case 3:
		return take_string(reader, &kernel->id.uname_version);
	}
	return take_build_id(reader, &kernel->id);
}

static int take_kernel(struct reader *reader)
{
	static const char *const keys[] = {"os-id",	    "version-id", "machine",
					   "uname-version", "build-id",	  NULL};
	struct tar_manifest *manifest = reader->manifest;
	struct manifest_kernel *kernel;
	unsigned int seen = 0;
	int err;

	if (manifest->kernel_count == COREBTF_MAX_ENTRIES)
		return refuse(reader, "more kernels than a bundle can have (%u)",
			      COREBTF_MAX_ENTRIES);
	if (array_reserve(manifest->kernels, reader->kernel_room, manifest->kernel_count + 1))
		return no_memory(reader);
	kernel = &manifest->kernels[manifest->kernel_count++];
	*kernel = (struct manifest_kernel){.line = reader->line};
	if (!take_char(reader, ' '))
		return refuse(reader, "the path of the kernel's BTF is missing");
	err = take_string(reader, &kernel->path);
	if (!err)
		err = take_fields(reader, keys, take_kernel_field, kernel, &seen);
	return err;
}

/* Line 1, without its end. */
static int take_version(struct reader *reader)
{
	struct word word = take_word(reader);
	uint32_t version = 0;
	int err;

	if (strcmp(word.text, FIRST_WORD) != 0 || !take_char(reader, ' '))
		return refuse(reader, "it does not start with '" FIRST_WORD " %d'", VERSION);
	err = take_count(reader, &version);
	if (!err && version > VERSION)
		return reason_set(reader->why, -EOPNOTSUPP,
				  "it is of version %" PRIu32 ", and this "
				  "corebtf reads version %d: take a newer one",
				  version, VERSION);
	if (!err && (!version || !at_end_of_line(reader)))
		return refuse(reader, "it does not start with '" FIRST_WORD " %d'", VERSION);
	return err;
}

static int take_record(struct reader *reader)
{
	struct word word;

	if (at_end_of_line(reader))
		return 0;
	if (*reader->at == '#') {
		while (!at_end_of_line(reader))
			reader->at++;
		return 0;
	}
	word = take_word(reader);
	if (strcmp(word.text, "bundle") == 0)
		return take_bundle(reader);
	if (strcmp(word.text, "object") == 0)
		return take_object(reader);
	if (strcmp(word.text, "kernel") == 0)
		return take_kernel(reader);
	return refuse(reader, "it starts with none of bundle, object, kernel");
}

int tar_manifest_read(const char *text, size_t size, struct tar_manifest *ret_manifest,
		      struct reason *why)
{
	struct tar_manifest manifest = {0};
	struct reader reader = {
		.at = text,
		.end = text + size,
		.line = 1,
		.manifest = &manifest,
		.why = why,
	};
	int err = take_version(&reader);

	while (!err && reader.at < reader.end) {
		reader.at++; /* the end of the line before */
		reader.line++;
		err = take_record(&reader);
	}
	if (err) {
		tar_manifest_free(&manifest);
		return err;
	}
	*ret_manifest = manifest;
	return 0;
}

void tar_manifest_free(struct tar_manifest *manifest)
{
	free(manifest->objects);
	free(manifest->kernels);
	arena_free(&manifest->strings);
	*manifest = (struct tar_manifest){0};
}

bool tar_manifest_is_big_endian_btf(const void *btf, size_t size)
{
	const uint8_t *bytes = btf;

	return size >= 2 && bytes[0] == BTF_MAGIC >> 8 && bytes[1] == (BTF_MAGIC & 0xff);
}
