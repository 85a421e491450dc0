/* SPDX-License-Identifier: MIT */
/*
 * The engine's messages and progress, printed on stderr (report.h, progress.h).
 */
#ifndef COREBTF_CLI_RUN_EVENTS_H
#define COREBTF_CLI_RUN_EVENTS_H

#include "embedder/engine/events.h"

/* Call it after the options were read: --verbose decides about details. Ends with
 * progress_end(). */
const struct engine_events *run_events(void);

#endif
