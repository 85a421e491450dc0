/* SPDX-License-Identifier: MIT */
/*
 * Relocations that cannot be resolved on a kernel. This is no failure: libbpf poisons such an
 * instruction, and a program that never reaches it works.
 */
#ifndef COREBTF_ENGINE_UNRESOLVED_H
#define COREBTF_ENGINE_UNRESOLVED_H

#include "embedder/engine/events.h"
#include "embedder/relo/request_set.h"
#include "embedder/resolve/verdict.h"

/* A detail for each of them. @verdicts: as in trim_result; NULL: they were not kept. */
void unresolved_report(const struct engine_events *events, const char *kernel_path,
		       const struct request_set *requests, const struct verdict *verdicts);

#endif
