/* SPDX-License-Identifier: MIT */
/*
 * All CO-RE relocations of all objects: a site for each instruction, and one request for all
 * relocations with the same query. BPF objects in, requests and sites out; the objects are not
 * needed after that.
 */
#ifndef COREBTF_RELO_REQUEST_SET_H
#define COREBTF_RELO_REQUEST_SET_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/object/bpf_object_file.h"
#include "embedder/relo/relo_site.h"
#include "embedder/relo/request.h"
#include "runtime/util/reason.h"

struct request_set {
	/* Sorted by key: requests of one root are adjacent, and so are those that differ only in
	 * kind. The order depends on what was added, not on the order it came in. */
	struct request **requests;
	size_t count;
	struct request_root *roots;
	size_t root_count;
	struct relo_object *objects; /* in the order in which they were added */
	size_t object_count;
	struct local_relo *locals;
	size_t local_count;
	/* By object, then in the order of .BTF.ext: by section, ascending instructions. */
	struct relo_site *sites;
	size_t site_count;
	/* Private to request_set.c. */
	size_t capacity, root_capacity, object_capacity, local_capacity, site_capacity;
	struct arena arena;
};

/* NULL when there is no memory. */
struct request_set *request_set_new(void);
void request_set_free(struct request_set *set);

/*
 * Reads an object's relocations into the set. An object without .BTF, without .BTF.ext or
 * without CO-RE relocations adds no request and is no error. On failure the set is as before.
 * Errors: -EBADMSG damaged (@why says where), -EOPNOTSUPP a relocation kind that is not known,
 * -E2BIG a type that is too large to compare, -ENOMEM.
 */
int request_set_add_object(struct request_set *set, const struct bpf_object_file *object,
			   struct reason *why);

/*
 * Adds requests for what @text names (kept_fields.h). Errors: -EINVAL the text, -ENOMEM; the set is
 * then as before.
 */
int request_set_keep(struct request_set *set, const char *text, struct reason *why);

/* Whether there is one of these. */
bool request_set_keeps(const struct request_set *set);

size_t request_set_count(const struct request_set *set);

/* Two requests query the same field, type or enumerator and differ at most in kind. */
bool request_same_path(const struct request *a, const struct request *b);

/* The object that was added last. */
static inline const struct relo_object *request_set_last_object(const struct request_set *set)
{
	return &set->objects[set->object_count - 1];
}

/* The request of a site; NULL: a local type id. */
static inline const struct request *request_set_of_site(const struct request_set *set, size_t site)
{
	return set->locals[set->sites[site].local].request;
}

#endif
