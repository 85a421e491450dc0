/* SPDX-License-Identifier: MIT */
/*
 * How far matching reads (types/type_source.h), and that an answer depends on nothing else. A
 * source that makes types on first use tells which types were read; a walk of its own, below, says
 * which ones may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "embedder/resolve/resolver.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "tests/support/btf_bytes.h"
#include "tests/support/lazy_source.h"

#define KIND BTF_BYTES_KIND

/*
 * The same types for the object and for the kernel, where a secret lies behind every pointer:
 *
 *	typedef long secret_t;
 *	struct deep { secret_t secret; };
 *	struct inner { int x; struct deep *d; };
 *	enum state { RUNNING, DEAD };
 *	union either { int i; struct deep *d; };
 *	typedef struct deep deep_t;
 *	typedef struct deep *(*make_t)(deep_t *, struct inner *);
 *	struct root {
 *		int a; struct inner in; struct deep *p; struct inner many[2]; enum state state;
 *		make_t make; struct { int hidden; union either e; };
 *	};
 *	typedef struct root *root_ptr;
 */
struct made {
	struct btf_bytes bytes;
	uint32_t secret, deep, root, state, root_ptr, make;
};

static void add_types(struct made *m)
{
	struct btf_bytes *b = &m->bytes;
	uint32_t number = btf_bytes_int(b, "int", 4, BTF_INT_SIGNED);
	uint32_t wide = btf_bytes_int(b, "long", 8, BTF_INT_SIGNED);
	uint32_t deep_ptr, inner, inner_ptr, either, deep_t, deep_t_ptr, proto, proto_ptr, many,
		anon;

	m->secret = btf_bytes_type(b, "secret_t", KIND(BTF_KIND_TYPEDEF, 0), wide);
	m->deep = btf_bytes_type(b, "deep", KIND(BTF_KIND_STRUCT, 1), 8);
	btf_bytes_member(b, "secret", m->secret, 0);
	deep_ptr = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), m->deep);
	inner = btf_bytes_type(b, "inner", KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(b, "x", number, 0);
	btf_bytes_member(b, "d", deep_ptr, 64);
	inner_ptr = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), inner);
	m->state = btf_bytes_type(b, "state", KIND(BTF_KIND_ENUM, 2), 4);
	btf_bytes_word(b, btf_bytes_string(b, "RUNNING"));
	btf_bytes_word(b, 0);
	btf_bytes_word(b, btf_bytes_string(b, "DEAD"));
	btf_bytes_word(b, 1);
	either = btf_bytes_type(b, "either", KIND(BTF_KIND_UNION, 2), 8);
	btf_bytes_member(b, "i", number, 0);
	btf_bytes_member(b, "d", deep_ptr, 0);
	deep_t = btf_bytes_type(b, "deep_t", KIND(BTF_KIND_TYPEDEF, 0), m->deep);
	deep_t_ptr = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), deep_t);
	proto = btf_bytes_type(b, "", KIND(BTF_KIND_FUNC_PROTO, 2), deep_ptr);
	btf_bytes_word(b, 0);
	btf_bytes_word(b, deep_t_ptr);
	btf_bytes_word(b, 0);
	btf_bytes_word(b, inner_ptr);
	proto_ptr = btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), proto);
	m->make = btf_bytes_type(b, "make_t", KIND(BTF_KIND_TYPEDEF, 0), proto_ptr);
	many = btf_bytes_array(b, inner, number, 2);
	anon = btf_bytes_type(b, "", KIND(BTF_KIND_STRUCT, 2), 16);
	btf_bytes_member(b, "hidden", number, 0);
	btf_bytes_member(b, "e", either, 64);
	m->root = btf_bytes_type(b, "root", KIND(BTF_KIND_STRUCT, 7), 104);
	btf_bytes_member(b, "a", number, 0);
	btf_bytes_member(b, "in", inner, 64);
	btf_bytes_member(b, "p", deep_ptr, 192);
	btf_bytes_member(b, "many", many, 256);
	btf_bytes_member(b, "state", m->state, 512);
	btf_bytes_member(b, "make", m->make, 576);
	btf_bytes_member(b, "", anon, 640);
	m->root_ptr = btf_bytes_type(b, "root_ptr", KIND(BTF_KIND_TYPEDEF, 0),
				     btf_bytes_type(b, "", KIND(BTF_KIND_PTR, 0), m->root));
}

