/* SPDX-License-Identifier: MIT */
/*
 * Relocations that cannot be resolved on a kernel. This is no failure: libbpf poisons such an
 * instruction, and a program that never reaches it works.
 */
#ifndef COREBTF_ENGINE_UNRESOLVED_H
#define COREBTF_ENGINE_UNRESOLVED_H

#include "embedder/engine/events.h"
#include "embedder/matrix/matrix.h"

/* A detail for each site without a usable value on one kernel of the matrix; or one detail that
 * names an earlier kernel with the same ones. */
/* Names what --keep asks for and no kernel of the matrix has: most likely it is misspelt. */
void unresolved_report_kept(const struct engine_events *events, const struct matrix *matrix);

void unresolved_report(const struct engine_events *events, const struct matrix *matrix,
		       size_t kernel);

#endif
