/* SPDX-License-Identifier: MIT */
/*
 * Packs of small kernels: the same bytes however they are put together, and the same types out
 * again.
 */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "runtime/btf/btf_source.h"
#include "embedder/pack/pack_btf.h"
#include "embedder/pack/pack_format.h"
#include "embedder/pack/pack_writer.h"
#include "small_kernels.h"
#include "tests/support/btf_bytes.h"

#define ALL ((UINT32_C(1) << SMALL_KERNELS) - 1)

static void assert_same(struct byte_buffer a, struct byte_buffer b)
{
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.data, b.data, a.size);
	byte_buffer_free(&b);
}

static void open_pack(struct byte_buffer *bytes, struct pack_reader *reader)
{
	struct reason why = {""};

	if (pack_reader_open_memory(bytes->data, bytes->size, reader, &why) ||
	    pack_reader_load(reader, &why))
		fail_msg("%s", why.text);
	*bytes = (struct byte_buffer){.data = NULL};
}

/* --- same kernels, same bytes ----------------------------------------------------------------- */

static void order_does_not_matter(void **state)
{
	struct byte_buffer expected = small_pack(ALL);
	struct reason why = {""};

	for (unsigned int first = 1; first < SMALL_KERNELS; first++) {
		struct byte_buffer bytes = {.data = NULL};
		struct pack pack;

		assert_int_equal(pack_init(&pack), 0);
		for (unsigned int i = 0; i < SMALL_KERNELS; i++)
			small_kernel_add(&pack, (first + i * 5) % SMALL_KERNELS,
					 PACK_ORIGIN_UNKNOWN);
		assert_int_equal(pack_write(&pack, &bytes, &why), 0);
		assert_same(expected, bytes);
		pack_free(&pack);
	}
	byte_buffer_free(&expected);
}

/* Splits of all kinds, merged in any order, with kernels in both. */
static void merging_is_associative(void **state)
{
	struct byte_buffer expected = small_pack(ALL);
	uint64_t random = 1;

	for (unsigned int round = 0; round < 40; round++) {
		uint32_t masks[4] = {0, 0, 0, ALL};
		struct byte_buffer parts[4], pair[2];

		for (unsigned int i = 0; i < 3; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			masks[i] = (uint32_t)(random >> 33) & ALL;
			masks[i] |= UINT32_C(1) << i; /* no pack is empty */
		}
		masks[3] &= ~(masks[0] & masks[1]);
		masks[3] |= 1;
		for (unsigned int i = 0; i < 4; i++)
			parts[i] = small_pack(masks[i]);
		assert_same(expected, merge_packs(parts, 4));
		/* (3 + 1) + (2 + 0) */
		pair[0] = merge_packs((struct byte_buffer[]){parts[3], parts[1]}, 2);
		pair[1] = merge_packs((struct byte_buffer[]){parts[2], parts[0]}, 2);
		assert_same(expected, merge_packs(pair, 2));
		byte_buffer_free(&pair[0]);
		byte_buffer_free(&pair[1]);
		for (unsigned int i = 0; i < 4; i++)
			byte_buffer_free(&parts[i]);
	}
	byte_buffer_free(&expected);
}

static void merging_with_itself_changes_nothing(void **state)
{
	struct byte_buffer one = small_pack(ALL);

	assert_same(one, merge_packs((struct byte_buffer[]){one, one}, 2));
	byte_buffer_free(&one);
}

static void the_higher_origin_stays(void **state)
{
	static const enum pack_origin orders[][2] = {{PACK_ORIGIN_UNKNOWN, PACK_ORIGIN_KERNEL},
						     {PACK_ORIGIN_KERNEL, PACK_ORIGIN_UNKNOWN}};

	for (unsigned int i = 0; i < 2; i++) {
		struct byte_buffer bytes = {.data = NULL};
		struct pack_reader reader;
		struct reason why;
		struct pack pack;

		assert_int_equal(pack_init(&pack), 0);
		small_kernel_add(&pack, 3, orders[i][0]);
		small_kernel_add(&pack, 3, orders[i][1]);
		assert_int_equal(pack_write(&pack, &bytes, &why), 0);
		open_pack(&bytes, &reader);
		assert_int_equal(reader.count, 1);
		assert_int_equal(reader.kernels[0].origin, PACK_ORIGIN_KERNEL);
		pack_reader_close(&reader);
		pack_free(&pack);
	}
}

