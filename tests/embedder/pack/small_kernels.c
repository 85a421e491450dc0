/* SPDX-License-Identifier: MIT */
#include "small_kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/btf/btf_source.h"
#include "embedder/pack/pack_reader.h"
#include "embedder/pack/pack_writer.h"
#include "tests/support/btf_bytes.h"

static uint32_t pointer_to(struct btf_bytes *btf, uint32_t type)
{
	return btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), type);
}

/* Base types in another order in every third kernel. */
static uint32_t add_base_types(struct btf_bytes *btf, unsigned int number)
{
	uint32_t integer;

	if (number % 3 == 0)
		btf_bytes_int(btf, "long unsigned int", 8, 0);
	integer = btf_bytes_int(btf, "int", 4, 1);
	if (number % 3)
		btf_bytes_int(btf, "long unsigned int", number % 3 == 1 ? 8 : 4, 0);
	btf_bytes_type(btf, "float", BTF_BYTES_KIND(BTF_KIND_FLOAT, 0), 4);
	return integer;
}

/* struct inner, in some kernels twice; struct outer has the second one by value. */
static void add_structs(struct btf_bytes *btf, unsigned int number, uint32_t integer)
{
	uint32_t inner, other, next, list, self, first, second, table;

	/* A struct that points to itself, by an id that comes later. */
	self = btf_bytes_type(btf, "list", BTF_BYTES_KIND(BTF_KIND_STRUCT, 1 + number % 4),
			      8 * (1 + number % 4));
	next = self + 1;
	for (unsigned int i = 0; i <= number % 4; i++) {
		static const char *const names[] = {"next", "prev", "owner", "count"};

		btf_bytes_member(btf, names[i], next, 64 * i);
	}
	list = pointer_to(btf, self);
	assert_int_equal(list, next);
	inner = btf_bytes_type(btf, "inner", BTF_BYTES_KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(btf, "a", integer, 0);
	btf_bytes_member(btf, "list", list, 64);
	other = inner;
	if (number % 2) {
		other = btf_bytes_type(btf, "inner", BTF_BYTES_KIND_FLAG(BTF_KIND_STRUCT, 2), 8);
		btf_bytes_member(btf, "b", integer, 5 << 24 | number);
		btf_bytes_member(btf, "a", integer, 32);
	}
	first = pointer_to(btf, inner);
	second = pointer_to(btf, other);
	btf_bytes_type(btf, "outer", BTF_BYTES_KIND(BTF_KIND_STRUCT, 3), 64);
	btf_bytes_member(btf, "in", other, 0);
	btf_bytes_member(btf, "first", first, 128);
	btf_bytes_member(btf, "second", second, 192);
	btf_bytes_type(btf, "inner_user", BTF_BYTES_KIND(BTF_KIND_TYPEDEF, 0), inner);
	/* Equal, word for word: two anonymous structs and two pointers. */
	for (unsigned int i = 0; i < 2 + number % 2; i++) {
		uint32_t nameless = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_UNION, 1), 4);

		btf_bytes_member(btf, "same", integer, 0);
		pointer_to(btf, nameless);
	}
	btf_bytes_type(btf, "inner___flavour", BTF_BYTES_KIND(BTF_KIND_STRUCT, 0), number);
	btf_bytes_type(btf, "unknown", BTF_BYTES_KIND_FLAG(BTF_KIND_FWD, 0), 0);
	table = btf_bytes_array(btf, other, integer, number);
	btf_bytes_type(btf, "table", BTF_BYTES_KIND(BTF_KIND_TYPEDEF, 0), table);
}

static void add_enums(struct btf_bytes *btf, unsigned int number)
{
	static const char *const names[] = {"RED", "GREEN", "BLUE", "NO_COLOUR"};

	btf_bytes_type(btf, "state", BTF_BYTES_KIND_FLAG(BTF_KIND_ENUM, 2), 4);
	btf_bytes_word(btf, btf_bytes_string(btf, "NEW"));
	btf_bytes_word(btf, number);
	btf_bytes_word(btf, btf_bytes_string(btf, "OLD"));
	btf_bytes_word(btf, UINT32_MAX);
	/* Without a name, and only in some kernels a type refers to them. */
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t nameless = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_ENUM, 1), 4);

		btf_bytes_word(btf, btf_bytes_string(btf, names[(number + i) % 4]));
		btf_bytes_word(btf, 1);
		if ((number + i) % 3 == 0)
			btf_bytes_type(btf, names[(number + i) % 4],
				       BTF_BYTES_KIND(BTF_KIND_TYPEDEF, 0), nameless);
	}
	btf_bytes_type(btf, number % 2 ? "" : "big", BTF_BYTES_KIND(TYPE_VIEW_KIND_ENUM64, 1), 8);
	btf_bytes_word(btf, btf_bytes_string(btf, "HUGE"));
	btf_bytes_word(btf, number);
	btf_bytes_word(btf, 0x80000001);
}

