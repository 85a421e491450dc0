/* SPDX-License-Identifier: MIT */
/*
 * All CO-RE relocations of all objects, merged: a relocation that several objects, or several
 * places in one, make in the same way is one request. BPF objects in, requests out; from here
 * on the objects are not needed any more.
 */
#ifndef COREBTF_RELO_REQUEST_SET_H
#define COREBTF_RELO_REQUEST_SET_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/object/bpf_object_file.h"
#include "embedder/relo/request.h"
#include "embedder/util/reason.h"

struct request_set {
	/* Sorted by key: requests of one root stand together, and so do those that differ only in
	 * kind. The order depends on what was added, not on the order it came in. */
	struct request **requests;
	size_t count;
	struct request_root *roots;
	size_t root_count;
	/* Private to request_set.c. */
	size_t capacity;
	struct arena arena;
};

/* NULL when there is no memory. */
struct request_set *request_set_new(void);
void request_set_free(struct request_set *set);

/*
 * Reads an object's relocations into the set. An object without .BTF, without .BTF.ext or
 * without CO-RE relocations adds nothing and is no error.
 * @ret_relocations: how many relocations the object has; may be NULL.
 * Errors: -EBADMSG damaged (@why says where), -EOPNOTSUPP a relocation kind that is not known.
 */
int request_set_add_object(struct request_set *set, const struct bpf_object_file *object,
			   uint32_t *ret_relocations, struct reason *why);

size_t request_set_count(const struct request_set *set);

/* Two requests ask for the same field, type or enumerator and differ at most in kind. */
bool request_same_path(const struct request *a, const struct request *b);

/* One request in words, for messages: "field byte offset of struct task_struct.pid". Returns the
 * length as snprintf does. */
int request_set_describe(const struct request_set *set, size_t number, char *buffer, size_t size);

#endif
