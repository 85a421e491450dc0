/* SPDX-License-Identifier: MIT */
/*
 * In: events. Out: how many there were, for each value of some members.
 */
#include "runner/metrics/event_counter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "embedder/util/cleanup.h"

#define SLOTS 4096 /* a power of two, four times EVENT_SERIES_MAX */

void event_counter_free(struct event_counter *counter)
{
	if (!counter)
		return;
	plan_free(&counter->plan);
	free(counter->map);
	free(counter->series_keys);
	free(counter->series_counts);
	free(counter->slots);
	free(counter);
}

static void cleanup_counter(struct event_counter **counter)
{
	event_counter_free(*counter);
}

/* The field whose title is @name, whatever the case, and where it is in the event. */
static const struct field *find_field(const struct field *field, uint32_t count, uint64_t base,
				      const char *name, size_t length, uint64_t *ret_offset)
{
	const struct field *found = NULL;

	for (uint32_t i = 0; i < count && !found; i += 1 + field[i].body) {
		uint64_t start = base + field[i].offset;

		if (field[i].kind == FIELD_OBJECT) {
			found = find_field(&field[i] + 1, field[i].body, start, name, length,
					   ret_offset);
		} else if (strlen(field[i].title) == length &&
			   strncasecmp(field[i].title, name, length) == 0) {
			*ret_offset = start;
			found = &field[i];
		}
	}
	return found;
}

static int add_key(struct event_counter *counter, const char *name, size_t length,
		   struct reason *why)
{
	struct event_key *key = &counter->keys[counter->key_count];
	uint64_t offset;
	const struct field *field = find_field(counter->plan.fields, (uint32_t)counter->plan.count,
					       0, name, length, &offset);

	if (!field)
		return reason_set(why, -ENOENT, "%s has no member \"%.*s\" to count events by",
				  counter->plan.type_name, (int)length, name);
	if (counter->key_count == EVENT_KEYS_MAX)
		return reason_set(why, -EINVAL, "events are counted by at most %d members",
				  EVENT_KEYS_MAX);
	if (field->kind == FIELD_ARRAY || field->takes_rest || !field->size ||
	    field->size > EVENT_KEY_SIZE_MAX - counter->key_size)
		return reason_set(
			why, -EINVAL,
			"events cannot be counted by \"%.*s\" of %s: an array, or too long",
			(int)length, name, counter->plan.type_name);
	key->field = *field;
	key->offset = offset;
	key->field.offset = counter->key_size;
	key->field.has_family = false; /* the other member is not in the key */
	key->field.is_last = true;
	counter->key_size += (size_t)field->size;
	counter->key_count++;
	return 0;
}

static int add_keys(struct event_counter *counter, const char *key, struct reason *why)
{
	for (;;) {
		size_t length = strcspn(key, ",");
		int err = add_key(counter, key, length, why);

		if (err || !key[length])
			return err;
		key += length + 1;
	}
}

int event_counter_new(struct event_counter **ret, const char *map, const struct btf *btf,
		      uint32_t type, const char *key, struct reason *why)
{
	_cleanup_(cleanup_counter) struct event_counter *counter = calloc(1, sizeof(*counter));
	int err = 0;

	if (counter)
		counter->map = strdup(map);
	if (!counter || !counter->map)
		return reason_errno(why, -ENOMEM, "counter of events");
	if (key) {
		if (!type)
			return reason_set(why, -EINVAL,
					  "events of %.100s cannot be counted by \"%.100s\": their "
					  "type is not known; --event %.100s=TYPE names it",
					  map, key, map);
		err = plan_compile(&counter->plan, btf, type, why);
		if (!err)
			err = add_keys(counter, key, why);
		if (err)
			return err;
		counter->series_keys = malloc(EVENT_SERIES_MAX * counter->key_size);
		counter->series_counts = calloc(EVENT_SERIES_MAX, sizeof(*counter->series_counts));
		counter->slots = calloc(SLOTS, sizeof(*counter->slots));
		if (!counter->series_keys || !counter->series_counts || !counter->slots)
			return reason_errno(why, -ENOMEM, "counter of events");
	}
	*ret = TAKE_PTR(counter);
	return 0;
}

/* The members' bytes, one after the other. False: the event ends before them. */
static bool pack_key(const struct event_counter *counter, const uint8_t *event, size_t size,
		     uint8_t *packed)
{
	for (size_t i = 0; i < counter->key_count; i++) {
		const struct event_key *key = &counter->keys[i];
		size_t length = (size_t)key->field.size;
		uint8_t *to = packed + key->field.offset;

		if (key->offset > size || length > size - key->offset)
			return false;
		memcpy(to, event + key->offset, length);
		if (key->field.kind == FIELD_TEXT) { /* what follows the NUL is garbage */
			size_t used = strnlen((char *)to, length);

			memset(to + used, 0, length - used);
		}
	}
	return true;
}

static uint64_t hash_of(const uint8_t *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

void event_counter_count(struct event_counter *counter, const void *event, size_t size)
{
	uint8_t packed[EVENT_KEY_SIZE_MAX];
	uint64_t slot;

	counter->total++;
	if (!counter->key_count)
		return;
	if (!pack_key(counter, event, size, packed)) {
		counter->other++;
		return;
	}
	for (slot = hash_of(packed, counter->key_size) % SLOTS; counter->slots[slot];
	     slot = (slot + 1) % SLOTS) {
		size_t series = counter->slots[slot] - 1u;

		if (memcmp(counter->series_keys + series * counter->key_size, packed,
			   counter->key_size) == 0) {
			counter->series_counts[series]++;
			return;
		}
	}
	if (counter->series_count == EVENT_SERIES_MAX) {
		counter->other++;
		return;
	}
	memcpy(counter->series_keys + counter->series_count * counter->key_size, packed,
	       counter->key_size);
	counter->series_counts[counter->series_count++] = 1;
	counter->slots[slot] = (uint16_t)counter->series_count;
}

void event_counter_lose(struct event_counter *counter, uint64_t count)
{
	counter->lost += count;
}
