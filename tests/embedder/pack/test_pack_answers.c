/* SPDX-License-Identifier: MIT */
/*
 * Kernels of a pack, trimmed and verified one after the other, give what each gives alone: what is
 * remembered of one is used for another one only where nothing differs that it depends on. For each
 * thing that it can depend on there is a kernel that differs from the first one in that alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/pack/pack_source.h"
#include "embedder/pack/pack_writer.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "embedder/verify/answer_list.h"
#include "tests/support/btf_bytes.h"
#include "tests/support/denied_memory.h"
#include "tests/support/trim_bytes.h"

#define KIND BTF_BYTES_KIND

/* What a kernel has otherwise than the first one. */
enum variant {
	FIRST,
	OTHER_TYPEDEF,	   /* the type of a member, behind a typedef; the struct is the same */
	ONE_MEMBER_MORE,   /* that a request asks for: on others it marks nothing */
	ONE_STRUCT_MORE,   /* that a request asks for: others have no candidate */
	TWO_CANDIDATES,	   /* the second one with another layout */
	CANDIDATES_TURNED, /* the same, in the other order */
	OTHER_POINTERS,	   /* of 4 bytes */
	OTHER_LONG,	   /* the first INT called long is another one of 8 bytes */
	OTHER_BYTE_ORDER,
	OTHER_INNER,	 /* an embedded struct */
	OTHER_VALUE,	 /* of an enumerator */
	OTHER_PROTOTYPE, /* which only "type exists" follows */
	OTHER_TAIL,	 /* a member that is kept and that no request reads */
	UNUSED_STRUCT,	 /* nothing that any request asks for */
	VARIANTS
};

/*
 *	typedef int count_t, tail_t; typedef int (*call_t)(count_t);
 *	enum color { RED, GREEN };
 *	struct inner { int a; }; typedef struct inner inner_t;
 *	struct root { count_t n; inner_t in; void *p; int bits:3; int zero[0]; [int extra;]
 *		      tail_t tail; };
 */
static uint32_t add_root(struct btf_bytes *b, const char *name, enum variant variant,
			 uint32_t number, uint32_t count_t, uint32_t inner_t, uint32_t pointer,
			 uint32_t tail_t, bool is_moved)
{
	uint32_t zero = btf_bytes_array(b, number, number, 0), at = is_moved ? 512 : 0, root;

	root = btf_bytes_type(
		b, name, BTF_BYTES_KIND_FLAG(BTF_KIND_STRUCT, 6 + (variant == ONE_MEMBER_MORE)),
		128);
	btf_bytes_member(b, "n", count_t, at);
	btf_bytes_member(b, "in", inner_t, at + 64);
	btf_bytes_member(b, "p", pointer, at + 192);
	btf_bytes_member(b, "bits", number, 3 << 24 | (at + 257));
	btf_bytes_member(b, "zero", zero, at + 288);
	if (variant == ONE_MEMBER_MORE)
		btf_bytes_member(b, "extra", number, at + 320);
	btf_bytes_member(b, "tail", tail_t, at + 384);
	return root;
}

static uint32_t add_inner(struct btf_bytes *b, enum variant variant, uint32_t number)
{
	uint32_t inner = btf_bytes_type(b, "inner", KIND(BTF_KIND_STRUCT, 1), 8);

	btf_bytes_member(b, "a", number, variant == OTHER_INNER ? 32 : 0);
	return inner;
}

struct ids {
	uint32_t root, inner, color, call, lone;
};

static struct ids add_types(struct btf_bytes *b, enum variant variant)
{
	uint32_t size = variant == OTHER_POINTERS ? 4 : 8, number, wide, wide_unsigned, pointer,
		 count_t, tail_t, inner_t, prototype;
	struct ids ids = {.root = 0};

