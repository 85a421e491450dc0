/* SPDX-License-Identifier: MIT */
/*
 * Where relocations stand: object, section, function, instruction, line of source, access in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/relo/relo_text.h"
#include "tests/support/btf_bytes.h"

#define MAGIC	  (BTF_MAGIC | (uint32_t)BTF_VERSION << 16)
#define EXT_WORDS 128

/* .BTF.ext word by word, behind a header of 32 bytes. */
struct ext {
	uint32_t words[EXT_WORDS];
	size_t count;
};

static void put(struct ext *ext, uint32_t word)
{
	assert_true(ext->count < EXT_WORDS);
	ext->words[ext->count++] = word;
}

/* Starts one of the tables; its offset is word @place of the header, its length the next. */
static size_t start(struct ext *ext, unsigned int place, uint32_t record_size)
{
	ext->words[place] = (uint32_t)(ext->count - 8) * 4;
	put(ext, record_size);
	return place;
}

static void end(struct ext *ext, size_t place)
{
	ext->words[place + 1] = (uint32_t)(ext->count - 8) * 4 - ext->words[place];
}

struct sample {
	struct btf_bytes btf;
	struct ext ext;
	uint32_t section, other; /* names of program sections */
};

/* A relocation record, for the local "struct s___old". */
static void put_relo(struct sample *s, uint32_t instruction, uint32_t type, const char *access)
{
	put(&s->ext, instruction);
	put(&s->ext, type);
	put(&s->ext, btf_bytes_string(&s->btf, access));
	put(&s->ext, CORE_RELO_FIELD_BYTE_OFFSET);
}

static void put_line(struct sample *s, uint32_t instruction, const char *file, uint32_t line)
{
	put(&s->ext, instruction);
	put(&s->ext, btf_bytes_string(&s->btf, file));
	put(&s->ext, btf_bytes_string(&s->btf, "x = s->a;"));
	put(&s->ext, line << 10 | 3);
}

/* Section "kprobe/x" with functions at 0 and 100, lines at 0, 40 and 100; section "tp/y" has
 * relocations and nothing else. */
static void make_sample(struct sample *s, bool with_lines, bool swapped)
{
	struct btf_bytes *b = &s->btf;
	uint32_t number, id, proto, first, second;
	size_t place;

	*s = (struct sample){
		.btf = {.swapped = swapped},
		.ext = {.words = {MAGIC, 32}, .count = 8},
	};
	number = btf_bytes_int(b, "int", 4, 0);
	id = btf_bytes_type(b, "s___old", BTF_BYTES_KIND(BTF_KIND_STRUCT, 2), 8);
	btf_bytes_member(b, "a", number, 0);
	btf_bytes_member(b, "b", number, 32);
	proto = btf_bytes_type(b, "", BTF_BYTES_KIND(BTF_KIND_FUNC_PROTO, 0), 0);
	first = btf_bytes_type(b, "on_x", BTF_BYTES_KIND(BTF_KIND_FUNC, 0), proto);
	second = btf_bytes_type(b, "helper", BTF_BYTES_KIND(BTF_KIND_FUNC, 0), proto);
	s->section = btf_bytes_string(b, "kprobe/x");
	s->other = btf_bytes_string(b, "tp/y");
	if (with_lines) {
		place = start(&s->ext, 2, 8);
		put(&s->ext, s->section);
		put(&s->ext, 2);
		put(&s->ext, 0);
		put(&s->ext, first);
		put(&s->ext, 100);
		put(&s->ext, second);
		end(&s->ext, place);
		place = start(&s->ext, 4, 16);
		put(&s->ext, s->section);
		put(&s->ext, 3);
		put_line(s, 0, "x.bpf.c", 7);
		put_line(s, 40, "x.bpf.c", 9);
		put_line(s, 100, "helper.h", 70);
		end(&s->ext, place);
	}
	place = start(&s->ext, 6, 16);
	put(&s->ext, s->section);
	put(&s->ext, 4);
	put_relo(s, 0, id, "0:0");
	put_relo(s, 48, id, "0:1");
	put_relo(s, 112, id, "0:1");
	put_relo(s, 8, id, "0:0"); /* backwards: no compiler does it */
	put(&s->ext, s->other);
	put(&s->ext, 1);
	put_relo(s, 16, id, "0:1");
	end(&s->ext, place);
}

static struct request_set *read_sample(struct sample *s, bool swapped)
{
	struct request_set *set = request_set_new();
	char name[] = "x.bpf.o";
	struct bpf_object_file file = {.name = name, .ext = s->ext.words};
	uint16_t magic = bswap_16(BTF_MAGIC);
	void *btf;

