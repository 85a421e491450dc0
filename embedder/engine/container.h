/* SPDX-License-Identifier: MIT */
/*
 * The forms in which trimmed BTFs are kept: executable, bundle, tar, folder, object file. Any of
 * the first four can be read as a bundle.
 */
#ifndef COREBTF_ENGINE_CONTAINER_H
#define COREBTF_ENGINE_CONTAINER_H

#include <corebtf.h>

#include "embedder/engine/events.h"
#include "embedder/tar/tar_import.h"
#include "runtime/util/reason.h"

enum container {
	CONTAINER_NONE,
	CONTAINER_BUNDLE = 1 << 0, /* read: also an executable that carries one */
	CONTAINER_TAR = 1 << 1,
	CONTAINER_FOLDER = 1 << 2,
	CONTAINER_OBJECT = 1 << 3, /* for the linker; only written */
	CONTAINER_BTF = 1 << 4,	   /* one BTF; only written */
};

/*
 * What to write to @path: .o is an object file; .btf a BTF; .tar, .tar.gz and the like a tar; a
 * name with a slash at its end, or an existing folder, a folder; anything else a bundle.
 * CONTAINER_NONE for an archive that is not written here, like .zip or .tar.bz2.
 */
enum container container_of_output(const char *path);

/* What @path is; what is neither a folder, an ELF file nor a bundle is read as a tar. */
enum container container_of_input(const char *path);

/* What container_read() returns; to be freed with container_contents_free(). */
struct container_contents {
	void *bundle; /* checked */
	size_t size;
	struct corebtf_summary summary;
	void *package_json; /* NULL: there is none */
	size_t package_json_size;
	bool has_objects; /* it says which BPF objects the BTFs were trimmed for */
	size_t skipped;	  /* members that were left out, each reported */
};

/*
 * @opts: machine, byte order and compression of the bundle; a bundle that has another byte order or
 * compression is made anew. Its skip and context are not used.
 * Errors: those of bundle_input_read() and tar_import(). @why is without the path.
 */
int container_read(const char *path, const struct tar_import_opts *opts,
		   const struct engine_events *events, struct container_contents *ret_contents,
		   struct reason *why);
void container_contents_free(struct container_contents *contents);

#endif