/* --- the same types out again ----------------------------------------------------------------- */

/* Counts types by kind and checks every reference and name, as text. */
struct listing {
	const struct type_view *view;
	struct byte_buffer text;
};

/* A type as text: its words, with names as they are, and of referred types the kind, the name, the
 * size and the number of members. */
static void list_type(struct listing *listing, uint32_t id)
{
	const struct type_view *view = listing->view;
	const struct btf_type *type = type_view_type(view, id);
	uint32_t info = type_view_u32(view, type->info);
	const struct word_roles *roles = &word_roles[WORD_KIND(info)];
	const char *role = roles->head;
	char line[200];

	for (size_t i = 0; i < word_count(info); i++, role = word_next_role(roles, role)) {
		uint32_t word = type_view_u32(view, ((const uint32_t *)type)[i]);
		const struct btf_type *target;

		switch (*role) {
		case WORD_NAME:
			snprintf(line, sizeof(line), "'%s' ", type_view_string(view, word));
			break;
		case WORD_REFERENCE:
			target = type_view_type(view, word);
			assert_non_null(target);
			snprintf(line, sizeof(line), "(%u %x %s) ", type_view_kind(view, target),
				 type_view_u32(view, target->info),
				 type_view_string(view, type_view_name_offset(view, target)));
			break;
		default:
			snprintf(line, sizeof(line), "%x ", word);
		}
		byte_buffer_append(&listing->text, line, strlen(line));
	}
	byte_buffer_append(&listing->text, "", 1);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All types as sorted lines. */
static char **list_types(const void *btf, size_t size, struct listing *listing, size_t *ret_count)
{
	struct btf_source source = {.offsets = NULL};
	struct reason why = {""};
	char **lines, *next;

	if (btf_source_open_all(&source, btf, size, &why))
		fail_msg("%s", why.text);
	*listing = (struct listing){.view = &source.types.view};
	*ret_count = source.types.view.type_count - 1;
	lines = calloc(*ret_count + 1, sizeof(*lines));
	assert_non_null(lines);
	for (uint32_t id = 1; id <= *ret_count; id++)
		list_type(listing, id);
	next = (char *)listing->text.data;
	for (size_t i = 0; i < *ret_count; i++, next += strlen(next) + 1)
		lines[i] = next;
	qsort(lines, *ret_count, sizeof(*lines), compare_texts);
	btf_source_free(&source);
	return lines;
}

static void all_types_come_out(void **state)
{
	struct byte_buffer bytes = small_pack(ALL);
	struct reason why = {""};
	struct pack_reader reader;
	unsigned int seen = 0;

	open_pack(&bytes, &reader);
	for (size_t i = 0; i < reader.count; i++) {
		struct listing made_listing, original_listing;
		size_t size, original_size, count, original_count;
		unsigned int number = (unsigned int)(reader.kernels[i].id.release[6] - 'a');
		void *made = NULL, *original = small_kernel_btf(number, &original_size);
		char **lines, **original_lines;

		if (pack_btf_make(&reader, i, &made, &size, &why))
			fail_msg("%s", why.text);
		assert_memory_equal(made, original, 2); /* the byte order */
		lines = list_types(made, size, &made_listing, &count);
		original_lines =
			list_types(original, original_size, &original_listing, &original_count);
		assert_int_equal(count, original_count);
		for (size_t line = 0; line < count; line++)
			assert_string_equal(lines[line], original_lines[line]);
		free(lines);
		free(original_lines);
		byte_buffer_free(&made_listing.text);
		byte_buffer_free(&original_listing.text);
		free(made);
		free(original);
		seen |= 1u << number;
	}
	assert_int_equal(seen, ALL);
	pack_reader_close(&reader);
}

/* What comes out is the same from a pack of one kernel and from one of many. */
static void a_kernel_is_the_same_from_every_pack(void **state)
{
	for (unsigned int number = 0; number < SMALL_KERNELS; number++) {
		struct byte_buffer packs[] = {small_pack(UINT32_C(1) << number), small_pack(ALL)};
		void *btfs[2];
		size_t sizes[2];

		for (unsigned int i = 0; i < 2; i++) {
			struct pack_reader reader;
			size_t place = 0;

			open_pack(&packs[i], &reader);
			while (reader.kernels[place].id.release[6] != (char)('a' + number))
				place++;
			assert_int_equal(pack_btf_make(&reader, place, &btfs[i], &sizes[i], NULL),
					 0);
			pack_reader_close(&reader);
		}
		assert_int_equal(sizes[0], sizes[1]);
		assert_memory_equal(btfs[0], btfs[1], sizes[0]);
		free(btfs[0]);
		free(btfs[1]);
	}
}

/* A pack of the one kernel with this BTF. */
static struct byte_buffer pack_one(void *btf, size_t size)
{
	struct byte_buffer bytes = {.data = NULL};
	struct btf_source source = {.offsets = NULL};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct pack pack;

	id.release = "6.1";
	id.machine = "x86_64";
	assert_int_equal(btf_source_open(&source, btf, size, NULL), 0);
	assert_int_equal(pack_init(&pack), 0);
	assert_int_equal(
		pack_add(&pack, &(struct pack_kernel_info){.id = &id}, &source.types, NULL), 0);
	assert_int_equal(pack_write(&pack, &bytes, NULL), 0);
	pack_free(&pack);
	btf_source_free(&source);
	free(btf);
	return bytes;
}

/* What comes out packs to the same bytes, also when equal types are referred to in another order
 * than that of their ids. */
static void what_comes_out_packs_the_same(void **state)
{
	for (unsigned int number = 0; number <= SMALL_KERNELS; number++) {
		struct btf_bytes twice = {.swapped = false};
		struct byte_buffer bytes, again;
		struct pack_reader reader;
		size_t size;
		void *btf;

		btf_bytes_int(&twice, "int", 4, 1);
		btf_bytes_type(&twice, "", BTF_BYTES_KIND(BTF_KIND_FUNC_PROTO, 0), 1);
		btf_bytes_type(&twice, "", BTF_BYTES_KIND(BTF_KIND_FUNC_PROTO, 0), 1);
		btf_bytes_type(&twice, "a", BTF_BYTES_KIND(BTF_KIND_FUNC, 1), 3);
		btf_bytes_type(&twice, "b", BTF_BYTES_KIND(BTF_KIND_FUNC, 1), 2);
		btf = number < SMALL_KERNELS ? small_kernel_btf(number, &size)
					     : btf_bytes_build(&twice, &size);
		bytes = pack_one(btf, size);
		again.data = malloc(bytes.size);
		assert_non_null(again.data);
		memcpy(again.data, bytes.data, bytes.size);
		again.size = bytes.size;
		open_pack(&bytes, &reader);
		assert_int_equal(pack_btf_make(&reader, 0, &btf, &size, NULL), 0);
		pack_reader_close(&reader);
		bytes = pack_one(btf, size);
		assert_int_equal(bytes.size, again.size);
		assert_memory_equal(bytes.data, again.data, again.size);
		byte_buffer_free(&bytes);
		free(again.data);
		btf_bytes_free(&twice);
	}
}

/* Base types and types of one essential name stay in their order. */
static void order_that_matters_is_kept(void **state)
{
	struct byte_buffer bytes = small_pack(ALL);
	struct pack_reader reader;

	open_pack(&bytes, &reader);
	for (size_t i = 0; i < reader.count; i++) {
		unsigned int number = (unsigned int)(reader.kernels[i].id.release[6] - 'a');
		struct btf_source source = {.offsets = NULL};
		const struct type_view *view = &source.types.view;
		const char *first;
		uint32_t inner = 0, flavour = 0;
		size_t size;
		void *btf;

		assert_int_equal(pack_btf_make(&reader, i, &btf, &size, NULL), 0);
		assert_int_equal(btf_source_open_all(&source, btf, size, NULL), 0);
		first = type_view_string(view,
					 type_view_name_offset(view, type_view_type(view, 1)));
		assert_string_equal(first, number % 3 ? "int" : "long unsigned int");
		for (uint32_t id = 1; id < view->type_count; id++) {
			const char *name = type_view_string(
				view, type_view_name_offset(view, type_view_type(view, id)));

			if (strcmp(name, "inner") == 0 && !inner)
				inner = id;
			if (strcmp(name, "inner___flavour") == 0)
				flavour = id;
		}
		/* Of the two the first has 16 bytes, though it is referred to less often. */
		assert_int_equal(type_view_size(view, type_view_type(view, inner)), 16);
		assert_true(inner < flavour);
		btf_source_free(&source);
		free(btf);
	}
	pack_reader_close(&reader);
}

static void types_only_keeps_what_can_be_asked_for(void **state)
{
	struct btf_source source = {.offsets = NULL};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct byte_buffer bytes = {.data = NULL};
	struct pack_reader reader;
	struct pack pack;
	size_t size;
	void *btf = small_kernel_btf(1, &size), *made;

	id.release = "6.1";
	id.machine = "x86_64";
	assert_int_equal(btf_source_open(&source, btf, size, NULL), 0);
	assert_int_equal(pack_init(&pack), 0);
	assert_int_equal(
		pack_add(&pack, &(struct pack_kernel_info){&id, 0, true}, &source.types, NULL), 0);
	assert_int_equal(pack_write(&pack, &bytes, NULL), 0);
	pack_free(&pack);
	btf_source_free(&source);
	free(btf);
	open_pack(&bytes, &reader);
	assert_true(reader.kernels[0].types_only);
	assert_int_equal(pack_btf_make(&reader, 0, &made, &size, NULL), 0);
	assert_int_equal(btf_source_open_all(&source, made, size, NULL), 0);
	for (uint32_t type = 1; type < source.types.view.type_count; type++) {
		uint32_t kind = type_view_kind(&source.types.view,
					       type_view_type(&source.types.view, type));

		assert_int_not_equal(kind, BTF_KIND_FUNC);
		assert_int_not_equal(kind, BTF_KIND_FUNC_PROTO);
		assert_int_not_equal(kind, BTF_KIND_VAR);
		assert_int_not_equal(kind, BTF_KIND_DATASEC);
	}
	btf_source_free(&source);
	free(made);
	pack_reader_close(&reader);
}

/* --- bad input -------------------------------------------------------------------------------- */

static int try_to_add(struct btf_bytes *btf, struct reason *why)
{
	struct btf_source source = {.offsets = NULL};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct pack pack;
	size_t size;
	void *bytes = btf_bytes_build(btf, &size);
	int err;

	id.release = "6.1";
	id.machine = "x86_64";
	assert_int_equal(pack_init(&pack), 0);
	assert_int_equal(btf_source_open(&source, bytes, size, why), 0);
	err = pack_add(&pack, &(struct pack_kernel_info){.id = &id}, &source.types, why);
	assert_int_equal(pack.count, err ? 0 : 1);
	pack_free(&pack);
	btf_source_free(&source);
	btf_bytes_free(btf);
	free(bytes);
	return err;
}

static void damaged_kernels_are_refused(void **state)
{
	struct btf_bytes circle = {.swapped = false}, far = {.swapped = false},
			 name = {.swapped = false}, deep = {.swapped = false};
	struct reason why = {""};

	btf_bytes_type(&circle, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), 2);
	btf_bytes_type(&circle, "", BTF_BYTES_KIND(BTF_KIND_CONST, 0), 1);
	assert_int_equal(try_to_add(&circle, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "circle"));
	btf_bytes_type(&far, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), 7);
	assert_int_equal(try_to_add(&far, &why), -EBADMSG);
	assert_string_equal(why.text, "type [1]: it refers to type [7], and there are 1");
	btf_bytes_type(&name, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), 0);
	name.types[0] = 99;
	assert_int_equal(try_to_add(&name, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "string offset 99"));
	for (uint32_t i = 1; i < TYPE_SET_DEPTH_MAX + 10; i++)
		btf_bytes_type(&deep, "", BTF_BYTES_KIND(BTF_KIND_PTR, 0), i + 1);
	btf_bytes_int(&deep, "int", 4, 0);
	assert_int_equal(try_to_add(&deep, &why), -EBADMSG);
}