	assert_non_null(set);
	for (size_t i = 1; swapped && i < s->ext.count; i++)
		s->ext.words[i] = bswap_32(s->ext.words[i]);
	if (swapped)
		memcpy(s->ext.words, &magic, sizeof(magic));
	file.ext_size = s->ext.count * 4;
	btf = btf_bytes_build(&s->btf, &file.btf_size);
	file.btf = btf;
	assert_int_equal(request_set_add_object(set, &file, NULL), 0);
	free(btf);
	btf_bytes_free(&s->btf);
	return set;
}

static void test_sites(void **state)
{
	static const struct {
		const char *place, *access;
	} expected[] = {
		{"x.bpf.o: kprobe/x+0, on_x() at x.bpf.c:7", "struct s___old.a"},
		{"x.bpf.o: kprobe/x+48, on_x() at x.bpf.c:9", "struct s___old.b"},
		{"x.bpf.o: kprobe/x+112, helper() at helper.h:70", "struct s___old.b"},
		{"x.bpf.o: kprobe/x+8, on_x() at x.bpf.c:7", "struct s___old.a"},
		{"x.bpf.o: tp/y+16", "struct s___old.b"},
	};

	for (int swapped = 0; swapped < 2; swapped++) {
		struct sample s;
		struct request_set *set;
		char text[256];

		make_sample(&s, true, swapped);
		set = read_sample(&s, swapped);
		assert_int_equal(set->site_count, 5);
		assert_int_equal(set->count, 2);
		assert_int_equal(set->local_count, 2);
		for (size_t i = 0; i < 5; i++) {
			site_place_text(set, i, text, sizeof(text));
			assert_string_equal(text, expected[i].place);
			site_access_text(set, i, text, sizeof(text));
			assert_string_equal(text, expected[i].access);
		}
		assert_int_equal(set->sites[1].line.column, 3);
		assert_string_equal(set->objects[0].strings + set->sites[1].line.text, "x = s->a;");
		assert_ptr_equal(request_set_of_site(set, 1), request_set_of_site(set, 4));
		assert_int_equal(request_set_of_site(set, 1)->number,
				 set->requests[0] == request_set_of_site(set, 1) ? 0 : 1);
		request_set_free(set);
	}
}

/* Without functions and lines, and with tables that are damaged anywhere: the relocations are the
 * same, and only their places are less known. */
static void test_no_lines(void **state)
{
	struct sample s;
	struct request_set *set;
	char text[256];

	make_sample(&s, false, false);
	set = read_sample(&s, false);
	assert_int_equal(set->site_count, 5);
	site_place_text(set, 0, text, sizeof(text));
	assert_string_equal(text, "x.bpf.o: kprobe/x+0");
	request_set_free(set);

	make_sample(&s, true, false);
	for (size_t word = 2; word < s.ext.count; word++) {
		struct sample damaged;

		if (word == 6 || word == 7 || word * 4 >= 32 + s.ext.words[6])
			continue; /* the relocations' own */
		make_sample(&damaged, true, false);
		damaged.ext.words[word] = UINT32_MAX;
		set = read_sample(&damaged, false);
		assert_int_equal(set->site_count, 5);
		for (size_t i = 0; i < 5; i++)
			site_place_text(set, i, text, sizeof(text));
		request_set_free(set);
	}
	btf_bytes_free(&s.btf);
}

/* Two objects that ask for the same share requests; each keeps its own words. */
static void test_two_objects(void **state)
{
	struct sample first, second;
	struct request_set *set = request_set_new();
	char text[256];

	for (int i = 0; i < 2; i++) {
		struct sample *s = i ? &second : &first;
		char name[] = "0.bpf.o";
		struct bpf_object_file file = {.name = name};
		void *btf;

		name[0] += i;
		make_sample(s, true, false);
		file.ext = s->ext.words;
		file.ext_size = s->ext.count * 4;
		btf = btf_bytes_build(&s->btf, &file.btf_size);
		file.btf = btf;
		assert_int_equal(request_set_add_object(set, &file, NULL), 0);
		free(btf);
		btf_bytes_free(&s->btf);
	}
	assert_int_equal(set->count, 2);
	assert_int_equal(set->object_count, 2);
	assert_int_equal(set->objects[1].first_site, 5);
	for (size_t i = 0; i < 5; i++)
		assert_ptr_equal(request_set_of_site(set, i), request_set_of_site(set, i + 5));
	site_place_text(set, 7, text, sizeof(text));
	assert_string_equal(text, "1.bpf.o: kprobe/x+112, helper() at helper.h:70");
	request_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_two_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