/* Every kind of relocation, on paths that end at pointers, arrays, anonymous members. */
static size_t list_relos(const struct made *m, struct btf_bytes_relo *relos)
{
	static const char *const fields[] = {"0:0", "0:1",     "0:1:0",	  "0:1:1",
					     "0:2", "0:3:1:0", "0:3:1:1", "0:4",
					     "0:5", "0:6:0",   "0:6:1:1", "1:2"};
	const uint32_t types[] = {m->root, m->deep, m->root_ptr, m->make, m->state};
	static const uint32_t asks[] = {CORE_RELO_TYPE_EXISTS, CORE_RELO_TYPE_SIZE,
					CORE_RELO_TYPE_ID_TARGET, CORE_RELO_TYPE_MATCHES};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		for (uint32_t kind = 0; kind <= CORE_RELO_FIELD_RSHIFT_U64; kind++)
			relos[count++] = (struct btf_bytes_relo){m->root, fields[i], kind};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		for (size_t k = 0; k < sizeof(asks) / sizeof(*asks); k++)
			relos[count++] = (struct btf_bytes_relo){types[i], "0", asks[k]};
	relos[count++] = (struct btf_bytes_relo){m->state, "1", CORE_RELO_ENUMVAL_EXISTS};
	relos[count++] = (struct btf_bytes_relo){m->state, "0", CORE_RELO_ENUMVAL_VALUE};
	return count;
}

#define RELOS_MAX 128

struct fixture {
	struct made kernel, object;
	void *btf;
	size_t size;
	struct btf_bytes_relo relos[RELOS_MAX];
	size_t relo_count;
};

static void setup(struct fixture *f)
{
	*f = (struct fixture){.size = 0};
	add_types(&f->kernel);
	f->btf = btf_bytes_build(&f->kernel.bytes, &f->size);
	add_types(&f->object);
	f->relo_count = list_relos(&f->object, f->relos);
	assert_true(f->relo_count <= RELOS_MAX);
}

static void teardown(struct fixture *f)
{
	free(f->btf);
	btf_bytes_free(&f->kernel.bytes);
	btf_bytes_free(&f->object.bytes);
}

/* The requests of some of the fixture's relocations. */
static struct request_set *request_some(struct fixture *f, size_t first, size_t count)
{
	struct bpf_object_file object = btf_bytes_object(&f->object.bytes, f->relos + first, count);
	struct request_set *set = request_set_new();

	assert_non_null(set);
	assert_int_equal(request_set_add_object(set, &object, NULL), 0);
	bpf_object_file_close(&object);
	return set;
}

/* What may be read --------------------------------------------------------------------------- */

struct reach {
	const struct type_view *types; /* all of them */
	enum { FIELD, COMPATIBLE, MATCHING } mode;
	bool *allowed; /* by id */
};

static void allow(struct reach *r, uint32_t id, bool behind_pointer)
{
	const struct type_view *v = r->types;
	const struct btf_type *type = type_view_type(v, id);
	uint32_t kind = type_view_kind(v, type);

	if (!id)
		return;
	r->allowed[id] = true;
	if (type_view_is_transparent(kind))
		allow(r, type_view_target(v, type), behind_pointer);
	if (kind == BTF_KIND_ARRAY)
		allow(r, type_view_u32(v, type_view_array(type)->type), behind_pointer);
	if (kind == BTF_KIND_PTR && r->mode != FIELD)
		allow(r, type_view_target(v, type), true);
	if (kind == BTF_KIND_FUNC_PROTO && r->mode != FIELD) {
		allow(r, type_view_target(v, type), behind_pointer);
		for (uint32_t i = 0; i < type_view_vlen(v, type); i++)
			allow(r, type_view_u32(v, type_view_params(type)[i].type), behind_pointer);
	}
	if (type_view_is_composite(kind) &&
	    (r->mode == FIELD || (r->mode == MATCHING && !behind_pointer)))
		for (uint32_t i = 0; i < type_view_vlen(v, type); i++)
			allow(r, type_view_u32(v, type_view_members(type)[i].type), false);
}

