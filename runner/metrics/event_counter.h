/* SPDX-License-Identifier: MIT */
/*
 * Events, counted by some of their members. What is counted is the members' bytes; they become text
 * when the page is made. When there are EVENT_SERIES_MAX different values, events with others are
 * counted together, so that a hostile or careless choice cannot take all memory, here or in
 * Prometheus.
 */
#ifndef COREBTF_RUNNER_EVENT_COUNTER_H
#define COREBTF_RUNNER_EVENT_COUNTER_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"
#include "runner/show/event_view.h"

#define EVENT_SERIES_MAX   1000
#define EVENT_KEYS_MAX	   4
#define EVENT_KEY_SIZE_MAX 512 /* bytes of all members together */

struct btf;

struct event_counter {
	char *map; /* the buffer's name */
	struct plan plan;
	size_t key_count;
	struct event_key {
		struct field field; /* with its offset in the packed key */
		uint64_t offset;    /* in the event */
	} keys[EVENT_KEYS_MAX];
	size_t key_size; /* of all members, packed */

	size_t series_count;
	uint8_t *series_keys;
	uint64_t *series_counts;
	uint16_t *slots; /* hash table: 1 + index of a series */
	uint64_t total, other, lost;
};

/* @key: "comm,pid", or NULL. -ENOENT: the type has no such member; -EINVAL: it cannot be a key. */
int event_counter_new(struct event_counter **ret, const char *map, const struct btf *btf,
		      uint32_t type, const char *key, struct reason *why);
void event_counter_free(struct event_counter *counter);

void event_counter_count(struct event_counter *counter, const void *event, size_t size);
/* Events that the kernel could not put into the buffer. */
void event_counter_lose(struct event_counter *counter, uint64_t count);

#endif
