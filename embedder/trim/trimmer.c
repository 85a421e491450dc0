/* SPDX-License-Identifier: MIT */
/*
 * In: the types of one kernel. Out: the trimmed BTF, which holds what the answers to all requests
 * depend on.
 */
#include <stdlib.h>

#include "embedder/trim/btf_writer.h"
#include "embedder/trim/trim_memo.h"
#include "embedder/trim/trimmer.h"

struct trimmer {
	struct resolver resolver;
	struct kept_types kept;
	struct btf_writer writer;
	uint32_t hidden_names; /* of the last run */
	struct trim_memo memo;
};

struct trimmer *trimmer_new(const struct request_set *requests)
{
	struct trimmer *trimmer = calloc(1, sizeof(*trimmer));

	if (!trimmer)
		return NULL;
	if (resolver_init(&trimmer->resolver, requests)) {
		free(trimmer);
		return NULL;
	}
	return trimmer;
}

void trimmer_free(struct trimmer *trimmer)
{
	if (!trimmer)
		return;
	resolver_free(&trimmer->resolver);
	kept_types_free(&trimmer->kept);
	btf_writer_free(&trimmer->writer);
	trim_memo_free(&trimmer->memo);
	free(trimmer);
}

static int keep_marks(void *context, const struct mark *marks, size_t count)
{
	return kept_types_add(context, marks, count);
}

/*
 * libbpf reads the size of pointers from the first INT with a name of `long`; without it, it would
 * guess. So that INT is put before every other such INT. If it is a candidate, the candidates
 * before it in the full BTF are put before it here too, so order_candidates() does not move it.
 */
static int keep_long(struct trimmer *trimmer)
{
	const struct candidates *candidates = &trimmer->resolver.candidates;
	const struct request_set *set = trimmer->resolver.set;

	for (uint32_t root = 0; root < set->root_count; root++) {
		size_t count, i;
		const uint32_t *ids = candidates_of(candidates, root, &count);

		if (set->roots[root].kind != BTF_KIND_INT)
			continue;
		for (i = 0; i < count && ids[i] != candidates->long_id; i++)
			;
		if (i == count)
			continue;
		for (size_t before = 0; before < i; before++) {
			int err = kept_types_add_type(&trimmer->kept, ids[before]);

			if (err)
				return err;
		}
	}
	return kept_types_add_type(&trimmer->kept, candidates->long_id);
}

/* Candidates keep their order in the trimmed BTF: libbpf prefers the first. */
static int order_candidates(struct trimmer *trimmer)
{
	for (uint32_t root = 0; root < trimmer->resolver.set->root_count; root++) {
		size_t count;
		const uint32_t *ids = candidates_of(&trimmer->resolver.candidates, root, &count);
		int err = kept_types_order(&trimmer->kept, ids, count);

		if (err)
			return err;
	}
	return 0;
}

/*
 * A type of a module that is kept as a part of another one, and has a name that a request asks for
 * and the kernel itself has, too: without its name libbpf does not take it for a candidate. No
 * other request reads that name, except "type matches" (trim_result.hidden_names).
 */
static uint32_t hide_names(struct trimmer *trimmer)
{
	uint32_t hidden = 0;

	if (!trimmer->kept.view->modules_from)
		return 0;
	for (uint32_t i = 0; i < trimmer->kept.count; i++) {
		struct kept_type *type = &trimmer->kept.types[i];

		type->is_hidden = candidates_hide(&trimmer->resolver.candidates, trimmer->kept.view,
						  type->id);
		hidden += type->is_hidden;
	}
	return hidden;
}

/* The resolver was opened, and with versions it has run as well. */
static int keep(struct trimmer *trimmer, struct reason *why)
{
	struct resolver *resolver = &trimmer->resolver;
	struct resolver_visitor with_marks = {.marks = keep_marks, .context = &trimmer->kept};
	int err = 0;

	kept_types_reset(&trimmer->kept, &resolver->source->view, why);
	if (resolver->set->count)
		err = keep_long(trimmer);
	if (!err)
		err = resolver->source->versions ? resolver_visit(resolver, &with_marks)
						 : resolver_run(resolver, &with_marks, why);
	if (!err)
		err = kept_types_fill(&trimmer->kept);
	return err ? err : order_candidates(trimmer);
}

static int write_kept(struct trimmer *trimmer, struct trimmed *ret_trimmed, struct reason *why)
{
	int err = keep(trimmer, why);

	if (!err)
		trimmer->hidden_names = hide_names(trimmer);
	if (!err)
		err = btf_writer_write(&trimmer->writer, &trimmer->kept, why);
	if (!err)
		*ret_trimmed = (struct trimmed){
			.btf = trimmer->writer.output.data,
			.size = trimmer->writer.output.size,
			.type_count = trimmer->writer.type_count,
		};
	return err;
}

/* With versions: what was written for the same answers and types is used again. */
static int remember(struct trimmer *trimmer, struct trimmed *ret_trimmed, struct reason *why)
{
	struct resolver *resolver = &trimmer->resolver;
	struct trim_question question = {.kernel = resolver->source};
	int err = resolver_run(resolver, NULL, why);

	if (err)
		return err;
	question.key = resolver_key(resolver, &question.key_count, &question.generation);
	if (trim_memo_find(&trimmer->memo, &question, ret_trimmed))
		return 0;
	question.kernel->versions->forget_reads(question.kernel);
	err = write_kept(trimmer, ret_trimmed, why);
	if (!err && trim_memo_add(&trimmer->memo, &question, ret_trimmed))
		err = reason_set(why, -ENOMEM, "out of memory");
	return err;
}

static void count_outcomes(const struct resolver *resolver, struct trim_result *result)
{
	for (size_t i = 0; i < resolver->set->count; i++)
		result->outcomes[resolver->verdicts[i].outcome]++;
}

int trimmer_run(struct trimmer *trimmer, struct type_source *source, struct trim_result *ret_result,
		struct reason *why)
{
	struct trimmed trimmed;
	int err;

	trimmer->hidden_names = 0;
	err = resolver_open(&trimmer->resolver, source, why);
	if (!err)
		err = source->versions ? remember(trimmer, &trimmed, why)
				       : write_kept(trimmer, &trimmed, why);
	if (err)
		return err;
	*ret_result = (struct trim_result){
		.btf = trimmed.btf,
		.size = trimmed.size,
		.type_count = trimmed.type_count,
		.hidden_names = trimmer->hidden_names,
		.verdicts = trimmer->resolver.verdicts,
	};
	count_outcomes(&trimmer->resolver, ret_result);
	return 0;
}