static void check_made(const struct lazy_source *lazy, const struct candidates *candidates,
		       const struct request *request)
{
	_cleanup_free_ bool *allowed = calloc(lazy->types.view.type_count, sizeof(*allowed));
	struct reach reach = {
		.types = &lazy->raw.types.view,
		.mode = request->kind == CORE_RELO_TYPE_MATCHES ? MATCHING
			: request->shape			? COMPATIBLE
								: FIELD,
		.allowed = allowed,
	};
	size_t count;
	const uint32_t *ids = candidates_of(candidates, request->root, &count);

	assert_int_equal(count, 1);
	allow(&reach, ids[0], false);
	assert_true(lazy->made > 0);
	for (uint32_t id = 1; id < lazy->types.view.type_count; id++)
		if (lazy_source_has_made(lazy, id) && !allowed[id])
			fail_msg("relocation kind %u of %s reads type [%u]", request->kind,
				 request->root_type.name.text, id);
}

/* Each relocation on its own: no type is read that the rules do not allow. The one behind all the
 * pointers is read only where a struct itself is asked for. */
static void test_reach(void **state)
{
	struct fixture f;
	uint32_t secrets = 0;

	setup(&f);
	for (size_t i = 0; i < f.relo_count; i++) {
		struct request_set *set = request_some(&f, i, 1);
		_cleanup_(lazy_source_free) struct lazy_source lazy;
		_cleanup_(resolver_free) struct resolver resolver;

		assert_int_equal(set->count, 1);
		assert_int_equal(lazy_source_open(&lazy, f.btf, f.size, NULL), 0);
		assert_int_equal(resolver_init(&resolver, set), 0);
		assert_int_equal(resolver_open(&resolver, &lazy.types, NULL), 0);
		assert_int_equal(resolver_run(&resolver, NULL, NULL), 0);
		check_made(&lazy, &resolver.candidates, set->requests[0]);
		if (lazy_source_has_made(&lazy, f.kernel.secret)) {
			assert_int_equal(f.relos[i].type, f.object.deep);
			secrets++;
		}
		request_set_free(set);
	}
	assert_int_equal(secrets, 1); /* struct deep { secret_t secret; } matches */
	teardown(&f);
}

/* Answers are pure ---------------------------------------------------------------------------- */

struct recorded {
	struct answer answer;
	struct mark marks[64];
	size_t mark_count;
};

static int record_marks(void *context, const struct mark *marks, size_t count)
{
	struct recorded *recorded = context;

	assert_true(count <= 64);
	memcpy(recorded->marks, marks, count * sizeof(*marks));
	recorded->mark_count = count;
	return 0;
}

struct all {
	struct recorded *by_request;
	size_t path; /* how many candidates' marks came so far */
	struct recorded last;
	const struct request_set *set;
};

static int note_marks(void *context, const struct mark *marks, size_t count)
{
	struct all *all = context;

	return record_marks(&all->last, marks, count);
}

static int note_answer(void *context, size_t request, const struct answer *answer)
{
	struct all *all = context;

	all->by_request[request] = all->last;
	all->by_request[request].answer = *answer;
	return 0;
}

/* Resolves @set on all types of the fixture's kernel. */
static struct recorded *resolve(const struct fixture *f, const struct request_set *set)
{
	_cleanup_(btf_source_free) struct btf_source types = {0};
	_cleanup_(resolver_free) struct resolver resolver;
	struct all all = {.by_request = calloc(set->count, sizeof(*all.by_request)), .set = set};
	struct resolver_visitor visitor = {note_marks, note_answer, &all};

	assert_int_equal(btf_source_open(&types, f->btf, f->size, NULL), 0);
	assert_int_equal(resolver_init(&resolver, set), 0);
	assert_int_equal(resolver_open(&resolver, &types.types, NULL), 0);
	assert_int_equal(resolver_run(&resolver, &visitor, NULL), 0);
	return all.by_request;
}

