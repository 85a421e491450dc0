/* SPDX-License-Identifier: MIT */
/*
 * A field by name, as a person writes it:
 *
 *	task_struct.mm				a struct
 *	union thread_union.stack[0]
 *	enum bpf_func_id.BPF_FUNC_ringbuf_output	an enumerator
 *	typedef spinlock_t.rlock.raw_lock
 *	struct task_struct			the type itself: no steps
 */
#ifndef COREBTF_FIELD_PATH_H
#define COREBTF_FIELD_PATH_H

#include <stdint.h>

#include "runtime/util/reason.h"

#define FIELD_STEPS_MAX 64

/* A name inside the text that was read; no NUL after it. */
struct field_name {
	const char *text;
	uint32_t length;
};

struct field_step {
	struct field_name name; /* of a member or an enumerator; length 0: an index */
	uint32_t index;		/* into an array */
};

struct field_path {
	uint32_t kind; /* BTF_KIND_STRUCT, UNION, ENUM (also for ENUM64) or TYPEDEF */
	struct field_name root;
	struct field_step steps[FIELD_STEPS_MAX];
	uint32_t step_count;
};

/*
 * Reads @length bytes of @text, which must stay as long as the path. Blanks around it are skipped.
 * Errors: -EINVAL, and @why says what is expected instead.
 */
int field_path_read(const char *text, size_t length, struct field_path *ret_path,
		    struct reason *why);

#endif