/* Every byte of a pack is covered by a checksum. */
static void every_changed_byte_is_seen(void **state)
{
	struct byte_buffer good = small_pack(7);

	for (size_t place = 0; place < good.size; place++) {
		struct pack_reader reader;
		struct reason why = {""};
		uint8_t *bytes = malloc(good.size);
		int err;

		assert_non_null(bytes);
		memcpy(bytes, good.data, good.size);
		bytes[place] ^= 0x10;
		err = pack_reader_open_memory(bytes, good.size, &reader, &why);
		if (!err) {
			err = pack_reader_load(&reader, &why);
			pack_reader_close(&reader);
		}
		if (err != -EBADMSG && err != -EOPNOTSUPP)
			fail_msg("byte %zu: %d", place, err);
		assert_true(why.text[0]);
	}
	byte_buffer_free(&good);
}

static void every_cut_is_seen(void **state)
{
	struct byte_buffer good = small_pack(7);

	for (size_t size = 0; size < good.size; size++) {
		struct pack_reader reader;
		struct reason why = {""};
		uint8_t *bytes = malloc(size + 1);

		assert_non_null(bytes);
		memcpy(bytes, good.data, size);
		assert_int_equal(pack_reader_open_memory(bytes, size, &reader, &why), -EBADMSG);
		assert_true(why.text[0]);
	}
	byte_buffer_free(&good);
}

