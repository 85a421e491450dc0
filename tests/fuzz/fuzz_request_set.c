/* SPDX-License-Identifier: MIT */
/*
 * The relocations of an object from outside, as far as the merged requests and their names.
 * Adding the object a second time must change nothing.
 */
#include "embedder/relo/relo_text.h"
#include "trim_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trim_input input = trim_input_split(data, size);
	struct bpf_object_file object = trim_input_object(&input);
	struct request_set *set = request_set_new();
	struct reason why;
	char words[256];

	if (!request_set_add_object(set, &object, &why)) {
		size_t count = request_set_count(set);

		for (size_t i = 0; i < count; i++)
			request_text(set, i, words, sizeof(words));
		for (size_t i = 0; i < set->site_count; i++) {
			site_place_text(set, i, words, sizeof(words));
			site_access_text(set, i, words, sizeof(words));
		}
		if (request_set_add_object(set, &object, &why) || request_set_count(set) != count)
			abort();
	}
	request_set_free(set);
	trim_input_free(&input);
	return 0;
}