	b->swapped = variant == OTHER_BYTE_ORDER;
	number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	if (variant == OTHER_LONG) {
		wide_unsigned = btf_bytes_int(b, "unsigned long", size, 0);
		wide = btf_bytes_int(b, "long", size, BTF_INT_SIGNED);
	} else {
		wide = btf_bytes_int(b, "long", size, BTF_INT_SIGNED);
		wide_unsigned = btf_bytes_int(b, "unsigned long", size, 0);
	}
	pointer = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), 0);
	count_t = btf_bytes_type(b, "count_t", KIND(BTF_KIND_TYPEDEF, 0),
				 variant == OTHER_TYPEDEF ? wide : number);
	tail_t = btf_bytes_type(b, "tail_t", KIND(BTF_KIND_TYPEDEF, 0),
				variant == OTHER_TAIL ? wide_unsigned : number);
	ids.inner = add_inner(b, variant, number);
	inner_t = btf_bytes_type(b, "inner_t", KIND(BTF_KIND_TYPEDEF, 0), ids.inner);
	if (variant == CANDIDATES_TURNED)
		add_root(b, "root___other", variant, number, count_t, inner_t, pointer, tail_t,
			 true);
	ids.root = add_root(b, "root", variant, number, count_t, inner_t, pointer, tail_t, false);
	if (variant == TWO_CANDIDATES)
		add_root(b, "root___other", variant, number, count_t, inner_t, pointer, tail_t,
			 true);
	ids.color = btf_bytes_type(b, "color", KIND(BTF_KIND_ENUM, 2), 4);
	btf_bytes_word(b, btf_bytes_string(b, "RED"));
	btf_bytes_word(b, 0);
	btf_bytes_word(b, btf_bytes_string(b, "GREEN"));
	btf_bytes_word(b, variant == OTHER_VALUE ? 7 : 1);
	prototype = btf_bytes_type(b, "", KIND(BTF_KIND_FUNC_PROTO, 1), number);
	btf_bytes_word(b, 0);
	btf_bytes_word(b, variant == OTHER_PROTOTYPE ? pointer : count_t);
	ids.call = btf_bytes_type(b, "call_t", KIND(BTF_KIND_TYPEDEF, 0),
				  btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), prototype));
	if (variant == ONE_STRUCT_MORE)
		ids.lone = add_inner(b, OTHER_INNER, number);
	if (variant == ONE_STRUCT_MORE || variant == UNUSED_STRUCT)
		ids.lone = btf_bytes_type(b, variant == UNUSED_STRUCT ? "unused" : "lone",
					  KIND(BTF_KIND_STRUCT, 0), 0);
	return ids;
}

static struct request_set *make_requests(void)
{
	static const char *const fields[] = {"0:0", "0:1:0", "0:2", "0:3", "0:4", "0:5"};
	struct btf_bytes b = {.swapped = false};
	struct btf_bytes_relo relos[64];
	struct request_set *set = request_set_new();
	struct bpf_object_file object;
	struct reason why = {""};
	struct ids ids;
	size_t count = 0;

	/* Without tail, which no request asks for: of the object, 0:5 is extra. */
	ids = add_types(&b, ONE_MEMBER_MORE);
	ids.lone = btf_bytes_type(&b, "lone", KIND(BTF_KIND_STRUCT, 0), 0);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		for (uint32_t kind = 0; kind <= CORE_RELO_FIELD_RSHIFT_U64; kind++)
			relos[count++] = (struct btf_bytes_relo){ids.root, fields[i], kind};
	relos[count++] = (struct btf_bytes_relo){ids.inner, "0", CORE_RELO_TYPE_SIZE};
	relos[count++] = (struct btf_bytes_relo){ids.lone, "0", CORE_RELO_TYPE_EXISTS};
	relos[count++] = (struct btf_bytes_relo){ids.call, "0", CORE_RELO_TYPE_EXISTS};
	relos[count++] = (struct btf_bytes_relo){ids.color, "1", CORE_RELO_ENUMVAL_VALUE};
	relos[count++] = (struct btf_bytes_relo){ids.root, "0", CORE_RELO_TYPE_MATCHES};
	object = btf_bytes_object(&b, relos, count);
	assert_non_null(set);
	if (request_set_add_object(set, &object, &why))
		fail_msg("%s", why.text);
	bpf_object_file_close(&object);
	btf_bytes_free(&b);
	return set;
}

/* What a kernel gives. */
struct expected {
	void *full, *trimmed;
	size_t full_size, trimmed_size;
	struct verdict *verdicts;
	struct answer_list answers;
};

static void expect(struct expected *expected, enum variant variant, const struct request_set *set)
{
	struct trimmer *trimmer = trimmer_new(set);
	struct btf_bytes b = {.swapped = false};
	struct btf_source source = {.offsets = NULL};
	struct trim_result result = {.btf = NULL};
	struct resolver resolver;
	struct reason why = {""};

	add_types(&b, variant);
	expected->full = btf_bytes_build(&b, &expected->full_size);
	btf_bytes_free(&b);
	assert_int_equal(resolver_init(&resolver, set), 0);
	if (btf_source_open(&source, expected->full, expected->full_size, &why) ||
	    trimmer_run(trimmer, &source.types, &result, &why) ||
	    answer_list_fill(&expected->answers, &resolver, &source.types, &why))
		fail_msg("variant %u: %s", variant, why.text);
	expected->trimmed = memcpy(malloc(result.size), result.btf, result.size);
	expected->trimmed_size = result.size;
	expected->verdicts = calloc(set->count, sizeof(struct verdict));
	memcpy(expected->verdicts, result.verdicts, set->count * sizeof(struct verdict));
	resolver_free(&resolver);
	btf_source_free(&source);
	trimmer_free(trimmer);
}

