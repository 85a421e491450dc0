/* SPDX-License-Identifier: MIT */
#include "tests/support/btf_bytes.h"

#include <byteswap.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static uint32_t in_order(const struct btf_bytes *bytes, uint32_t word)
{
	return bytes->swapped ? bswap_32(word) : word;
}

void btf_bytes_free(struct btf_bytes *bytes)
{
	free(bytes->types);
	*bytes = (struct btf_bytes){0};
}

uint32_t btf_bytes_string(struct btf_bytes *bytes, const char *text)
{
	size_t length = strlen(text) + 1;
	uint32_t at = 0;

	if (!bytes->strings_size)
		bytes->strings_size = 1;
	while (at < bytes->strings_size) {
		if (strcmp(bytes->strings + at, text) == 0)
			return at;
		at += strlen(bytes->strings + at) + 1;
	}
	if (at + length > sizeof(bytes->strings))
		abort();
	memcpy(bytes->strings + at, text, length);
	bytes->strings_size = at + length;
	return at;
}

void btf_bytes_word(struct btf_bytes *bytes, uint32_t word)
{
	if (bytes->word_count == bytes->word_capacity) {
		bytes->word_capacity = bytes->word_capacity ? bytes->word_capacity * 2 : 256;
		bytes->types = need(reallocarray(bytes->types, bytes->word_capacity, sizeof(word)));
	}
	bytes->types[bytes->word_count++] = in_order(bytes, word);
}

uint32_t btf_bytes_type(struct btf_bytes *bytes, const char *name, uint32_t info,
			uint32_t size_or_type)
{
	btf_bytes_word(bytes, btf_bytes_string(bytes, name));
	btf_bytes_word(bytes, info);
	btf_bytes_word(bytes, size_or_type);
	return ++bytes->type_count;
}

uint32_t btf_bytes_int(struct btf_bytes *bytes, const char *name, uint32_t size, uint32_t encoding)
{
	uint32_t id = btf_bytes_type(bytes, name, BTF_BYTES_KIND(BTF_KIND_INT, 0), size);

	btf_bytes_word(bytes, encoding << 24 | size * 8);
	return id;
}

void btf_bytes_member(struct btf_bytes *bytes, const char *name, uint32_t type, uint32_t offset)
{
	btf_bytes_word(bytes, btf_bytes_string(bytes, name));
	btf_bytes_word(bytes, type);
	btf_bytes_word(bytes, offset);
}

uint32_t btf_bytes_array(struct btf_bytes *bytes, uint32_t element, uint32_t index,
			 uint32_t elements)
{
	uint32_t id = btf_bytes_type(bytes, "", BTF_BYTES_KIND(BTF_KIND_ARRAY, 0), 0);

	btf_bytes_word(bytes, element);
	btf_bytes_word(bytes, index);
	btf_bytes_word(bytes, elements);
	return id;
}

void *btf_bytes_build(const struct btf_bytes *bytes, size_t *ret_size)
{
	uint32_t header_size = bytes->header_size ? bytes->header_size : 24;
	uint32_t types_size = bytes->word_count * sizeof(uint32_t);
	uint32_t strings_size = bytes->strings_size ? bytes->strings_size : 1;
	/* The layout stands between the types and the strings. */
	uint32_t words[8] = {
		0,
		header_size,
		0,
		types_size,
		types_size + bytes->layout_size,
		strings_size,
		types_size,
		bytes->layout_size,
	};
	uint16_t magic = bytes->swapped ? bswap_16(BTF_MAGIC) : BTF_MAGIC;
	unsigned char *data;

	*ret_size = header_size + types_size + bytes->layout_size + strings_size;
	data = need(calloc(1, *ret_size));
	for (unsigned int i = 1; i < 8; i++)
		words[i] = in_order(bytes, words[i]);
	memcpy(data, words, header_size < 32 ? 24 : 32);
	memcpy(data, &magic, sizeof(magic));
	data[2] = BTF_VERSION;
	if (types_size)
		memcpy(data + header_size, bytes->types, types_size);
	memcpy(data + header_size + types_size, bytes->layout, bytes->layout_size);
	memcpy(data + header_size + types_size + bytes->layout_size, bytes->strings, strings_size);
	return data;
}

struct bpf_object_file btf_bytes_object(struct btf_bytes *bytes, const struct btf_bytes_relo *relos,
					size_t count)
{
	uint32_t records = 4 + 8 + count * 16;
	uint32_t header[] = {
		0, 32, 0, 0, 0, 0, 0, records, 16, btf_bytes_string(bytes, "section"), count};
	struct bpf_object_file object = {.ext_size = sizeof(header) + count * 16};
	uint16_t magic = bytes->swapped ? bswap_16(BTF_MAGIC) : BTF_MAGIC;
	uint32_t *ext = need(malloc(object.ext_size));
	size_t words = sizeof(header) / 4;
	unsigned char *image;
	void *btf;

	for (size_t i = 0; i < words; i++)
		ext[i] = in_order(bytes, header[i]);
	((unsigned char *)ext)[2] = BTF_VERSION;
	memcpy(ext, &magic, sizeof(magic));
	for (size_t i = 0; i < count; i++) {
		ext[words + i * 4] = 0;
		ext[words + i * 4 + 1] = in_order(bytes, relos[i].type);
		ext[words + i * 4 + 2] = in_order(bytes, btf_bytes_string(bytes, relos[i].access));
		ext[words + i * 4 + 3] = in_order(bytes, relos[i].kind);
	}
	btf = btf_bytes_build(bytes, &object.btf_size);
	image = need(malloc(object.ext_size + object.btf_size));
	memcpy(image, ext, object.ext_size);
	memcpy(image + object.ext_size, btf, object.btf_size);
	object.name = need(strdup("made.bpf.o"));
	object.image = image;
	object.image_size = object.ext_size + object.btf_size;
	object.ext = image;
	object.btf = image + object.ext_size;
	free(ext);
	free(btf);
	return object;
}