/* A small file that says it unpacks to 60 MiB. */
static void a_bomb_is_refused(void **state)
{
	struct byte_buffer good = small_pack(1);
	struct pack_header header;
	struct pack_part part;
	struct pack_reader reader;
	struct reason why = {""};
	size_t records;

	memcpy(&header, good.data, sizeof(header));
	records = le32toh(header.part_count) * sizeof(part);
	for (size_t i = 0; i < 3; i++) {
		unsigned char *place = good.data + PACK_HEADER_SIZE + i * sizeof(part);

		memcpy(&part, place, sizeof(part));
		part.codec = htole16(PACK_CODEC_ZSTD);
		part.size = htole32(20 << 20);
		memcpy(place, &part, sizeof(part));
	}
	header.parts_checksum =
		htole32((uint32_t)crc32_z(0, good.data + PACK_HEADER_SIZE, records));
	header.checksum = htole32((uint32_t)crc32_z(0, (const unsigned char *)&header,
						    offsetof(struct pack_header, checksum)));
	memcpy(good.data, &header, sizeof(header));
	assert_int_equal(pack_reader_open_memory(good.data, good.size, &reader, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "which no real pack does"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(merging_is_associative),
		cmocka_unit_test(merging_with_itself_changes_nothing),
		cmocka_unit_test(the_higher_origin_stays),
		cmocka_unit_test(all_types_come_out),
		cmocka_unit_test(a_kernel_is_the_same_from_every_pack),
		cmocka_unit_test(what_comes_out_packs_the_same),
		cmocka_unit_test(order_that_matters_is_kept),
		cmocka_unit_test(types_only_keeps_what_can_be_asked_for),
		cmocka_unit_test(damaged_kernels_are_refused),
		cmocka_unit_test(every_changed_byte_is_seen),
		cmocka_unit_test(every_cut_is_seen),
		cmocka_unit_test(a_bomb_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