struct fixture {
	struct request_set *set;
	struct expected expected[VARIANTS];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->set = make_requests();
	for (enum variant i = 0; i < VARIANTS; i++)
		expect(&f->expected[i], i, f->set);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (enum variant i = 0; i < VARIANTS; i++) {
		free(f->expected[i].full);
		free(f->expected[i].trimmed);
		free(f->expected[i].verdicts);
		answer_list_free(&f->expected[i].answers);
	}
	request_set_free(f->set);
	free(f);
	return 0;
}

static void add_kernel(struct pack *pack, const struct expected *kernel, unsigned int number)
{
	struct btf_source source = {.offsets = NULL};
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct reason why = {""};
	char release[] = "6.1.0-a";

	release[6] = (char)('a' + number);
	id.release = release;
	id.machine = "x86_64";
	if (btf_source_open(&source, kernel->full, kernel->full_size, &why) ||
	    pack_add(pack, &(struct pack_kernel_info){&id, PACK_ORIGIN_UNKNOWN, false},
		     &source.types, &why))
		fail_msg("%s", why.text);
	btf_source_free(&source);
}

/* A pack of these kernels, in this order. */
static void open_pack(const struct fixture *f, const enum variant *variants, unsigned int count,
		      struct pack_reader *reader)
{
	struct byte_buffer bytes = {.data = NULL};
	struct reason why = {""};
	struct pack pack;

	assert_int_equal(pack_init(&pack), 0);
	for (unsigned int i = 0; i < count; i++)
		add_kernel(&pack, &f->expected[variants[i]], i);
	if (pack_write(&pack, &bytes, &why) ||
	    pack_reader_open_memory(bytes.data, bytes.size, reader, &why) ||
	    pack_reader_load(reader, &why))
		fail_msg("%s", why.text);
	pack_free(&pack);
}

/* Type ids are other ones in a pack. */
static bool is_same_verdict(const struct verdict *a, const struct verdict *b)
{
	return a->value == b->value && a->outcome == b->outcome && a->refusal == b->refusal &&
	       a->candidates == b->candidates && a->matches == b->matches &&
	       a->reached == b->reached;
}

static void check(const struct fixture *f, enum variant variant, const char *after,
		  struct trimmer *trimmer, struct resolver *resolver, struct type_source *types)
{
	const struct expected *expected = &f->expected[variant];
	_cleanup_(answer_list_free) struct answer_list answers = {.answers = NULL};
	struct trim_result result = {.btf = NULL};
	struct reason why = {""};

	if (trimmer_run(trimmer, types, &result, &why) ||
	    answer_list_fill(&answers, resolver, types, &why))
		fail_msg("variant %u %s: %s", variant, after, why.text);
	if (result.size != expected->trimmed_size ||
	    memcmp(result.btf, expected->trimmed, result.size) != 0)
		fail_msg("variant %u %s: its trimmed BTF is another one", variant, after);
	for (size_t i = 0; i < f->set->count; i++)
		if (!is_same_verdict(&result.verdicts[i], &expected->verdicts[i]))
			fail_msg("variant %u %s: another verdict on request %zu", variant, after,
				 i);
	if (answer_list_compare(&expected->answers, &answers, f->set->count, NULL, NULL))
		fail_msg("variant %u %s: other answers", variant, after);
}

/* Trims the kernels of a pack in order, and the first one again. */
static void check_pack(const struct fixture *f, const enum variant *variants, unsigned int count)
{
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	_cleanup_(pack_source_free) struct pack_source source = {.reader = NULL};
	struct trimmer *trimmer = trimmer_new(f->set);
	struct resolver resolver;
	struct reason why = {""};

	assert_int_equal(resolver_init(&resolver, f->set), 0);
	open_pack(f, variants, count, &reader);
	for (unsigned int i = 0; i <= count; i++) {
		char after[32] = "alone";

		if (i)
			snprintf(after, sizeof(after), "after %u", variants[i - 1]);
		if (pack_source_open(&source, &reader, i % count, &why))
			fail_msg("%s", why.text);
		check(f, variants[i % count], after, trimmer, &resolver, &source.types);
	}
	resolver_free(&resolver);
	trimmer_free(trimmer);
}

