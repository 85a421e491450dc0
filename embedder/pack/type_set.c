/* SPDX-License-Identifier: MIT */
#include "embedder/pack/type_set.h"

#include <stdlib.h>

void type_set_free(struct type_set *set)
{
	free(set->strings);
	free(set->words);
	free(set->first);
	free(set->ordinals);
	free(set->slot_of);
	free(set->slots);
	*set = (struct type_set){.strings = NULL};
}

/* FNV-1a with 64 bits. */
static uint64_t digest_text(const char *text)
{
	uint64_t digest = DIGEST_START;

	for (; *text; text++)
		digest = (digest ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return digest;
}

static uint64_t digest_slot(const struct type_set *set, uint32_t reference)
{
	const struct type_slot *slot = &set->slots[reference - set->slot_base];
	uint64_t digest = digest_add(DIGEST_START, slot->kind);

	digest = digest_add(digest, digest_text(type_set_string(set, slot->name)));
	return digest_add(digest, slot->ordinal);
}

uint64_t type_set_digest(const struct type_set *set, uint32_t type, const uint64_t *digests)
{
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	size_t count = word_count(words[1]);
	uint64_t digest = digest_add(DIGEST_START, set->ordinals[type]);

	for (size_t i = 0; i < count; i++) {
		uint64_t value = words[i];

		switch (word_role(roles, i)) {
		case WORD_NAME:
			value = digest_text(type_set_string(set, words[i]));
			break;
		case WORD_REFERENCE:
			if (type_set_is_slot(set, words[i]))
				value = digest_slot(set, words[i]);
			else if (words[i])
				value = digests[words[i]];
			break;
		default:
			break;
		}
		digest = digest_add(digest, value);
	}
	return digest;
}

/* --- all of a set ----------------------------------------------------------------------------- */

struct digesting {
	const struct type_set *set;
	uint64_t *digests;
	uint8_t *is_done;
	struct reason *why;
};

static int digest_type(struct digesting *digesting, uint32_t type, unsigned int depth)
{
	const struct type_set *set = digesting->set;
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	size_t count = word_count(words[1]);

	if (depth > TYPE_SET_DEPTH_MAX)
		return reason_set(digesting->why, -EBADMSG,
				  "type %u: references lead in a circle, or deeper than %u types",
				  type, TYPE_SET_DEPTH_MAX);
	for (size_t i = 2; i < count; i++) {
		int err = 0;

		if (word_role(roles, i) == WORD_REFERENCE && words[i] &&
		    !type_set_is_slot(set, words[i]) && !digesting->is_done[words[i]])
			err = digest_type(digesting, words[i], depth + 1);
		if (err)
			return err;
	}
	digesting->digests[type] = type_set_digest(set, type, digesting->digests);
	digesting->is_done[type] = 1;
	return 0;
}

int type_set_digests(const struct type_set *set, uint64_t **ret_digests, struct reason *why)
{
	struct digesting digesting = {
		.set = set,
		.digests = malloc(((size_t)set->type_count + 1) * sizeof(uint64_t)),
		.is_done = calloc((size_t)set->type_count + 1, 1),
		.why = why,
	};
	int err = 0;

	if (!digesting.digests || !digesting.is_done)
		err = reason_errno(why, -ENOMEM, "cannot compare its types");
	for (uint32_t type = 1; !err && type <= set->type_count; type++)
		if (!digesting.is_done[type])
			err = digest_type(&digesting, type, 0);
	free(digesting.is_done);
	if (err) {
		free(digesting.digests);
		return err;
	}
	*ret_digests = digesting.digests;
	return 0;
}
