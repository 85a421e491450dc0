/* SPDX-License-Identifier: MIT */
/*
 * The whole trim of a kernel BTF from outside for an object from outside. Whatever the input, a
 * trimmed BTF that comes out must answer every request as the full one did, and trimming it again
 * must give the same bytes, as must a source that makes its types on first use.
 */
#include "tests/support/lazy_source.h"
#include "tests/support/trim_bytes.h"
#include "embedder/verify/verifier.h"
#include "trim_input.h"

/* A source that makes types on first use must give the same bytes, or fail as raw BTF does. */
static void lazy_must_agree(struct trimmer *trimmer, const struct trim_input *input, int expected,
			    const struct trim_result *trimmed)
{
	struct lazy_source lazy;
	struct trim_result result;
	struct reason why;
	int err = lazy_source_open(&lazy, input->kernel, input->kernel_size, &why);

	if (!err)
		err = trimmer_run(trimmer, &lazy.types, &result, &why);
	if (err != expected)
		abort();
	if (!err &&
	    (result.size != trimmed->size || memcmp(result.btf, trimmed->btf, result.size) != 0))
		abort();
	lazy_source_free(&lazy);
}

static void must_hold(const struct request_set *set, const struct trim_input *input)
{
	struct trimmer *trimmer = trimmer_new(set), *again = trimmer_new(set);
	struct trim_result trimmed, twice;
	struct btf_source full = {0}, small = {0};
	struct verifier verifier;
	size_t differences = 0;
	struct reason why;
	int err = trim_bytes(trimmer, input->kernel, input->kernel_size, &trimmed, &why);

	verifier_init(&verifier, set);
	lazy_must_agree(again, input, err, &trimmed);
	if (!err) {
		/* Values are looked at only here, so a full BTF may still turn out damaged. */
		if (!btf_source_open(&full, input->kernel, input->kernel_size, &why) &&
		    !btf_source_open(&small, trimmed.btf, trimmed.size, &why) &&
		    !verifier_run(&verifier, &full.types, &small.types, NULL, NULL, &differences,
				  &why) &&
		    differences)
			abort();
		if (trim_bytes(again, trimmed.btf, trimmed.size, &twice, &why) ||
		    twice.size != trimmed.size || memcmp(twice.btf, trimmed.btf, twice.size))
			abort();
	}
	btf_source_free(&full);
	btf_source_free(&small);
	verifier_free(&verifier);
	trimmer_free(trimmer);
	trimmer_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trim_input input = trim_input_split(data, size);
	struct bpf_object_file object = trim_input_object(&input);
	struct request_set *set = request_set_new();
	struct reason why;

	if (!request_set_add_object(set, &object, &why))
		must_hold(set, &input);
	request_set_free(set);
	trim_input_free(&input);
	return 0;
}