static void test_pairs(void **state)
{
	for (enum variant a = 0; a < VARIANTS; a++)
		for (enum variant b = 0; b < VARIANTS; b++)
			check_pack(*state, (enum variant[]){a, b}, 2);
}

static void test_all(void **state)
{
	enum variant variants[2 * VARIANTS];

	for (unsigned int i = 0; i < VARIANTS; i++) {
		variants[i] = (enum variant)i;
		variants[2 * VARIANTS - 1 - i] = (enum variant)i;
	}
	check_pack(*state, variants, 2 * VARIANTS);
}

/* Each of them does give something else than the first one; otherwise it would prove nothing. */
static void test_variants(void **state)
{
	const struct fixture *f = *state;

	for (enum variant i = 1; i < VARIANTS; i++) {
		const struct expected *a = &f->expected[0], *b = &f->expected[i];

		assert_int_equal(a->trimmed_size == b->trimmed_size &&
					 memcmp(a->trimmed, b->trimmed, a->trimmed_size) == 0,
				 i == UNUSED_STRUCT);
	}
}

/* One pack after the other, and raw BTF in between, with the same trimmer: nothing of one is taken
 * for another, although the same ids mean other types in them. */
static void test_turns(void **state)
{
	const struct fixture *f = *state;
	struct trimmer *trimmer = trimmer_new(f->set);
	struct resolver resolver;
	struct reason why = {""};

	assert_int_equal(resolver_init(&resolver, f->set), 0);
	for (enum variant variant = 0; variant < VARIANTS; variant++) {
		enum variant other = (variant + 1) % VARIANTS;
		_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
		_cleanup_(pack_source_free) struct pack_source source = {.reader = NULL};
		_cleanup_(btf_source_free) struct btf_source raw = {.offsets = NULL};

		open_pack(f, &variant, 1, &reader);
		assert_int_equal(pack_source_open(&source, &reader, 0, &why), 0);
		assert_int_equal(btf_source_open(&raw, f->expected[other].full,
						 f->expected[other].full_size, &why),
				 0);
		check(f, variant, "in turns", trimmer, &resolver, &source.types);
		check(f, other, "in turns, raw", trimmer, &resolver, &raw.types);
		check(f, variant, "in turns again", trimmer, &resolver, &source.types);
	}
	resolver_free(&resolver);
	trimmer_free(trimmer);
}

/* The kernels of a pack, with memory or without. */
struct run {
	const struct fixture *f;
	const struct pack_reader *reader;
};

static int run_kernel(const struct run *run, size_t number, struct pack_source *source,
		      struct trimmer *trimmer, struct resolver *resolver)
{
	const struct expected *expected = &run->f->expected[number];
	_cleanup_(answer_list_free) struct answer_list answers = {.answers = NULL};
	struct trim_result result = {.btf = NULL};
	struct reason why = {""};
	int err = pack_source_open(source, run->reader, number, &why);

	if (!err)
		err = trimmer_run(trimmer, &source->types, &result, &why);
	if (!err)
		assert_memory_equal(result.btf, expected->trimmed, expected->trimmed_size);
	if (!err)
		err = answer_list_fill(&answers, resolver, &source->types, &why);
	if (err)
		assert_string_not_equal(why.text, "");
	return err;
}

static int run_kernels(const void *context)
{
	_cleanup_(pack_source_free) struct pack_source source = {.reader = NULL};
	const struct run *run = context;
	struct trimmer *trimmer = trimmer_new(run->f->set);
	struct resolver resolver = {.set = NULL};
	int err = trimmer ? resolver_init(&resolver, run->f->set) : -ENOMEM;

	for (size_t i = 0; !err && i < 4; i++)
		err = run_kernel(run, i, &source, trimmer, &resolver);
	/* What was cut short is not taken for an answer. */
	for (size_t i = 0; err && source.reader && resolver.set && i < 4; i++)
		assert_int_equal(run_kernel(run, i, &source, trimmer, &resolver), 0);
	resolver_free(&resolver);
	trimmer_free(trimmer);
	return err;
}

static void test_no_memory(void **state)
{
	static const enum variant variants[] = {0, 1, 2, 3};
	_cleanup_(pack_reader_close) struct pack_reader reader = {.data = NULL};
	struct denied_memory_counts counts;

	open_pack(*state, variants, 4, &reader);
	counts = deny_each_allocation(run_kernels, &(struct run){*state, &reader});
	assert_int_equal(counts.failed, counts.denied);
	assert_true(counts.denied > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_variants, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
