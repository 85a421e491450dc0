/* SPDX-License-Identifier: MIT */
/*
 * Requests and sites as text, for messages and reports.
 */
#ifndef COREBTF_RELO_RELO_TEXT_H
#define COREBTF_RELO_RELO_TEXT_H

#include "embedder/relo/request_set.h"

/* "field byte offset of struct task_struct.pid". Returns the length as snprintf does. */
int request_text(const struct request_set *set, size_t request, char *buffer, size_t size);

/* The type of a request and its first @steps steps, UINT32_MAX for all: "struct task_struct.mm".
 * Returns the length as snprintf does. */
int request_access_text(const struct request *request, uint32_t steps, char *buffer, size_t size);

/* What a site queries, by the object's own names: "struct task_struct___old.mm.start_stack".
 * Returns the length as snprintf does. */
int site_access_text(const struct request_set *set, size_t site, char *buffer, size_t size);

/* The place of a site: "tracer.bpf.o: kprobe/do_exit+24, on_exit() at tracer.bpf.c:42"; function
 * and line only if the object has them. Returns the length as snprintf does. */
int site_place_text(const struct request_set *set, size_t site, char *buffer, size_t size);

#endif
