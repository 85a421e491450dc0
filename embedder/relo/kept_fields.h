/* SPDX-License-Identifier: MIT */
/*
 * What --keep asks for, as requests: they are answered, marked and trimmed as those of an object.
 *
 *	struct task_struct.{pid,tgid,mm.start_stack}	fields; pointers on the way are followed
 *	struct task_struct				the type with all its members
 *	enum bpf_func_id				all enumerators
 *	enum bpf_func_id.BPF_FUNC_ringbuf_output	one
 */
#ifndef COREBTF_RELO_KEPT_FIELDS_H
#define COREBTF_RELO_KEPT_FIELDS_H

#include "embedder/relo/request.h"
#include "embedder/util/arena.h"
#include "runtime/util/reason.h"

/* Takes a request; a negative errno value ends the reading. */
typedef int (*kept_request_fn)(void *context, const struct request *request, struct reason *why);

/*
 * Calls @take for each field that @text names. What the requests point to is in @arena.
 * Errors: -EINVAL the text is not of this form, -ENOMEM; what @take returned.
 */
int kept_fields_read(struct arena *arena, const char *text, kept_request_fn take, void *context,
		     struct reason *why);

#endif
