/* SPDX-License-Identifier: MIT */
/*
 * The entries of a map, read all at once: hash and array maps of every kind, LPM tries, stacks. Of
 * per-CPU maps the values are summed.
 */
#ifndef COREBTF_RUNNER_MAP_READER_H
#define COREBTF_RUNNER_MAP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"
#include "runner/maps/value_sum.h"
#include "runner/show/plan.h"

#define MAP_ENTRIES_MAX 65536		   /* that are read of one map */
#define MAP_BYTES_MAX	((size_t)64 << 20) /* that they take */

struct bpf_map;
struct btf;

/* Starts zeroed. */
struct map_reader {
	const struct bpf_map *map;
	struct plan key, value;
	struct value_sum sum, key_numbers; /* where the numbers are: to add and to sort them */
	uint32_t key_size, value_size;
	uint32_t cpus;	 /* 0: the map is not per CPU */
	size_t raw_size; /* of a value as the kernel gives it: for all CPUs */
	bool has_no_batch;
	bool is_cut; /* there are more than were read */

	/* The entries of the last read, sorted: by value, the largest first, if it is one number;
	 * else by key. Those whose value is all zero are left out of arrays. */
	size_t count, capacity;
	uint8_t *keys, *values;
	struct map_entry {
		const uint8_t *key, *value;
	} * entries;
};

/*
 * After opening the object that @map is in and before loading it: libbpf forgets the types of maps
 * when a kernel does not take them. @btf is the object's. -EOPNOTSUPP: a map of this kind has no
 * entries that could be listed; @why says it.
 */
int map_reader_open(struct map_reader *reader, const struct bpf_map *map, const struct btf *btf,
		    struct reason *why);
void map_reader_close(struct map_reader *reader);

/* Once the map is loaded. 0, -ENOMEM, or the kernel's -errno. */
int map_reader_read(struct map_reader *reader, struct reason *why);

/* Deletes the entries that were read, so that the next interval starts from zero; those of arrays
 * are set to zero. What the program counts between reading and deleting is lost. */
int map_reader_clear(struct map_reader *reader, struct reason *why);

#endif
