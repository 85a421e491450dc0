/* SPDX-License-Identifier: MIT */
/*
 * What a program may need of a kernel besides types, by name.
 */
#ifndef COREBTF_FACTS_FEATURE_H
#define COREBTF_FACTS_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum feature_kind {
	FEATURE_HELPER,	      /* "ringbuf_output" */
	FEATURE_MAP_TYPE,     /* "RINGBUF" */
	FEATURE_PROGRAM_TYPE, /* "KPROBE" */
	FEATURE_ATTACH_TYPE,  /* "TRACE_FENTRY" */
	FEATURE_FUNCTION,     /* a function of the kernel */
	FEATURE_KFUNC,	      /* one that programs call */
	FEATURE_TRACEPOINT,   /* "sched_switch" */
	FEATURE_OWN_BTF,      /* the kernel itself has BTF; the name is "" */
	FEATURE_BYTE_ORDER,   /* "little-endian" or "big-endian" */
};

struct feature {
	enum feature_kind kind;
	char *name; /* owned by the list */
};

/* Each feature once. */
struct feature_list {
	struct feature *list;
	size_t count, capacity;
};

/* The number of a feature, which is added if it is new; or -ENOMEM. */
int64_t feature_list_add(struct feature_list *features, enum feature_kind kind, const char *name);
void feature_list_free(struct feature_list *features);

/* "helper", "map type", ... */
const char *feature_kind_name(enum feature_kind kind);

/* NULL: a number that is not known. */
const char *feature_helper_name(int32_t number);
const char *feature_map_type_name(uint32_t number);

/* The version of Linux that brought it; false: not known. */
bool feature_since(enum feature_kind kind, const char *name, int *ret_major, int *ret_minor);

#endif