static void add_functions(struct btf_bytes *btf, unsigned int number, uint32_t integer)
{
	uint32_t tagged =
		btf_bytes_type(btf, "user", BTF_BYTES_KIND(TYPE_VIEW_KIND_TYPE_TAG, 0), integer);
	uint32_t constant = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_CONST, 0), tagged);
	uint32_t prototype, function, variable;

	constant = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_VOLATILE, 0), constant);
	constant = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_RESTRICT, 0),
				  pointer_to(btf, constant));
	prototype = btf_bytes_type(btf, "", BTF_BYTES_KIND(BTF_KIND_FUNC_PROTO, 1 + number % 3), 0);
	for (unsigned int i = 0; i <= number % 3; i++) {
		btf_bytes_word(btf, btf_bytes_string(btf, i == 2 ? "" : "argument"));
		btf_bytes_word(btf, i == 2 ? 0 : constant);
	}
	function = btf_bytes_type(btf, "do_it", BTF_BYTES_KIND(BTF_KIND_FUNC, 1), prototype);
	/* Another function of this name. */
	btf_bytes_type(btf, "do_it", BTF_BYTES_KIND(BTF_KIND_FUNC, 0), prototype);
	btf_bytes_type(btf, "mark", BTF_BYTES_KIND(TYPE_VIEW_KIND_DECL_TAG, 0), function);
	btf_bytes_word(btf, number % 2 ? UINT32_MAX : 0);
	variable = btf_bytes_type(btf, "counter", BTF_BYTES_KIND(BTF_KIND_VAR, 0), integer);
	btf_bytes_word(btf, 1);
	btf_bytes_type(btf, ".data..percpu", BTF_BYTES_KIND(BTF_KIND_DATASEC, 2), 64);
	for (unsigned int i = 0; i < 2; i++) {
		btf_bytes_word(btf, variable);
		btf_bytes_word(btf, i * 16 + number);
		btf_bytes_word(btf, 4);
	}
}

void *small_kernel_btf(unsigned int number, size_t *ret_size)
{
	struct btf_bytes btf = {.swapped = number % 5 == 4};
	uint32_t integer = add_base_types(&btf, number);
	void *bytes;

	if (number % 2)
		add_functions(&btf, number, integer);
	add_structs(&btf, number, integer);
	add_enums(&btf, number);
	if (!(number % 2))
		add_functions(&btf, number / 2, integer);
	bytes = btf_bytes_build(&btf, ret_size);
	btf_bytes_free(&btf);
	return bytes;
}

void small_kernel_add(struct pack *pack, unsigned int number, enum pack_origin origin)
{
	static const uint8_t build_id[] = {1, 2, 3, 4};
	struct btf_source source = {.offsets = NULL};
	struct reason why = {""};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	char release[] = "6.1.0-a";
	size_t size;
	void *btf = small_kernel_btf(number, &size);

	release[6] = (char)('a' + number);
	id.release = release;
	id.machine = number % 4 ? "x86_64" : "arm64";
	id.os_id = "debian";
	id.version_id = "12";
	if (number % 2) {
		id.build_id = build_id;
		id.build_id_size = sizeof(build_id);
	}
	if (btf_source_open(&source, btf, size, &why) ||
	    pack_add(pack, &(struct pack_kernel_info){&id, origin, false}, &source.types, &why))
		fail_msg("kernel %u: %s", number, why.text);
	btf_source_free(&source);
	free(btf);
}

static struct byte_buffer write_pack(struct pack *pack)
{
	struct byte_buffer bytes = {.data = NULL};
	struct reason why = {""};

	if (pack_write(pack, &bytes, &why))
		fail_msg("%s", why.text);
	pack_free(pack);
	return bytes;
}

struct byte_buffer small_pack(uint32_t kernels)
{
	struct pack pack;

	assert_int_equal(pack_init(&pack), 0);
	for (unsigned int i = 0; i < SMALL_KERNELS; i++)
		if (kernels >> i & 1)
			small_kernel_add(&pack, i, PACK_ORIGIN_UNKNOWN);
	return write_pack(&pack);
}

struct byte_buffer merge_packs(const struct byte_buffer *packs, size_t count)
{
	struct reason why = {""};
	struct pack pack;

	assert_int_equal(pack_init(&pack), 0);
	for (size_t i = 0; i < count; i++) {
		struct pack_reader reader;
		void *copy = malloc(packs[i].size);

		assert_non_null(copy);
		memcpy(copy, packs[i].data, packs[i].size);
		if (pack_reader_open_memory(copy, packs[i].size, &reader, &why) ||
		    pack_reader_merge(&reader, &pack, NULL, NULL, &why))
			fail_msg("%s", why.text);
		pack_reader_close(&reader);
	}
	return write_pack(&pack);
}
