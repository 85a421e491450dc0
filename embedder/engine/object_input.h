/* SPDX-License-Identifier: MIT */
/*
 * The BPF objects of one run. Each is read once; what is kept of it is in the request set.
 */
#ifndef COREBTF_ENGINE_OBJECT_INPUT_H
#define COREBTF_ENGINE_OBJECT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/engine/events.h"
#include "embedder/program/bpf_code.h"
#include "embedder/relo/request_set.h"

struct object_input {
	const struct engine_events *events; /* may be NULL */
	struct request_set *requests;	    /* owned */

	/* Set before objects are added: their code is kept as well, in the order of the set's
	 * objects. */
	bool keep_code;
	struct bpf_code *codes;
	size_t code_count, code_capacity;
};

/* 0 or -ENOMEM; free it in both cases. What fails is reported to @events, which must outlive
 * @input. */
int object_input_init(struct object_input *input, const struct engine_events *events);
void object_input_free(struct object_input *input);

/* Adds what --keep asks for; before the objects. Errors: -EINVAL, -ENOMEM, reported. */
int object_input_keep(struct object_input *input, const char *text);

/* The same for each line of a file, but for empty ones and those that begin with #. */
int object_input_keep_file(struct object_input *input, const char *path);

/*
 * Reads all of @paths, or with @count 0 the objects inside @executable; none need be there
 * when something is kept. A note says so when no
 * object has a CO-RE relocation.
 */
int object_input_add_all(struct object_input *input, const char *const *paths, size_t count,
			 const char *executable);

/* Adds an object in memory. Errors: those of bpf_object_file_copy(), reported. */
int object_input_add_memory(struct object_input *input, const char *name, const void *data,
			    size_t size);

/*
 * Reads each of @paths: an object, or a file with objects inside. @ret_machine: the canonical
 * machine (runtime/kernel/machine.h) of all of these files if none is an object and all agree, or
 * "".
 */
int object_input_add_mixed(struct object_input *input, const char *const *paths, size_t count,
			   const char **ret_machine);

/*
 * Are all objects of the byte order of @target, a program or a kernel? libbpf would refuse to load
 * the others. 0 or -EINVAL, reported.
 */
int object_input_check_order(const struct object_input *input, bool big_endian, const char *target);

/* For kernels of several machines: is there one of each object's byte order? @kernels: whether
 * there are little-endian and big-endian ones. 0 or -EINVAL, reported. */
int object_input_check_orders(const struct object_input *input, const bool kernels[static 2]);

#endif
