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
#include "embedder/util/reason.h"

struct request_set;

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

/* One request in words, for messages: "field_byte_offset struct task_struct.pid". Returns the
 * length as snprintf does. */
int request_set_describe(const struct request_set *set, size_t number, char *buffer, size_t size);

#endif
