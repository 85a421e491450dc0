/* SPDX-License-Identifier: MIT */
/*
 * An archive of BTFs in, files below a folder out, in the archive's own layout. BTFs may be packed
 * (.btf.tar.xz); they are written as they are. package.json and corebtf.manifest are written too,
 * other members are left out. Nothing outside of the folder is written (output_folder.h).
 */
#ifndef COREBTF_ENGINE_UNPACKING_H
#define COREBTF_ENGINE_UNPACKING_H

#include <stddef.h>

#include "embedder/engine/events.h"

struct unpack_counts {
	size_t btfs, others; /* files written */
	size_t left_out;     /* members that are no BTFs by their names */
	size_t failures;     /* members that could not be written, each reported */
};

/*
 * @archive: the file to open; @name: the same in messages. The folder is made when it does not
 * exist. What fails is reported.
 * Returns 0 when the archive was read to its end.
 */
int unpacking_run(const char *archive, const char *name, const char *folder,
		  const struct engine_events *events, struct unpack_counts *ret_counts);

#endif
