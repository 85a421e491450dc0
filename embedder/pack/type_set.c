/* SPDX-License-Identifier: MIT */
#include "embedder/pack/type_set.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

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

/* Eight bytes at a time, the last ones with zeros behind them, then the length. */
static uint64_t digest_text(const char *text)
{
	size_t length = strlen(text);
	uint64_t digest = DIGEST_START, part;

	for (size_t left = length; left; left -= left < 8 ? left : 8, text += 8) {
		part = 0;
		memcpy(&part, text, left < 8 ? left : 8);
		digest = digest_add(digest, le64toh(part));
	}
	return digest_add(digest, length);
}

static uint64_t digest_slot(const struct type_set *set, uint32_t reference)
{
	const struct type_slot *slot = &set->slots[reference - set->slot_base];
	uint64_t digest = digest_add(DIGEST_START, slot->kind);

	digest = digest_add(digest, digest_text(type_set_string(set, slot->name)));
	return digest_add(digest, slot->ordinal);
}

static uint64_t digest_reference(const struct type_set *set, uint32_t reference,
				 const uint64_t *digests)
{
	if (!reference)
		return 0;
	return type_set_is_slot(set, reference) ? digest_slot(set, reference) : digests[reference];
}

uint64_t type_set_digest(const struct type_set *set, uint32_t type, const uint64_t *digests)
{
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	const char *role = roles->head;
	uint64_t digest = digest_add(DIGEST_START, set->ordinals[type]);
	size_t count = word_count(words[1]);

	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		uint64_t value = words[i];

		if (*role == WORD_NAME)
			value = digest_text(type_set_string(set, words[i]));
		else if (*role == WORD_REFERENCE)
			value = digest_reference(set, words[i], digests);
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

/* After the types that it refers to. */
static int digest_type(struct digesting *digesting, uint32_t type, unsigned int depth)
{
	const struct type_set *set = digesting->set;
	const uint32_t *words = type_set_words(set, type);
	const struct word_roles *roles = &word_roles[WORD_KIND(words[1])];
	const char *role = roles->head;
	size_t count = word_count(words[1]);

	if (depth > TYPE_SET_DEPTH_MAX)
		return reason_set(digesting->why, -EBADMSG,
				  "type %u: references lead in a circle, or deeper than %u types",
				  type, TYPE_SET_DEPTH_MAX);
	for (size_t i = 0; i < count; i++, role = word_next_role(roles, role)) {
		int err;

		if (*role != WORD_REFERENCE || !words[i] || type_set_is_slot(set, words[i]) ||
		    digesting->is_done[words[i]])
			continue;
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
		.digests = calloc((size_t)set->type_count + 1, sizeof(uint64_t)),
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