/* The answer and its marks are the same for a relocation alone and among all the others. */
static void test_pure(void **state)
{
	struct request_set *everything;
	struct recorded *together;
	struct fixture f;

	setup(&f);
	everything = request_some(&f, 0, f.relo_count);
	together = resolve(&f, everything);
	for (size_t i = 0; i < f.relo_count; i++) {
		struct request_set *set = request_some(&f, i, 1);
		struct recorded *alone = resolve(&f, set), *other = NULL;

		for (size_t k = 0; k < everything->count; k++)
			if (everything->requests[k]->key_size == set->requests[0]->key_size &&
			    !memcmp(everything->requests[k]->key, set->requests[0]->key,
				    set->requests[0]->key_size))
				other = &together[k];
		assert_non_null(other);
		assert_int_equal(alone->answer.result, other->answer.result);
		assert_int_equal(alone->answer.id, other->answer.id);
		assert_memory_equal(&alone->answer.match, &other->answer.match,
				    sizeof(alone->answer.match));
		assert_int_equal(alone->answer.value.value, other->answer.value.value);
		assert_int_equal(alone->mark_count, other->mark_count);
		assert_memory_equal(alone->marks, other->marks,
				    alone->mark_count * sizeof(*alone->marks));
		free(alone);
		request_set_free(set);
	}
	free(together);
	request_set_free(everything);
	teardown(&f);
}

/* Making types on first use ---------------------------------------------------------------------
 */

static void cleanup_trimmer(struct trimmer **trimmer)
{
	trimmer_free(*trimmer);
}

/* Trimming from a source that makes types gives the same bytes, and does not look behind pointers
 * either: the only relocation left out is the one that asks for struct deep itself. */
static void test_trim(void **state)
{
	struct fixture f;
	struct request_set *set;

	setup(&f);
	for (size_t i = 0; i < f.relo_count; i++)
		if (f.relos[i].type == f.object.deep)
			f.relos[i] = f.relos[0];
	set = request_some(&f, 0, f.relo_count);
	{
		_cleanup_(lazy_source_free) struct lazy_source lazy;
		_cleanup_(btf_source_free) struct btf_source raw = {0};
		_cleanup_(cleanup_trimmer) struct trimmer *one = trimmer_new(set);
		_cleanup_(cleanup_trimmer) struct trimmer *two = trimmer_new(set);
		struct trim_result from_lazy, from_raw;

		assert_int_equal(lazy_source_open(&lazy, f.btf, f.size, NULL), 0);
		assert_int_equal(btf_source_open(&raw, f.btf, f.size, NULL), 0);
		assert_int_equal(trimmer_run(one, &lazy.types, &from_lazy, NULL), 0);
		assert_int_equal(trimmer_run(two, &raw.types, &from_raw, NULL), 0);
		assert_int_equal(from_lazy.size, from_raw.size);
		assert_memory_equal(from_lazy.btf, from_raw.btf, from_raw.size);
		assert_true(lazy_source_has_made(&lazy, f.kernel.root));
		assert_false(lazy_source_has_made(&lazy, f.kernel.secret));
	}
	request_set_free(set);
	teardown(&f);
}

/* A type that cannot be made is an error of the run, never an answer. */
static void test_cannot_make(void **state)
{
	struct fixture f;
	struct request_set *set;
	uint32_t failed = 0;

	setup(&f);
	set = request_some(&f, 0, f.relo_count);
	for (uint32_t id = 1; id <= f.kernel.bytes.type_count; id++) {
		_cleanup_(lazy_source_free) struct lazy_source lazy;
		_cleanup_(cleanup_trimmer) struct trimmer *trimmer = trimmer_new(set);
		struct trim_result result;
		struct reason why = {""};
		int err;

		assert_int_equal(lazy_source_open(&lazy, f.btf, f.size, NULL), 0);
		lazy.fails_at = id;
		err = trimmer_run(trimmer, &lazy.types, &result, &why);
		if (!err) {
			assert_false(lazy_source_has_made(&lazy, id));
			assert_int_equal(lazy.types.view.failure, 0);
			continue;
		}
		assert_int_equal(err, -EIO);
		assert_non_null(strstr(why.text, "cannot be made"));
		failed++;
	}
	assert_true(failed >= 15);
	request_set_free(set);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_pure),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_cannot_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
